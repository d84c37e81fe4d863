"""Does PostgreSQL keep what the model promises?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from shared.log.appender import APPEND, APPEND_ONE
from shared.log.log import Log, Receipt
from shared.refusals import Conflict, KeyReused
from tests.kernel import a
from tests.kernel.model import Model, Outcome, Place, Request
from tests.support.house import House
from tests.support.story import SOMEBODY

BODY = a.CODEC.written(a.Told(number=1), a.act())


class Wish(NamedTuple):
    """A request of which only the stream's true version is missing."""

    stream: int
    public: tuple[bool, ...]
    act: int
    fingerprint: bytes | None
    off: int


wishes = some.builds(
    Wish,
    stream=some.integers(0, 2),
    public=some.lists(some.booleans(), min_size=1, max_size=3).map(tuple),
    act=some.integers(0, 6),
    fingerprint=some.sampled_from((a.ONE, a.ONE, a.OTHER, None)),
    off=some.sampled_from((0, 0, 0, -1, 1)),
)
histories = some.lists(some.lists(wishes, min_size=1, max_size=5), max_size=6)
# A large group of which no member touches another goes another way, to the same end.
apart = some.lists(
    some.builds(
        Wish,
        stream=some.integers(0, 15),
        public=some.lists(some.booleans(), min_size=1, max_size=3).map(tuple),
        act=some.integers(0, 31),
        fingerprint=some.sampled_from((a.ONE, a.ONE, a.OTHER, None)),
        off=some.sampled_from((0, 0, 0, -1, 1)),
    ),
    min_size=4,
    max_size=12,
    unique_by=(lambda it: it.stream, lambda it: it.act),
)
any_history = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def appended(db: Any, group: Sequence[Request]) -> list[Outcome]:
    """Give what the database answers to a group of requests in one call."""
    public = [it for request in group for it in request.public]
    rows = await db.fetch(
        APPEND,
        [it.command for it in group],
        [it.fingerprint for it in group],
        [UUID(int=7)] * len(group),
        [it.stream for it in group],
        [it.after for it in group],
        [len(it.public) for it in group],
        ["kernel.told/1"] * len(public),
        public,
        [BODY] * len(public),
        [SOMEBODY.effective_at] * len(public),
    )
    return [tuple(row) for row in rows]


def request(stream: str, facts: str = "+", after: int = 0, **but: Any) -> Request:
    """Give a request of an act of its own; + is a public fact, - a private one."""
    made = Request(uuid4(), a.ONE, stream, after, tuple(it == "+" for it in facts))
    return replace(made, **but)


def a_stream() -> str:
    return f"thing-{uuid4()}"


@any_history
@given(histories | some.lists(apart, min_size=2, max_size=5))
async def test_any_history_lies_as_the_model_says(log: Log, history: list[list[Wish]]) -> None:
    model, acts = Model(await log.head()), [uuid4() for _ in range(32)]
    streams = [a_stream() for _ in range(16)]
    for group in history:
        requests, expected = [], []
        for wish in group:
            name = streams[wish.stream]
            after = max(0, len(model.streams[name]) + wish.off)
            one = Request(acts[wish.act], wish.fingerprint, name, after, wish.public)
            requests.append(one)
            expected += model.append([one])
        assert await appended(log.pool, requests) == expected
    assert await a.first_bad(log.pool) is None
    for name, places in model.streams.items():
        rows = await log.pool.fetch("select * from log.load($1, null)", name)
        found = [
            Place(*(row[it] for it in ("position", "version", "said", "command", "ordinal")))
            for row in rows
        ]
        assert found == places


