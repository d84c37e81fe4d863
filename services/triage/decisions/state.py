"""Where does a concern stand?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.triage.rules.score import Score
from services.triage.rules.waits import Wait, second_person_again, second_person_due
from shared.facts import Code
from shared.sealed import Sealed
from shared.time.calendar import Calendar

REFERRER = Code("scorer@1:referrer")
SCREENER = Code("scorer@1:screener")
ADDED_INFORMATION = Code("scorer@1:added-information")


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A concern is counted, and its first score follows in the same act."""

    contact: UUID
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A lower band than Red that waits for a second person."""

    by: str
    band: Code
    reasons: Sealed[str]
    at: datetime
    missed_at: datetime | None = None
    """When the time for an answer passed last."""

    def due_at(self, calendar: Calendar) -> datetime:
        """Give the instant (UTC) by which a second person answers."""
        if self.missed_at is None:
            return second_person_due(self.at, calendar)
        return second_person_again(self.missed_at, calendar)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody has to decide."""

    contact: UUID
    received_at: datetime
    score: Score
    wait: Wait
    judged_at: datetime | None = None
    """When a person last scored it or set its band: the sender's answers alone move it no more."""

    set_to: Code | None = None
    """The band that a person set last: no score alone takes it below that."""

    told_at: datetime | None = None
    """When the sender last told what nobody has seen yet, or took the referral back."""

    proposal: Proposal | None = None

    @property
    def band(self) -> Code:
        """Give the band in which it waits."""
        return self.wait.band


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Section 42 is decided."""

    waited: Waiting
    outcome: Code
    decided_at: datetime
    told_more: Wait | None = None
    """The sender told more since, and somebody has to look."""


Concern = Recognised | Waiting | Decided


def unseen_since(state: Concern | None) -> datetime | None:
    """Give when the sender last told what nobody has seen yet: None, all is seen."""
    match state:
        case Waiting(told_at=told_at) | Decided(waited=Waiting(told_at=told_at)):
            return told_at
        case _:
            return None


def known(state: Concern | None) -> Concern:
    """Give the state of a concern that is there; a history begins with the recognition."""
    if state is None:
        raise ValueError("nothing is recorded before this")
    return state


def as_waiting(state: Concern | None) -> Waiting:
    """Give how a concern waits, or waited until it was decided."""
    match known(state):
        case Waiting() as waiting:
            return waiting
        case Decided(waited=waited):
            return waited
        case Recognised():
            raise ValueError("a concern is scored in the act that recognises it")
