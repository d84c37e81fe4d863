"""Where does a concern stand?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.triage.rules.score import Score
from services.triage.rules.waits import Wait
from shared.facts import Code


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A concern is counted, and its first score follows in the same act."""

    contact: UUID
    received_at: datetime


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
