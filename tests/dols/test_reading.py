"""What does a request say, whatever was sent?"""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.rules import codes
from services.dols.rules.checks import Check, message
from services.dols.rules.document import UNREAD, NotAnObject, parse
from services.dols.rules.fields import ANSWERS, ASKABLE, GROUPS, LABELS, REQUEST, Group
from services.dols.rules.priority import Answers
from services.dols.rules.reading import Read, UrgentGiven, read, read_answers, read_circumstances
from shared.facts import Code
from tests.dols import a
from tests.dols.asking import FORM

CANARY = "Marigold"


def said(**but: Any) -> Read:
    return read(FORM | but, a.TODAY)


def checks(found: Read) -> Sequence[tuple[str, str]]:
    return [(it.code, it.field) for it in found.checks]


def test_of_a_whole_form_nothing_is_missing_and_everything_is_read() -> None:
    found = said()
    assert found.checks == ()
    assert found.setting == codes.CARE_HOME
    assert found.word("managing_authority.cqc_location_id") == "1-101000001"
    assert found.day("date_wanted") == a.TODAY
    assert (found.urgent, found.extension_requested) == (None, False)
    assert found.answers == a.CONTENT
    assert found.words(of_others=False)["person.name"] == "Edith Hollowell"
    assert found.words(of_others=True) == {
        "interested_persons[0].name": "Martin Hollowell",
        "interested_persons[0].relationship": "son",
        "signer.name": "Priya Anand",
        "signer.role": "registered person",
    }


def test_an_empty_request_is_asked_for_what_matters() -> None:
    found = read({}, a.TODAY)
    assert found.answers == Answers()
    assert found.setting == codes.SETTING_UNKNOWN
    asked = [field for code, field in checks(found) if code == "missing"]
    assert asked == [
        "date_wanted", "purpose", "care_regime", "mental_health_basis", "capacity_basis",
        "advance_decision", "person", "managing_authority", "care", "interested_persons", "signer",
        "managing_authority.run_by_council",
    ]  # fmt: skip


def test_an_urgent_authorisation_is_read() -> None:
    found = said(urgent={"given_on": "2026-11-02", "days": "7", "reasons": "Tonight."})
    assert found.urgent == UrgentGiven(given_on=a.TODAY, days=7)
    assert found.checks == ()
    no_days = said(urgent={"given_on": "2026-11-02", "reasons": "Tonight."})
    assert no_days.urgent == UrgentGiven(given_on=a.TODAY, days=None)
    assert checks(no_days) == [("missing", "urgent.days")]


SENSE: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "longer than seven days": (
        {"urgent": {"given_on": "2026-11-02", "days": 14, "reasons": "x"}},
        [("urgent-longer-than-7-days", "urgent.days")],
    ),
    "a second one": (
        {"urgent": {"given_on": "2026-11-02", "days": 7, "reasons": "x", "given_before": "yes"}},
        [("second-urgent", "urgent.given_before")],
    ),
    "given tomorrow": (
        {"urgent": {"given_on": "2026-11-03", "days": 7, "reasons": "x"}},
        [("looks-wrong", "urgent.given_on"), ("urgent-day-assumed", "urgent.given_on")],
    ),
    "extended too late": (
        {"urgent": {
            "given_on": "2026-10-20", "days": 7, "reasons": "x", "extension_requested": "yes",
        }},
        [("extension-too-late", "urgent.extension_requested")],
    ),
    "wanted in more than 28 days": (
        {"date_wanted": "2026-12-01"}, [("wanted-too-late", "date_wanted")],
    ),
    "nobody knows who runs it": (
        {"managing_authority": FORM["managing_authority"] | {"run_by_council": "not known"}},
        [("missing", "managing_authority.run_by_council")],
    ),
    "no word of who runs it": (
        {"managing_authority": FORM["managing_authority"] | {"run_by_council": "perhaps"}},
        [("unreadable", "managing_authority.run_by_council"),
         ("missing", "managing_authority.run_by_council")],
    ),
    "renewed a year ahead": ({"authorisation_ends_on": "2027-11-01"}, []),
    "renewed more than a year ahead": (
        {"authorisation_ends_on": "2027-11-02"},
        [("authorisation-end-impossible", "authorisation_ends_on")],
    ),
    "renewed a century ahead": (
        {"authorisation_ends_on": "2126-11-10"},
        [("authorisation-end-impossible", "authorisation_ends_on")],
    ),
    "renewed on its last day": ({"authorisation_ends_on": "2026-11-02"}, []),
    "renewed too late": (
        {"authorisation_ends_on": "2026-11-01"},
        [("authorisation-ended", "authorisation_ends_on")],
    ),
    "renewed a year too late": (
        {"authorisation_ends_on": "2025-11-02"},
        [("authorisation-ended", "authorisation_ends_on")],
    ),
    "renewed longer ago": (
        {"authorisation_ends_on": "2025-11-01"},
        [("authorisation-end-impossible", "authorisation_ends_on")],
    ),
    "seventeen": (
        {"person": {"name": "Sam", "date_of_birth": "2008-11-03"}},
        [("under-18", "person.date_of_birth")],
    ),
    "born tomorrow": (
        {"person": {"name": "Sam", "date_of_birth": "2026-11-03"}},
        [("looks-wrong", "person.date_of_birth")],
    ),
    "no such day": ({"date_wanted": "2026-02-30"}, [("unreadable", "date_wanted")]),
    "no such kind": (
        {"managing_authority": FORM["managing_authority"] | {"kind": "prison"}},
        [("unreadable", "managing_authority.kind")],
    ),
    "no such place": (
        {"managing_authority": FORM["managing_authority"] | {"cqc_location_id": "the house"}},
        [("unreadable", "managing_authority.cqc_location_id")],
    ),
    "no days": (
        {"urgent": {"given_on": "2026-11-02", "days": 0, "reasons": "x"}},
        [("unreadable", "urgent.days")],
    ),
    "more than we know": ({"colour": 1}, [("unknown-member", "")]),
    "words where an object is due": ({"person": "Edith"}, [("unreadable", "person")]),
    "one where a list is due": ({"interested_persons": {"name": "Martin"}}, []),
    "too many": (
        {"interested_persons": [{"name": "Martin"}] * 51}, [("too-many", "interested_persons")],
    ),
    "too long": ({"purpose": "x" * 20_001}, [("too-long", "purpose")]),
}  # fmt: skip


