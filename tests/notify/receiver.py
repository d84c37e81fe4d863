"""A partner's receiver, in the test process: it answers as a test says, and keeps what it got."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[["Got", asyncio.StreamWriter], Awaitable[None]]


def now() -> int:
    """Give the time by a receiver's own clock."""
    return int(time.time())  # noqa: TID251 - not ours


@dataclass(frozen=True)
class Got:
    """A request that came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def event(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


def status(code: int, **headers: str) -> Answer:
    """Answer with a status."""

    async def answer(_got: Got, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {code} Said", "content-length: 0", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {it}" for name, it in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())

    return answer


def after(seconds: float, then: Answer) -> Answer:
    """Answer some time later."""

    async def answer(got: Got, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await then(got, writer)

    return answer


@dataclass
class Receiver:
    """Listens on this machine."""

    answer: Answer = field(default_factory=lambda: status(204))
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    serving: set[asyncio.Task[None]] = field(default_factory=set)
    lines: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task
        self.serving.add(task)
        self.lines.append(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                got = await self._read(reader)
                self.got.append(got)
                await self.answer(got, writer)
                await writer.drain()
        finally:
            writer.close()
            self.serving.discard(task)

    async def _read(self, reader: asyncio.StreamReader) -> Got:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): it for name, it in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Got(head[0].split(" ")[1], headers, body)

    @property
    def types(self) -> list[str]:
        return [it.event["type"] for it in self.got]


@asynccontextmanager
async def receiving(
    answer: Answer | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """Give a receiver that listens."""
    it = Receiver(answer or status(204))
    server = await asyncio.start_server(it.serve, "127.0.0.1", 0, ssl=tls)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()
        for task in [*it.serving]:
            task.cancel()
        await asyncio.sleep(0)
        for line in it.lines:  # one whose answer nobody read to its end would stay open
            line.transport.abort()
        await asyncio.sleep(0.01)