@any_history
@given(some.lists(wishes, max_size=10))
async def test_a_caller_hears_what_the_model_says(log: Log, history: list[Wish]) -> None:
    model, acts = Model(await log.head()), [uuid4() for _ in range(7)]
    streams = [a.thing.stream(uuid4()) for _ in range(3)]
    for wish in history:
        stream = streams[wish.stream]
        after = max(0, len(model.streams[str(stream)]) + wish.off)
        act = a.act(id=acts[wish.act], fingerprint=wish.fingerprint)
        facts = [a.Told(number=1) if public else a.Kept(number=1) for public in wish.public]
        (outcome,) = model.append([
            Request(act.id, act.fingerprint, str(stream), after, wish.public)
        ])  # fmt: skip
        match outcome[0]:
            case "conflict":
                with pytest.raises(Conflict):
                    await log.append(stream, facts, act, after=after)
            case "reused":
                with pytest.raises(KeyReused):
                    await log.append(stream, facts, act, after=after)
                with pytest.raises(KeyReused):
                    await log.load(stream, act)
            case _:
                receipt = Receipt(*outcome[1:])
                assert await log.append(stream, facts, act, after=after) == receipt
                loaded, known = await log.load(stream, act)
                assert (len(loaded), known) == (len(model.streams[str(stream)]), receipt)


async def test_in_one_call_each_request_gets_its_own_outcome_and_none_harms_its_neighbour(
    log: Log,
) -> None:
    one, other, third, head = a_stream(), a_stream(), a_stream(), await log.head()
    first = request(one, "+-+")
    again = request(other, command=first.command)
    group = [
        first,
        request(one),  # decided on an old version
        again,  # the same act, on whatever stream
        request(other, command=first.command, fingerprint=a.OTHER),
        request(other, "++"),
        request(other),  # in conflict with its neighbour
        request(other, "-+", after=2),  # and one that knew of it
        request(third),
    ]
    assert await appended(log.pool, group) == [
        ("ok", one, 3, head + 3),
        ("conflict", one, 3, None),
        ("duplicate", one, 3, head + 3),
        ("reused", one, 3, head + 3),
        ("ok", other, 2, head + 5),
        ("conflict", other, 2, None),
        ("ok", other, 4, head + 7),
        ("ok", third, 1, head + 8),
    ]
    assert [row["said"] for row in await a.rows_of(log, one)] == [1, None, 2]
    assert [row["said"] for row in await a.rows_of(log, other)] == [1, 2, None, 3]


async def test_a_stream_of_which_every_second_fact_is_private_is_said_without_a_gap(
    log: Log,
) -> None:
    stream = a.thing.stream(uuid4())
    for at in range(4):
        pair = [a.Told(number=at), a.Kept(number=at)]
        await log.append(stream, pair, a.act(), after=2 * at)

    rows = await a.rows_of(log, stream)
    assert [row["said"] for row in rows] == [1, None, 2, None, 3, None, 4, None]
    assert [row["version"] for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8]
    history = await log.history(stream)
    assert [type(it.fact) for it in history] == [a.Told, a.Kept] * 4


async def test_what_is_loaded_is_what_was_recorded_with_who_did_it_and_why(log: Log) -> None:
    stream, act = a.thing.stream(uuid4()), a.act(causation=uuid4(), fingerprint=a.ONE)
    receipt = await log.append(stream, [a.Told(number=1), a.Kept(number=2)], act, after=0)

    first, second = await log.history(stream)
    assert (first.fact, second.fact) == (a.Told(number=1), a.Kept(number=2))
    assert first.act == second.act == act
    assert (first.case, first.stream) == (stream.case, str(stream))
    assert (first.ordinal, second.ordinal) == (0, 1)
    assert receipt == Receipt(str(stream), 2, second.position)
    assert (await log.read(first.position - 1))[:2] == [first, second]


async def test_nothing_recorded_leaves_no_receipt(log: Log) -> None:
    stream, act, head = a.thing.stream(uuid4()), a.act(), await log.head()

    assert await log.append(stream, [], act, after=0) == Receipt(str(stream), 0, None)
    assert await log.load(stream, act) == ([], None)
    assert await log.head() == head


GOOD: tuple[list[Any], ...] = (
    [uuid4()], [None], [uuid4()], ["thing-x"], [0], [2],
    ["kernel.told/1"] * 2, [True] * 2, [BODY] * 2, [SOMEBODY.effective_at] * 2,
)  # fmt: skip


