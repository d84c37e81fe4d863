"""Does a message that cannot be taken hold up its own case, and nobody else's?"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.triage.app import triage as real_triage
from shared.bus import consumer
from shared.bus.blocked import block
from shared.bus.message import Speaker, heading_of
from shared.bus.port import Record
from shared.bus.postgres import PostgresBus
from shared.contracts import intake
from shared.facts import BlockDiscarded, BlockRetried, Code
from shared.http.application import application
from shared.run import running
from shared.sealed import Sealed
from shared.service import Service
from tests.kernel.bus import a
from tests.kernel.bus.a import BROKEN, EARLY, UNWELCOME, Listener, Voice
from tests.kernel.bus.conftest import address
from tests.support.house import Home, House, key
from tests.support.patience import until

Spoiled = Callable[[Record], Record]


def headerless(name: str) -> Spoiled:
    return lambda record: a.with_header(record, name, None)


POISON: dict[str, tuple[int, Spoiled, str]] = {
    "a value nobody can read": (1, lambda it: replace(it, value=b"\xff{"), "undecodable"),
    "a member too many": (1, lambda it: replace(it, value=b'{"more":1}'), "undecodable"),
    "a newer version": (
        1,
        lambda it: a.with_header(it, "ce_type", b"intake.referral-received/3"),
        "unknown-type",
    ),
    "a refusal": (UNWELCOME, lambda it: it, "refused"),
    "a fault of ours": (BROKEN, lambda it: it, "broken"),
    "no correlation": (1, headerless("ce_correlationid"), "undecodable"),
    "no id": (1, headerless("ce_id"), "undecodable"),
    "no place in its log": (1, headerless("ce_position"), "undecodable"),
    "a place beyond all numbers": (
        1,
        lambda it: a.with_header(it, "ce_position", b"9" * 40),
        "undecodable",
    ),
    "another case than its key": (
        1,
        lambda it: a.with_header(it, "ce_subject", str(uuid4()).encode()),
        "undecodable",
    ),
}


@pytest.mark.parametrize("what", POISON)
async def test_poison_blocks_its_own_case_only_and_its_discard_lets_the_rest_follow(
    listener: Listener, what: str
) -> None:
    number, spoil, reason = POISON[what]
    voice, case, other = listener.voice(), uuid4(), uuid4()
    before, bad, after = (voice.referral(case, it) for it in (7, number, 8))
    await listener.told(
        before, voice.referral(other, 1), spoil(bad), after, voice.referral(other, 2)
    )
    await listener.hears()
    assert await listener.notes(other) == [1, 2]
    assert await listener.notes(case) == [7]
    assert await listener.blocked() == {case: reason}
    await listener.wants(case, "discard")
    await listener.hears(until=listener.is_free)
    assert await listener.notes(case) == [7, 8]
    assert await listener.gaps() == []


NO_ORDER = ["ce_stream", "ce_source", "ce_sequence"]


@pytest.mark.parametrize("name", NO_ORDER)
async def test_a_message_without_a_place_in_its_stream_blocks_until_it_is_sent_again(
    listener: Listener, name: str
) -> None:
    voice, case, other = listener.voice(), uuid4(), uuid4()
    before, bad, after = (voice.referral(case, it) for it in (7, 1, 8))
    spoiled = a.with_header(bad, name, b"a\0b")
    await listener.told(before, spoiled, after, voice.referral(other, 1))
    await listener.hears()
    assert await listener.notes(other) == [1]
    assert await listener.blocked() == {case: "undecodable"}
    await listener.wants(case, "discard")
    await listener.hears(until=listener.is_free)
    assert await listener.notes(case) == [7]
    assert await listener.gaps() == [f"referral-{case}"]  # nobody can tell what was discarded
    await listener.told(bad, after)
    await listener.hears()
    assert await listener.notes(case) == [7, 1, 8]
    assert await listener.gaps() == []


async def test_a_key_that_is_no_case_blocks_nobody(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    stray = replace(voice.referral(uuid4(), 1), key="not-a-case")
    await listener.told(stray, voice.referral(case, 2))
    await listener.hears()
    assert await listener.notes(case) == [2]
    (lost,) = await listener.blocked()
    assert lost == heading_of(stray).case
    await listener.wants(lost, "discard")
    await listener.hears(until=listener.is_free)


async def test_a_second_stream_of_a_blocked_case_waits_too(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(
        voice.referral(case, UNWELCOME), voice.referral(case, 5, stream=f"dispute-{case}")
    )
    await listener.hears()
    assert await listener.notes(case) == []
    await listener.wants(case, "discard")
    await listener.hears(until=listener.is_free)
    assert await listener.notes(case) == [5]


async def test_a_block_names_what_it_is_part_of(listener: Listener) -> None:
    voice, correlation = listener.voice(), uuid4()
    await listener.told(voice.referral(uuid4(), UNWELCOME, correlation=correlation))
    await listener.hears()
    rows = await listener.rows("blocked", "reason, error, correlation, next", "topic")
    assert rows == [("refused", "Unwelcome", correlation, 0)]


async def test_a_retry_after_mending_takes_all_that_waited_in_order(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(*(voice.referral(case, it) for it in (1, UNWELCOME, 3, 4)))
    await listener.hears()
    await listener.wants(case, "retry")
    await listener.hears(a.MENDED, until=listener.is_free)
    assert await listener.notes(case) == [1, UNWELCOME % 1000, 3, 4]


async def test_a_retry_before_mending_blocks_again_and_forgets_what_was_asked(
    listener: Listener,
) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(voice.referral(case, UNWELCOME), voice.referral(case, 2))
    await listener.hears()
    (before,) = await listener.rows("blocked", "since, next, reason", "topic")
    await listener.wants(case, "retry")

    async def answered() -> bool:
        return await listener.rows("blocked", "wanted", "topic") == [(None,)]

    await listener.hears(until=answered)
    assert await listener.rows("blocked", "since, next, reason", "topic") == [before]
    assert await listener.notes(case) == []


async def test_behind_one_discarded_message_the_next_one_may_block(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    told = [voice.referral(case, it) for it in (UNWELCOME, 2, BROKEN, 4)]
    await listener.told(*told)
    await listener.hears()
    await listener.wants(case, "discard")

    async def moved() -> bool:
        return await listener.blocked() == {case: "broken"}

    await listener.hears(until=moved)
    assert await listener.notes(case) == [2]
    await listener.wants(case, "discard")
    await listener.hears(until=listener.is_free)
    assert await listener.notes(case) == [2, 4]


async def test_repeats_and_gaps_within_a_block_are_sorted_out_by_the_retry(
    listener: Listener,
) -> None:
    voice, case = listener.voice(), uuid4()
    one, two, three, four, five = (voice.referral(case, it) for it in (1, UNWELCOME, 3, 4, 5))
    await listener.told(one, two, three, two, one, five, four, five)
    await listener.hears()
    await listener.wants(case, "retry")
    await listener.hears(a.MENDED, until=listener.is_free)
    assert await listener.notes(case) == [1, UNWELCOME % 1000, 3, 4, 5]
    assert await listener.gaps() == []


async def test_a_long_wait_is_made_up_over_many_batches(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BATCH", 12)
    voice, case, others = listener.voice(), uuid4(), [uuid4() for _ in range(10)]
    numbers = [UNWELCOME, *range(1, 20)]
    told = [voice.referral(it, at) for at in numbers for it in (case, *others) if it == case or at]
    await listener.told(*(it for it in told if it.key == str(case)))
    await listener.hears()
    await listener.wants(case, "discard")
    await listener.hears(until=listener.is_free)
    assert await listener.notes(case) == list(range(1, 20))


async def test_what_waits_for_its_cause_goes_on_once_the_cause_is_there(listener: Listener) -> None:
    voice, case, other = listener.voice(), uuid4(), uuid4()
    await listener.told(
        voice.referral(case, EARLY), voice.referral(case, 2), voice.referral(other, 3)
    )
    await listener.hears()
    assert await listener.blocked() == {case: "awaiting-cause"}
    assert await listener.notes(other) == [3]
    async with a.working(listener.consumer().work):
        await listener.caused(uuid4())  # the log moved, but it is another's cause
        await listener.told(voice.referral(other, 4))
        await until(listener.is_level)
        assert await listener.blocked() == {case: "awaiting-cause"}
        await listener.caused(case)
        await until(listener.is_free)
    assert await listener.notes(case) == [EARLY, 2]


async def test_nobody_elses_topics_are_touched(listener: Listener) -> None:
    elsewhere = replace(listener, authority=f"E{uuid4().hex[:10]}")
    voice, case = elsewhere.voice(), uuid4()
    await elsewhere.told(voice.referral(case, UNWELCOME))
    await elsewhere.hears()
    await elsewhere.wants(case, "discard")
    mine = listener.voice()
    await listener.told(mine.referral(uuid4(), 1))
    await listener.hears()
    assert await elsewhere.blocked() == {case: "refused"}


async def test_what_was_asked_meanwhile_of_another_message_is_not_done_to_this_one(
    listener: Listener,
) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(voice.referral(case, EARLY), voice.referral(case, UNWELCOME))
    await listener.hears()
    await listener.caused(case)

    class AsksTooLate:
        def __init__(self, bus: PostgresBus) -> None:
            self._bus, self._asked = bus, False

        def __getattr__(self, name: str) -> Any:
            return getattr(self._bus, name)

        async def fetch(self, from_: Any, limit: int, wait: float) -> Any:
            if len(from_) == 1 and limit > 1 and not self._asked:  # while it is tried again
                self._asked = True
                await listener.wants(case, "discard")
            return await self._bus.fetch(from_, limit, wait)

    async def moved() -> bool:
        return await listener.blocked() == {case: "refused"}

    await listener.hears(until=moved, bus=AsksTooLate(listener.bus))
    assert await listener.rows("blocked", "wanted", "topic") == [(None,)]
    assert await listener.notes(case) == [EARLY]


# What an operator does, over HTTP.


@asynccontextmanager
async def service(
    house: House, database: str, authority: str, found: Service
) -> AsyncIterator[Home]:
    told = house.told("triage", database_url=address(house, database), authority=authority)
    async with running(found, told) as (runtime, loops):
        app = application(found)
        app.state.runtime, app.state.simulated = runtime, runtime.log.simulated
        yield Home(house, runtime, loops, app)


LISTENS = Service(
    name="triage", purpose="Listens.", deciders=(a.note,), publish=a.publish,
    reactions=(a.HEARS_INTAKE,),
)  # fmt: skip


async def notes(home: Home, case: UUID) -> list[int]:
    history = await home.runtime.log.history(a.note.stream(case))
    return [it.fact.number for it in history]


async def blocked_row(home: Home, case: UUID) -> Any:
    async with home.client("olu", "operator") as operator:
        rows = (await operator.get("/v1/blocked")).json()
    return next((row for row in rows if row["case"] == str(case)), None)


@pytest.mark.slow
@pytest.mark.parametrize("action", ["retry", "discard"])
async def test_an_operator_retries_or_discards_and_says_why(
    shared_house: House, listeners_log: str, voices: PostgresBus, authority: str, action: str
) -> None:
    voice, case = Voice(Speaker(authority, "intake")), uuid4()
    await voices.ensure([voice.by.topic])
    await voices.publish([voice.referral(case, it) for it in (1, UNWELCOME, 3)])
    async with service(shared_house, listeners_log, authority, LISTENS) as home:
        row = await until(lambda: blocked_row(home, case))
        assert row["reason"] == "refused"
    mended = replace(LISTENS, reactions=(a.MENDED,)) if action == "retry" else LISTENS
    async with service(shared_house, listeners_log, authority, mended) as home:
        said = {"topic": row["topic"], "action": action, "reason": "block-reason@1:mended"}
        async with home.client("olu", "operator") as operator:
            path, once = f"/v1/blocked/{case}", key()
            answers = [await operator.post(path, json=said, headers=once) for _ in range(2)]
            assert [it.status_code for it in answers] == [204, 204]

        async def free() -> bool:
            return await blocked_row(home, case) is None

        await until(free)
        if action == "discard":  # a repeat speaks of the first block, not of the next one
            await voices.publish([voice.referral(case, UNWELCOME)])
            again = await until(lambda: blocked_row(home, case))
            async with home.client("olu", "operator") as operator:
                assert (await operator.post(path, json=said, headers=once)).status_code == 204
            assert (await blocked_row(home, case), again["wanted"]) == (again, None)
        assert await notes(home, case) == ([1, 1, 3] if action == "retry" else [1, 3])
        log = home.runtime.log
        (done,) = await log.history(block.stream(case))
        assert isinstance(done.fact, BlockRetried if action == "retry" else BlockDiscarded)
        assert done.fact.reason == Code("block-reason@1:mended")
        assert (done.act.actor, done.act.role) == ("olu", "operator")
        assert done.said is None


async def test_only_an_operator_may_unblock(
    shared_house: House, listeners_log: str, authority: str
) -> None:
    async with service(shared_house, listeners_log, authority, LISTENS) as home:
        topic = Speaker(authority, "intake").topic
        said = {"topic": topic, "action": "discard", "reason": "block-reason@1:harmless"}
        for name, role in (("sam", "safeguarding-adults-manager"), ("ann", "screener")):
            async with home.client(name, role) as somebody:
                path = f"/v1/blocked/{uuid4()}"
                assert (await somebody.post(path, json=said, headers=key())).status_code == 403
                assert (await somebody.get("/v1/blocked")).status_code == 403
        async with home.client("olu", "operator") as operator:
            unknown = uuid4()  # no case of this name is blocked: nothing is recorded
            path = f"/v1/blocked/{unknown}"
            assert (await operator.post(path, json=said, headers=key())).status_code == 404
            assert not await home.runtime.log.history(block.stream(unknown))


async def test_the_queue_says_since_when_a_blocked_concern_is_stale(
    shared_house: House, queues_log: str, voices: PostgresBus, authority: str
) -> None:
    voice, case, adult, correlation = (
        Voice(Speaker(authority, "intake")), uuid4(), uuid4(), uuid4(),
    )  # fmt: skip
    promoted = intake.ContactPromoted(
        adult=adult, answers=intake.RiskAnswers(severity=2), transition=False,
        details=Sealed(subject=adult, audience="adult", box=bytes(60)),
        source_of_risk=None, referrer=None,
    )  # fmt: skip
    more = intake.ReferralWithdrawn(adult=adult)
    said = voice.says(case, promoted, correlation=correlation)
    await voices.ensure([voice.by.topic])
    await voices.publish([said])
    async with service(shared_house, queues_log, authority, real_triage) as home:

        async def row() -> Any:
            async with home.client("ann", "screener") as screener:
                found = (await screener.get("/v1/concerns")).json()
            return next(iter(found.get("items", ())), None)  # none while the queue is being built

        async def stale() -> Any:
            return ((await row()) or {}).get("stale_since")

        assert (await until(row))["stale_since"] is None
        bad = voice.says(case, more, correlation=correlation)
        await voices.publish([replace(bad, value=b"{")])
        assert await until(stale)
        async with home.client("olu", "operator") as operator:
            said_why = {
                "topic": voice.by.topic, "action": "discard", "reason": "block-reason@1:harmless",
            }  # fmt: skip
            path = f"/v1/blocked/{case}"
            assert (await operator.post(path, json=said_why, headers=key())).status_code == 204

        async def fresh() -> bool:
            return await stale() is None

        await until(fresh)
