"""What was written of a referral after it was sent, by whom, and what passed meanwhile?

Folded from its own stream. Words are still shut here: `api` opens them.
"""

from collections.abc import Sequence
from typing import Any

from services.intake.events import (
    ContactPromoted,
    ContactRedirected,
    DeadlineMissed,
    ReferralAmended,
    ReferralWithdrawn,
)
from shared.facts import Recorded
from shared.sealed import Sealed


def documents(history: Sequence[Recorded[Any]]) -> Sequence[Sealed[str]]:
    """Give what the sender added, the first addition first."""
    return [it.fact.document for it in history if isinstance(it.fact, ReferralAmended)]


def reasoned(history: Sequence[Recorded[Any]]) -> Sequence[Recorded[Any]]:
    """Give what a person did and had to give reasons for."""
    kinds = ContactPromoted | ContactRedirected | ReferralWithdrawn
    return [it for it in history if isinstance(it.fact, kinds) and it.fact.reasons is not None]


def missed(history: Sequence[Recorded[Any]]) -> Sequence[DeadlineMissed]:
    """Give the looks that were owed and passed, the first one first."""
    return [it.fact for it in history if isinstance(it.fact, DeadlineMissed)]
