"""How does one question keep its answer?

A projection is a fold of the service's own log, row by row. Its table is named by its version: a
new one builds from zero beside the old one, and nothing is ever altered.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from operator import attrgetter
from time import monotonic
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    cast,
    func,
    literal,
    select,
)  # fmt: skip
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from shared.facts import Code, Recorded
from shared.refusals import Unavailable

R = TypeVar("R")

SCHEMA = "projection"
DIALECT = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]
COLUMNS: dict[type, TypeEngine[Any]] = {
    UUID: Uuid(),
    str: Text(),
    Code: Text(),
    int: BigInteger(),
    bool: Boolean(),
    date: Date(),
    datetime: DateTime(timezone=True),
}
WORK = MetaData(schema="work")
POSITIONS = Table(
    "projection", WORK, Column("name", Text), Column("position", BigInteger),
    Column("ready", Boolean),
)  # fmt: skip
BLOCKED = Table(
    "blocked", WORK, Column("correlation", Uuid), Column("case_id", Uuid),
    Column("since", DateTime(timezone=True)),
)  # fmt: skip
STALE = Table(
    "stale", WORK, Column("projection", Text), Column("case_id", Uuid),
    Column("since", DateTime(timezone=True)),
)  # fmt: skip
HEARD = Table(
    "heard", WORK, Column("stream", Text), Column("gap_since", DateTime(timezone=True))
)  # fmt: skip
MENDS = timedelta(minutes=1)
"""A gap is filled by the resend that is under way; what lasts longer is missing."""


def case_of(happened: Recorded[Any]) -> Hashable:
    """Give the case: the key of most questions."""
    return happened.case


class Projection(Generic[R]):
    """One question: a row, whose first field is its key, and the fold that keeps it."""

    def __init__(
        self, name: str, *, version: int, row: type[Any],
        fold: Callable[[R | None, Recorded[Any]], R | None],
        key: Callable[[Recorded[Any]], Hashable] = case_of,
        indexes: Sequence[Sequence[str]] = (),
    ) -> None:  # fmt: skip
        self.row, self.fold, self.key = row, fold, key
        self.name = f"{name}_v{version}"
        hints = get_type_hints(row)
        columns = (_column(it.name, hints[it.name], at) for at, it in enumerate(fields(row)))
        self.table = Table(self.name, MetaData(), *columns, schema=SCHEMA)
        for at, names in enumerate(indexes, 1):
            Index(f"{self.name}_{at}", *(self.table.c[column] for column in names))

        self.values: Callable[[R], tuple[Any, ...]] = attrgetter(*self.table.columns.keys())
        self._statements()

    def _statements(self) -> None:
        """Word what the projector asks of the table: all names are our own."""
        columns = list(self.table.columns)
        table, key = f'{SCHEMA}."{self.name}"', f'"{columns[0].name}"'
        names = ", ".join(f'"{it.name}"' for it in columns)
        kinds = (it.type.compile(DIALECT) for it in columns)
        arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(kinds, 1))
        news = ", ".join(f'"{it.name}" = excluded."{it.name}"' for it in columns)
        self.selects = f"select * from {table} where {key} = any ($1)"  # noqa: S608
        self.deletes = f"delete from {table} where {key} = any ($1)"  # noqa: S608
        self.upserts = (
            f"insert into {table} ({names}) select * from unnest({arrays})"  # noqa: S608
            f" on conflict ({key}) do update set {news}"
        )

    def stale_since(self, *, case: str = "") -> ColumnElement[Any]:
        """Give since when a row may be out of date, null where it is not.

        It is where its case, or the one it came from, is blocked, where a message of theirs is
        missing, and where its fold failed.
        A row's case is its key, or stands in the column `case`; what it came from stands in its
        column `correlation`.
        """
        columns, key = self.table.c, next(iter(self.table.primary_key))
        cases = [key, columns[case]] if case else [key]
        blocked = (BLOCKED.c.correlation == columns.correlation) | BLOCKED.c.case_id.in_(cases)
        stale = (STALE.c.projection == literal(self.name)) & STALE.c.case_id.in_(cases)
        # The streams of a case are named after it.
        theirs = func.right(HEARD.c.stream, 36).in_([cast(it, Text) for it in cases])
        missing = (HEARD.c.gap_since < func.now() - MENDS) & theirs
        asked = ((BLOCKED.c.since, blocked), (STALE.c.since, stale), (HEARD.c.gap_since, missing))
        sinces = (
            # Correlated each by itself: within a union it would ask of all rows, not of this one.
            select(func.min(since)).where(where).correlate(self.table).scalar_subquery()
            for since, where in asked
        )
        return func.least(*sinces).label("stale_since")

    async def caught_up(self, db: AsyncConnection, least: int | None, patience: float = 2.0) -> int:
        """Give the position of the rows; wait `patience` seconds at most for `least`.

        Raises:
            Unavailable: the table is still being built.
        """
        query = select(POSITIONS.c.position).where(POSITIONS.c.name == self.name, POSITIONS.c.ready)
        until = monotonic() + patience
        while True:
            stands = (await db.execute(query)).scalar()
            if stands is None:
                raise Unavailable
            if least is None or stands >= least or monotonic() >= until:
                return int(stands)
            await asyncio.sleep(0.05)


def _column(name: str, hint: Any, at: int) -> Column[Any]:
    kinds = set(get_args(hint)) if isinstance(hint, UnionType) else {hint}
    (kind,) = kinds - {NoneType}
    return Column(name, COLUMNS[kind], primary_key=not at, nullable=NoneType in kinds)
