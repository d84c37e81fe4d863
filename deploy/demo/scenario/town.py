"""How does everybody reach the services, and when may the clock move?"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar

import httpx

from deploy.demo.calls import Door, client, packed
from deploy.demo.scenario.ledger import Ledger
from deploy.demo.scenario.parts import OPERATOR
from deploy.demo.scenario.plan import Plan, key_of
from deploy.demo.scenario.receivers import Receivers
from deploy.demo.scenario.watch import Watch

T = TypeVar("T")

LANES = 8
BETWEEN_LOOKS = 0.05
PATIENCE = 120.0
"""Seconds without anything moving, after which the services will not catch up any more."""


class StandsStill(Exception):
    """The services do not catch up; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that somebody wants done."""

    did: str
    who: str
    case: str
    service: str
    path: str
    body: bytes
    key: str
    etag: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    """What is kept of it beside what the answer says."""

    def written(self) -> Mapping[str, Any]:
        """Give it as a ledger keeps it."""
        return {**vars(self), "body": self.body.decode()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Act":
        """Give it as a ledger kept it."""
        return cls(**{**kept, "body": kept["body"].encode()})


@dataclass(frozen=True)
class Town:
    """The services as their callers see them, and what was done so far."""

    access: Mapping[str, Any]
    seed: int
    plan: Plan
    ledger: Ledger
    doors: Sequence[Door]
    services: Sequence[str]
    watch: Watch
    receivers: Receivers

    @property
    def door(self) -> Door:
        """Give a way in."""
        return self.doors[0]

    def act(
        self, did: str, who: str, where: tuple[str, str], case: str, body: Mapping[str, Any],
        *more: object, etag: int | None = None,
    ) -> Act:  # fmt: skip
        """Give a command of staff; `more` tells it from the same act at another time."""
        return Act(
            did=did, who=who, case=case, service=where[0], path=where[1], body=packed(body),
            key=key_of(self.seed, did, who, case, *more),
            etag=None if etag is None else f'"{etag}"',
        )  # fmt: skip

    async def read(self, service: str, path: str, who: str) -> Any:
        """Get what is at `path`."""
        return (await self.door.read(service, path, who)).json()

    async def all_of(self, service: str, path: str, who: str, most: int = 100_000) -> list[Any]:
        """Give the rows of a list."""
        return [row async for row in self.door.rows(service, path, who, most)]

    async def perform(self, acts: Sequence[Act]) -> int:
        """Do all that was not done: cases side by side, each in its order; count the acts."""
        cases = defaultdict[str, list[Act]](list)
        left = [act for act in acts if act.key not in self.ledger.yes]
        for act in left:
            cases[act.case].append(act)
        await self.each(list(cases.values()), self._do)
        return len(left)

    async def each(self, things: Sequence[T], work: Callable[[Door, T], Awaitable[None]]) -> None:
        """Do `work` on all of them, a few at a time, each through a door of its own."""
        queue = iter(things)

        async def lane(door: Door) -> None:
            for thing in queue:
                await work(door, thing)

        await asyncio.gather(*(lane(door) for door in self.doors[: len(things)]))

    async def _do(self, door: Door, acts: Sequence[Act]) -> None:
        for act in acts:
            where = act.service, act.path
            answer = await door.send(where, act.who, act.body, act.key, act.etag)
            if answer is not None and answer.is_success:
                said = {"key": act.key, "did": act.did, "case": act.case, **act.about}
                self.ledger.keep(**said, **_kept(answer))
            else:
                self._refused(act, answer)

    def _refused(self, act: Act, answer: httpx.Response | None) -> None:
        status = answer.status_code if answer is not None else None
        why = answer.text[:300] if answer is not None else "no answer"
        self.ledger.keep(refused=act.did, case=act.case, status=status, why=why)

    async def move(self, to: datetime) -> None:
        """Move the clock of every service to the same instant."""
        body = json.dumps({"to": to.isoformat()}).encode()
        key = key_of(self.seed, "clock", to)

        async def set_(door: Door, service: str) -> None:
            where = (service, "/v1/simulation/clock")
            answer = await door.send(where, OPERATOR, body, key)
            if answer is None or not answer.is_success:
                raise StandsStill(f"the clock of {service} cannot be set: {answer}")

        await self.each(self.services, set_)
        self.ledger.keep(clock=to.isoformat())

    async def caught_up(self, looks: int = 2) -> None:
        """Wait until nothing is left to do anywhere, seen in so many looks in a row.

        Where the clock was moved and nothing else was done, one look tells: only what is due now
        can happen, and that is counted at its source. Else a consumer may have found nothing just
        before something came.

        Raises:
            StandsStill: something does not move any more.
        """
        seen: Mapping[str, int] = {}
        quiet, since = 0, monotonic()
        if looks > 1:  # what was just said cannot have been heard everywhere
            await asyncio.sleep(BETWEEN_LOOKS)
        while True:
            left = await self.watch.left()
            if left != seen:
                seen, since, looks = left, monotonic(), 2
            quiet = 0 if left else quiet + 1
            if quiet >= looks:
                return
            if left and monotonic() - since > PATIENCE:
                raise StandsStill(f"nothing moves any more: {left}")
            await asyncio.sleep(BETWEEN_LOOKS)

    async def register(self) -> None:
        """Have events sent to the receivers of partners who have one.

        Raises:
            StandsStill: notify does not take them.
        """
        for partner in self.receivers.unregistered:
            where, body = ("notify", "/v1/webhook-endpoints"), {"url": self.receivers.url(partner)}
            key = key_of(self.seed, "endpoint", partner)
            answer = await self.door.send(where, partner, packed(body), key)
            if answer is None or not answer.is_success:
                raise StandsStill(f"notify sends no events to {partner}: {answer}")
            self.ledger.keep(endpoint=partner, secret=answer.json()["secret"])

    async def brought(self, told: Mapping[str, Set[str]]) -> None:
        """Wait a while until all events that partners were told of came to their receivers too."""
        since = monotonic()
        while any(told[it] - self.ledger.webhooks[it].keys() for it in told):
            if monotonic() - since > PATIENCE:
                return  # the account says what is missing
            await asyncio.sleep(BETWEEN_LOOKS)

    async def there(self, service: str, path: str, who: str) -> None:
        """Wait until something is there that follows from what was done.

        Raises:
            StandsStill: it does not come.
        """
        since = monotonic()
        while monotonic() - since < PATIENCE:
            try:
                await self.door.read(service, path, who)
            except httpx.HTTPStatusError as no:
                if no.response.status_code != httpx.codes.NOT_FOUND:
                    raise
                await asyncio.sleep(BETWEEN_LOOKS)
            else:
                return
        raise StandsStill(f"{service} has nothing at {path}")

    async def heard(self, who: str) -> None:
        """Wait until triage heard of all whom intake promoted.

        Raises:
            StandsStill: it does not hear.
        """
        since = monotonic()
        while monotonic() - since < PATIENCE:
            intake, triage = [
                await self.read(it, "/v1/figures", who) for it in ("intake", "triage")
            ]
            if intake["promoted"] == triage["concerns"]:
                return
            await asyncio.sleep(BETWEEN_LOOKS)
        raise StandsStill("triage has not heard of all who were promoted")


def _kept(answer: httpx.Response) -> Mapping[str, Any]:
    """Give what of an answer is needed again: what was made, and whom it is about."""
    if answer.status_code != httpx.codes.CREATED or not answer.content:
        return {}
    said = answer.json()
    adults = said.get("adults")
    return {"id": said.get("id")} | ({"adults": len(adults)} if adults is not None else {})


@asynccontextmanager
async def visited(
    access: Mapping[str, Any], seed: int, plan: Plan, ledger: Ledger
) -> AsyncIterator[Town]:
    """Give the town, as long as its doors are open."""
    clients = [client() for _ in range(LANES)]
    watch = Watch({service: access[service] for service in access["docs"]})
    try:
        doors = [Door(access, it) for it in clients]
        async with Receivers(ledger) as receivers:
            yield Town(access, seed, plan, ledger, doors, list(access["docs"]), watch, receivers)
    finally:
        await watch.close()
        await asyncio.gather(*(it.aclose() for it in clients))
