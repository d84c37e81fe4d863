"""How do we reach an address that a partner named, and nothing else by it?

The name is resolved and every answer vetted at each attempt, and the vetted address is what is
dialled, so a name that changes its answer gains nothing; TLS is verified on the name all the same.
No redirect is followed, no proxy of the surroundings is used, one deadline is around everything,
and of the answer at most 4 KiB is read, as it comes over the wire.
"""

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, partial
from ipaddress import ip_network
from time import monotonic
from typing import Any, ClassVar
from uuid import UUID

import httpcore
import httpx
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.notify.rules import retry
from services.notify.rules.addresses import LONGEST_URL, PORTS, Network, public_name, reachable
from shared.facts import Code, party
from shared.refusals import Refusal

DEADLINE = 10.0
"""Seconds for one attempt, from the name to the last byte."""

MOST_READ = 4096
MOST_DIALLED = 3
MOST_RESOLVING, MOST_RESOLVING_FOR_ONE = 64, 4

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Settings(BaseSettings):
    """Where a house lets events go, each as `SAFEGUARDING_NAME`."""

    model_config = SettingsConfigDict(env_prefix="SAFEGUARDING_")

    egress_allow: str = ""
    """Networks that may be reached though they are not public, over HTTP and on any port as well:
    `rosewood-house=10.20.0.0/16` for the endpoints of one partner, as their token names them. For
    all partners only this machine's own can be named, such as `127.0.0.0/8`: for a demonstration
    or a trial, and never where anything else listens there."""

    egress_own_names: str = ""
    """Names of our own, to which no event is sent, nor to any name below them."""

    @property
    def allowed(self) -> Mapping[UUID | None, Sequence[Network]]:
        """Give the networks by partner; None is all of them.

        Raises:
            ValueError: what is named for all partners is not this machine alone.
        """
        found = defaultdict[UUID | None, list[Network]](list)
        for it in _listed(self.egress_allow):
            name, _, text = it.rpartition("=")
            network = ip_network(text.strip())
            if not name and not network.is_loopback:
                raise ValueError(f"name the partner who may be reached there: NAME={it}")
            found[party(name.strip()) if name else None].append(network)
        return found

    @property
    def own(self) -> Sequence[str]:
        """Give the names, this machine's among them."""
        return (socket.gethostname().lower(), *_listed(self.egress_own_names.lower()))


def _listed(text: str) -> Iterable[str]:
    return filter(None, (it.strip() for it in text.split(",")))


class AddressRefused(Refusal):
    """We send to public https addresses on port 443 or 8443 only, without a user name."""

    status: ClassVar[int] = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of sending something."""

    outcome: Code
    milliseconds: int
    status: int | None = None
    hold: int | None = None
    """Seconds that the receiver asked us to wait."""


class Vetting(httpcore.AsyncNetworkBackend):
    """Dials what `resolve` gives, if all of it may be reached."""

    def __init__(
        self,
        resolve: Resolve,
        dial: httpcore.AsyncNetworkBackend,
        allowed: Sequence[Network],
        *,
        only: bool,
    ) -> None:
        self._resolve, self._dial, self._allowed, self._only = resolve, dial, allowed, only
        self._opened: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the name `host`.

        Raises:
            AddressRefused: one of its addresses is none that we connect to.
            ConnectError: none of them answers.
        """
        found = await self._resolve(host, port)
        # One bad answer is enough: who mixes them is after the one that slips through.
        if not all(reachable(it, self._allowed, only=self._only) for it in found):
            raise AddressRefused
        for address in found[:MOST_DIALLED]:
            try:
                stream = await self._dial.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            self._opened.append(stream)
            return stream
        raise httpcore.ConnectError

    async def aclose(self) -> None:
        """Close what was opened: a pool forgets what was cut off while TLS was agreed on."""
        for stream in self._opened:
            await stream.aclose()


class Turns:
    """Asks for addresses, for each partner so many at once and no more.

    A name server that says nothing holds a thread longer than any deadline; so it holds few.
    """

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._turns = defaultdict[UUID | None, asyncio.Semaphore](
            lambda: asyncio.Semaphore(MOST_RESOLVING_FOR_ONE)
        )

    def of(self, whose: UUID | None) -> Resolve:
        """Give what resolves for a partner."""

        async def resolve(host: str, port: int) -> Sequence[str]:
            await self._turns[whose].acquire()
            asking = asyncio.ensure_future(self._resolve(host, port))
            asking.add_done_callback(partial(self._over, whose))
            # Whoever asked may go at their deadline: the turn ends when the thread does.
            return await asyncio.shield(asking)

        return resolve

    def _over(self, whose: UUID | None, asked: asyncio.Future[Sequence[str]]) -> None:
        self._turns[whose].release()
        if not asked.cancelled():
            asked.exception()  # nobody may be left to hear of it


class Wire(httpx.AsyncBaseTransport):
    """One connection for each request: nothing is shared, and every dialling is vetted."""

    def __init__(
        self,
        resolve: Resolve,
        dial: httpcore.AsyncNetworkBackend,
        allowed: Callable[[UUID | None], Sequence[Network]],
        trusts: ssl.SSLContext,
    ) -> None:
        self._turns, self._dial = Turns(resolve), dial
        self._allowed, self._trusts = allowed, trusts

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, and give its answer with the body yet to be read."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
            target=request.url.raw_path,
        )  # fmt: skip
        only, whose = bool(request.extensions["only"]), request.extensions["whose"]
        backend = Vetting(self._turns.of(whose), self._dial, self._allowed(whose), only=only)
        connection = httpcore.AsyncHTTPConnection(
            url.origin, ssl_context=self._trusts, network_backend=backend
        )
        sent = httpcore.Request(
            method=request.method, url=url, headers=request.headers.raw, content=request.stream
        )
        try:
            got = await connection.handle_async_request(sent)
        except BaseException:
            await _closed(connection, backend)
            raise
        return httpx.Response(got.status, headers=got.headers, stream=Raw(got, connection, backend))


