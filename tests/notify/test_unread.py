"""Where one fact of one partner cannot be read, do all others hear, and do they once it can be?"""

import asyncio
from dataclasses import replace
from math import isnan
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.app import TABLES, notify
from services.notify.decisions import correspondence, subscriber
from services.notify.decisions.correspondence import MoveTask
from services.notify.decisions.subscriber import BY_GONE, RotateSecret
from services.notify.events import (
    DeliveryAttempted,
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
from shared.lease import Loop
from tests.notify import a
from tests.notify.builds import build, came, does, newer, partners, registers, sealed
from tests.notify.receiver import Got, receiving, status
from tests.support.house import House
from tests.support.patience import until
from tests.support.story import SOMEBODY

TOLD = "referral.received"


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
            await measured(WAITING, 0)


reported = MoveTask(stage=replies.REPORTED, happening=a.happened("report.received"))
returned = MoveTask(stage=replies.RETURNED, happening=a.happened("report.assessed"))


@pytest.mark.slow
async def test_of_a_case_that_only_the_lists_could_read_nothing_is_sent(
    quiet_house: House, names: tuple[str, str]
) -> None:
    """As after going back to an older build: what it sent there it could not record."""
    async with receiving() as it:
        async with build(quiet_house) as home, partners(home, names) as (one, _):
            (deliveries,) = (loop for loop in home.loops if loop.name == "deliveries")
            deliveries.stop()
            await registers(home, one.name, it.url)
            lane = await one.refers()
            await one.gets("events")
            await one.gets("deliveries")
        async with build(quiet_house, SenderKnown):
            assert await stopped() >= 1
            assert it.types == []
        async with build(quiet_house):
            await came(it, TOLD)
            assert it.got[0].event["data"]["case"] == str(lane)
            await measured(WAITING, 0)  # or it would be sent again, to where nobody listens


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
async def test_a_partner_whose_endpoint_cannot_be_disabled_stops_alone(
    quiet_house: House, names: tuple[str, str]
) -> None:
    """A newer build gave it another secret while it was answering that it is gone."""
    lane = uuid4()
    async with receiving() as mine, receiving() as others:
        async with build(quiet_house, SecretRotated) as home, partners(home, names) as (one, other):
            before = await stopped()
            endpoint = await one.registers(mine.url)
            await other.registers(others.url)
            anew = RotateSecret(
                endpoint=UUID(endpoint["id"]), secret=sealed(one.name, new_secret()),
                grace=a.rotate.grace,
            )  # fmt: skip
            async with newer(home) as log:

                async def changed_and_gone(got: Got, writer: asyncio.StreamWriter) -> None:
                    await does(log, subscriber.stream(party(one.name)), anew)
                    await status(410)(got, writer)

                async def recorded() -> bool:
                    history = await log.history(correspondence.stream(lane))
                    return isinstance(history[-1].fact, DeliveryAttempted)

                mine.answer = changed_and_gone
                asked = replace(a.ask, partner=party(one.name))
                await does(log, correspondence.stream(lane), asked)
                await until(recorded)
                await measured(STOPPED, before + 1)
                # The next whom we ask about the same case hears of it.
                asked = replace(a.ask, partner=party(other.name))
                await does(log, correspondence.stream(lane), asked)
                await came(others, "task.assigned")
                assert STOPPED._value.get() == before + 1

        mine.answer = status(204)
        async with build(quiet_house) as home, partners(home, names) as (one, _):
            await one.refers()
            await came(mine, "task.assigned", TOLD)
            await measured(WAITING, 0)


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
