"""How does the town live on when the play is over?

The clock of the services follows real time from where it stands, and every few seconds somebody
does something: a partner refers or asks, and each member of staff in turn takes what is next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, cycle
from time import monotonic
from typing import Any

from deploy.demo.scenario import assessors, board, contact, coordinators, leads, managers, signatory
from deploy.demo.scenario.arrivals import Arrival, arrivals
from deploy.demo.scenario.days import DAY, local
from deploy.demo.scenario.partners import first_of
from deploy.demo.scenario.parts import DUTY, MANAGERS
from deploy.demo.scenario.plan import Flow
from deploy.demo.scenario.screeners import is_new, scored
from deploy.demo.scenario.town import Act, Town

SECONDS = 3.0
MORE = 300
"""Of each kind that partners have ready; then others are made, without end."""

Say = Callable[[str], None]
Turn = Callable[[Town, datetime], Awaitable[Sequence[Act]]]


@dataclass
class Clock:
    """The simulated time, going on as real time does."""

    stands: datetime
    began: float

    @property
    def now(self) -> datetime:
        """Give the simulated instant (UTC)."""
        return self.stands + timedelta(seconds=round(monotonic() - self.began))


async def live(town: Town, say: Say) -> None:
    """Keep everybody at work until stopped."""
    stands = town.ledger.stands or datetime.combine(town.plan.first_day, time(), UTC)
    clock = Clock(stands, monotonic())
    for turn in cycle(turns(town, stands.date())):
        now = clock.now
        await town.move(now)
        acts = (await turn(town, now))[:1]
        if acts:
            await town.perform(acts)
            say(told(town, acts[0], now))
        await asyncio.sleep(SECONDS)


def told(town: Town, act: Act, now: datetime) -> str:
    """Say what somebody did, or that it was refused."""
    kept = town.ledger.yes.get(act.key)
    case = str((kept or {}).get("id") or act.case)
    what = act.did.replace("-", " ").replace("/", ", ")
    how = "" if kept else ", refused"
    return f"{local(now):%d %b %Y %H:%M:%S}  {act.who}: {what}{how}  ({act.service} {case})"


def turns(town: Town, today: date) -> Sequence[Turn]:
    """Give everybody's turn, in their order."""
    coming = to_come(town, today)

    async def partner(_town: Town, _now: datetime) -> Sequence[Act]:
        return [first_of(next(coming))]

    return (partner, screener, manager, partner, lead, coordinator, contact.look, assessor,
            signatory.look, board_lead)  # fmt: skip


def to_come(town: Town, today: date) -> Iterator[Arrival]:
    """Give what partners send, without end: as if all of it had happened the day before."""
    flow = (Flow(first_day=today - DAY, days=1, count=MORE),)
    plan = replace(town.plan, referrals=flow, dols=flow)
    for again in count(1):
        for it in arrivals(town.seed + 1_000 * again, plan):
            made = replace(it, key=f"{it.key[:20]}-{today:%y%m%d}-{again}")
            if it.of is None and made.key not in town.ledger.yes:
                yield made


async def _queue(town: Town) -> Sequence[Any]:
    return await town.all_of("triage", "/v1/concerns", MANAGERS[0])


async def screener(town: Town, now: datetime) -> Sequence[Act]:
    """Score whom nobody has looked at."""
    return [scored(town, DUTY, row, now) for row in await _queue(town) if is_new(row)]


async def manager(town: Town, _now: datetime) -> Sequence[Act]:
    """Decide on whom a screener has looked at."""
    return [
        managers.acted(town, MANAGERS[1], row)
        for row in await _queue(town)
        if managers.is_ready(row)
    ]


async def lead(town: Town, now: datetime) -> Sequence[Act]:
    """Take a step in an enquiry, on behalf of managers too."""
    acts = await leads.look(town, now, f"{now}")
    return [act for act in acts if act.key not in town.ledger.yes]


async def board_lead(town: Town, now: datetime) -> Sequence[Act]:
    """Take note of what is escalated to the Board."""
    return await board.look(town, now, f"{now}")


async def coordinator(town: Town, now: datetime) -> Sequence[Act]:
    """Look at a request afresh, or offer one."""
    return await coordinators.look(town, now)


async def assessor(town: Town, now: datetime) -> Sequence[Act]:
    """Answer an offer, or assess what was taken on."""
    acts = [*await assessors.answer(town, now), *await assessors.assess(town, now, f"{now}")]
    return [act for act in acts if act.key not in town.ledger.yes]
