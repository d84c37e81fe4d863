"""Who owes whom an answer, and by when?

The joint view of partners and council: what partners added to a referral and we have to answer,
enquiries that we asked them to make, reports of theirs that wait for us, and what we ask of their
requests. Who must act next is who owes. A row is kept when it is met, and the list leaves it out.
What was added about an adult whom triage does not have is ours to look at; where the adult goes on,
the same row is owed an answer.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.events import (
    ContributionAnswered,
    ContributionClosed,
    ContributionKept,
    ContributionReceived,
    NotifyFact,
    QuestionAsked,
    QuestionClosed,
    TaskMoved,
)
from services.notify.projections.senders import senders
from services.notify.rules import replies
from services.notify.rules.body import case_told
from services.notify.rules.disclosure import ASKED
from shared.facts import Code, Recorded
from shared.projections.projection import Projection
from shared.refusals import NotFound
from shared.time.calendar import calendar

Side = Literal["us", "them"]
TO_CONTRIBUTION = Code("obligation@1:answer-to-contribution")
TO_KEPT = Code("obligation@1:look-at-contribution")
TO_REQUEST = Code("obligation@1:answer-to-request")
REPORT = Code("obligation@1:report")
TO_REPORT = Code("obligation@1:answer-to-report")
TO_QUESTION = Code("obligation@1:answer-to-question")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something owed."""

    obligation: UUID
    correlation: UUID
    kind: Code
    by_us: bool
    """The council owes it; else the partner."""

    case_id: UUID
    """The referral or request it is about, or the enquiry that was asked for, as the partner knows
    it."""

    partner: UUID | None
    """None where the referral or request says whose it is."""

    adult: UUID | None
    """Of whom something was added; None where it is owed for an enquiry or a request."""

    since: datetime
    due_at: datetime
    met: bool
    unanswered: Code | None = None
    """Why staff closed it."""


TASKS = {
    replies.ASSIGNED: (False, TO_REQUEST),
    replies.ACCEPTED: (False, REPORT),
    replies.REPORTED: (True, TO_REPORT),
    replies.RETURNED: (False, REPORT),
}
"""Whether we owe, and what, at which stage of an enquiry that we asked for; else nobody does."""


def key(happened: Recorded[NotifyFact]) -> Hashable:
    """Give what is owed."""
    match happened.fact:
        case ContributionReceived(contribution=id) | ContributionKept(contribution=id):
            return id
        case ContributionAnswered(contribution=id) | ContributionClosed(contribution=id):
            return id
        case QuestionAsked(question=id) | QuestionClosed(question=id):
            return id
        case TaskMoved(partner=partner):
            return case_told(happened.case, partner, ASKED)
        case _:
            return happened.case


def fold(row: Kept | None, happened: Recorded[NotifyFact]) -> Kept | None:
    """Give the row after `happened`."""
    match happened.fact:
        case ContributionReceived() as came:
            return _contribution(came, TO_CONTRIBUTION, happened)
        case ContributionKept() as kept:
            return _contribution(kept, TO_KEPT, happened)
        case QuestionAsked() as asked:
            return _question(asked, happened)
        case ContributionAnswered() | QuestionClosed():
            return replace(row, met=True) if row else None
        case ContributionClosed(why=why):
            return replace(row, met=True, unanswered=why) if row else None
        case TaskMoved() as moved:
            return _task(row, moved, happened)
        case _:
            return row


def _contribution(
    came: ContributionReceived | ContributionKept, kind: Code, happened: Recorded[NotifyFact]
) -> Kept:
    return Kept(
        obligation=came.contribution, correlation=happened.act.correlation, kind=kind, by_us=True,
        case_id=came.contact, partner=None, adult=happened.case, since=came.told_at,
        due_at=replies.due(came.told_at, calendar()), met=False,
    )  # fmt: skip


def _question(asked: QuestionAsked, happened: Recorded[NotifyFact]) -> Kept:
    return Kept(
        obligation=asked.question, correlation=happened.act.correlation, kind=TO_QUESTION,
        by_us=False, case_id=happened.case, partner=None, adult=None,
        since=happened.act.effective_at, due_at=replies.on_day(asked.due_on, calendar()), met=False,
    )  # fmt: skip


