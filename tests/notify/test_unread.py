"""Where one fact of one partner cannot be read, do all others hear, and do they once it can be?"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import reduce
from math import isnan
from operator import or_
from typing import Any, get_args
from uuid import uuid4

import pytest

from services.notify.app import TABLES, notify
from services.notify.decisions import correspondence, subscriber
from services.notify.decisions.correspondence import MoveTask
from services.notify.decisions.subscriber import BY_GONE, RegisterEndpoint, RotateSecret
from services.notify.events import (
    EndpointDisabled,
    EndpointRegistered,
    SecretRotated,
    SenderKnown,
    TaskMoved,
)
from services.notify.gateways.dispatcher import HELD, STOPPED, WAITING, Dispatcher
from services.notify.gateways.egress import Egress
from services.notify.gateways.signing import new_secret
from services.notify.rules import replies
from shared.facts import party
from shared.http.application import application
from shared.lease import Loop
from shared.log.handle import handle
from shared.log.log import Log
from shared.run import running
from shared.sealed import Sealed
from shared.sealed.vault import Open
from tests.notify import a
from tests.notify.asking import SCOPES, Partner
from tests.notify.receiver import Receiver, receiving
from tests.support.house import Home, House, house
from tests.support.patience import until
from tests.support.story import SOMEBODY, ready

TOLD = "referral.received"


@pytest.fixture(scope="module")
def quiet_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house in which nothing waits to be sent but what a test tells of."""
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("SAFEGUARDING_EGRESS_ALLOW", "127.0.0.0/8")
        with house(tmp_path_factory.mktemp("unread")) as found:
            yield found


@pytest.fixture
def names() -> tuple[str, str]:
    """Give two partners of whom nothing is known yet."""
    return f"rosewood-house-{uuid4()}", f"mercia-police-{uuid4()}"


@asynccontextmanager
async def build(house: House, *unread: type) -> AsyncIterator[Home]:
    """Let a build of notify work that has never heard of these facts."""

    def known(union: Any) -> Any:
        return reduce(or_, (it for it in get_args(union) if it not in unread))

    older = replace(
        notify, deciders=tuple(replace(it, facts=known(it.facts)) for it in notify.deciders)
    )
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


async def stopped() -> int:
    """Give how many are stopped already, for what other tests told of them."""

    async def known() -> bool:
        return not isnan(WAITING._value.get())

    await until(known)
    before, now = -1.0, STOPPED._value.get()
    while before != now:  # what waits to be loaded may be stopped after the first look
        await asyncio.sleep(1)
        before, now = now, STOPPED._value.get()
    return int(now)


async def measured(gauge: Any, value: float) -> None:
    """Wait until a gauge shows `value`."""

    async def shown() -> bool:
        return bool(gauge._value.get() == value)

    await until(shown)


async def came(it: Receiver, *types: str) -> None:
    """Wait until these events came, in whatever order, and each once."""

    async def enough() -> bool:
        return len(it.got) >= len(types)

    await until(enough)
    assert sorted(it.types) == sorted(types)


@pytest.mark.slow
@pytest.mark.parametrize("unread", [SecretRotated, EndpointRegistered])
async def test_a_partner_of_whom_something_cannot_be_read_stops_nobody_else_and_is_seen(
    quiet_house: House, names: tuple[str, str], unread: type
) -> None:
    async with receiving() as mine, receiving() as others:
        async with build(quiet_house, unread) as home, partners(home, names) as (one, other):
            before = await stopped()
            await registers(home, one.name, mine.url)
            await measured(STOPPED, before + 1)
            # The other endpoint was there before this build came, and can be read.
            async with newer(home) as log:
                made = replace(
                    a.register, endpoint=uuid4(), partner=party(other.name),
                    url=sealed(other.name, others.url), secret=sealed(other.name, new_secret()),
                )  # fmt: skip
                await does(log, subscriber.stream(party(other.name)), made)
            await one.refers()
            if unread is SecretRotated:
                await other.refers()
                await came(others, TOLD)
            assert mine.got == []

        # It is the same for whoever begins with the tables.
        async with build(quiet_house, unread) as home, partners(home, names) as (one, other):
            await measured(STOPPED, before + (2 if unread is EndpointRegistered else 1))
            await one.refers()
            if unread is SecretRotated:
                await other.refers()
                await came(others, TOLD, TOLD)
            assert mine.got == []

        # A build that can read it brings all that waited.
        async with build(quiet_house):
            await came(mine, TOLD, TOLD)
            await measured(STOPPED, 0)
            await measured(WAITING, 0)


@pytest.mark.slow
async def test_a_case_of_which_something_cannot_be_read_stops_no_other_of_its_partner(
    quiet_house: House, names: tuple[str, str]
) -> None:
    lane, asked = uuid4(), replace(a.ask, partner=party(names[0]))
    async with receiving() as it:
        async with build(quiet_house, TaskMoved) as home, partners(home, names) as (one, _):
            before = await stopped()
            await registers(home, one.name, it.url)
            async with newer(home) as log:
                await does(log, correspondence.stream(lane), asked)
                await does(log, correspondence.stream(lane), reported)
            await measured(STOPPED, before + 1)
            await one.refers()
            await came(it, TOLD)
            await one.gets("events")  # the lists have seen it
        async with build(quiet_house, TaskMoved) as home, partners(home, names) as (one, _):
            await measured(STOPPED, before + 1)
            await one.refers()
            await came(it, TOLD, TOLD)

        # In their order, and what came to the lane since then goes on behind them.
        async with build(quiet_house) as home, partners(home, names) as (one, _):
            await came(it, TOLD, TOLD, "task.assigned", "report.received")
            assert it.types[2:] == ["task.assigned", "report.received"]
            async with newer(home) as log:
                await does(log, correspondence.stream(lane), returned)
            await came(it, TOLD, TOLD, "task.assigned", "report.received", "report.assessed")
            await measured(STOPPED, 0)
        # What was taken is not sent a second time, though the lists do not know of it.
        async with build(quiet_house) as home, partners(home, names) as (one, _):
            await one.refers()
            await came(it, *[TOLD] * 3, "task.assigned", "report.received", "report.assessed")


