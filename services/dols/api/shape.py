"""What do staff and partners send, and what do they see?

The open doors' shapes are made from the very tables that requests are read by, so that they cannot
say anything else. Nothing is required there and more is allowed.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from services.dols.projections.case import CaseView
from services.dols.projections.queue import Unfit
from services.dols.projections.status import CheckTold
from services.dols.rules import fields as form
from services.dols.rules.independence import Declared
from services.dols.rules.priority import Answers
from services.dols.rules.values import LONGEST
from shared.facts import Code
from shared.http.parts import Body, open_door

Words = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Name = Annotated[str, Field(pattern="^[A-Za-z0-9._@-]{1,100}$")]
"""Somebody, as their own token names them."""

Day = Annotated[date, Field(ge=date(1900, 1, 1), lt=date(2200, 1, 1))]
Location = Annotated[str, Field(pattern="^(1-[0-9]{6,12}|R[A-Z0-9]{2,4})$")]
Days = Annotated[int, Field(ge=1, le=366)]


def _field(field: form.Field) -> dict[str, Any]:
    match field.kind:
        case "tri":
            shape: dict[str, Any] = {"enum": [*form.TRI, True, False]}
        case "word":
            shape = {"type": "string", "enum": [*field.words, "unknown"]}
        case "date" | "birth":
            shape = {"type": "string", "format": "date"}
        case "days":
            shape = {"type": "integer", "minimum": 1}
        case _:
            shape = {"type": "string", "maxLength": LONGEST}
    return shape | {"description": field.label}


def _object(group: form.Group, inside: Sequence[form.Group] = ()) -> dict[str, Any]:
    members = {field.name: _field(field) for field in group.fields}
    groups = {it.name: _object(it) for it in inside}
    shape = {"type": "object", "description": group.label, "properties": members | groups}
    return {"type": "array", "items": shape} if group.many else shape


REQUEST_DOOR = open_door(_object(form.REQUEST, form.GROUPS))
ANSWERS_DOOR = open_door(_object(form.ANSWERS, form.GROUPS))
CIRCUMSTANCES_DOOR = open_door(_object(form.CIRCUMSTANCES, form.CIRCUMSTANCES_GROUPS))


class Withdrawal(Body):
    """Why a request is taken back."""

    reason: Words


class Suspension(BaseModel):
    """Notice that the person is not eligible any more: it counts from when it is given, now."""

    model_config = {"extra": "forbid"}

    ground: Code
    """Of `ineligible@1`."""
    reason: Words


class Resumption(BaseModel):
    """Notice that the person is eligible again: it counts from when it is given, now."""

    model_config = {"extra": "forbid"}

    reason: Words


Grounds = Annotated[tuple[Code, ...], Field(min_length=1, max_length=3)]
"""Of `review-ground@1`."""

Requirements = Annotated[tuple[Code, ...], Field(max_length=6)]
"""Of `requirement@1`."""


class ReviewRequest(BaseModel):
    """Why what we granted is to be reviewed: it counts from when it is asked for, now."""

    model_config = {"extra": "forbid"}

    grounds: Grounds
    """Of `review-ground@1`."""
    requirements: Requirements = ()
    """Of `requirement@1`: what it is about, where you know."""
    reason: Words


class Told(BaseModel):
    """What became of a change of circumstances."""

    id: Any
    told: int
    checks: Sequence[CheckTold]


class Scoring(Body):
    """A fresh score, by a person who looked: all answers, those left out being unknown."""

    answers: Answers
    evidence: Words


class Extension(Body):
    """By how many days the urgent authorisation is extended, and why."""

    days: Annotated[int, Field(ge=1, le=7)]
    reasons: Words


class Question(Body):
    """What a managing authority is asked."""

    missing: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]
    """Of `dols-field@1`: the paths of the form's fields, as in `dols-field@1:person.name`."""
    words: Words


class Settlement(Body):
    """How a question was answered, or why it needs no answer any more."""

    reasons: Words


class NoExtension(Body):
    """Why the urgent authorisation is not extended: its sender reads the reasons (para 86)."""

    reasons: Words


class Described(Body):
    """Whether the council runs the place."""

    run_by_council: Literal["yes", "no"]


class LocationMistake(Body):
    """Which earlier place was told by mistake, and how it is known."""

    location: Location
    """One of the case's `locations_before`."""
    reasons: Words


class Presence(Body):
    """How it is known that the person is there after all."""

    reasons: Words


class Consideration(Body):
    """What follows from what the managing authority told."""

    reasons: Words


