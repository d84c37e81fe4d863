"""Has everything that was said been heard?

The services are asked again and again, so this asks as simply as can be: one connection for each,
kept open, and not a byte more than it takes.
"""

import asyncio
import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

ASKED = b"GET /health/ready HTTP/1.1\r\nhost: service\r\n\r\n"
WITHIN = 5.0
Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Watch:
    """Looks at the services' health."""

    urls: Mapping[str, str]
    """By service."""

    _ways: dict[str, Way] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)

    async def left(self) -> Mapping[str, int]:
        """Give what is still to do, by service and place; a service that is away has to come.

        Who had something to do is asked first: as long as they have, the others are left alone.
        """
        left = await self._of(self._busy) or await self._of(self.urls)
        self._busy = {name.partition(" ")[0] for name in left}
        return left

    async def _of(self, services: Collection[str]) -> Mapping[str, int]:
        found = await asyncio.gather(*map(self._lag, services))
        return {
            f"{service} {name}": lag
            for service, lags in zip(services, found, strict=True)
            for name, lag in lags.items()
            if lag
        }

    async def close(self) -> None:
        """Hang up."""
        for service in list(self._ways):
            self._hang_up(service)

    async def _lag(self, service: str) -> Mapping[str, int]:
        with suppress(OSError, TimeoutError, ValueError, EOFError, KeyError):
            async with asyncio.timeout(WITHIN):
                said = await self._ask(service)
            return said["lag"] if said["ready"] else {"not ready": 1}
        self._hang_up(service)
        return {"away": 1}

    async def _ask(self, service: str) -> Any:
        if service not in self._ways:
            host, _, port = self.urls[service].removeprefix("http://").partition(":")
            self._ways[service] = await asyncio.open_connection(host, int(port))
        reader, writer = self._ways[service]
        writer.write(ASKED)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        return json.loads(await reader.readexactly(length))

    def _hang_up(self, service: str) -> None:
        way = self._ways.pop(service, None)
        if way:
            way[1].close()
