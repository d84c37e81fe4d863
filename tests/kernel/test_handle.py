"""What does `handle` promise a caller?"""

import asyncio
import threading
from collections.abc import Sequence
from uuid import uuid4

import pytest

from shared import way
from shared.decider import Decider
from shared.facts import Act
from shared.log.handle import handle
from shared.log.log import Log
from shared.refusals import Conflict, KeptMoving, KeyReused, Unavailable
from tests.kernel import a
from tests.support.house import House, at_home, key


async def test_a_repeat_gets_the_first_receipt_even_though_it_could_not_be_done_again(
    log: Log,
) -> None:
    stream, act = a.thing.stream(uuid4()), a.act(fingerprint=a.ONE)
    first = await handle(log, stream, a.Begin(), act)

    assert await handle(log, stream, a.Begin(), act) == first
    with pytest.raises(a.Begun):
        await handle(log, stream, a.Begin(), a.act())
    assert len(await log.history(stream)) == 1


async def test_a_repeat_with_if_match_gets_the_first_receipt_after_the_state_moved_on(
    log: Log,
) -> None:
    stream, act = a.thing.stream(uuid4()), a.act(fingerprint=a.ONE)
    first = await handle(log, stream, a.CountOn(), act, expected=0)
    for _ in range(3):
        await handle(log, stream, a.CountOn(), a.act())

    assert await handle(log, stream, a.CountOn(), act, expected=0) == first
    assert await handle(log, stream, a.CountOn(), act) == first
    assert len(await log.history(stream)) == 4


async def test_the_same_key_with_another_body_is_refused(log: Log) -> None:
    stream, act = a.thing.stream(uuid4()), a.act(fingerprint=a.ONE)
    await handle(log, stream, a.CountOn(), act)

    for other in (a.OTHER, None):
        with pytest.raises(KeyReused):
            await handle(log, stream, a.CountOn(), a.act(id=act.id, fingerprint=other))
    assert len(await log.history(stream)) == 1


async def test_a_repeat_sent_to_another_stream_gets_the_first_receipt(log: Log) -> None:
    stream, elsewhere, act = a.thing.stream(uuid4()), a.thing.stream(uuid4()), a.act()
    first = await handle(log, stream, a.CountOn(), act)

    assert await handle(log, elsewhere, a.CountOn(), act) == first
    assert await log.history(elsewhere) == []


@pytest.mark.parametrize("expected", [None, 0])
async def test_the_same_act_several_times_at_once_is_one_act(
    log: Log, expected: int | None
) -> None:
    stream, act = a.thing.stream(uuid4()), a.act(fingerprint=a.ONE)

    same = [handle(log, stream, a.CountOn(), act, expected) for _ in range(8)]
    assert len(set(await asyncio.gather(*same))) == 1
    assert len(await log.history(stream)) == 1


async def test_those_who_name_no_version_are_decided_one_after_the_other(log: Log) -> None:
    """Each conflict means that another went first, so five at once need five tries at most."""
    stream = a.thing.stream(uuid4())
    await asyncio.gather(*(handle(log, stream, a.CountOn(), a.act()) for _ in range(5)))
    assert [it.fact.number for it in await log.history(stream)] == [1, 2, 3, 4, 5]


async def test_of_those_who_decided_on_a_version_one_wins(log: Log) -> None:
    stream = a.thing.stream(uuid4())
    tries = [handle(log, stream, a.CountOn(), a.act(), expected=0) for _ in range(5)]
    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(it).__name__ for it in answers) == ["Conflict"] * 4 + ["Receipt"]


@pytest.mark.parametrize("expected", [0, 2, 99])
async def test_who_decided_on_another_version_is_told_and_nothing_is_recorded(
    log: Log, expected: int
) -> None:
    stream = a.thing.stream(uuid4())
    await handle(log, stream, a.CountOn(), a.act())

    with pytest.raises(Conflict):
        await handle(log, stream, a.CountOn(), a.act(), expected=expected)
    assert len(await log.history(stream)) == 1


async def test_nothing_decided_leaves_no_receipt_and_is_decided_afresh(log: Log) -> None:
    stream, act = a.thing.stream(uuid4()), a.act()
    nothing = await handle(log, stream, a.Record(()), act)
    assert (nothing.version, nothing.position) == (0, None)
    assert await log.load(stream, act) == ([], None)

    something = await handle(log, stream, a.Record((a.Kept(number=1),)), act)
    assert (something.version, something.position) == (1, await log.head())


async def test_a_refusal_records_nothing(log: Log) -> None:
    stream = a.thing.stream(uuid4())
    await handle(log, stream, a.Begin(), a.act())
    head = await log.head()
    with pytest.raises(a.Begun):
        await handle(log, stream, a.Begin(), a.act())
    assert await log.head() == head


