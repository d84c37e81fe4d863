"""Does the page of each event say what its contract says?"""

from dataclasses import fields

import pytest

from shared.contracts import registry
from shared.contracts.triage import Section42Decided
from tests.docs import events

REMAKE = "remake them with `python -m tests.docs.events`"
each_event = pytest.mark.parametrize("name", events.names())


@each_event
def test_the_page_of_an_event_is_what_its_contract_says(name: str) -> None:
    assert events.page_of(name).read_text("utf-8") == events.page(name), REMAKE


def test_the_table_of_events_is_what_the_contracts_say() -> None:
    text = events.INDEX.read_text("utf-8")
    assert text == events.index(text), REMAKE


def test_there_is_no_page_of_an_event_that_is_none() -> None:
    pages = {it.stem for it in events.FOLDER.glob("*.md")} - {"README"}
    assert pages == set(events.names()) == {it.partition("/")[0] for it in registry()}


def members(name: str) -> set[str]:
    """Name what the versions of an event say beside what every message does."""
    every = [it for stored, it in registry().items() if stored.partition("/")[0] == name]
    return {member.name for it in every for member in fields(it)}


@each_event
def test_a_page_explains_every_member(name: str) -> None:
    """Scales have no words of their own: their part says what all of them mean."""
    lines = [it for it in events.page(name).splitlines() if it.startswith("| `")]
    table = [[cell.strip() for cell in it.strip("|").split("|")] for it in lines]
    silent = [member for member, _, meaning in table if not meaning and "." not in member]
    assert bool(table) is bool(members(name))
    assert silent == []


def test_a_page_names_the_law_and_whoever_says_and_hears_it() -> None:
    page = events.page("triage.section-42-decided")
    assert "| law | Care Act 2014 s42(1), s42(2). |" in page
    assert "| said by | triage |" in page
    assert "| heard by | enquiry: " in page
    assert " intake: " in page
    assert "Law:" not in page
    assert (Section42Decided.__doc__ or "").partition("\n")[0] in page


def test_a_page_says_what_a_shut_section_holds_and_shows_none_of_it() -> None:
    page = events.page("intake.contact-promoted")
    assert "nhs_number" in page
    assert "9990000018" not in page
    assert "Hollowell" not in page


def test_the_index_needs_its_marks() -> None:
    with pytest.raises(ValueError, match="events: made by"):
        events.index("# Events\n")
