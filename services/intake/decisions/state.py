"""Where does each adult of a referral stand?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.intake.events import InformationKept, Part, ReferralReceived
from services.intake.rules.checks import Check
from services.intake.rules.looks import Look
from shared.facts import Code


@dataclass(frozen=True, kw_only=True)
class Held:
    """A person has to look at this adult's part."""

    part: Part
    look: Look
    kept: tuple[InformationKept, ...] = ()
    """What the sender added since."""

    told_at: datetime | None = None
    """When the last of it was told."""

    @property
    def news(self) -> bool:
        """Say whether the sender told more since, so that it has to be read as well."""
        return bool(self.kept)


@dataclass(frozen=True, kw_only=True)
class Redirected:
    """The adult was passed on."""

    part: Part
    to: Code
    kept: tuple[InformationKept, ...] = ()
    known: int = 0
    """How many of those were there when it was passed on."""

    told_at: datetime | None = None
    """When the last of them was told."""

    look: Look | None = None
    """The wait for somebody to look again, where the sender told more since."""

    @property
    def news(self) -> bool:
        """Say whether the sender told more since, so that somebody has to look again."""
        return len(self.kept) > self.known


@dataclass(frozen=True, kw_only=True)
class Promoted:
    """Triage has the adult."""

    outcome_class: Code | None = None
    decided_on: date | None = None


Contact = Held | Redirected | Promoted


@dataclass(frozen=True, kw_only=True)
class Referral:
    """A referral that we keep, and where each adult in it has got to."""

    sender: str
    received_at: datetime
    received: ReferralReceived
    contacts: Mapping[UUID, Contact] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    amendments: int = 0
    withdrawn: bool = False
    anonymous: bool = False
    """An addition asked that its sender's name goes to nobody."""

    @property
    def promoted(self) -> Sequence[UUID]:
        """Give the adults whom triage has."""
        return [adult for adult, it in self.contacts.items() if isinstance(it, Promoted)]