@pytest.mark.parametrize(("but", "found"), SENSE.values(), ids=SENSE)
def test_what_a_sender_should_look_at(but: Any, found: list[tuple[str, str]]) -> None:
    assert checks(said(**but)) == found


def test_a_second_urgent_authorisation_has_no_effect() -> None:
    second = {"given_on": "2026-11-02", "days": 7, "reasons": "x", "given_before": True}
    assert said(urgent=second).urgent is None


def test_eighteen_today_is_an_adult() -> None:
    assert said(person={"name": "Sam", "date_of_birth": "2008-11-02"}).checks == ()


def test_a_change_of_circumstances_need_not_say_all_again() -> None:
    told = read_circumstances({"still_here": "no", "care": {"objection": "Consistent"}})
    assert told.tri("still_here") == "no"
    assert told.tri("still_needed") == "unknown"
    assert told.answers == Answers(objection="consistent")
    assert told.checks == ()
    assert read_circumstances({"extension_requested": True}).extension_requested


def test_an_answer_is_read_as_the_form_is_and_asks_for_nothing_more() -> None:
    told = read_answers({
        "person": {"date_of_birth": "1941-05-02"}, "still_here": "yes", "run_by_council": False,
        "signer": {"name": "Priya Anand"}, "colour": 1,
    })  # fmt: skip
    assert checks(told) == [("unknown-member", "")]
    assert (told.tri("still_here"), told.run_by_council) == ("yes", "no")
    assert told.words(of_others=False)["person.date_of_birth"] == "1941-05-02"
    assert told.words(of_others=True) == {"signer.name": "Priya Anand"}
    assert read_answers({"managing_authority": {"run_by_council": "yes"}}).run_by_council == "yes"
    assert read_answers({}).checks == ()


ANSWERED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": ({}, set()),
    "nothing that is asked for": ({"colour": 1, "partner_reference": "RW-1"}, set()),
    "a field": ({"purpose": "Her safety."}, {"purpose"}),
    "no words": ({"purpose": " ", "views": None}, set()),
    "a field of a group": (
        {"person": {"date_of_birth": "1941-05-02"}}, {"person", "person.date_of_birth"},
    ),
    "what could not be read": ({"person": {"date_of_birth": "in May"}, "urgent": [7]}, set()),
    "that it is not known": ({"advance_decision": "unknown"}, {"advance_decision"}),
    "that no such day is known": (
        {"person": {"date_of_birth": "Not known"}}, {"person", "person.date_of_birth"},
    ),
    "one of many": ({"interested_persons": [{"name": "Martin"}]}, {"interested_persons"}),
    "a change, by itself": (
        {"run_by_council": "no", "still_here": "yes"},
        {"run_by_council", "still_here", "managing_authority.run_by_council"},
    ),
    "the same within its group": (
        {"managing_authority": {"run_by_council": "no"}},
        {"run_by_council", "managing_authority", "managing_authority.run_by_council"},
    ),
    "an extension": (
        {"extension_requested": True},
        {"extension_requested", "urgent.extension_requested"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "told"), ANSWERED.values(), ids=ANSWERED)
