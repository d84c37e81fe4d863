"""What do tests of the kernel record? Small facts, public and private, and who decides them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import asyncpg

from shared.decider import Decider, Stream
from shared.facts import Act, fact
from shared.lease import pool_of
from shared.log.codec import Codec
from shared.log.log import Log
from shared.refusals import Refusal
from shared.sealed import Sealed
from shared.sealed.vault import FileKey, Open, Vault
from shared.way import Way
from tests.support.house import House
from tests.support.story import SOMEBODY

WORDS = "Edith Hollowell, 9990000018, hides under the stairs"
"""What must never be seen where it is not opened."""


@fact("kernel.told/1")
class Told:
    """Something that others hear."""

    number: int
    words: Sealed[str] | None = None
    padding: str = ""


@fact("kernel.kept/1")
class Kept:
    """Something that concerns nobody else."""

    number: int


ThingFact = Told | Kept


@dataclass(frozen=True)
class Record:
    """Record these, whatever is so."""

    facts: tuple[ThingFact, ...]


@dataclass(frozen=True)
class CountOn:
    """Tell the next number."""


@dataclass(frozen=True)
class Begin:
    """Tell the first number, which can be done once."""


class Begun(Refusal):
    """It has begun already."""


Command = Record | CountOn | Begin


def decide(command: Command, state: int | None, _act: Act) -> Sequence[ThingFact]:
    """Give the facts that `command` leads to."""
    match command:
        case Record(facts=facts):
            return facts
        case CountOn():
            return (Told(number=(state or 0) + 1),)
        case Begin():
            if state is not None:
                raise Begun
            return (Told(number=1),)


def evolve(_state: int | None, happened: ThingFact, _act: Act) -> int:
    """Give the last number."""
    return happened.number


def publish(happened: ThingFact, _act: Act) -> Told | None:
    """Tell what is for others."""
    return happened if isinstance(happened, Told) else None


thing = Decider(kind="thing", facts=ThingFact, decide=decide, evolve=evolve)
Thing = Stream[Command, int, ThingFact]
CODEC = Codec(get_args(ThingFact), publish)
ONE, OTHER = b"1" * 32, b"2" * 32
"""Fingerprints of two requests."""


def act(**but: Any) -> Act:
    """Give an act of its own."""
    return replace(SOMEBODY, **({"id": uuid4()} | but))


def shut(words: str = WORDS, *, subject: UUID | None = None, **but: Any) -> Open[str]:
    """Give words on their way in, of a person of their own."""
    return Open(subject=subject or uuid4(), audience="adult", value=words, **but)


@asynccontextmanager
async def vault_of(house: House, service: str = "kernel", **but: Any) -> AsyncIterator[Vault]:
    """Give the vault as `service` sees it."""
    told = house.told(service, **but)
    way = Way(told.vault_url)
    try:
        yield Vault(way, FileKey(told.key_file))
    finally:
        way.close()


@asynccontextmanager
async def log_of(house: House, service: str = "kernel", codec: Codec = CODEC) -> AsyncIterator[Log]:
    """Give the log of `service`, ready for use."""
    async with vault_of(house, service) as vault:
        dsn = house.told(service).database_url
        pool = await pool_of(dsn, 8)
        await vault.prepare()
        try:
            async with Log(service, dsn, pool, vault, codec) as log:
                yield log
        finally:
            await pool.close()


@asynccontextmanager
async def owner_of(house: House, service: str) -> AsyncIterator[Any]:
    """Give a superuser's connection to the database of `service`."""
    connection = await asyncpg.connect(house.owner(service))
    try:
        yield connection
    finally:
        await connection.close()


async def rows_of(log: Log, stream: object) -> Sequence[Mapping[str, Any]]:
    """Give what the table holds of `stream`."""
    query = "select * from log.event where stream = $1 order by version"
    return [dict(row) for row in await log.pool.fetch(query, str(stream))]


COLUMNS = (
    "position", "case_id", "stream", "version", "said", "command", "ordinal", "fingerprint",
    "type", "body", "effective_at", "recorded_at", "hash",
)  # fmt: skip
"""Of the table of events."""


def microseconds(at: datetime) -> int:
    """Give an instant as PostgreSQL sends it: microseconds since 2000-01-01 UTC."""
    return (at - datetime(2000, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


async def first_bad(db: Any, after: int = 0) -> tuple[int, str] | None:
    """Give the first bad position behind `after` and why, None where the chain is sound."""
    row = await db.fetchrow("select bad, why from log.verify($1)", after)
    return tuple(row) if row else None
