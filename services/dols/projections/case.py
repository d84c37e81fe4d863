"""What is known of one request?

Folded from its own stream, so it is always current. Words are still shut here: `api` opens them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.dols import events
from services.dols.decisions import request
from services.dols.decisions.state import Request
from services.dols.projections.granted import (
    CeasedView,
    ReviewedView,
    ReviewView,
    SuspensionView,
    ceased,
    last_of,
    review,
    reviewed,
    suspension,
)
from services.dols.projections.questions import QuestionView, questions
from services.dols.projections.queue import Due, days_waited, in_order
from services.dols.projections.roles import RoleView, roles_of
from services.dols.rules import clocks, codes, legal_test, receipt
from services.dols.rules.checks import Check
from services.dols.rules.priority import Answers, Priority, explained
from shared.facts import Code, Recorded
from shared.sealed import Sealed
from shared.time.calendar import london_date


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityView:
    """How urgent it is, and why, term by term."""

    priority: Priority
    answers: Answers
    by: Code
    legal_test: Code
    scored_at: datetime
    scored_by: str
    explained: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentView:
    """The urgent authorisation."""

    given_on: date
    ends_on: date
    day_assumed: bool
    """Nobody told on which day it was given: it counts from the receipt of the request."""

    extension_requested: bool
    extension_asked_at: datetime | None
    """Since then it waits for an answer."""

    extension_refused: bool
    extended: bool
    lapsed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementView:
    """What was found of a requirement, without the words of it."""

    requirement: Code
    says: str
    result: Code
    legal_test: Code | None
    assessed_on: date | None
    assessed_by: str | None
    recommended_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """What was decided, by whom, and under which test."""

    granted: bool
    decided_on: date
    decided_by: str
    legal_test: Code
    citation: str
    starts_on: date | None
    ends_on: date | None
    reason: Code | None
    in_21_days: bool
    copies_owed_to: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact: what, by whom, when."""

    version: int
    fact: str
    by: str
    role: str
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A request, without the words of anybody."""

    id: UUID
    reference: str
    sender: str
    stage: Code
    version: int
    setting: Code
    location: str | None
    """By its CQC location id, as it was told last."""

    locations_before: Sequence[str]
    """As it was told earlier: who works or has an interest there stays barred."""

    locations_mistaken: Sequence[str]
    """As it was told earlier by mistake, as a coordinator found: it bars nobody."""

    run_by_council: events.Tri
    """As far as it is known; unknown counts as if it did."""

    received_at: datetime
    received_on: date
    statutory_due_on: date
    overdue: bool
    days_waited: int
    over_180_days: bool
    unprotected: bool
    wanted_on: date | None
    authorisation_ends_on: date | None
    urgent: UrgentView | None
    priority: PriorityView | None
    roles: Sequence[RoleView]
    requirements: Sequence[RequirementView]
    left_to_assess: Sequence[Code]
    """Of `requirement@1`; with it what is to be assessed anew, as after a change of the law."""

    decision: DecisionView | None
    suspension: SuspensionView | None
    """None where it is not suspended now."""

    ceased: CeasedView | None
    review: ReviewView | None
    """None where none is open."""

    reviewed: ReviewedView | None
    told_at: datetime | None
    """Since then something came that no person has seen: it was told, or what was granted ended or
    ceased by itself."""

    gone_at: datetime | None
    """Since then the person is no longer there, as was told: only its end is left."""

    unneeded_at: datetime | None
    """Since then it is no longer needed, as was told."""

    questions: Sequence[QuestionView]
    checks: Sequence[Check]
    due: Sequence[Due]
    """What is still owed, the first one first. A request that is not decided owes something."""

    missed: Sequence[Due]
    history: Sequence[Line]


def view(id: UUID, history: Sequence[Recorded[Any]], today: date) -> CaseView | None:
    """Give what is known of the request on a London date, None where nothing is recorded."""
    state = request.fold(history)
    if state is None:
        return None
    received: events.RequestReceived = history[0].fact
    return CaseView(
        id=id,
        reference=receipt.reference(id),
        sender=history[0].act.actor,
        stage=state.stage,
        version=len(history),
        setting=state.setting,
        location=state.place.location,
        locations_before=state.place.before,
        locations_mistaken=state.place.mistaken,
        run_by_council=state.place.run_by_council,
        wanted_on=received.wanted_on,
        authorisation_ends_on=state.authorisation_ends_on,
        priority=_priority(history),
        roles=roles_of(history),
        requirements=_requirements(state, history),
        left_to_assess=state.left_to_assess,
        decision=_decision(state, history),
        suspension=suspension(state, history),
        ceased=ceased(state, history),
        review=review(state, history),
        reviewed=reviewed(state, history),
        told_at=state.told_at,
        gone_at=state.gone_at,
        unneeded_at=state.unneeded_at,
        questions=questions(history, state),
        checks=received.checks,
        due=[Due(kind=it.kind, due_at=it.due_at) for it in in_order(state)],
        missed=[_missed(it.fact) for it in history if isinstance(it.fact, events.DeadlineMissed)],
        history=[_line(it) for it in history],
        **_waits(state, today),
    )


def _waits(state: Request, today: date) -> Mapping[str, Any]:
    waited, it = days_waited(state, today), state.urgent
    urgent = it and UrgentView(
        given_on=it.given_on,
        ends_on=it.ends_on,
        day_assumed=it.day_assumed,
        extension_requested=it.extension_requested,
        extension_asked_at=state.extension_asked_at,
        extension_refused=it.extension_refused,
        extended=it.extended,
        lapsed=it.lapsed,
    )
    return {
        "received_at": state.received_at,
        "received_on": state.received_on,
        "statutory_due_on": state.statutory_due_on,
        "overdue": state.overdue,
        "days_waited": waited,
        "over_180_days": state.ended is None and waited > clocks.LONG_WAIT,
        "unprotected": state.unprotected(today),
        "urgent": urgent,
    }


def _priority(history: Sequence[Recorded[Any]]) -> PriorityView | None:
    last = last_of(history, events.RequestPrioritised)
    if last is None:
        return None
    return PriorityView(
        priority=last.fact.priority,
        answers=last.fact.answers,
        by=last.fact.by,
        legal_test=last.fact.legal_test,
        scored_at=last.act.effective_at,
        scored_by=last.act.actor,
        explained=explained(last.fact.priority),
    )


def _requirements(
    state: Request, history: Sequence[Recorded[Any]]
) -> Sequence[RequirementView]:  # fmt: skip
    made = (it for it in history if isinstance(it.fact, events.RequirementAssessed))
    # What was found by who turned out to be barred counts no more: it is in the history.
    last = {it.fact.requirement: it for it in made if it.fact.requirement in state.results}
    return [_requirement(code, last.get(code)) for code in codes.REQUIREMENTS]


def _requirement(code: Code, found: Recorded[Any] | None) -> RequirementView:
    fact = found.fact if found else None
    return RequirementView(
        requirement=code,
        says=codes.REQUIREMENTS[code],
        result=fact.result if fact else codes.NOT_ASSESSED,
        legal_test=fact.legal_test if fact else None,
        assessed_on=fact.assessed_on if fact else None,
        assessed_by=found.act.actor if found else None,
        recommended_days=fact.recommended_days if fact else None,
    )


ENDS = events.AuthorisationGranted | events.AuthorisationNotGranted


def _decision(state: Request, history: Sequence[Recorded[Any]]) -> DecisionView | None:
    last = last_of(history, ENDS)
    if last is None:
        return None
    fact, granted = last.fact, isinstance(last.fact, events.AuthorisationGranted)
    return DecisionView(
        granted=granted,
        decided_on=fact.decided_on,
        decided_by=last.act.actor,
        legal_test=fact.legal_test,
        citation=legal_test.CITED[fact.legal_test],
        starts_on=fact.starts_on if granted else None,
        ends_on=fact.ends_on if granted else None,
        reason=None if granted else fact.reason,
        in_21_days=clocks.in_time(
            state.received_on, max(fact.decided_on, london_date(last.recorded_at))
        ),
        copies_owed_to=codes.COPIES_IF_GRANTED if granted else codes.COPIES_IF_NOT,
    )


def _missed(happened: events.DeadlineMissed) -> Due:
    return Due(kind=happened.kind.rpartition(":")[2], due_at=happened.due_at)


def _line(it: Recorded[Any]) -> Line:
    return Line(
        version=it.version,
        fact=it.fact.stored_as,
        by=it.act.actor,
        role=it.act.role,
        effective_at=it.act.effective_at,
        recorded_at=it.recorded_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """Words, shut, and what they are: a member of a fact."""

    what: str
    version: int
    sealed: Sealed[Any]
    kind: type[Any]


WORDS: Mapping[str, Any] = {
    "adult": Mapping[str, str],
    "others": Mapping[str, str],
    "conditions": tuple[str, ...],
}
"""The kinds of the members that are no plain text. The document and the sender's own reference
are the sender's to read."""


def words(history: Sequence[Recorded[Any]]) -> Sequence[Shut]:
    """Give what people wrote, in the order in which it came, shut."""
    return [
        Shut(what=name, version=it.version, sealed=value, kind=WORDS.get(name, str))
        for it in history
        for name in type(it.fact).__dataclass_fields__
        if name not in {"document", "partner_reference"}
        and isinstance(value := getattr(it.fact, name), Sealed)
    ]
