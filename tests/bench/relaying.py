"""How fast does a log reach a bus, beside a bare Kafka client that tells the same?"""

import asyncio
from collections.abc import Sequence
from functools import partial
from time import perf_counter
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as Part

from shared.bus import consumer
from shared.bus.kafka import KafkaBus
from shared.bus.message import Speaker
from shared.bus.port import Record
from shared.bus.relay import Relay
from shared.lease import Loop
from tests.bench.cost import Row, Work, interleaved
from tests.bench.piping import Pipe, append, pipe, round_trip, running, told
from tests.bench.towns import Over, buses, settle
from tests.bench.world import World

GROUP = 1000
"""Records that the bare client sends before it waits for all of them."""
LARGER = 2
"""Times as many referrals as the pipe has: a rate needs more than a moment."""
BARE = "bare"


async def measure(world: World) -> list[Row]:
    """Measure the rate from a filled log to a reader of the bus, beside a bare Kafka client."""
    rows = list[Row]()
    with buses() as (there, lacking):
        broker = there[-1].broker
        for over in there:
            async with pipe(world, over, "relayed") as it:
                await append(it.intake, await it.requests(LARGER * world.size.told))
                records = await told(it, 0)
                sides: list[Work] = [partial(_relayed, it)]
                if broker:
                    sides += [partial(_bare, broker.servers, records)]
                else:
                    sides += [partial(_alone, it, records)]
                for side in sides:
                    await side()  # connections, plans, a warm broker
                ours, theirs = await interleaved(world.size.rounds, *sides)
                rows.append(_rate(over, ours, theirs, len(records), lacking))
    return rows


def _rate(over: Over, ours: float, theirs: float, many: int, lacking: str) -> Row:
    bare = "a bare aiokafka client produces and consumes the same bytes, one broker"
    alone = "the same records published and fetched, without a relay"
    hold = 0.5 if over.broker else 0.8
    return Row(
        figure=f"log to relay to {over.name}, rate",
        baseline=alone if lacking else bare,
        unit="messages/s",
        ours=ours,
        theirs=theirs,
        hold=None if lacking else hold,
        bound="at least",
        note="; ".join([f"{many:,} messages", *filter(None, [lacking])]),
    )


async def _relayed(it: Pipe) -> float:
    """Give the rate from the beginning of the log to a topic that nobody was told anything on."""
    by = Speaker(f"anew-{uuid4()}", "intake")
    dsn = it.told("intake").database_url
    async with it.world.connection(dsn) as db:
        await db.execute("update work.relay set position = 0, hash = ''")
    await it.ear.ensure([by.topic])
    places, many = await it.ear.ends([by.topic]), await it.intake.head()
    teller = Relay(dsn, it.intake.codec, it.mouth, by)
    settle()
    heard, began, before = 0, 0.0, 0
    async with running(Loop("relay", teller.work)), asyncio.timeout(60):
        while heard < many:
            records = await it.ear.fetch(places, consumer.BATCH, 1.0)
            places = {**places, **{it.place: it.offset + 1 for it in records}}
            heard += len(records)
            if not began and heard:  # from the first batch on: what a start costs is no rate
                began, before = perf_counter(), heard
        return (many - before) / (perf_counter() - began)


async def _alone(it: Pipe, records: Sequence[Record]) -> float:
    settle()
    began = perf_counter()
    await round_trip(it, records)
    return len(records) / (perf_counter() - began)


async def _bare(servers: str, records: Sequence[Record]) -> float:
    """Give the rate of a client that sends and reads at once; as sound as ours, and no log."""
    async with KafkaBus({"bootstrap_servers": servers}) as bus:
        await bus.ensure([BARE])
        ends = await bus.ends([BARE])
    producer = AIOKafkaProducer(
        bootstrap_servers=servers, enable_idempotence=True, acks="all", max_batch_size=256 * 1024
    )
    reader = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    await producer.start()
    await reader.start()
    try:
        reader.assign([Part(*at) for at in ends])
        for at, offset in ends.items():
            reader.seek(Part(*at), offset)
        settle()
        began = perf_counter()
        await asyncio.gather(_produce(producer, records), _consume(reader, len(records)))
        return len(records) / (perf_counter() - began)
    finally:
        await producer.stop()
        await reader.stop()


async def _produce(producer: AIOKafkaProducer, records: Sequence[Record]) -> None:
    for start in range(0, len(records), GROUP):
        sent = [
            await producer.send(BARE, it.value, it.key.encode(), headers=list(it.headers))
            for it in records[start : start + GROUP]
        ]
        await asyncio.gather(*sent)


async def _consume(reader: AIOKafkaConsumer, many: int) -> None:
    while many > 0:
        found = await reader.getmany(timeout_ms=1000)
        many -= sum(map(len, found.values()))
