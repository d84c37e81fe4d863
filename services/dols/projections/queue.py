"""Who waits for a decision, who is next, and who assesses whom?

High goes first by received time; then Medium and Low together by the time they are due, so that
every wait is bounded. Among them, by its own due time, is what is decided already where something
came since that nobody has seen, or a review is open. A row keeps the state as it was folded, so
that the list and one case cannot differ. It names nobody.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dols.decisions import request
from services.dols.decisions.owing import allocation_due, look_due, owed, review_due
from services.dols.decisions.state import Request
from services.dols.events import AssessorChanged, AssessorRegistered, DolsFact
from services.dols.rules import clocks, codes
from services.dols.rules.independence import Standing, unfit
from shared.decider import Deadline
from shared.facts import Code, Recorded
from shared.projections.projection import Projection
from shared.shapes import adapter
from shared.time.calendar import calendar, london_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A request, its place in the order, and who has it in hand."""

    request: UUID
    correlation: UUID
    version: int
    decided: bool
    listed: bool
    """It waits for a decision or for a review, or something came since that nobody has seen."""

    rank: int
    sort_at: datetime
    received_on: date
    received_at: datetime
    best_interests: UUID | None
    mental_health: UUID | None
    best_interests_offered: UUID | None
    mental_health_offered: UUID | None
    state: str
    """As it was folded, in JSON."""


def fold(row: Kept | None, happened: Recorded[DolsFact]) -> Kept | None:
    """Give the row after `happened`."""
    if isinstance(happened.fact, AssessorRegistered | AssessorChanged):
        return row
    was = read(row.state) if row else None
    state = request.evolve(was, happened.fact, happened.act)
    rank, sort_at = _placed(state)
    return Kept(
        request=happened.case,
        correlation=row.correlation if row else happened.act.correlation,
        version=happened.version,
        decided=state.ended is not None,
        listed=state.ended is None or bool(_due_since(state)),
        rank=rank,
        sort_at=sort_at,
        received_on=state.received_on,
        received_at=state.received_at,
        state=adapter(Request).dump_json(state).decode(),
        **_hands(state),
    )


def _placed(state: Request) -> tuple[int, datetime]:
    if state.ended:
        return 1, min(_due_since(state).values(), default=state.known_at)
    if state.band == codes.HIGH:
        return 0, state.received_at
    return 1, allocation_due(state, calendar())


def _due_since(state: Request) -> Mapping[str, datetime]:
    """Give by when is due what came after the decision: to be seen, or to be reviewed."""
    found = {clocks.LOOK: state.told_at and look_due(state.told_at, calendar())}
    found |= {clocks.REVIEW: review_due(state)}
    return {kind: due for kind, due in found.items() if due}


def _hands(state: Request) -> Mapping[str, UUID | None]:
    had = {it.role: it.standing.assessor for it in state.allocations}
    asked = {it.role: it.assessor for it in state.offers}
    return {
        "best_interests": had.get(codes.BEST_INTERESTS),
        "mental_health": had.get(codes.MENTAL_HEALTH),
        "best_interests_offered": asked.get(codes.BEST_INTERESTS),
        "mental_health_offered": asked.get(codes.MENTAL_HEALTH),
    }


def read(text: str) -> Request:
    """Give the state that a row keeps."""
    found: Request = adapter(Request).validate_json(text)
    return found


def in_order(state: Request) -> Sequence[Deadline]:
    """Give what is owed, the first one first."""
    return sorted(owed(state, calendar()), key=lambda it: (it.due_at, it.kind))