class Raw(httpx.AsyncByteStream):
    """A body, as it comes over the wire."""

    def __init__(
        self, got: httpcore.Response, connection: httpcore.AsyncHTTPConnection, backend: Vetting
    ) -> None:
        self._got, self._connection, self._backend = got, connection, backend

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._got.aiter_stream():
            yield part

    async def aclose(self) -> None:
        """Read no further, and let the connection go."""
        await self._got.aclose()
        await _closed(self._connection, self._backend)


async def _closed(connection: httpcore.AsyncHTTPConnection, backend: Vetting) -> None:
    await connection.aclose()
    await backend.aclose()


class Egress:
    """Sends to addresses that partners named."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        resolve: Resolve | None = None,
        dial: httpcore.AsyncNetworkBackend | None = None,
        deadline: float = DEADLINE,
        trusts: ssl.SSLContext | None = None,
    ) -> None:
        told = settings or Settings()
        self._allowed, self._own, self._deadline = told.allowed, told.own, deadline
        backend, trusted = dial or httpcore.AnyIOBackend(), trusts or _trusted()
        wire = Wire(resolve or resolved, backend, self._allowed_to, trusted)
        self._client = httpx.AsyncClient(transport=wire, trust_env=False)

    def _allowed_to(self, whose: UUID | None) -> Sequence[Network]:
        return (*self._allowed.get(None, ()), *(self._allowed.get(whose, ()) if whose else ()))

    def vet(self, text: str, whose: UUID | None = None) -> str:
        """Give the host of an address that a partner names, if we may send there at all.

        Raises:
            AddressRefused: we may not.
        """
        return self._vetted(text, whose).raw_host.decode()

    async def send(
        self, url: str, headers: Mapping[str, str], body: bytes, whose: UUID | None = None
    ) -> Answer:
        """Send `body` to a partner's `url`, and say what came of it; nothing is raised."""
        began, heard = monotonic(), list[httpx.Response]()
        try:
            async with asyncio.timeout(self._deadline):
                to = self._vetted(url, whose)
                more = {"only": not self._is_public(to), "whose": whose}
                await self._post(to, headers, body, more, heard)
            failed = retry.BROKEN
        except AddressRefused:
            failed = retry.ADDRESS_REFUSED
        except (TimeoutError, httpcore.TimeoutException):
            failed = retry.TIMED_OUT
        except (httpcore.ConnectError, OSError):  # an `SSLError` is one
            failed = retry.UNREACHABLE
        except (httpcore.ProtocolError, httpcore.NetworkError, httpx.HTTPError, ValueError):
            failed = retry.BROKEN
        took = round((monotonic() - began) * 1000)
        if not heard:
            return Answer(outcome=failed, milliseconds=took)
        # What it said first counts, whatever became of the rest.
        status, hold = heard[0].status_code, asked_to_wait(heard[0].headers.get("retry-after"))
        outcome = retry.outcome_of(status)
        return Answer(outcome=outcome, milliseconds=took, status=status, hold=hold)

    async def _post(
        self,
        url: httpx.URL,
        headers: Mapping[str, str],
        body: bytes,
        more: dict[str, Any],
        heard: list[httpx.Response],
    ) -> None:
        told: dict[str, Any] = {"headers": dict(headers), "content": body}
        async with self._client.stream("POST", url, extensions=more, **told) as answer:
            heard.append(answer)
            read = 0
            async for part in answer.aiter_raw():
                read += len(part)
                if read >= MOST_READ:
                    break

    def _vetted(self, text: str, whose: UUID | None) -> httpx.URL:
        try:
            url = httpx.URL(text)
        except (httpx.InvalidURL, ValueError) as wrong:
            raise AddressRefused from wrong
        good = len(text) <= LONGEST_URL and url.host and not url.userinfo and not url.fragment
        if not good or url.scheme not in {"http", "https"} or "\\" in text:
            raise AddressRefused
        if not self._is_public(url) and not self._allowed_to(whose):
            raise AddressRefused
        return url

    def _is_public(self, url: httpx.URL) -> bool:
        """Say whether others could have this address in public; else it is to be allowed."""
        port = 443 if url.port is None else url.port
        name = url.raw_host.decode()  # as it is resolved: its letters are ASCII
        return url.scheme == "https" and port in PORTS and public_name(name, self._own)


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()  # reading the authorities takes its time


def asked_to_wait(text: str | None) -> int | None:
    """Give the seconds in a `Retry-After`, in either of its forms; None where it is none."""
    if text is None or len(text) > 100:  # noqa: PLR2004 - no date is so long
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return min(int(text), retry.LONGEST_HOLD)
    try:
        until = parsedate_to_datetime(text)
        wait = (until - datetime.now(UTC)).total_seconds()  # noqa: TID251 - by their clock, not ours
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(round(wait), 0), retry.LONGEST_HOLD)


@cache
def _resolvers() -> ThreadPoolExecutor:
    # Of our own: a name server that says nothing holds a thread longer than any deadline.
    return ThreadPoolExecutor(MOST_RESOLVING, thread_name_prefix="resolve")


async def resolved(host: str, port: int) -> Sequence[str]:
    """Give the addresses of `host`.

    Raises:
        OSError: it has none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(
        _resolvers(), lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )
    return list(dict.fromkeys(str(it[4][0]).partition("%")[0] for it in found))