def _task(row: Kept | None, moved: TaskMoved, happened: Recorded[NotifyFact]) -> Kept:
    at, id = happened.act.effective_at, case_told(happened.case, moved.partner, ASKED)
    by_us, kind = TASKS.get(moved.stage, (True, REPORT))
    known = row or Kept(
        obligation=id, correlation=happened.act.correlation, kind=kind, by_us=by_us, case_id=id,
        partner=moved.partner, adult=None, since=at, due_at=at, met=False,
    )  # fmt: skip
    if moved.stage not in TASKS:
        return replace(known, met=True)
    due = replies.on_day(moved.due_on, calendar()) if moved.due_on else known.due_at
    if by_us:
        due = replies.due(at, calendar())
    return replace(known, kind=kind, by_us=by_us, since=at, due_at=due, met=False)


ORDER = ("due_at", "obligation")
obligations = Projection(
    "obligations", version=3, row=Kept, fold=fold, key=key, indexes=(ORDER, ("partner",))
)
Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Something owed, as partner and staff see it."""

    id: UUID
    kind: Code
    """Of `obligation@1`."""

    owed_by: Side
    partner: UUID | None
    case: UUID
    """The referral or request it is about, or the enquiry that was asked for."""

    since: datetime
    due_at: datetime
    met: bool
    unanswered: Code | None
    """Of `unanswered@1`: why staff closed it without an answer; null where they did not."""

    stale_since: datetime | None
    """A message about it is missing or could not be taken since then."""


async def who_owes(
    db: AsyncConnection,
    limit: int,
    after: Place | None = None,
    *,
    partner: UUID | None = None,
    side: Side | None = None,
) -> tuple[Sequence[Obligation], Place | None]:
    """Give what is owed, what is due first as the first, and the place behind the last.

    Of one partner, and by one side, where they are named.
    """
    table = obligations.table
    order = [table.c[name] for name in ORDER]
    query = _of(partner).where(~table.c.met)
    if side:
        query = query.where(table.c.by_us == (side == "us"))
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    found = (await db.execute(query.order_by(*order).limit(limit + 1))).mappings().all()
    rows, more = found[:limit], len(found) > limit
    place = (rows[-1]["due_at"], rows[-1]["obligation"]) if more else None
    return [_shown(it) for it in rows], place


async def one(db: AsyncConnection, id: UUID, partner: UUID | None = None) -> Obligation | None:
    """Give one obligation, met or not; None where it is not there, or not this partner's."""
    query = _of(partner).where(obligations.table.c.obligation == id)
    found = (await db.execute(query)).mappings().one_or_none()
    return _shown(found) if found else None


async def added_about(db: AsyncConnection, id: UUID) -> UUID | None:
    """Give the adult about whom a partner added what we owe for; None where nothing was added.

    Raises:
        NotFound: there is no such obligation.
    """
    query = select(obligations.table.c.adult).where(obligations.table.c.obligation == id)
    found = (await db.execute(query)).one_or_none()
    if found is None:
        raise NotFound
    adult: UUID | None = found.adult
    return adult


def _of(partner: UUID | None) -> Select[Any]:
    """Ask for obligations with whose they are: the sender's, where it says nobody's name."""
    table, theirs = obligations.table, senders.table
    whose = func.coalesce(table.c.partner, theirs.c.partner)
    joined = table.outerjoin(theirs, theirs.c.lane == table.c.case_id)
    query = select(table, whose.label("whose"), obligations.stale_since(case="case_id"))
    query = query.select_from(joined)
    return query if partner is None else query.where(whose == partner)


def _shown(row: Any) -> Obligation:
    return Obligation(
        id=row["obligation"],
        kind=row["kind"],
        owed_by="us" if row["by_us"] else "them",
        partner=row["whose"],
        case=row["case_id"],
        since=row["since"],
        due_at=row["due_at"],
        met=row["met"],
        unanswered=row["unanswered"],
        stale_since=row["stale_since"],
    )
