"""What can happen on the way between a process and a server?"""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit, urlunsplit

RESET = struct.pack("ii", 1, 0)
CHUNK, TAIL = 1 << 16, 100


@dataclass(eq=False)
class Way:
    """One connection through the proxy, and what it carried."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    sent: int = 0
    """Bytes from the client so far."""

    tail: bytes = b""
    """The last of these, since what we look for may come in two parts."""

    losing: bool = False
    """What the server answers next gets lost."""

    silent: bool = False
    """Open at both ends, and nothing comes through any more."""

    def reset(self) -> None:
        """Break it at both ends, as a cut cable or a crashed router would, without a goodbye."""
        for writer in (self.client, self.server):
            found = writer.get_extra_info("socket")
            with suppress(OSError):
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()


@dataclass
class Proxy:
    """Stands before a server on this machine, and does harm when told to."""

    host: str
    server: int
    port: int = 0
    delay: float = 0.0
    """Seconds by which everything is late."""

    chunk: int = CHUNK
    """Bytes that go on at once."""

    cut_after: int | None = None
    """Bytes of a client after which its connection is cut, once: the rest is not passed on."""

    lost: int = 0
    """How many answers got lost so far."""

    ways: set[Way] = field(default_factory=set)
    _lose: bytes | None = None
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._taken, self.host, 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def address(self, dsn: str) -> str:
        """Give `dsn` by way of here."""
        parts = urlsplit(dsn)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@{self.host}:{self.port}"))

    def lose(self, said: bytes) -> None:
        """Let the answer to the next request with `said` in it get lost: it was done, unseen."""
        self._lose = said

    @property
    def losing(self) -> bool:
        """Say whether an answer is still to get lost."""
        return self._lose is not None or any(it.losing for it in self.ways)

    def cut(self) -> None:
        """Cut every connection."""
        for way in list(self.ways):
            way.reset()

    def fall_silent(self) -> None:
        """Let nothing more come through what is open now; new connections are as before."""
        for way in self.ways:
            way.silent = True

    async def _taken(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, client))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        try:
            answers, server = await asyncio.open_connection(self.host, self.server)
        except OSError:
            client.transport.abort()
            return
        way = Way(client, server)
        self.ways.add(way)
        pumps = [
            asyncio.create_task(self._pump(way, reader, server, self._asked)),
            asyncio.create_task(self._pump(way, answers, client, self._answered)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for writer in (client, server):
                writer.close()
            self.ways.discard(way)

    async def _pump(
        self,
        way: Way,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        passes: Callable[[Way, bytes], bytes | None],
    ) -> None:
        while said := await reader.read(min(self.chunk, CHUNK)):
            if self.delay:
                await asyncio.sleep(self.delay)
            if way.silent:
                continue
            if (passed := passes(way, said)) is None:
                way.reset()
                return
            writer.write(passed)
            await writer.drain()

    def _asked(self, way: Way, said: bytes) -> bytes | None:
        if self._lose and self._lose in way.tail + said:
            self._lose, way.losing = None, True
        way.tail = said[-TAIL:]
        way.sent += len(said)
        if self.cut_after is not None and way.sent > self.cut_after:
            self.cut_after = None
            return None
        return said

    def _answered(self, way: Way, said: bytes) -> bytes | None:
        if way.losing:
            way.losing = False
            self.lost += 1
            return None
        return said
