"""What does a referral say, field by field?

Each field is read on its own, so that one that cannot be read spoils no other. Nothing raises,
whatever was sent; what is missing, unknown or cannot be read becomes a check. Nothing is inferred
from anybody's words: only codes become answers. Some of them stand outside the risk answers and
count for every adult: `immediate_danger` yes is the signal `immediate-danger`, `children_at_risk`
yes is `child-in-household` and two points for others at risk, `others_at_risk` yes one, and
`previous_concerns` yes one for repetition, which is what councils' forms ask them for.

There is always an adult to look after: where none is given, one without a name, for somebody must
be able to find the referral among the adults who wait.

Law: Care Act 2014 s42(1); an adult is 18 or over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, Literal, NamedTuple, TypeVar

from services.intake.rules.checks import Check, Problem
from services.intake.rules.document import goes_too_deep
from services.intake.rules.fields import (
    ADULT,
    ADULTS,
    GROUPS,
    LOCATION,
    REFERRAL,
    REFERRER,
    RISK,
    SIGNALS,
    SOURCE_OF_RISK,
    Field,
    Group,
)
from services.intake.rules.identifiers import age
from services.intake.rules.values import ABSENT, Value, usual_answers, value_of
from shared.contracts.intake import AdultDetails, Circumstances, Referrer, RiskAnswers, SourceOfRisk
from shared.facts import Code

Tri = Literal["yes", "no", "unknown"]

MOST_ADULTS: Final = 50
"""Adults read of one referral; the others stay in the document, and one part stands for them."""

GROWN: Final = Code("age@1:adult")
SEVENTEEN: Final = Code("age@1:seventeen")
UNDER_18: Final = Code("age@1:under-18")
AGE_UNKNOWN: Final = Code("age@1:unknown")
MORE_ADULTS: Final = Code("age@1:more-adults")
"""Not one adult but all that we did not read, so that a person looks for them."""

_ADULT_FROM: Final = 18
"""Years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAdult:
    """What a referral says about one adult."""

    details: AdultDetails
    answers: RiskAnswers
    age: Code
    """`age@1` on the day the referral was received; under-18 leaves out those who are 17."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReferral:
    """What a referral says."""

    partner_reference: str | None
    immediate_danger: Tri
    emergency_services_called: Tri
    anonymous: bool
    adults: tuple[ReadAdult, ...]
    """In the order sent: at least one; beyond `MOST_ADULTS`, one for all the rest."""

    circumstances: Circumstances
    source: SourceOfRisk | None
    referrer: Referrer | None
    wants_outcome: Tri
    checks: tuple[Check, ...]
    empty: bool
    """Nothing that was read says anything of any adult or event."""


def read(document: Mapping[str, object], received_on: date) -> ReadReferral:
    """Give what `document` says, received on that London date. Never raises."""
    notes = _Notes(received_on)
    outline = notes.members("", document, _OUTLINE, also=_ELSEWHERE)
    groups = {group.name: notes.part(group, document.get(group.name)) for group in GROUPS}
    adults = tuple(_adults(notes, document.get(ADULTS), outline))
    if goes_too_deep(document):
        notes.add("too-deep", "")
    circumstances = _circumstances(outline, groups[LOCATION.name])
    source = _given(SourceOfRisk(**_texts(SourceOfRisk, groups[SOURCE_OF_RISK.name])))
    return ReadReferral(
        partner_reference=outline["partner_reference"].text,
        immediate_danger="yes" if _in_danger(adults) else _tri(outline["immediate_danger"]),
        emergency_services_called=_tri(outline["emergency_services_called"]),
        anonymous=_hides(groups[REFERRER.name]["anonymous"]),
        adults=adults,
        circumstances=circumstances,
        source=source,
        referrer=_given(Referrer(**_texts(Referrer, {**outline, **groups[REFERRER.name]}))),
        wants_outcome=_tri(outline["wants_outcome"]),
        checks=tuple(notes.checks),
        empty=not (
            source
            or _given(circumstances)
            or any(_given(adult.details) or _given(adult.answers) for adult in adults)
            or _tri(outline["emergency_services_called"]) == "yes"
        ),
    )


def _in_danger(adults: Sequence[ReadAdult]) -> bool:
    """Say whether it was told of any of them, wherever the sender's form has it."""
    return any(DANGER in adult.answers.signals for adult in adults)


DANGER: Final = Code("risk-signal@1:immediate-danger")
_ELSEWHERE: Final = (ADULTS, *(group.name for group in GROUPS))

