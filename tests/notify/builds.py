"""How do tests let a build of notify work that cannot read what a newer one wrote?"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any, get_args
from uuid import uuid4

from services.notify.app import notify
from services.notify.decisions import subscriber
from services.notify.decisions.subscriber import RegisterEndpoint, RotateSecret
from services.notify.gateways.signing import new_secret
from shared.facts import party
from shared.http.application import application
from shared.log.handle import handle
from shared.log.log import Log
from shared.projections.projection import Projection
from shared.run import running
from shared.sealed import Sealed
from shared.sealed.vault import Open
from tests.notify import a
from tests.notify.asking import SCOPES, Partner
from tests.notify.receiver import Receiver
from tests.support.house import Home, House
from tests.support.patience import until
from tests.support.story import SOMEBODY, ready


@asynccontextmanager
async def build(
    house: House, *unread: type, projections: Sequence[Projection[Any]] = notify.projections
) -> AsyncIterator[Home]:
    """Let a build of notify work that has never heard of these facts, or keeps other tables."""

    def known(union: Any) -> Any:
        return reduce(or_, (it for it in get_args(union) if it not in unread))

    deciders = tuple(replace(it, facts=known(it.facts)) for it in notify.deciders)
    older = replace(notify, deciders=deciders, projections=projections)
    async with running(older, house.told("notify")) as (runtime, loops):
        app = application(older)
        app.state.runtime, app.state.simulated = runtime, runtime.log.simulated
        home = Home(house, runtime, loops, app)
        await ready(home)
        yield home


@asynccontextmanager
async def newer(home: Home) -> AsyncIterator[Log]:
    """Give the log as a build writes it that knows all of today's facts."""
    own, dsn = home.runtime.log, home.house.told("notify").database_url
    async with Log("notify", dsn, own.pool, own.vault, notify.codec()) as log:
        yield log


async def does(log: Log, stream: Any, command: Any) -> None:
    act = replace(SOMEBODY, id=uuid4(), correlation=uuid4(), effective_at=await log.now())
    await handle(log, stream, command, act)


def sealed(name: str, words: str) -> Sealed[str]:
    return Open(subject=party(name), audience="partner", value=words)


async def registers(home: Home, name: str, url: str) -> None:
    """Let a newer build register a partner's endpoint, and give it another secret."""
    endpoint, whose = uuid4(), party(name)
    made = RegisterEndpoint(
        endpoint=endpoint, partner=whose, host="127.0.0.1", url=sealed(name, url), wanted=(),
        secret=sealed(name, new_secret()),
    )  # fmt: skip
    anew = RotateSecret(
        endpoint=endpoint, secret=sealed(name, new_secret()), grace=a.rotate.grace
    )  # fmt: skip
    async with newer(home) as log:
        await does(log, subscriber.stream(whose), made)
        await does(log, subscriber.stream(whose), anew)


@asynccontextmanager
async def partners(home: Home, names: tuple[str, str]) -> AsyncIterator[tuple[Partner, Partner]]:
    async with home.client(names[0], *SCOPES) as one, home.client(names[1], *SCOPES) as other:
        yield Partner(names[0], home, one), Partner(names[1], home, other)


async def came(it: Receiver, *types: str) -> None:
    """Wait until these events came, in whatever order, and each once."""

    async def enough() -> bool:
        return len(it.got) >= len(types)

    await until(enough)
    assert sorted(it.types) == sorted(types)