reported = MoveTask(stage=replies.REPORTED, happening=a.happened("report.received"))
returned = MoveTask(stage=replies.RETURNED, happening=a.happened("report.assessed"))


@pytest.mark.slow
async def test_a_case_that_only_the_lists_could_read_is_sent_once_and_then_stopped(
    quiet_house: House, names: tuple[str, str]
) -> None:
    """As after going back to an older build: what it sends there it cannot record."""
    async with receiving() as it:
        async with build(quiet_house) as home, partners(home, names) as (one, _):
            (deliveries,) = (loop for loop in home.loops if loop.name == "deliveries")
            deliveries.stop()
            await registers(home, one.name, it.url)
            lane = await one.refers()
            await one.gets("events")
            await one.gets("deliveries")
        async with build(quiet_house, SenderKnown) as home, partners(home, names) as (one, _):
            await came(it, TOLD)
            await asyncio.sleep(3)  # what could not be recorded is tried again after two seconds
            assert it.types == [TOLD]
        async with build(quiet_house) as home, partners(home, names) as (one, _):
            await came(it, TOLD, TOLD)
            assert {got.event["data"]["case"] for got in it.got} == {str(lane)}
            assert it.got[0].id == it.got[1].id


@pytest.mark.slow
async def test_an_endpoint_that_is_gone_and_whose_case_cannot_be_read_stops_nobody(
    quiet_house: House, names: tuple[str, str]
) -> None:
    """Its partner is told of it by a build that can read it."""
    async with receiving() as it:
        async with build(quiet_house) as home, partners(home, names) as (one, _):
            endpoint = await one.registers(it.url)
            await one.does(endpoint, "test")
            await came(it, "endpoint.test")
            await one.gets("events")  # the lists have seen it
        async with build(quiet_house, SenderKnown) as home, partners(home, names) as (one, _):
            history = await home.runtime.log.history(subscriber.stream(party(one.name)))
            act = replace(SOMEBODY, id=uuid4(), effective_at=await home.runtime.log.now())
            gone = EndpointDisabled(endpoint=history[0].fact.endpoint, why=BY_GONE)
            await home.runtime.log.append(
                subscriber.stream(party(one.name)), (gone,), act, after=len(history)
            )

            async def seen() -> bool:  # at its start, or when it had to tell of the endpoint
                return bool(STOPPED._value.get() >= 1)

            await until(seen)
            assert [it["type"] for it in (await one.gets("events"))["items"]] == ["endpoint.test"]
        async with build(quiet_house) as home, partners(home, names) as (one, _):

            async def told() -> bool:
                items = (await one.gets("events"))["items"]
                return [it["type"] for it in items] == ["endpoint.test", "endpoint.disabled"]

            await until(told)


@pytest.mark.slow
async def test_while_lists_are_built_nobody_says_that_nothing_waits(
    quiet_house: House, names: tuple[str, str]
) -> None:
    async with receiving() as it, build(quiet_house) as home, partners(home, names) as (one, _):
        await measured(WAITING, 0)
        await measured(HELD, 0)
        for name in ("feed", "deliveries"):
            table = next(p.name for p in notify.projections if p.name.startswith(name))
            lock = "update work.projection set ready = $2 where name = $1"
            await home.runtime.log.pool.execute(lock, table, False)  # noqa: FBT003 - a column
            await one.registers(f"{it.url}?{name}")
            endpoint = await one.registers(it.url)
            await one.does(endpoint, "disablement")
            await one.does(endpoint, "enablement")
            await measured(HELD, 1)
            assert isnan(WAITING._value.get()), "unknown, and not 0"
            await home.runtime.log.pool.execute(lock, table, True)  # noqa: FBT003
            await measured(HELD, 0)
            await measured(WAITING, 0)


@pytest.mark.slow
async def test_whoever_begins_while_lists_are_built_says_so_and_goes_on(
    quiet_house: House, names: tuple[str, str]
) -> None:
    ready_is = "update work.projection set ready = $1 where name = $2"
    table = next(it.name for it in notify.projections if it.name.startswith("subscribers"))
    async with receiving() as it, build(quiet_house) as home, partners(home, names) as (one, _):
        own = home.runtime.log
        (deliveries,) = (loop for loop in home.loops if loop.name == "deliveries")
        deliveries.stop()
        await one.registers(it.url)
        await one.refers()
        await one.gets("events")
        await asyncio.sleep(0.5)
        await own.pool.execute(ready_is, False, table)  # noqa: FBT003 - a column
        dsn = quiet_house.told("notify").database_url
        loop = Loop("deliveries", Dispatcher(dsn, own, Egress(), TABLES).work)
        task = asyncio.create_task(loop.run())
        await measured(HELD, 1)
        assert isnan(WAITING._value.get())
        await own.pool.execute(ready_is, True, table)  # noqa: FBT003
        await measured(HELD, 0)
        await came(it, TOLD)
        loop.stop()
        await task
        assert isnan(WAITING._value.get()), "whoever owns it tells"
