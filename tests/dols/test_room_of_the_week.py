"""Is what an assessor took on this week counted, whatever else is in the log?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dols.app import dols
from services.dols.events import AssessorAllocated, AssessorOffered
from services.dols.projections.assessors import taken_on
from shared.log.codec import Codec
from tests.dols import a
from tests.support.story import SOMEBODY

CODEC = Codec((AssessorAllocated, AssessorOffered), dols.publish)
MONDAY = date(2101, 11, 7)  # after all that others recorded in this log
THIS_WEEK, LAST_WEEK = a.at("2101-11-07T00:00:00Z"), a.at("2101-11-06T23:59:59Z")
UNREADABLE = b'{"fact": "of a newer build"}'
INSERT = text("""
insert into log.event (position, case_id, stream, version, command, ordinal, type, body,
  effective_at, recorded_at, hash)
select coalesce(max(position), 0) + 1, :case, :stream, 1, :command, 0, :type, :body,
  :at, :at, sha256(convert_to(:stream, 'UTF8')) from log.event""")


async def record(
    db: AsyncConnection, fact: Any, at: datetime = THIS_WEEK, body: bytes | None = None
) -> UUID:
    """Put a fact at the end of the log, of a case of its own; with a body of its own, if given."""
    case = uuid4()
    row: Mapping[str, Any] = {
        "case": case, "stream": f"request-{case}", "command": uuid4(), "type": fact.stored_as,
        "at": at, "body": CODEC.written(fact, SOMEBODY) if body is None else body,
    }  # fmt: skip
    await db.execute(INSERT, row)
    return case


async def counted(db: AsyncConnection) -> tuple[int, Sequence[Mapping[str, Any]]]:
    with structlog.testing.capture_logs() as lines:
        found = await taken_on(db, CODEC, a.bea.assessor, MONDAY)
    return found, lines


async def test_only_what_they_took_on_in_this_week_is_counted(db: AsyncConnection) -> None:
    await record(db, a.allocated, at=LAST_WEEK)
    assert await counted(db) == (0, [])
    for fact in (a.allocated, a.doctor, a.offered, a.allocated):
        await record(db, fact)
    assert await counted(db) == (2, [])


async def test_what_is_none_of_it_is_not_read_at_all(db: AsyncConnection) -> None:
    await record(db, a.allocated)
    await record(db, a.offered, body=UNREADABLE)
    assert await counted(db) == (1, []), "whether it could be read or not"


async def test_one_that_this_build_cannot_read_is_told_to_operators_and_the_others_count(
    db: AsyncConnection,
) -> None:
    await record(db, a.allocated)
    case = await record(db, a.allocated, body=UNREADABLE)
    await record(db, replace(a.allocated, name="bea hart"))
    found, (line,) = await counted(db)
    assert (found, line["log_level"], line["event"]) == (2, "error", "undecodable")
    assert line["case"] == str(case)
    assert UNREADABLE.decode() not in str(line)
