"""When is a delivery tried again, and when not any more?

Soon at first, then twice a day, for seven days. The wait lies somewhere in the upper half of its
step, so that many that failed together do not come back together; where, is drawn from the ids, so
that a replay of the log draws the same.

Law: none; the schedule is ours. Source: Standard Webhooks 1.0.0, "Deliverability and reliability".
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.facts import Code

STEPS: Sequence[int] = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800)
"""Seconds after the first failure, the second, and so on."""

THEN = 43_200
"""Seconds after every further one."""

GIVES_UP_AFTER, AT_LEAST = timedelta(days=7), timedelta(days=1)
"""Since it was owed, and since it was first tried."""
DISABLED_AFTER = timedelta(days=5)
"""Of nothing but failures, and so many of one event as there are steps: then nothing more is sent
until the endpoint is enabled, and what happens meanwhile is kept for it."""

LONGEST_HOLD = 86_400
"""Seconds that a receiver may ask us to wait."""

_OUTCOME = "delivery-outcome@1:"
DELIVERED, GONE = Code(f"{_OUTCOME}delivered"), Code(f"{_OUTCOME}gone")
THROTTLED, REDIRECTED = Code(f"{_OUTCOME}throttled"), Code(f"{_OUTCOME}redirected")
REJECTED, TIMED_OUT = Code(f"{_OUTCOME}rejected"), Code(f"{_OUTCOME}timed-out")
UNREACHABLE, BROKEN = Code(f"{_OUTCOME}unreachable"), Code(f"{_OUTCOME}broken")
ADDRESS_REFUSED, WITHHELD = Code(f"{_OUTCOME}address-refused"), Code(f"{_OUTCOME}withheld")

OUTCOMES = {
    DELIVERED: "the receiver took it",
    GONE: "the receiver says that nothing is there any more, so the endpoint is disabled",
    THROTTLED: "the receiver asks us to come less often",
    REDIRECTED: "the receiver points elsewhere, where we never go",
    REJECTED: "the receiver answered that it did not take it",
    TIMED_OUT: "no answer in time",
    UNREACHABLE: "no connection, or one whose certificate is not right",
    BROKEN: "what answered does not speak HTTP",
    ADDRESS_REFUSED: "the name leads to an address to which we never connect",
    WITHHELD: "it was not sent: the right to hear it had ended",
}
"""What became of an attempt, in words."""

SETTLED = frozenset({DELIVERED, WITHHELD})
"""After these nothing more is to be done."""


def outcome_of(status: int) -> Code:
    """Give what a status says; only 2xx says yes."""
    match status:
        case 410:
            return GONE
        case 429:
            return THROTTLED
        case _ if 200 <= status < 300:  # noqa: PLR2004 - the classes of RFC 9110
            return DELIVERED
        case _ if 300 <= status < 400:  # noqa: PLR2004
            return REDIRECTED
        case _:
            return REJECTED


def next_try(
    event: UUID, endpoint: UUID, attempts: int, since: datetime, now: datetime, hold: int | None
) -> datetime | None:
    """Give when to try again after `attempts` that failed, None where we give up.

    `hold`: seconds that the receiver asked us to wait.
    """
    step = STEPS[attempts - 1] if attempts <= len(STEPS) else THEN
    wait = step * (1 + drawn(event, endpoint, attempts)) / 2
    held = min(max(hold or 0, 0), LONGEST_HOLD)
    at = now + timedelta(seconds=max(wait, held))
    return at if at <= since + GIVES_UP_AFTER else None


def gives_up_on(failing_since: datetime, now: datetime) -> bool:
    """Say whether an endpoint has failed for so long that it is to be left alone."""
    return now - failing_since >= DISABLED_AFTER


def drawn(event: UUID, endpoint: UUID, attempts: int) -> float:
    """Give a number from 0 up to 1, the same for the same ids, and spread over all of them."""
    return uuid5(NAMESPACE_OID, f"{event} {endpoint} {attempts}").int % 2**32 / 2**32
