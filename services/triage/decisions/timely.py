"""Is what somebody enters dated before something that it would pass over?"""

from services.triage.decisions.commands import BeforeItsReceipt, JudgedSince, ToldMoreSince
from services.triage.decisions.state import Concern, Decided, Waiting, unseen_since
from shared.facts import Act
from shared.time.calendar import london_date


def not_before(state: Concern | None, act: Act) -> None:
    """Refuse what is dated before the day of the receipt.

    Raises:
        BeforeItsReceipt: it is.
    """
    # A slip of the year would let a clock run for decades, and each of its times pass at once.
    known = state.waited if isinstance(state, Decided) else state
    if known and london_date(act.effective_at) < london_date(known.received_at):
        raise BeforeItsReceipt


def not_unseen(state: Concern | None, act: Act) -> None:
    """Refuse what is dated before the sender told what nobody has seen.

    Raises:
        ToldMoreSince: it is.
    """
    told_at = unseen_since(state)
    if told_at and act.effective_at < told_at:
        raise ToldMoreSince


def not_judged_since(waiting: Waiting, act: Act) -> None:
    """Refuse what is dated before a person last scored it, or set its band.

    Raises:
        JudgedSince: it is.
    """
    # What is entered late would put out of the way, or rest on less than, what was found since.
    if waiting.judged_at and act.effective_at < waiting.judged_at:
        raise JudgedSince