def quicker(house: House, stream: a.Thing, tries: list[int], times: int) -> a.Thing:
    """Give the same stream with a decider to whom a rival is quicker, so many times."""

    async def rival() -> None:
        async with a.log_of(house) as theirs:
            await handle(theirs, stream, a.CountOn(), a.act())

    def decide(command: a.Command, state: int | None, act: Act) -> Sequence[a.ThingFact]:
        tries.append(state or 0)
        if len(tries) <= times:
            elsewhere = threading.Thread(target=lambda: asyncio.run(rival()))
            elsewhere.start()
            elsewhere.join()
        return a.decide(command, state, act)

    slow = Decider(kind="thing", facts=a.ThingFact, decide=decide, evolve=a.evolve)
    return slow.stream(stream.case)


async def test_who_was_overtaken_four_times_decides_a_fifth_time(
    log: Log, kernel_house: House
) -> None:
    stream, tries = a.thing.stream(uuid4()), list[int]()
    receipt = await handle(log, quicker(kernel_house, stream, tries, 4), a.CountOn(), a.act())

    assert tries == [0, 1, 2, 3, 4]
    assert receipt.version == 5
    assert [it.fact.number for it in await log.history(stream)] == [1, 2, 3, 4, 5]


async def test_who_was_overtaken_five_times_is_asked_to_come_back(
    log: Log, kernel_house: House
) -> None:
    stream, tries, act = a.thing.stream(uuid4()), list[int](), a.act()
    with pytest.raises(KeptMoving):
        await handle(log, quicker(kernel_house, stream, tries, 99), a.CountOn(), act)

    assert tries == [0, 1, 2, 3, 4]
    assert [it.act.id == act.id for it in await log.history(stream)] == [False] * 5


async def test_who_named_a_version_and_was_overtaken_does_not_decide_again(
    log: Log, kernel_house: House
) -> None:
    stream, tries = a.thing.stream(uuid4()), list[int]()
    with pytest.raises(Conflict):
        await handle(log, quicker(kernel_house, stream, tries, 1), a.CountOn(), a.act(), expected=0)
    assert tries == [0]


async def come_back(house: House) -> None:
    """Start the server again: in this thread, whose end would end it."""
    for _ in house.server.starting():
        await asyncio.sleep(0.02)


async def test_while_postgresql_is_away_we_say_so_and_nothing_is_done(
    log: Log, kernel_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, act = a.thing.stream(uuid4()), a.act(fingerprint=a.ONE)
    await handle(log, stream, a.CountOn(), a.act())
    monkeypatch.setattr(way, "PATIENCE", 0.3)
    kernel_house.server.stop(within=60)
    try:
        with pytest.raises(Unavailable):
            await handle(log, stream, a.CountOn(), act)
        with pytest.raises(Unavailable):
            await log.history(stream)
    finally:
        await come_back(kernel_house)
    assert Unavailable.status == 503
    assert (await handle(log, stream, a.CountOn(), act)).version == 2


async def test_who_asks_while_postgresql_is_away_is_served_once_it_is_back(
    log: Log, kernel_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = a.thing.stream(uuid4())
    await handle(log, stream, a.CountOn(), a.act())
    monkeypatch.setattr(way, "PATIENCE", 120.0)  # a busy machine may take that long to start
    kernel_house.server.stop(within=60)
    asking = asyncio.create_task(handle(log, stream, a.CountOn(), a.act()))
    await asyncio.sleep(0.2)
    assert not asking.done()
    await come_back(kernel_house)
    assert (await asking).version == 2


@pytest.mark.slow
async def test_a_referral_that_meets_no_database_is_told_503_and_kept_at_its_next_try(
    kernel_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "PATIENCE", 0.3)
    async with (
        at_home(kernel_house, "intake") as intake,
        intake.client("rosewood-house", "referrals.write") as home,
    ):
        same = key()
        kernel_house.server.stop(within=60)
        try:
            away = await home.post("/v1/referrals", json={}, headers=same)
            ready = await home.get("/health/ready")
        finally:
            await come_back(kernel_house)
        assert (away.status_code, away.json()["type"]) == (503, "/problems/unavailable")
        assert int(away.headers["Retry-After"]) > 0
        assert ready.status_code == 503
        monkeypatch.setattr(way, "PATIENCE", 60.0)
        kept = await home.post("/v1/referrals", json={}, headers=same)
        assert kept.status_code == 201, kept.text
        again = await home.post("/v1/referrals", json={}, headers=same)
        assert again.json()["id"] == kept.json()["id"]
