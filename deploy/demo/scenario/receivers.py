"""What do partners' receivers of events do?

They listen on this machine, in the play's own process, at a port that is theirs for as long as the
ledger is: whoever goes on with the play is found where the endpoints say. What comes is verified,
kept, and then acknowledged; what comes twice is the same event.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from deploy.demo.receiver import MOST, verified
from deploy.demo.scenario.ledger import Ledger

HOST = "127.0.0.1"
HOOKED = ("rosewood-house", "mercia-police")
"""Partners whose systems are sent events; the others read the feed, or nothing."""

LATE = 10.0
"""Seconds for one request: who sends nothing is not waited for."""

Request = tuple[str, Mapping[str, str], bytes]
TAKEN, STRANGE, WRONG = "204 No Content", "400 Bad Request", "401 Unauthorized"


@dataclass
class Receivers:
    """Listens for all of them; the path says for whom."""

    ledger: Ledger
    server: asyncio.Server | None = None
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            ValueError: the port that the endpoints name is somebody else's now.
        """
        port = self.ledger.port or 0
        try:
            self.server = await asyncio.start_server(self._serve, HOST, port)
        except OSError as taken:
            raise ValueError(f"port {port}, where partners' receivers were, is taken") from taken
        if not port:
            self.ledger.keep(port=self.server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        if self.server:
            self.server.close()
        for task in [*self.serving]:
            task.cancel()

    def url(self, partner: str) -> str:
        """Give where a partner's events are to be sent."""
        return f"http://{HOST}:{self.ledger.port}/{partner}"

    @property
    def unregistered(self) -> Sequence[str]:
        """Give those whose endpoints notify does not know yet."""
        return [it for it in HOOKED if it not in self.ledger.secrets]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self.serving |= {task} if task else set()
        try:
            with suppress(OSError, EOFError, TimeoutError, asyncio.CancelledError):
                async with asyncio.timeout(LATE):
                    status = await self._answer(reader)
                    text = f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                    writer.write(text.encode())
                    await writer.drain()
        finally:
            writer.close()
            self.serving -= {task} if task else set()

    async def _answer(self, reader: asyncio.StreamReader) -> str:
        try:
            partner, headers, body = await _read(reader)
        except (ValueError, asyncio.LimitOverrunError):
            return STRANGE
        secret = self.ledger.secrets.get(partner)
        right = secret is not None and verified(headers, body, secret)
        self.ledger.keep(webhook=headers.get("webhook-id", ""), to=partner, right=right)
        return TAKEN if right else WRONG


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    _, path, _ = head[0].split(" ")
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): it.strip() for name, _, it in pairs}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= MOST:
        raise ValueError("no event is so long")
    return path.removeprefix("/"), headers, await reader.readexactly(length)
