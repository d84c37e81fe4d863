"""How do tests ask notify, and let things happen there?"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.notify.decisions import correspondence
from services.notify.decisions.correspondence import HearSender, TellPartner
from services.notify.rules.disclosure import REFERRER, code_of
from shared.facts import party
from shared.log.handle import handle
from tests.notify import a
from tests.support.house import Home, key
from tests.support.patience import until
from tests.support.story import SOMEBODY

SCOPES = ("webhooks.manage", "events.read", "obligations.read")


@dataclass(frozen=True)
class Partner:
    """A partner's system, and what happens to their cases."""

    name: str
    home: Home
    client: httpx.AsyncClient

    async def registers(self, url: str, *events: str, **more: Any) -> Any:
        """Register an endpoint, and give it with its secret."""
        body = {"url": url, "events": list(events)} | more
        answer = await self.client.post("/v1/webhook-endpoints", json=body, headers=key())
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def does(self, endpoint: Any, what: str, **said: Any) -> httpx.Response:
        at = f"/v1/webhook-endpoints/{endpoint['id']}/{what}"
        answer = await self.client.post(at, json=said, headers=key())
        assert answer.is_success, answer.text
        return answer

    async def refers(self, *more: str) -> UUID:
        """Let a referral of theirs be received, and more happen to it."""
        lane, now = uuid4(), await self.home.runtime.log.now()
        told = replace(a.received, occurred_at=now, known_at=now)
        hear = HearSender(partner=party(self.name), relation=REFERRER, happening=told)
        await _do(self.home, lane, hear, now)
        for type_ in more:
            await self.hears(lane, type_)
        return lane

    async def hears(self, lane: UUID, type_: str) -> None:
        """Let something happen to one of their cases."""
        now = await self.home.runtime.log.now()
        told = replace(a.recognised, event=code_of(type_), occurred_at=now, known_at=now)
        await _do(self.home, lane, TellPartner(happening=told), now)

    async def gets(self, path: str, **params: Any) -> Any:
        """Ask, when the lists have all that has happened."""
        least = {"X-Min-Position": str(await self.home.runtime.log.head())}
        answer = await self.client.get(f"/v1/{path}", params=params, headers=least)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def deliveries(self, *statuses: str) -> Sequence[Any]:
        """Wait until their deliveries stand so, in any order, and give them."""

        async def found() -> Any:
            items = (await self.gets("deliveries", limit=200))["items"]
            return items if sorted(it["status"] for it in items) == sorted(statuses) else None

        items: Sequence[Any] = await until(found)
        return items


@asynccontextmanager
async def partner(home: Home) -> AsyncIterator[Partner]:
    """Give a partner of whom nothing is known yet."""
    name = f"rosewood-house-{uuid4()}"
    async with home.client(name, *SCOPES) as client:
        yield Partner(name, home, client)


async def _do(home: Home, lane: UUID, command: Any, now: datetime) -> None:
    act = replace(SOMEBODY, id=uuid4(), correlation=uuid4(), effective_at=now)
    await handle(home.runtime.log, correspondence.stream(lane), command, act)
