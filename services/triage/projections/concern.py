"""What is known of one concern?

Folded from its own stream, so it is always current. Words are still shut here: `api` opens them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from services.triage.decisions import Concern, Decided, Waiting, concern
from services.triage.events import (
    BandLoweringAnswered,
    BandLoweringProposed,
    BandOverridden,
    ConcernRecognised,
    ConcernReopened,
    ConcernScored,
    DeadlineMissed,
    Evidence,
    InformationAdded,
    InformationConsidered,
    Section42Decided,
    WithdrawalNoted,
)
from services.triage.rules.clocks import rank_reason
from services.triage.rules.explanation import explain
from services.triage.rules.overriding import beside_its_score
from services.triage.rules.score import Score
from services.triage.rules.section42 import OUTCOMES, ThreeTests
from services.triage.rules.waits import Wait, decision_due, look_due
from shared.facts import Code, Recorded
from shared.sealed import Sealed
from shared.time.calendar import calendar, london_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """The score that counts now, and what makes it."""

    band: Code
    """In which it waits: above the score's own until it is lowered, or as a person set it."""

    scored_by: Code
    score: Score
    says: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something owed to who waits, and by when."""

    kind: str
    """look, decision, re-check, second-person, or escalation-to- somebody."""

    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A lower band than Red that waits for a second person."""

    band: Code
    proposed_by: str
    proposed_at: datetime
    asked: str | None
    """Who was asked to answer, if somebody in particular was; others may as well."""

    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided under section 42(1), without the words of it."""

    policy: Code
    tests: ThreeTests
    not_met: Sequence[Code]
    outcome: Code
    meaning: str
    route: Code | None
    decided_by: str
    decided_at: datetime
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernView:
    """A concern, without the words of anybody."""

    id: UUID
    contact: UUID
    state: Literal["waiting", "decided"]
    version: int
    received_at: datetime
    transition: bool
    counting_policy: Code
    withdrawn: bool
    news: int
    look_due_at: datetime
    decision_due_at: datetime
    rank_reason: str
    rating: Rating
    proposal: ProposalView | None
    decision: Decision | None
    due: Sequence[Due]
    """What is still owed, the first one first. Who waits is owed something always."""

    missed: Sequence[Due]
    """What was owed and passed, in the order in which it passed."""


TESTS = tuple(it.name for it in fields(Evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutWords:
    """What people wrote, shut, by what it is; of each the last."""

    one_each: dict[str, Sealed[Any] | None]
    added: Sequence[Sealed[str]]


def view(id: UUID, history: Sequence[Recorded[Any]]) -> ConcernView | None:
    """Give what is known of the concern, None where nothing is recorded."""
    state = concern.fold(history)
    again: Wait | None = None
    match state:
        case Waiting() as waiting:
            decided = False
        case Decided(waited=waiting, told_more=again):
            decided = True
        case _:
            return None
    recognised: ConcernRecognised = history[0].fact
    due = decision_due(waiting.wait, calendar())
    look = look_due(again or waiting.wait, calendar())
    return ConcernView(
        id=id,
        contact=waiting.contact,
        state="decided" if decided else "waiting",
        version=len(history),
        received_at=waiting.received_at,
        transition=recognised.transition,
        counting_policy=recognised.counting_policy,
        withdrawn=any(isinstance(it.fact, WithdrawalNoted) for it in history),
        news=sum(isinstance(it.fact, InformationAdded) for it in history),
        look_due_at=look,
        decision_due_at=due,
        rank_reason=_reason(waiting, look if again else due),
        rating=_rating(waiting, history),
        proposal=_proposal(waiting, history),
        decision=_decision(history) if decided else None,
        due=_due(state),
        missed=[_missed(it.fact) for it in history if isinstance(it.fact, DeadlineMissed)],
    )


def _reason(waiting: Waiting, due_at: datetime) -> str:
    return rank_reason(waiting.band, waiting.received_at, due_at, waiting.score.band)


def _due(state: Concern) -> Sequence[Due]:
    due = sorted(concern.owed(state, calendar()), key=lambda it: (it.due_at, it.kind))
    return [Due(kind=it.kind, due_at=it.due_at) for it in due]


def _proposal(waiting: Waiting, history: Sequence[Recorded[Any]]) -> ProposalView | None:
    if waiting.proposal is None:
        return None
    last = [it.fact for it in history if isinstance(it.fact, BandLoweringProposed)][-1]
    return ProposalView(
        band=waiting.proposal.band,
        proposed_by=waiting.proposal.by,
        proposed_at=waiting.proposal.at,
        asked=last.asked,
        due_at=waiting.proposal.due_at(calendar()),
    )


def _missed(happened: DeadlineMissed) -> Due:
    return Due(kind=happened.kind.rpartition(":")[2], due_at=happened.due_at)


def words(history: Sequence[Recorded[Any]]) -> ShutWords:
    """Give what people wrote in a concern, shut."""
    recognised: ConcernRecognised = history[0].fact
    one_each: dict[str, Sealed[Any] | None] = {
        "details": recognised.details,
        "source_of_risk": recognised.source_of_risk,
        "referrer": recognised.referrer,
    }
    for it in history:
        match it.fact:
            case ConcernScored(evidence=evidence) if evidence:
                one_each["score_evidence"] = evidence
            case BandOverridden(reasons=reasons):
                one_each["band_reasons"] = reasons
            case BandLoweringProposed(reasons=reasons):
                one_each["proposal_reasons"] = reasons
            case BandLoweringAnswered(reasons=reasons):
                one_each["second_person_reasons"] = reasons
            case Section42Decided(reasons=reasons, evidence=given):
                one_each["decision_reasons"] = reasons
                one_each |= {name: getattr(given, name) for name in TESTS}
            case ConcernReopened(reasons=reasons):
                one_each["reopening_reasons"] = reasons
            case InformationConsidered(reasons=reasons):
                one_each["considered_reasons"] = reasons
            case _:
                pass
    added = [it.fact.words for it in history if isinstance(it.fact, InformationAdded)]
    return ShutWords(one_each=one_each, added=added)


def _rating(waiting: Waiting, history: Sequence[Recorded[Any]]) -> Rating:
    scored = [it.fact for it in history if isinstance(it.fact, ConcernScored)]
    beside = beside_its_score(waiting.band, waiting.score.band)
    return Rating(
        band=waiting.band,
        scored_by=scored[-1].scored_by,
        score=waiting.score,
        says=(*explain(waiting.score), *([f"It is {beside}."] if beside else [])),
    )


def _decision(history: Sequence[Recorded[Any]]) -> Decision:
    last = [it for it in history if isinstance(it.fact, Section42Decided)][-1]
    decided: Section42Decided = last.fact
    return Decision(
        policy=decided.policy,
        tests=decided.tests,
        not_met=decided.tests.not_met,
        outcome=decided.outcome,
        meaning=OUTCOMES[decided.outcome].meaning,
        route=decided.route,
        decided_by=last.act.actor,
        decided_at=last.act.effective_at,
        decided_on=london_date(last.act.effective_at),
    )
