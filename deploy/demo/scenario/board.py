"""What does the partner lead of the Safeguarding Adults Board do about what is escalated to them?

They come by once a working day, and most days they take note of each thing that waits for them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from deploy.demo.scenario.days import local
from deploy.demo.scenario.parts import BOARD
from deploy.demo.scenario.plan import dice_of
from deploy.demo.scenario.town import Act, Town

LIST = ("enquiry", "/v1/escalations")
SAID = "Rang their director: the report comes this week."


async def look(town: Town, now: datetime, thrown: str | None = None) -> Sequence[Act]:
    """Take note of what is escalated."""
    return choose(town, await town.all_of(*LIST, BOARD), now, thrown)


def choose(
    town: Town, rows: Sequence[Any], now: datetime, thrown: str | None = None
) -> Sequence[Act]:
    """Give what is noted: of each thing the dice of the case say whether it is today."""
    day, chance = thrown or f"{local(now):%Y-%m-%d}", town.plan.chances.noted_a_day
    return [
        _noted(town, row)
        for row in rows
        if dice_of(town.seed, "note", row["enquiry"], day).chance(chance)
    ]


def _noted(town: Town, row: Any) -> Act:
    case = str(row["enquiry"])
    where = (LIST[0], f"/v1/enquiries/{case}/escalation-note")
    return town.act("escalation-note", BOARD, where, case, {"words": SAID}, row["version"])
