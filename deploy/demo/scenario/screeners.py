"""What do those do who look at concerns first, and score them?

In the office two screeners take the queue as it comes; outside it the emergency duty takes what is
Red, at any hour.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import cycle
from typing import Any

from deploy.demo.scenario.days import in_the_office, local, working_days_between
from deploy.demo.scenario.parts import DUTY, SCREENERS
from deploy.demo.scenario.plan import dice_of
from deploy.demo.scenario.town import Act, Town
from deploy.demo.words import ANSWERS, RISKS

EVIDENCE = (
    "Spoke to the night nurse; it happened twice more this week.",
    "Visited: alarm fitted, second carer confirmed by the nurse.",
    "She only speaks freely when he is out at the allotment.",
    "Bank statement shows three more withdrawals since.",
    "Nothing new; rang the ward to hear that it is so.",
)
RED = "red"
RECHECKED_AFTER = {"red": 1, "amber": 3, "green": 5}
"""Working days, while somebody still waits."""


def choose(town: Town, rows: Sequence[Any], now: datetime) -> Sequence[Act]:
    """Give the scores of this round, within what the staff on duty can do."""
    new = [row for row in rows if is_new(row)]
    if not in_the_office(now):
        return [scored(town, DUTY, row, now) for row in new if band(row) == RED]
    most = town.plan.crew.screened_a_round * len(SCREENERS)
    taken = [*new, *_again(town, rows, now)][:most]
    return [scored(town, who, row, now) for who, row in zip(cycle(SCREENERS), taken, strict=False)]


def band(row: Any) -> str:
    """Give a row's band in one word."""
    return str(row["band"]).rpartition(":")[2]


def is_new(row: Any) -> bool:
    """Say whether nobody has looked yet, or not since more was told."""
    if row["after_decision"]:
        return False  # a manager's to consider
    return row["scored_by"] != "scorer@1:screener" or bool(row["news"])


def _again(town: Town, rows: Sequence[Any], now: datetime) -> Iterator[Any]:
    """Give those who were scored and still wait, each some working days after another."""
    if local(now).time() != town.plan.pace.office[0]:
        return
    today = local(now).date()
    for row in rows:
        since = local(datetime.fromisoformat(row["waiting_since"])).date()
        waited = working_days_between(since, today)
        due = waited and waited % RECHECKED_AFTER[band(row)] == 0
        if due and not is_new(row) and not row["after_decision"]:
            yield row


def scored(town: Town, who: str, row: Any, now: datetime) -> Act:
    """Score a concern on what a person found."""
    case = str(row["concern"])
    dice = dice_of(town.seed, "screener", case, row["version"])
    answers, signals = dice.pick(RISKS[_seen(band(row), dice.below(100))])
    coded: dict[str, Any] = dict(zip(ANSWERS, answers, strict=True))
    coded["signals"] = [f"risk-signal@1:{it}" for it in signals]
    said = {"answers": coded, "evidence": dice.pick(EVIDENCE)}
    where = ("triage", f"/v1/concerns/{case}/scores")
    return town.act("scores", who, where, case, said, row["version"], now, etag=row["version"])


def _seen(told: str, chance: int) -> str:
    """Give the band that a person finds: mostly the one that was told."""
    if chance < 80:  # noqa: PLR2004 - four of five stay
        return told
    return {"red": "amber", "amber": "green", "green": "amber"}[told]
