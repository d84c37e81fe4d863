"""How does a scenario go on, instant by instant, until its last day is over?

At each instant partners send what is due, then staff act on what they see. The clock of all
services moves only when everything that was said has been heard: so the same seed makes the same
facts of a case, however fast or slow the machine is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from deploy.demo.scenario import (
    assessors,
    board,
    contact,
    coordinators,
    leads,
    managers,
    recount,
    screeners,
    signatory,
)
from deploy.demo.scenario.days import (
    CLOSE,
    MIDNIGHT,
    TIMES,
    Pace,
    in_the_office,
    instant,
    is_working,
    local,
    rounds,
)
from deploy.demo.scenario.ledger import Ledger
from deploy.demo.scenario.partners import Partners
from deploy.demo.scenario.parts import MANAGERS
from deploy.demo.scenario.plan import Plan
from deploy.demo.scenario.town import Act, StandsStill, Town, visited

Say = Callable[[str], None]
Look = Callable[[Town, datetime], Awaitable[Sequence[Act]]]
EVERY = 5.0
"""Seconds between two lines of progress."""

SHIFTS: Sequence[Sequence[Look]] = (
    (coordinators.look,), (leads.look, assessors.answer), (assessors.assess, board.look),
    (signatory.look,)
)  # fmt: skip
"""Who works once a working day, round by round; the others take what comes in every round."""


def shift(pace: Pace, at: time) -> Sequence[Look]:
    """Give who works at a time of a working day: where it has few rounds, many in the second.

    Assessors answer on the day on which they are asked: an offer may expire within one.
    """
    place = pace.office.index(at)
    if len(pace.office) < len(SHIFTS):
        return [look for looks in (SHIFTS[1:] if place else SHIFTS[:1]) for look in looks]
    return SHIFTS[place] if place < len(SHIFTS) else ()


def play(then: Callable[[Town], Awaitable[bool]], wanted: "Wanted") -> bool:
    """Play to the end, then let `then` look at it; False where it found something wrong."""
    try:
        return asyncio.run(_play(then, wanted))
    except (httpx.HTTPError, StandsStill, ValueError) as trouble:
        wanted.say(f"The play cannot go on: {trouble}")
        return False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be played, and where."""

    access: Mapping[str, Any]
    plan: Plan
    seed: int
    say: Say
    ledger: Path
    about: Mapping[str, Any]


async def _play(then: Callable[[Town], Awaitable[bool]], wanted: Wanted) -> bool:
    ledger = Ledger(wanted.ledger, wanted.about)
    async with visited(wanted.access, wanted.seed, wanted.plan, ledger) as town:
        if "played" in ledger.marks:
            wanted.say("This was played already; it goes on from where its clock stands.")
        else:
            await Playing(town, Partners(town), wanted.say).run()
            ledger.keep(mark="played")
        return await then(town)


@dataclass
class Playing:
    """A play under way."""

    town: Town
    partners: Partners
    say: Say
    said: float = 0.0

    async def run(self) -> None:
        """Play from where the clock stands to the end of the last day."""
        plan, done = self.town.plan, self.town.ledger.done
        self.said = monotonic()
        if done:
            self.say(f"It goes on from {local(done):%d %B %Y, %H:%M}.")
        await self._open()
        for now in rounds(plan.pace, plan.first_day, plan.days):
            if not done or now > done:
                await self._round(now)
                self.town.ledger.keep(done=now.isoformat())
                self._tell(now)

    async def _open(self) -> None:
        plan = self.town.plan
        if not self.town.ledger.stands:
            await self.town.move(instant(plan.first_day))
        await self.town.register()
        first = (*coordinators.entries(self.town, plan.first_day), *leads.entries(self.town))
        await self.town.perform(first)
        await self.town.caught_up()

    async def _round(self, now: datetime) -> None:
        await self.town.move(now)
        await self.town.caught_up(looks=1)
        await self._on_a_day(now)
        if local(now).time() == CLOSE:
            await self.partners.hear()
        if local(now).time() not in TIMES:
            await self._act(await self._wanted(now))

    async def _wanted(self, now: datetime) -> Sequence[Act]:
        """Let partners send; then give what staff do, the same where a play was cut short in it."""
        planned = self.town.ledger.planned
        due = self.partners.due(now)
        if planned and planned[0] == now:
            return [Act.of(it) for it in planned[1]]
        if await self.partners.send(due):
            await self.town.caught_up()
            await self.town.heard(MANAGERS[0])
        acts = await self._staff(now)
        if acts:
            kept = [act.written() for act in acts]
            self.town.ledger.keep(planned=now.isoformat(), acts=kept)
        return acts

    async def _act(self, acts: Sequence[Act]) -> None:
        await self.town.perform(acts)
        if not acts:
            return
        await self.town.caught_up()
        if any(act.did == "promotion" for act in acts):
            await self.town.heard(MANAGERS[0])
        for case in managers.opened_by(self.town, acts):
            await self.town.there("enquiry", f"/v1/enquiries/{case}", MANAGERS[0])

    async def _staff(self, now: datetime) -> Sequence[Act]:
        """Give what staff do now, everybody on what they see at the beginning of the round."""
        queue = await self.town.all_of("triage", "/v1/concerns", MANAGERS[0])
        acts = list(screeners.choose(self.town, queue, now))
        scored = {act.case for act in acts}
        others = [row for row in queue if row["concern"] not in scored]
        acts += managers.choose(self.town, others, now)
        acts += await contact.look(self.town, now)
        if in_the_office(now):
            for look in shift(self.town.plan.pace, local(now).time()):
                acts += await look(self.town, now)
        return acts

    async def _on_a_day(self, now: datetime) -> None:
        """Do what is done on some days only: figures are kept, capacities change."""
        day = local(now).date()
        at = local(now).time()
        if at == MIDNIGHT and day in self.town.plan.milestones:
            said = await recount.figures(self.town)
            self.town.ledger.keep(milestone=f"{day}", **said)
        if at == self.town.plan.pace.office[0] and day in self._changes():
            await self.town.perform(await coordinators.changes(self.town, day))
            await self.town.caught_up()

    def _changes(self) -> set[date]:
        """Give the first working day of each new rate."""
        found = set[date]()
        for rate in self.town.plan.crew.allocated[1:]:
            days = (rate.since.toordinal() + n for n in range(14))
            found.add(next(it for it in map(date.fromordinal, days) if is_working(it)))
        return found

    def _tell(self, now: datetime) -> None:
        if monotonic() - self.said < EVERY:
            return
        self.said, done = monotonic(), self.town.ledger.counts()
        self.say(
            f"{local(now):%a %d %b %Y, %H:%M}: {done['referral']:,} referrals, "
            f"{done['decision']:,} decided, {done['closure']:,} enquiries closed, "
            f"{done['dols-request']:,} DoLS requests, {done['dols-decision']:,} decided."
        )