def test_what_of_all_that_can_be_asked_for_an_answer_tells(sent: Any, told: set[str]) -> None:
    assert {it.partition(":")[2] for it in read_answers(sent).told} == told


def test_whatever_can_be_asked_for_can_be_answered() -> None:
    days = {"signed_on": "2026-11-02", "given_on": "2026-11-02", "date_of_birth": "1941-05-02"}

    def filled(group: Group) -> dict[str, Any]:
        said = {"days": 7, "cqc_location_id": "1-101000001"} | days
        return {
            it.name: it.words[0] if it.words else said.get(it.name, "no") for it in group.fields
        }

    ends = {"date_wanted": "2026-11-02", "authorisation_ends_on": "2026-11-02"}
    whole = filled(ANSWERS) | ends | {it.name: filled(it) for it in GROUPS}
    assert {*read_answers(whole).told} == {*ASKABLE}


@pytest.mark.parametrize("field", ASKABLE)
def test_whatever_can_be_asked_for_has_a_name_in_words(field: str) -> None:
    assert ASKABLE[Code(field)] == LABELS[field.partition(":")[2]]


def test_no_check_repeats_what_was_sent() -> None:
    found = read({CANARY: CANARY, "person": {CANARY: 1, "name": {}}, "urgent": [CANARY]}, a.TODAY)
    assert found.checks
    for check in found.checks:
        assert CANARY not in message(check)


@pytest.mark.parametrize("path", LABELS)
def test_every_check_is_a_sentence(path: str) -> None:
    told = message(Check(code="missing", field=path.replace("[]", "[3]")))
    assert told.startswith("Please tell us the") or " " in told
    assert told.endswith(".")


def test_text_is_kept_in_one_usual_form() -> None:
    found = said(purpose="  Cafe\u0301\r\nat \x00noon \ud800 ", care_regime="z" + "\u0301" * 40)
    assert found.word("purpose") == "Caf\u00e9\nat noon"
    assert found.word("care_regime") == "z" + "\u0301" * 40, "what piles marks is left as it came"
    assert said(purpose="\x00").word("purpose") is None
    assert said(partner_reference=7).word("partner_reference") == "7"


# Any object whatever

anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda it: some.lists(it, max_size=3) | some.dictionaries(some.text(), it, max_size=3),
    max_leaves=8,
)
names = some.sampled_from([it.name for it in REQUEST.fields])
groups = some.sampled_from(GROUPS).flatmap(
    lambda it: some.tuples(
        some.just(it.name),
        some.dictionaries(some.sampled_from([f.name for f in it.fields]), anything) | anything,
    )
)


@given(some.dictionaries(names | some.text(), anything, max_size=6), some.lists(groups, max_size=4))
def test_nothing_that_is_sent_breaks_the_reading(sent: dict[str, Any], more: Any) -> None:
    document = sent | dict(more)
    found = read(document, a.TODAY)
    assert all(len(it) <= 20_000 for it in found.words(of_others=False).values())
    assert isinstance(found.answers, Answers)
    assert found.setting in codes.SETTINGS
    assert found.urgent is None or found.urgent.day(a.TODAY) <= a.TODAY
    read_circumstances(document)
    assert not {it.code for it in read_answers(document).checks} & {"missing"}


@given(some.dictionaries(some.text(), anything, max_size=4))
def test_what_is_an_object_is_taken(sent: dict[str, Any]) -> None:
    try:
        body = json.dumps(sent, allow_nan=False).encode()
    except ValueError:
        return
    assert isinstance(parse(body), dict)


@pytest.mark.parametrize(
    "body",
    [b"", b"1", b"[]", b'"x"', b"null", b"{", b'{"a": NaN}', b'{"a": "\xff"}', b"{}{}"],
)  # fmt: skip
def test_what_is_no_object_is_not(body: bytes) -> None:
    with pytest.raises(NotAnObject):
        parse(body)


def test_what_other_parsers_refuse_is_taken() -> None:
    assert parse(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert parse(b'{"a": "\\ud800"}') == {"a": "\ud800"}
    assert parse(b'{"a": 1' + b"0" * 400 + b"}") == {"a": float("inf")}
    deep = b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert parse(deep) is UNREAD
    assert ("too-deep", "") in checks(read(parse(deep), a.TODAY))
    with pytest.raises(NotAnObject):
        parse(b"[" * 100_000)