Values = Mapping[str, Value]


class _Notes:
    """Reads members, and collects each check once on the way."""

    def __init__(self, received_on: date) -> None:
        self.received_on = received_on
        self.checks: dict[Check, None] = {}

    def add(self, code: Problem, path: str, index: int | None = None) -> None:
        """Note something to look at again."""
        self.checks[Check(code=code, field=path, index=index)] = None

    def part(
        self, group: Group, sent: object, path: str | None = None, index: int | None = None
    ) -> Values:
        """Read what is one object: the first of them, where a list was sent."""
        path = group.name if path is None else path
        if isinstance(sent, list | tuple):
            self.add("too-many" if len(sent) > 1 else "looks-wrong", path, index)
            sent = sent[0] if sent else None
        if sent is None and group.matters:
            self.add("missing", path, index)
        return self.one(group, sent, path, index)

    def one(self, group: Group, sent: object, path: str, index: int | None) -> Values:
        """Read an object, or keep the words that stand in its place."""
        if isinstance(sent, Mapping):
            also = (RISK.name,) if group is ADULT else ()
            return self.members(path, sent, _PLANS[group.name], index=index, also=also)
        if sent is not None:
            self.add("unreadable", path, index)
        values = dict(_PLANS[group.name].absent)
        for field in group.fields:
            if field.name == group.words_go_to and isinstance(sent, str):
                values[field.name] = value_of(field, sent, self.received_on)
        return values

    def members(
        self,
        path: str,
        sent: Mapping[str, object],
        known: "_Plan",
        *,
        index: int | None = None,
        also: Sequence[str] = (),
    ) -> Values:
        """Read `known` members; those in `also` are read elsewhere."""
        values = dict(known.absent)
        for field, usual in known.fields:
            said = sent.get(field.name)
            if said is None:
                continue
            # By its type as well, since True is 1.
            value = usual.get(said) if type(said) in _PLAIN else None
            values[field.name] = value = value or value_of(field, said, self.received_on)
            for trouble in value.troubles:
                self.add(trouble, _path(path, field), index)
        for field in known.matter:
            if not values[field.name].given and _is_asked_for(field, values):
                self.add("missing", _path(path, field), index)
        if not (sent.keys() - values.keys()).issubset(also):
            # Never which: a member's name may hold a person's.
            self.add("unknown-member", path, index)
        return values


_PLAIN: Final = frozenset({str, int})


class _Plan(NamedTuple):
    """What to look for in an object; made once, since referrals are many."""

    fields: Sequence[tuple[Field, Mapping[object, Value]]]
    """Each with what its usual answers say."""

    matter: Sequence[Field]
    absent: Values


def _plan(known: Sequence[Field]) -> _Plan:
    matter = [field for field in known if field.matters]
    absent = {field.name: ABSENT for field in known}
    return _Plan([(field, usual_answers(field)) for field in known], matter, absent)


_OUTLINE: Final = _plan(REFERRAL)
_PLANS: Final = {group.name: _plan(group.fields) for group in (*GROUPS, ADULT, RISK)}


def _path(within: str, field: Field) -> str:
    return f"{within}.{field.name}" if within else field.name


def _is_asked_for(field: Field, values: Values) -> bool:
    """Say whether a field that says nothing should: nothing else stands in for it."""
    if any(values[name].given for name in field.unless):
        return False
    if field.only_if is None:
        return True
    other, words = field.only_if
    return (values[other].read or "") in words


def _adults(notes: _Notes, sent: object, outline: Values) -> Iterator[ReadAdult]:
    if sent is None or (isinstance(sent, list | tuple) and not sent):
        notes.add("missing", ADULTS)
        # Nothing more is asked about an adult of whom nothing is said.
        yield _adult(_Notes(notes.received_on), None, 0, outline)
        return
    if not isinstance(sent, list | tuple):
        notes.add("looks-wrong", ADULTS)
        sent = [sent]
    for index, one in enumerate(sent[:MOST_ADULTS]):
        yield _adult(notes, one, index, outline)
    if len(sent) > MOST_ADULTS:
        notes.add("too-many", ADULTS)
        unseen = _Notes(notes.received_on)
        yield the_rest(_answers(_signals_of(unseen, sent[MOST_ADULTS:]), outline))


def the_rest(answers: RiskAnswers) -> ReadAdult:
    """Give the one who stands for all adults who are too many to be read one by one."""
    return ReadAdult(details=AdultDetails(), answers=answers, age=MORE_ADULTS)


