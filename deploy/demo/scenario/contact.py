"""What does the contact officer do with those whom the policy left to a person?

In office hours with each of them; out of hours whoever is on duty deals with those who are to be
looked at within the hour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from deploy.demo.scenario.days import in_the_office
from deploy.demo.scenario.parts import CONTACT, DUTY
from deploy.demo.scenario.plan import dice_of
from deploy.demo.scenario.town import Act, Town

CHILDREN, ADVICE = "redirection@1:children", "redirection@1:advice"
HELD = "Rang the sender back about this one; their answer settles it."
MOST = 40
"""In a round."""


async def look(town: Town, now: datetime) -> Sequence[Act]:
    """Deal with those at the head of the list."""
    who = on_duty(now)
    listed = await town.all_of("intake", "/v1/screening", who, MOST)
    rows = theirs(listed, now)
    seen = dict[str, str]()
    for contact in dict.fromkeys(row["contact"] for row in rows if row["news"]):
        words = await town.door.read("intake", f"/v1/referrals/{contact}/words", who)
        seen[contact] = words.headers["etag"]
    return choose(town, rows, now, seen)


def theirs(rows: Sequence[Any], now: datetime) -> Sequence[Any]:
    """Give those who are looked at: out of hours only whom it would be too late for by morning."""
    return [row for row in rows if in_the_office(now) or row["within_the_hour"]]


def on_duty(now: datetime) -> str:
    """Give who looks at them at an instant."""
    return CONTACT if in_the_office(now) else DUTY


def choose(
    town: Town, rows: Sequence[Any], now: datetime, seen: Mapping[str, str]
) -> Sequence[Act]:
    """Say what becomes of each: children's services, advice, or a concern after all.

    `seen` has the versions of the referrals whose senders told more, and that were read.
    """
    who = on_duty(now)
    return [replace(_dealt(town, who, row), etag=seen.get(row["contact"])) for row in rows]


def _dealt(town: Town, who: str, row: Any) -> Act:
    adult, reason = str(row["adult"]), str(row["reason"])
    young = reason.endswith("under-18")
    to = CHILDREN if young else ADVICE
    on = not young and dice_of(town.seed, "contact", adult).chance(650)
    path = "promotion" if on else "redirection"
    said = {"adult": adult, "reasons": HELD} | ({} if on else {"to": to})
    where = ("intake", f"/v1/referrals/{row['contact']}/{path}")
    return town.act(path, who, where, adult, said, row["waiting_since"])
