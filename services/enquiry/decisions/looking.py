"""What do people say of that which came unasked: more that was told, and what was escalated?

What a sender tells may be new abuse, so the lead of an open enquiry says what it changes before it
closes; also of what was told while it was closed, and not looked at, once it is open again. What a
partner owes for too long goes to the partner lead of the Safeguarding Adults Board, who is no part
of the council's team: only they can say that it reached them.

Law: none; a local rule.
"""

from dataclasses import dataclass

from services.enquiry import events
from services.enquiry.decisions.owing import Facts, to_note
from services.enquiry.decisions.state import Enquiry
from services.enquiry.rules import clocks
from shared.facts import Code
from shared.refusals import Refusal
from shared.sealed import Sealed
from shared.time.calendar import calendar


@dataclass(frozen=True, kw_only=True)
class ConsiderInformation:
    """Say what changes with all that the sender told and nobody looked at."""

    effect: Code
    """Of `information-effect@1`."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class NoteEscalation:
    """Say, as the Board's partner lead, that what was escalated to them was noted."""

    words: Sealed[str] | None


class InformationNotConsidered(Refusal):
    """More was told of this enquiry: its lead says first what that changes."""


class NothingToConsider(Refusal):
    """Nothing was told of this enquiry that nobody has considered."""


class NothingToNote(Refusal):
    """Nothing is escalated to the Board's partner lead that they have not noted."""


def considered(command: ConsiderInformation, state: Enquiry) -> Facts:
    """Give that what was told was looked at.

    Raises:
        NothingToConsider: nothing was told, or it was looked at.
    """
    if state.told_more_at is None:
        raise NothingToConsider
    return (events.InformationConsidered(effect=command.effect, reasons=command.reasons),)


def noted(command: NoteEscalation, state: Enquiry) -> Facts:
    """Give that each thing that waits for the Board's partner lead was noted.

    Raises:
        NothingToNote: nothing waits for them, or what did is no longer overdue.
    """
    waiting = to_note(state, calendar())
    if not waiting:
        raise NothingToNote
    return [
        events.EscalationNoted(
            kind=Code(f"enquiry-deadline@1:{it.kind}"), to=clocks.PARTNER_LEAD, words=command.words
        )
        for it in waiting
    ]
