"""How does one question keep its answer?

A projection is a fold of the service's own log, row by row. Its table is named by its version: a
new one builds from zero beside the old one, and nothing is ever altered.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import astuple, fields
from datetime import date, datetime
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
    Select,
    Table,
    Text,
    Uuid,
    func,
    literal,
    select,
    union_all,
)  # fmt: skip
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from shared.facts import Code, Recorded

R = TypeVar("R")

SCHEMA = "projection"
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
POSITIONS = Table("projection", WORK, Column("name", Text), Column("position", BigInteger))
BLOCKED = Table(
    "blocked", WORK, Column("correlation", Uuid), Column("case_id", Uuid),
    Column("since", DateTime(timezone=True)),
)  # fmt: skip
STALE = Table(
    "stale", WORK, Column("projection", Text), Column("case_id", Uuid),
    Column("since", DateTime(timezone=True)),
)  # fmt: skip


def case_of(happened: Recorded[Any]) -> Hashable:
    """Give the case: the key of most questions."""
    return happened.case


class Projection(Generic[R]):
    """One question: a row, whose first field is its key, and the fold that keeps it."""

    def __init__(
        self,
        name: str,
        *,
        version: int,
        row: type[Any],
        fold: Callable[[R | None, Recorded[Any]], R | None],
        key: Callable[[Recorded[Any]], Hashable] = case_of,
        indexes: Sequence[Sequence[str]] = (),
    ) -> None:
        self.row, self.fold, self.key = row, fold, key
        self.name = f"{name}_v{version}"
        hints = get_type_hints(row)
        columns = (_column(it.name, hints[it.name], at) for at, it in enumerate(fields(row)))
        self.table = Table(self.name, MetaData(), *columns, schema=SCHEMA)
        for at, names in enumerate(indexes, 1):
            Index(f"{self.name}_{at}", *(self.table.c[column] for column in names))

    def values(self, row: R) -> tuple[Any, ...]:
        """Give the columns of `row`, in their order."""
        return astuple(row)  # type: ignore[call-overload, no-any-return]

    def stale_since(self, correlation: str = "correlation") -> ColumnElement[Any]:
        """Give since when a row may be out of date: its case, or the one it came from, is blocked.

        The row's key is its case; its column `correlation` names what it came from.
        """
        table, key = self.table, next(iter(self.table.primary_key))
        blocked: Select[Any] = select(BLOCKED.c.since).where(
            (BLOCKED.c.correlation == table.c[correlation]) | (BLOCKED.c.case_id == key)
        )
        stale: Select[Any] = select(STALE.c.since).where(
            STALE.c.projection == literal(self.name), STALE.c.case_id == key
        )
        since = union_all(blocked, stale).subquery()
        return select(func.min(since.c.since)).scalar_subquery().label("stale_since")

    async def caught_up(self, db: AsyncConnection, least: int | None, patience: float = 2.0) -> int:
        """Give the position of the rows; wait `patience` seconds at most for `least`."""
        query = select(POSITIONS.c.position).where(POSITIONS.c.name == self.name)
        until = monotonic() + patience
        while True:
            stands = (await db.execute(query)).scalar() or 0
            if least is None or stands >= least or monotonic() >= until:
                return int(stands)
            await asyncio.sleep(0.05)


def _column(name: str, hint: Any, at: int) -> Column[Any]:
    kinds = set(get_args(hint)) if isinstance(hint, UnionType) else {hint}
    (kind,) = kinds - {NoneType}
    return Column(name, COLUMNS[kind], primary_key=not at, nullable=NoneType in kinds)
