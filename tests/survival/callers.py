"""Who sends, decides, keeps every yes, and asks again where the answer got lost?"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.demo.council import postings
from deploy.demo.staff import decision
from tests.support.house import key
from tests.survival.town import Town, client

SCOPES = ("referrals.write", "referrals.read")
MANY = 600
MOVED = (httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED)
Yes = httpx.Response


class Partners:
    """Partners' systems that post referrals at a steady rate."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.seed = town, seed
        self.answers: dict[int, Yes] = {}
        """The 2xx that came back, by the number of the posting."""
        self.unknown = 0
        """How often nobody could say what had become of a posting."""
        self.begun = 0
        self._postings = list(postings(seed, MANY))

    async def send(self, most: int, pause: float) -> None:
        """Post so many referrals, one each `pause` seconds, and wait for all the answers."""
        async with client() as calling, asyncio.TaskGroup() as under_way:
            for _ in range(most):
                under_way.create_task(self._post(calling, self.begun))
                self.begun += 1
                await asyncio.sleep(pause)

    async def again(self, number: int) -> Yes:
        """Send a posting once more, as a system does that lost the answer."""
        async with client() as calling:
            return await self._until_told(calling, number)

    async def _post(self, calling: httpx.AsyncClient, number: int) -> None:
        self.answers[number] = await self._until_told(calling, number)

    async def _until_told(self, calling: httpx.AsyncClient, number: int) -> Yes:
        while number >= len(self._postings):  # the next year
            self._postings += postings(self.seed + len(self._postings), MANY)
        posting = self._postings[number]
        headers = self.town.house.token(posting.partner, *SCOPES) | key(f"{self.seed}-{number}")
        url = f"{self.town.urls['intake']}/v1/referrals"
        return await told(self, calling, url, posting.body, headers)


@dataclass
class Manager:
    """A safeguarding adults manager, who decides what is next in the queue."""

    town: Town
    decided: list[str] = field(default_factory=list)
    """The concerns of which a decision was acknowledged."""

    unknown: int = 0
    stopping: bool = False

    async def work(self, pause: float = 0.2) -> None:
        """Decide until stopped."""
        async with client() as calling:
            for number in itertools.count():
                await asyncio.sleep(pause)
                if self.stopping:
                    return
                if row := await self._next(calling):
                    await self._decide(calling, row, decision(number))

    async def _next(self, calling: httpx.AsyncClient) -> Mapping[str, Any] | None:
        url = f"{self.town.urls['triage']}/v1/concerns?limit=20"
        try:
            answer = await calling.get(url, headers=self._token())
        except httpx.TransportError:
            return None
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        assert answer.is_success, answer.text
        rows: list[Mapping[str, Any]] = answer.json()["items"]
        return next((row for row in rows if row["concern"] not in self.decided), None)

    async def _decide(
        self, calling: httpx.AsyncClient, row: Mapping[str, Any], said: Mapping[str, Any]
    ) -> None:
        case, version = row["concern"], row["version"]
        url = f"{self.town.urls['triage']}/v1/concerns/{case}/section-42-decision"
        headers = self._token() | key(f"decide {case}") | {"if-match": f'"{version}"'}
        headers["content-type"] = "application/json"
        answer = await told(self, calling, url, json.dumps(said).encode(), headers, MOVED)
        if answer.is_success:
            self.decided.append(case)

    def _token(self) -> dict[str, str]:
        return self.town.house.token("ruth-adults", "safeguarding-adults-manager")


async def told(
    caller: Partners | Manager,
    calling: httpx.AsyncClient,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    no: tuple[int, ...] = (),
) -> Yes:
    """Send a request until somebody says what became of it: it must be yes, or one of `no`."""
    async with asyncio.timeout(60):
        while True:
            try:
                answer = await calling.post(url, content=body, headers=headers)
            except httpx.TransportError:
                caller.unknown += 1
            else:
                if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    assert answer.is_success or answer.status_code in no, answer.text
                    return answer
                caller.unknown += 1
            await asyncio.sleep(0.1)


@asynccontextmanager
async def deciding(town: Town, manager: Manager | None = None) -> AsyncIterator[Manager]:
    """Give a manager at work; at the end what is under way is brought to its end."""
    manager = manager or Manager(town)
    manager.stopping = False
    task = asyncio.create_task(manager.work())
    try:
        yield manager
    finally:
        manager.stopping = True
        await task