def _signals_of(notes: _Notes, rest: Sequence[object]) -> Values:
    """Give the signals told of any of them: nobody's danger waits unread behind fifty others."""
    risks = (one[RISK.name] for one in rest if isinstance(one, Mapping) and RISK.name in one)
    said = {signal for risk in risks for signal in notes.part(RISK, risk)["signals"].words}
    return notes.part(RISK, {"signals": sorted(said)})


def _adult(notes: _Notes, sent: object, index: int, outline: Values) -> ReadAdult:
    path = f"{ADULTS}[{index}]"
    said = notes.one(ADULT, sent, path, index)
    risk = sent.get(RISK.name) if isinstance(sent, Mapping) else None
    return ReadAdult(
        details=AdultDetails(**_texts(AdultDetails, said)),
        answers=_answers(notes.part(RISK, risk, f"{path}.{RISK.name}", index), outline),
        age=_age(notes, said, path, index),
    )


_SIGNALS: Final = {signal: Code(f"risk-signal@1:{signal}") for signal in SIGNALS}


def _answers(risk: Values, outline: Values) -> RiskAnswers:
    said = {*risk["signals"].words}
    if outline["immediate_danger"].read == "yes":
        said.add("immediate-danger")
    if outline["children_at_risk"].read == "yes":
        said.add("child-in-household")
    rating = outline["own_rating"].read
    read = {name: value.read for name, value in risk.items() if name != "signals"}
    scales = {name: int(text) for name, text in read.items() if text is not None}
    return RiskAnswers(
        **_asked_elsewhere(outline) | scales,
        signals=tuple(code for signal, code in _SIGNALS.items() if signal in said),
        own_rating=Code(f"band@1:{rating}") if rating else None,
    )


def _asked_elsewhere(outline: Values) -> dict[str, int]:
    """Give what the form's own questions answer of the risk tool's, where that was not asked."""
    said = (
        ("others_at_risk", "others_at_risk", 1),
        ("children_at_risk", "others_at_risk", 2),
        ("previous_concerns", "repetition", 1),
    )
    return {scale: points for asked, scale, points in said if outline[asked].read == "yes"}


def _age(notes: _Notes, said: Values, path: str, index: int) -> Code:
    """Give the age band; the date of birth counts before an estimate."""
    born, about = said["date_of_birth"].sure, said["approximate_age"].sure
    exact = born and _band(age(date.fromisoformat(born), notes.received_on))
    rough = about and _band(int(about))
    if exact and rough and exact != rough and UNDER_18 in {exact, rough}:
        notes.add("looks-wrong", f"{path}.approximate_age", index)
    if (exact or rough) == UNDER_18:
        name = "date_of_birth" if exact else "approximate_age"
        notes.add("looks-wrong", f"{path}.{name}", index)
    return exact or rough or AGE_UNKNOWN


def _band(years: int) -> Code:
    if years >= _ADULT_FROM:
        return GROWN
    return SEVENTEEN if years == _ADULT_FROM - 1 else UNDER_18


def _circumstances(outline: Values, place: Values) -> Circumstances:
    kinds = outline["types_of_abuse"]
    values = {
        **outline,
        "location_type": place["type"],
        "cqc_location_id": place["cqc_location_id"],
        "location_postcode": place["postcode"],
        "location_description": place["description"],
    }
    texts = _texts(Circumstances, values)
    return Circumstances(**{**texts, "types_of_abuse": kinds.words + kinds.others})


_MEMBERS: Final[Mapping[type, tuple[str, ...]]] = {
    shape: tuple(field.name for field in fields(shape))
    for shape in (AdultDetails, Circumstances, SourceOfRisk, Referrer)
}


def _texts(shape: type, values: Values) -> dict[str, Any]:
    """Give the texts of a sealed shape: normalised where read, else as they were given."""
    return {name: values[name].text for name in _MEMBERS[shape]}


T = TypeVar("T", AdultDetails, Circumstances, SourceOfRisk, Referrer, RiskAnswers)


_NOTHING: Final = {
    shape: shape() for shape in (AdultDetails, Circumstances, SourceOfRisk, Referrer, RiskAnswers)
}


def _given(part: T) -> T | None:
    """Give what says something, else None."""
    return None if part == _NOTHING[type(part)] else part


def _tri(value: Value) -> Tri:
    match value.read:
        case "yes" | "no" as said:
            return said
        case _:
            return "unknown"


def _hides(value: Value) -> bool:
    """Say whether a referrer wants no name told: also where that wish could not be read."""
    return value.given and value.read not in {"no", "unknown"}
