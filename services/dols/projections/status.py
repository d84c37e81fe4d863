"""What is a sender told of a request?

Status, not story: nothing here names a person, an assessor or a finding. Of a decision the sender,
who must obey it, hears the outcome, its dates and the code of the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from services.dols import events
from services.dols.decisions import request
from services.dols.decisions.granted import Ended
from services.dols.decisions.state import Request, Urgent
from services.dols.projections.granted import (
    CeasedTold,
    ReviewedTold,
    ReviewTold,
    SuspensionTold,
    ceased_told,
    review_told,
    reviewed_told,
    suspension_told,
)
from services.dols.projections.questions import QuestionView, questions
from services.dols.rules import clocks, receipt
from services.dols.rules.checks import Check, message
from services.dols.rules.fields import ASKABLE
from services.dols.rules.receipt import Cover, Status
from shared.facts import Code, Recorded
from shared.time.calendar import calendar

Extension = Literal["asked", "extended", "refused", "not-answered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTold:
    """Something to look at again, in plain words."""

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentTold:
    """Where the urgent authorisation stands, and what its end means."""

    ends_on: date
    """London; it lasts to the end of this day."""

    day_assumed: bool
    """You did not tell us so that we could read it on which day you gave it: we count it from
    the day on which we received your request, until you tell us."""

    extended: bool
    lapsed: bool
    extension: Extension | None
    """What became of the extension that you asked for; None where you asked for none."""

    extension_due_at: datetime | None
    """By when we answer, where you wait for it."""

    reasons: str | None = None
    """Why it is not extended, which `api` opens for you. None also: its key was destroyed."""

    meaning: str | None
    """None once the request is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalTold:
    """Where the authorisation that is to be renewed stands, and what its end means."""

    ends_on: date
    lapsed: bool
    meaning: str | None
    """None once the request is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverTold:
    """What authorises depriving the person of their liberty today, if anything does."""

    code: Code
    """Of `dols-cover@1`: granted, urgent, present, unprotected, suspended, ceased, ended or
    none."""

    says: str
    day: date | None
    """London: to its end it is in force or, suspended, may be again; or since then it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionTold:
    """What we ask, by when, and whether you have answered: `POST …/answers`."""

    question: UUID
    missing: Sequence[str]
    """What is missing, in our words."""

    codes: Sequence[Code]
    """The same, of `dols-field@1`: the paths of the form's fields."""

    left: Sequence[Code]
    """Those of them that you have not answered yet."""

    asked_at: datetime
    due_at: datetime
    answered: bool
    settled: bool
    """We closed it ourselves: you answered in words, or we need no answer any more."""

    owed: bool
    """We wait for your answer; not where you took the request back, or it is closed or decided."""

    overdue: bool
    words: str | None = None
    """What our coordinator wrote, which `api` opens for you. None: its key was destroyed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTold:
    """What was decided: outcome, dates, and the code of a reason."""

    granted: bool
    decided_on: date
    starts_on: date | None = None
    ends_on: date | None = None
    reason: Code | None = None
    """Of `not-granted-reason@1`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStatus:
    """What its sender is told."""

    id: UUID
    reference: str
    partner_reference: str | None = None
    """The sender's own words, which `api` opens for them."""

    status: Status
    says: str
    what_happens_next: str
    received_at: datetime
    received_on: date
    """London: day 1."""

    statutory_due_on: date
    """London: the assessments are due by its end. Day 21, or the last of an urgent one."""

    urgent: UrgentTold | None
    renewal: RenewalTold | None
    cover: CoverTold
    decision: DecisionTold | None
    suspension: SuspensionTold | None
    """None where it is not suspended now."""

    ceased: CeasedTold | None
    review: ReviewTold | None
    """None where none is open."""

    reviewed: ReviewedTold | None
    checks: Sequence[CheckTold]
    questions: Sequence[QuestionTold]
    told: int
    """How often you told us of a change."""


def status_of(id: UUID, history: Sequence[Recorded[Any]], today: date) -> RequestStatus | None:
    """Give what the sender is told on a London date, None where nothing is recorded."""
    state = request.fold(history)
    if state is None:
        return None
    word, later, decision = _word(state), _told(history), _decision(history)
    says, then = _in_words(word, state, today)
    checks = (*history[0].fact.checks, *(check for it in later for check in it.checks))
    return RequestStatus(
        id=id,
        reference=receipt.reference(id),
        status=word,
        says=says,
        what_happens_next=then,
        received_at=state.received_at,
        received_on=state.received_on,
        statutory_due_on=state.statutory_due_on,
        urgent=_urgent(state),
        renewal=_renewal(state),
        cover=_cover(state, decision, today),
        decision=decision,
        suspension=suspension_told(state),
        ceased=ceased_told(state),
        review=review_told(state),
        reviewed=reviewed_told(state),
        checks=[told(it) for it in checks],
        questions=[_question(it, state) for it in questions(history, state)],
        told=len(later),
    )


def told(check: Check) -> CheckTold:
    """Give a check as its sender reads it."""
    return CheckTold(code=check.code, field=check.field, message=message(check))