@pytest.mark.parametrize("at", range(len(GOOD)))
@pytest.mark.parametrize("change", ["one too many", "one too few"])
async def test_arrays_that_disagree_record_nothing(log: Log, at: int, change: str) -> None:
    head, wrong = await log.head(), [list(it) for it in GOOD]
    wrong[at] = wrong[at] + wrong[at][:1] if change == "one too many" else wrong[at][1:]
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await log.pool.fetch(APPEND, *wrong)
    assert await log.head() == head


ONE: tuple[Any, ...] = (*(it[0] for it in GOOD[:5]), *GOOD[6:])


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (4, None),
        (5, []),
        (5, GOOD[6] * 2),
        (6, [True]),
        (6, [True, None]),
        (7, []),
        (8, GOOD[9] * 2),
    ],
)
async def test_a_request_alone_whose_arrays_disagree_records_nothing(
    log: Log, at: int, value: Any
) -> None:
    head, wrong = await log.head(), list(ONE)
    wrong[at] = value
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await log.pool.fetch(APPEND_ONE, *wrong)
    assert await log.head() == head


@pytest.mark.parametrize(
    ("at", "value"), [(4, [None]), (5, [None]), (5, [0]), (5, [-1]), (5, [3]), (7, [True, None])]
)
async def test_a_request_without_a_version_or_count_records_nothing(
    log: Log, at: int, value: list[Any]
) -> None:
    head, wrong = await log.head(), [list(it) for it in GOOD]
    wrong[at] = value
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await log.pool.fetch(APPEND, *wrong)
    assert await log.head() == head


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_an_append_that_could_not_see_the_last_row_is_refused(
    log: Log, isolation: Any
) -> None:
    async with log.pool.acquire() as db, db.transaction(isolation=isolation):
        with pytest.raises(asyncpg.InvalidTransactionStateError):
            await appended(db, [request(a_stream())])


@pytest.mark.parametrize("commit", ["off", "local", "remote_write"])
async def test_an_append_that_a_crash_could_undo_is_refused(log: Log, commit: str) -> None:
    async with log.pool.acquire() as db, db.transaction():
        await db.execute(f"set local synchronous_commit = {commit}")
        with pytest.raises(asyncpg.InvalidTransactionStateError):
            await appended(db, [request(a_stream())])


@pytest.mark.parametrize(
    "stream", ["", "Thing-1", "thing 1", "thing-ä", "thing-1\n", "x" * 101, "thing_1"]
)
async def test_a_stream_has_a_plain_name(log: Log, stream: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await appended(log.pool, [request(stream)])


async def test_one_bad_request_takes_its_whole_call_back(log: Log) -> None:
    """All or nothing for a call: the caller then sends its members one by one."""
    good, head = a_stream(), await log.head()
    with pytest.raises(asyncpg.CheckViolationError):
        await appended(log.pool, [request(good), request(a_stream(), fingerprint=b"short")])
    assert await a.rows_of(log, good) == []
    assert await log.head() == head


async def test_an_append_finds_its_way_by_index_however_small_the_log_was_when_it_was_planned(
    kernel_house: House, log_owner: Any
) -> None:
    """A plan prepared on a small table kept its sequential scan as the table grew."""
    for name in ("log.append", "log.append_one"):
        told = await log_owner.fetchval(
            "select proconfig from pg_proc where oid = $1::regproc", name
        )
        assert "enable_seqscan=off" in told
    seen = "select seq_scan from pg_stat_user_tables where relid = 'log.event'::regclass"
    db = await asyncpg.connect(kernel_house.told("kernel").database_url)
    try:
        await appended(db, [request(a_stream())])
        await db.execute("select pg_stat_force_next_flush()")
        before = await log_owner.fetchval(seen)
        for _ in range(3):
            await appended(db, [request(a_stream()) for _ in range(8)])
            await appended(db, [request(a_stream())])  # the same as is asked of one alone
        await db.execute("select pg_stat_force_next_flush()")
        await db.fetchval("select 1")
    finally:
        await db.close()
    assert await log_owner.fetchval(seen) == before