ORDER = ("rank", "sort_at", "request")
queue = Projection("dols_queue", version=12, row=Kept, fold=fold, indexes=(("listed", *ORDER),))
Place = tuple[int, datetime, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something owed, and by when."""

    kind: str
    """Of `dols-deadline@1`, its last part; or what time itself brings: urgent, authorisation,
    score, an offer."""

    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Who has a role, and cannot go on in it as the register says now: it is to be taken back."""

    role: Code
    assessor: UUID
    why: Code
    """Of `assessor-unfit@1`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the queue as staff see it."""

    request: UUID
    band: Code
    total: int
    stage: Code
    setting: Code
    received_at: datetime
    days_waited: int
    """Calendar days of London since it was received."""

    statutory_due_on: date
    overdue: bool
    urgent_day_assumed: bool
    """Nobody told on which day the urgent authorisation was given: it counts from the receipt."""

    unprotected: bool
    """The urgent authorisation, or the one to be renewed, ended, and no other has begun."""

    after_decision: bool
    """It is decided, and something came since that nobody has seen: the managing authority told
    it, or what was granted ended or ceased by itself. Or a review of it is open."""

    suspended_until: date | None
    """What was granted is suspended, and ceases at the end of this day if it stays so."""

    over_180_days: bool
    rank_reason: str
    roles_open: Sequence[Code]
    cannot_go_on: Sequence[Unfit]
    left_to_assess: Sequence[Code]
    """Of `requirement@1`; with it what is to be assessed anew, as after a change of the law."""

    due: Sequence[Due]
    version: int
    stale_since: datetime | None


Register = Callable[[Collection[UUID]], Awaitable[Mapping[UUID, Standing]]]
"""What gives what the register of assessors says now of some of them."""


async def who_is_next(
    db: AsyncConnection, register: Register, today: date, limit: int, after: Place | None = None
) -> tuple[Sequence[Row], Place | None]:
    """Give those who wait, the next one first, and the place behind the last if there are more."""
    table = queue.table
    order = [table.c[name] for name in ORDER]
    query = select(table, queue.stale_since()).where(table.c.listed)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    found = (await db.execute(query.order_by(*order).limit(limit + 1))).mappings().all()
    rows, more = found[:limit], len(found) > limit
    place = tuple(rows[-1][name] for name in ORDER) if more else None
    return await _rows(register, rows, today), place


InHand = tuple[datetime, UUID]


async def in_the_hands_of(
    db: AsyncConnection, register: Register, today: date, assessor: UUID, limit: int,
    after: InHand | None = None,
) -> tuple[Sequence[Row], InHand | None]:  # fmt: skip
    """Give what an assessor has in hand or was offered, what waits longest first, as a page."""
    table = queue.table
    hands = (
        table.c.best_interests, table.c.mental_health, table.c.best_interests_offered,
        table.c.mental_health_offered,
    )  # fmt: skip
    theirs = or_(*(it == assessor for it in hands))
    query = select(table, queue.stale_since()).where(~table.c.decided, theirs)
    order = (table.c.received_at, table.c.request)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    found = (await db.execute(query.order_by(*order).limit(limit + 1))).mappings().all()
    rows, more = found[:limit], len(found) > limit
    place = (rows[-1]["received_at"], rows[-1]["request"]) if more else None
    return await _rows(register, rows, today), place


async def stale_since(db: AsyncConnection, id: UUID) -> datetime | None:
    """Give since when what is known of one request may be out of date, None where it is not."""
    query = select(queue.stale_since()).where(queue.table.c.request == id)
    found: datetime | None = (await db.execute(query)).scalar()
    return found


def days_waited(state: Request, today: date) -> int:
    """Give how long it waits, or waited, in calendar days."""
    return ((state.ended.on if state.ended else today) - state.received_on).days


def unfit_of(state: Request, register: Mapping[UUID, Standing]) -> Sequence[Unfit]:
    """Give who has a role and cannot go on, as the register says; of what is decided, nobody."""
    found = list[Unfit]()
    for it in () if state.ended else state.allocations:
        known = register.get(it.standing.assessor)
        why = known and unfit(it.role, known, state.place)
        if known and why:
            code = Code(f"assessor-unfit@1:{why}")
            found.append(Unfit(role=it.role, assessor=known.assessor, why=code))
    return found


async def _rows(register: Register, kept: Sequence[Any], today: date) -> Sequence[Row]:
    hands = {it[name] for it in kept for name in ("best_interests", "mental_health")} - {None}
    known = await register(hands)
    return [_row(it, today, known) for it in kept]


def _row(kept: Any, today: date, register: Mapping[UUID, Standing]) -> Row:
    state = read(kept["state"])
    waited = days_waited(state, today)
    return Row(
        request=kept["request"],
        band=state.band,
        total=state.total,
        stage=state.stage,
        setting=state.setting,
        received_at=state.received_at,
        days_waited=waited,
        statutory_due_on=state.statutory_due_on,
        overdue=state.overdue,
        urgent_day_assumed=state.urgent is not None and state.urgent.day_assumed,
        unprotected=state.unprotected(today),
        after_decision=state.ended is not None,
        suspended_until=_suspended_until(state),
        over_180_days=state.ended is None and waited > clocks.LONG_WAIT,
        rank_reason=rank_reason(state),
        roles_open=state.roles_open,
        cannot_go_on=unfit_of(state, register),
        left_to_assess=state.left_to_assess,
        due=[Due(kind=it.kind, due_at=it.due_at) for it in in_order(state)],
        version=kept["version"],
        stale_since=kept["stale_since"],
    )


def _suspended_until(state: Request) -> date | None:
    it = state.ended.suspended if state.ended else None
    return it.ceases_on if it else None


def rank_reason(state: Request) -> str:
    """Say in a sentence why it stands where it stands."""
    if state.ended:
        due_at = _placed(state)[1]
        due = london_date(due_at)
        if due_at == review_due(state):
            return f"Decided: a review is open, to be completed by {due:%d %b %Y}."
        return f"Decided: something came since, to be seen by {due:%d %b %Y}."
    if state.band == codes.HIGH:
        return f"High: first, by the time received, {london_date(state.received_at):%d %b %Y}."
    due = london_date(allocation_due(state, calendar()))
    return f"{codes.BANDS[state.band]}: by the day assessors are due, {due:%d %b %Y}."
