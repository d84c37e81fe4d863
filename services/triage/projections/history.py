"""What happened to a concern, line by line?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.triage.events import (
    BandLoweringAnswered,
    BandLoweringProposed,
    BandOverridden,
    ConcernEscalated,
    ConcernFact,
    ConcernRecognised,
    ConcernReopened,
    ConcernScored,
    DeadlineMissed,
    InformationAdded,
    InformationConsidered,
    Section42Decided,
    WithdrawalNoted,
)
from services.triage.rules.clocks import spoken
from services.triage.rules.counting import POLICIES
from services.triage.rules.section42 import OUTCOMES, ROUTES
from shared.facts import Code, Recorded

SCORERS = {
    Code("scorer@1:referrer"): "on the referrer's own answers",
    Code("scorer@1:screener"): "by a screener",
    Code("scorer@1:added-information"): "again, on what the sender added",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact, in plain words; what people wrote is not in it."""

    version: int
    fact: str
    effective_at: datetime
    recorded_at: datetime
    by: str
    role: str
    says: str


def lines(history: Sequence[Recorded[Any]]) -> Sequence[Line]:
    """Give a line for each fact, the first one first."""
    return [
        Line(
            version=it.version,
            fact=it.fact.stored_as,
            effective_at=it.act.effective_at,
            recorded_at=it.recorded_at,
            by=it.act.actor,
            role=it.act.role,
            says=says(it.fact),
        )
        for it in history
    ]


def says(happened: ConcernFact) -> str:
    """Tell a fact in one sentence."""
    match happened:
        case ConcernRecognised(counting_policy=policy):
            return f"Counted as a concern. {POLICIES[policy].says}"
        case ConcernScored(score=score, scored_by=by):
            return (
                f"Scored {SCORERS[by]}: {score.total} points, {_word(score.band)},"
                f" confidence {_word(score.confidence)}, with {_word(score.tool)}."
            )
        case BandOverridden(was=was, band=band, second_person=second):
            behind = f" {second} stands behind it too." if second else ""
            return (
                f"A person set the band from {_word(was)} to {_word(band)}, with reasons.{behind}"
            )
        case BandLoweringProposed(was=was, band=band, asked=asked):
            whom = f", asking {asked}" if asked else ""
            return (
                f"A lower band was proposed, {_word(band)}{whom}, with reasons: it is"
                f" {_word(was)} until a second person agrees."
            )
        case BandLoweringAnswered(agrees=agrees):
            return (
                "A second person agrees, with reasons."
                if agrees
                else "The lower band was not agreed to, with reasons: the band stays as it is."
            )
        case InformationAdded():
            return "The sender told more."
        case InformationConsidered():
            return "What was told after the decision was looked at: it changes nothing."
        case WithdrawalNoted():
            return "The sender took the referral back; whether the duty arises is ours to decide."
        case Section42Decided(outcome=outcome, route=route):
            to = f" Route: {ROUTES[route]}." if route else ""
            return f"Section 42 decided. {OUTCOMES[outcome].meaning}{to}"
        case ConcernReopened():
            return "Opened again, with reasons."
        case DeadlineMissed(kind=kind, due_at=due_at, late=late):
            return f"Missed: {_word(kind)}, due {spoken(due_at)}.{_noticed(late)}"
        case ConcernEscalated(to=to, late=late):
            return f"Escalated to the {_word(to).replace('-', ' ')}.{_noticed(late)}"


def _noticed(late: bool) -> str:  # noqa: FBT001 - as the fact says it
    return " Noticed late: the service stood still." if late else ""


def _word(code: Code) -> str:
    return code.rpartition(":")[2]
