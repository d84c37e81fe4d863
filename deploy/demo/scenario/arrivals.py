"""What reaches the council from outside, and when?

All of it is thrown before the play begins, from the seed alone, so that no answer and no delay can
change what is sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from typing import Any, Literal

from deploy.demo.calls import packed
from deploy.demo.council import Posting, postings
from deploy.demo.scenario.liberty import Asking, askings
from deploy.demo.scenario.plan import Flow, Plan, dice_of, key_of
from deploy.demo.words import ACTIONS

Kind = Literal["referral", "amendment", "withdrawal", "dols-request", "circumstances", "taken-back"]
TAKEN_BACK = "Sent for the wrong person; the right referral follows."
NEWS = "The family rang again this morning and told us more."


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Something that a partner sends."""

    at: datetime
    kind: Kind
    partner: str
    key: str
    body: bytes
    of: str | None = None
    """The key of what it belongs to."""


def arrivals(seed: int, plan: Plan) -> Sequence[Arrival]:
    """Give all that is sent in a scenario, the first one first."""
    referred = (_referred(seed, plan, *each) for each in enumerate(plan.referrals))
    asked = (_asked(seed, plan, *each) for each in enumerate(plan.dols))
    return sorted(chain(*referred, *asked), key=lambda it: (it.at, it.key))


def _referred(seed: int, plan: Plan, at: int, flow: Flow) -> Iterator[Arrival]:
    first = datetime.combine(flow.first_day, time(), UTC)
    sent = postings(seed * 100 + at, flow.count, first, flow.days)
    for number, posting in enumerate(sent):
        made = _referral(posting, key_of(seed, "referral", at, number))
        yield made
        yield from _later(seed, plan, made)


def _referral(posting: Posting, key: str) -> Arrival:
    # Every partner of this play sends a key: a referral without one could not be the same twice.
    return Arrival(
        at=posting.at, kind="referral", partner=posting.partner, key=key, body=posting.body
    )


def _later(seed: int, plan: Plan, made: Arrival) -> Iterator[Arrival]:
    dice = dice_of(seed, "later", made.key)
    more = replace(made, of=made.key, key=key_of(seed, "later", made.key))
    if dice.chance(plan.chances.amended):
        said = {"what_happened": NEWS, "actions_taken": dice.pick(ACTIONS), "family_told": "yes"}
        at = made.at + timedelta(hours=2 + dice.below(90))
        yield replace(more, kind="amendment", at=at, body=packed(said))
    elif dice.chance(plan.chances.withdrawn):
        at = made.at + timedelta(hours=1 + dice.below(30))
        yield replace(more, kind="withdrawal", at=at, body=packed({"reason": TAKEN_BACK}))


def _asked(seed: int, plan: Plan, at: int, flow: Flow) -> Iterator[Arrival]:
    for number, asking in enumerate(askings(seed * 100 + at, flow, plan.chances)):
        key = key_of(seed, "dols", at, number)
        made = Arrival(
            at=asking.at, kind="dols-request", partner=asking.partner, key=key,
            body=packed(asking.body),
        )  # fmt: skip
        yield made
        yield from _ending(seed, plan, made, asking)


GONE: dict[str, dict[str, Any]] = {
    "died": {"still_here": "no", "what_changed": "Died peacefully, family with them."},
    "moved": {"still_here": "no", "what_changed": "Discharged to another place on Monday."},
    "not-needed": {"still_needed": "no", "what_changed": "Goes out alone and comes back now."},
}
WITHDRAWN = {"reason": "The care plan was changed; nothing restricts the person any more."}


def _ending(seed: int, plan: Plan, made: Arrival, asking: Asking) -> Iterator[Arrival]:
    """Give what ends many requests before anybody assessed them, if they wait so long."""
    dice = dice_of(seed, "fate", made.key)
    if not dice.chance(plan.chances.ends_early):
        return
    days = 1 + dice.below(plan.chances.ends_within_days)
    at = asking.at + timedelta(days=days, minutes=dice.below(600))
    how = dice.weighted((("died", 30), ("moved", 40), ("not-needed", 10), ("withdrawn", 20)))
    kind: Kind = "taken-back" if how == "withdrawn" else "circumstances"
    body = packed(GONE.get(how, WITHDRAWN))
    yield replace(
        made, kind=kind, at=at, of=made.key, key=key_of(seed, "fate", made.key), body=body
    )