class Offering(Body):
    """Who is asked to take on which role, and what is known of their independence."""

    role: Code
    """Of `assessor-role@1`."""
    assessor: Name
    declared: Declared = Declared()


class Acceptance(Body):
    """Who takes on which role; they declare that no bar to their independence holds."""

    role: Code
    """Of `assessor-role@1`."""
    assessor: Name | None = None
    """Left out by an assessor who accepts for themselves."""
    declared: Declared


class Decline(Body):
    """Which role is declined, and why."""

    role: Code
    """Of `assessor-role@1`."""
    reason: Code
    """Of `offer-declined@1`."""


class Release(Body):
    """Which role is taken back from who has it, and why."""

    role: Code
    """Of `assessor-role@1`."""
    reason: Code
    """Of `assessor-released@1`."""
    words: Words


class Assessment(Body):
    """What was found of one requirement."""

    requirement: Code
    """Of `requirement@1`."""
    result: Code
    """Of `assessment-result@1`."""
    assessed_on: Day
    recommended_days: Days | None = None
    """The longest that is recommended; with a best interests requirement that is met."""
    conditions: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    words: Words


class Grant(BaseModel):
    """From when to when, London dates, both included."""

    model_config = {"extra": "forbid"}

    starts_on: Day
    ends_on: Day
    conditions: Annotated[tuple[Words, ...], Field(max_length=20)] = ()


class NotGranting(BaseModel):
    """Why not."""

    model_config = {"extra": "forbid"}

    reason: Code
    """Of `not-granted-reason@1`."""


class Decision(Body):
    """A signatory's decision: one of the two."""

    grant: Grant | None = None
    not_grant: NotGranting | None = None
    words: Words | None = None


class Cease(Body):
    """That what was granted ceased before its end: on which day, and why."""

    reason: Code
    """Of `cease@1`; that it was suspended for 28 days is recorded by itself."""
    ceased_on: Day
    """London; no day before it began, after its end, or to come."""
    words: Words


class PaperSuspension(Body):
    """Notice on paper that the person is not eligible any more; `effective_at`: when it came."""

    ground: Code
    """Of `ineligible@1`."""
    words: Words


class PaperResumption(Body):
    """Notice on paper that the person is eligible again; `effective_at`: when it came."""

    words: Words


class ReviewAsk(Body):
    """For whom a review of what was granted is asked for, and why."""

    asked_by: Literal[
        "review-asked-by@1:on-paper",
        "review-asked-by@1:the-person",
        "review-asked-by@1:representative",
        "review-asked-by@1:supervisory-body",
    ]
    """The managing authority on paper, the person, their representative, or the council itself."""
    grounds: Grounds
    """Of `review-ground@1`."""
    requirements: Requirements = ()
    """Of `requirement@1`: what it is about, where it was said."""
    words: Words


class ReviewOutcome(Body):
    """What came of a review."""

    outcome: Code
    """Of `review-outcome@1`."""
    completed_on: Day
    """London; no day before it was asked for, or to come."""
    conditions: Annotated[tuple[Words, ...], Field(max_length=20)] | None = None
    """All that hold from then on, also none, where they are varied; left out where they are not."""
    words: Words


class Entry(Body):
    """An assessor, for the register."""

    name: Name
    kinds: Annotated[tuple[Code, ...], Field(min_length=1, max_length=3)]
    """Of `assessor-kind@1`."""
    trained_on: Day
    """The last refresher."""
    employer: Code
    """Of `assessor-employer@1`."""
    interests: Annotated[tuple[Location, ...], Field(max_length=50)] = ()
    """Places in which they have a financial interest or work."""
    weekly_capacity: Annotated[int, Field(ge=0, le=50)]


class Change(Body):
    """All that the register says of an assessor from now on."""

    kinds: Annotated[tuple[Code, ...], Field(min_length=1, max_length=3)]
    trained_on: Day
    employer: Code
    interests: Annotated[tuple[Location, ...], Field(max_length=50)] = ()
    weekly_capacity: Annotated[int, Field(ge=0, le=50)]
    suspended: bool


class WordsShown(BaseModel):
    """What somebody wrote. Null: its key was destroyed."""

    what: str
    version: int
    """Of the fact that it belongs to, as in the history."""
    words: str | Sequence[str] | Mapping[str, str] | None


class CaseShown(BaseModel):
    """A request as staff see it."""

    case: CaseView
    cannot_go_on: Sequence[Unfit]
    """Who has a role, and may not assess in it as the register says now, whatever time is shown."""
    words: Sequence[WordsShown]
    stale_since: datetime | None