def _question(it: QuestionView, state: Request) -> QuestionTold:
    missed = (last.due_at for last in state.missed if last.kind == clocks.ANSWER)
    owed = any(asked.id == it.question for asked in state.questions_owed)
    return QuestionTold(
        question=it.question,
        missing=[ASKABLE.get(code, code) for code in it.missing],
        codes=it.missing,
        left=it.left,
        asked_at=it.asked_at,
        due_at=it.due_at,
        answered=it.answered_at is not None,
        settled=it.settled_at is not None,
        owed=owed,
        overdue=owed and any(last >= it.due_at for last in missed),
    )


def _told(history: Sequence[Recorded[Any]]) -> Sequence[events.CircumstancesTold]:
    return [it.fact for it in history if isinstance(it.fact, events.CircumstancesTold)]


def _word(state: Request) -> Status:
    if state.ended:
        return "not-granted" if state.ended.reason else "granted"
    if state.withdrawn_at:
        return "withdrawn"
    return "received" if state.roles_open and not state.found_since else "allocated"


def _in_words(word: Status, state: Request, today: date) -> tuple[str, str]:
    if state.not_needed_at is not None and word in {"received", "allocated"}:
        return receipt.OVER, receipt.OVER_NEXT
    granted = _granted(state.ended, today)
    since = receipt.SINCE.get(granted[0]) if granted else None
    return since or (receipt.STATUSES[word], receipt.what_next(word))


def _granted(it: Ended | None, today: date) -> tuple[Cover, date] | None:
    """Give what became of what was granted by a London date, whether or not its timer has come."""
    if it is None or it.ends_on is None:
        return None
    if it.ceased:
        return "ceased", it.ceased.on
    if it.lapses_on and it.lapses_on < today:
        return "ceased", it.lapses_on
    if it.ends_on < today:
        return "ended", it.ends_on
    return ("suspended", it.suspended.ceases_on) if it.suspended else ("granted", it.ends_on)


def _urgent(state: Request) -> UrgentTold | None:
    it = state.urgent
    if it is None:
        return None
    decided = state.ended is not None
    return UrgentTold(
        ends_on=it.ends_on,
        day_assumed=it.day_assumed,
        extended=it.extended,
        lapsed=it.lapsed,
        extension=_extension(state, it),
        extension_due_at=_extension_due(state),
        meaning=receipt.of_urgent(
            it.ends_on,
            lapsed=it.lapsed,
            decided=decided,
            asked_before=it.asked_before,
            day_assumed=it.day_assumed,
        ),
    )


def _extension(state: Request, it: Urgent) -> Extension | None:
    if it.extended:
        return "extended"
    if state.extension_asked_at:
        return "asked"
    return "refused" if it.extension_refused else "not-answered" if it.extension_requested else None


def _extension_due(state: Request) -> datetime | None:
    due = (it.due_at for it in request.owed(state, calendar()) if it.kind == clocks.EXTENSION)
    return next(due, None)


def _renewal(state: Request) -> RenewalTold | None:
    ends_on, lapsed = state.authorisation_ends_on, state.authorisation_lapsed
    if ends_on is None:
        return None
    meaning = receipt.of_renewal(ends_on, lapsed=lapsed, decided=state.ended is not None)
    return RenewalTold(ends_on=ends_on, lapsed=lapsed, meaning=meaning)


def _cover(state: Request, decision: DecisionTold | None, today: date) -> CoverTold:
    cover, day = covered(state, decision, today)
    later = state.ended and not state.ended.suspended and state.ended.begins_on
    begins_on = later if later and today < later else None
    says = receipt.of_cover(cover, day, begins_on)
    return CoverTold(code=Code(f"dols-cover@1:{cover}"), says=says, day=day)


def covered(
    state: Request, decision: DecisionTold | None, today: date
) -> tuple[Cover, date | None]:
    """Give what authorises it on a London date, and to or since the end of which day.

    A refusal ends an urgent authorisation; one that is to be renewed lasts to its own end.
    """
    refused = bool(decision and not decision.granted)
    granted, begins_on = _granted(state.ended, today), decision and decision.starts_on
    if granted and begins_on and begins_on <= today:
        return granted
    urgent = state.urgent.ends_on if state.urgent and not refused else None
    present = state.authorisation_ends_on
    if state.unprotected(today):  # as staff see it
        return "unprotected", urgent or present
    if urgent and today <= urgent:
        return "urgent", urgent
    if present and today <= present:
        return "present", present
    ended = max((it for it in (urgent, present) if it), default=None)
    return ("unprotected", ended) if ended and not refused else ("none", None)


def _decision(history: Sequence[Recorded[Any]]) -> DecisionTold | None:
    for it in reversed(history):
        match it.fact:
            case events.AuthorisationGranted() as made:
                return DecisionTold(
                    granted=True,
                    decided_on=made.decided_on,
                    starts_on=made.starts_on,
                    ends_on=made.ends_on,
                )
            case events.AuthorisationNotGranted() as made:
                return DecisionTold(
                    granted=False, decided_on=made.decided_on, reason=made.reason
                )  # fmt: skip
            case _:
                continue
    return None
