"""How does a stranger call the services, and when may a call be made again?"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

PAUSES = (0.1, 0.2, 0.5, 1, 2, 4, 8, 8, 8)
"""Seconds between tries: a service that is started again is back well within their sum."""
TOO_MANY, SERVER_ERROR = 429, 500
PAGE = 200


@dataclass(frozen=True)
class Door:
    """Where the services are, and what opens them for whom."""

    access: Mapping[str, Any]
    client: httpx.AsyncClient

    def by(self, client: httpx.AsyncClient) -> "Door":
        """Give the same door through another client."""
        return Door(self.access, client)

    async def send(
        self,
        where: tuple[str, str],
        who: str,
        body: bytes,
        key: str | None,
        etag: str | None = None,
    ) -> httpx.Response | None:
        """Post `body`; None where nobody can say what became of it."""
        headers = {"content-type": "application/json"}
        headers |= {"idempotency-key": key} if key else {}
        headers |= {"if-match": etag} if etag else {}
        call = {"method": "POST", "headers": headers, "content": body}
        return await self._ask(*where, who, call, again=bool(key))

    async def read(self, service: str, path: str, who: str) -> httpx.Response:
        """Get `path`.

        Raises:
            httpx.HTTPError: the service is away, or says no.
        """
        answer = await self._ask(service, path, who, {"method": "GET", "headers": {}}, again=True)
        if answer is None:
            raise httpx.TransportError(f"{service} does not answer at {path}")
        return answer.raise_for_status()

    async def rows(self, service: str, path: str, who: str, most: int) -> AsyncIterator[Any]:
        """Give the rows of a list, page by page, `most` of them at most."""
        after: str | None = None
        while most > 0:
            asked = {"limit": str(min(most, PAGE))} | ({"after": after} if after else {})
            page = (await self.read(service, f"{path}?{urlencode(asked)}", who)).json()
            for row in page["items"][:most]:
                yield row
            most -= len(page["items"])
            after = page.get("next") if page["items"] else None  # a feed says `next` at its end too
            if not after:
                return

    async def _ask(
        self, service: str, path: str, who: str, call: dict[str, Any], *, again: bool
    ) -> httpx.Response | None:
        url = self.access[service] + path
        call["headers"] = {"authorization": f"Bearer {self.access['tokens'][who]}"} | call[
            "headers"
        ]
        for pause in (*PAUSES, None):
            try:
                answer = await self.client.request(url=url, **call)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                may_again = True  # it never got there
            except httpx.TransportError:
                may_again = again
            else:
                if answer.status_code < SERVER_ERROR and answer.status_code != TOO_MANY:
                    return answer
                may_again = again or answer.status_code == TOO_MANY
            if pause is None or not may_again:
                break
            await asyncio.sleep(pause)
        return None


def client() -> httpx.AsyncClient:
    """Give a client; a proxy of the machine has no business between neighbours on loopback."""
    return httpx.AsyncClient(timeout=30, trust_env=False)


def packed(body: Mapping[str, Any]) -> bytes:
    """Write a staff member's command as JSON."""
    return json.dumps(body).encode()
