"""What may staff ask of dols?"""

from asyncio import Lock
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid5
from weakref import WeakKeyDictionary, WeakValueDictionary

from fastapi import APIRouter, HTTPException, Response, Security

from services.dols.api import shape
from services.dols.decisions import assessor, request
from services.dols.decisions import commands as want
from services.dols.decisions.state import Request
from services.dols.projections.assessors import standing_of, taken_on
from services.dols.projections.case import Shut, view, words
from services.dols.projections.queue import Register, Unfit, stale_since, unfit_of
from services.dols.projections.roles import is_theirs, was_asked
from services.dols.rules.independence import Standing, assessor_id
from shared.access.tokens import Caller
from shared.facts import Act
from shared.http.parts import (
    AsAt,
    Body,
    Db,
    IfMatch,
    Log,
    acting,
    answer,
    caller,
    dated,
    having_seen,
)
from shared.log.handle import handle
from shared.refusals import NotFound
from shared.sealed.vault import Open
from shared.time.calendar import london_date

router = APIRouter(prefix="/v1", tags=["dols cases"])

OFFICE = ["dols-coordinator", "dols-signatory", "safeguarding-adults-manager"]
Coordinator = Annotated[Act, Security(acting, scopes=["dols-coordinator"])]
Signatory = Annotated[Act, Security(acting, scopes=["dols-signatory"])]
Assessor = Annotated[Act, Security(acting, scopes=["assessor"])]
Either = Annotated[Act, Security(acting, scopes=["dols-coordinator", "assessor"])]
"""Whoever is both acts as the coordinator."""

Reads = Annotated[Caller, Security(caller, scopes=OFFICE)]
ReadsOwn = Annotated[Caller, Security(caller, scopes=["assessor"])]
ReadsCase = Annotated[Caller, Security(caller, scopes=[*OFFICE, "assessor"])]

T = TypeVar("T")


@router.get("/dols-requests/{id}/case", response_model=shape.CaseShown)
async def one_case(id: UUID, response: Response, by: ReadsCase, log: Log, db: Db, at: AsAt) -> Any:
    """Give all that is known of one request, or was: its words, priority, clocks, assessors."""
    history, now = await log.history(request.stream(id), **at), await log.now()
    if not by.may.intersection(OFFICE):  # whose it is now counts, whatever time is asked about
        present = await log.history(request.stream(id)) if at else history
        if not is_theirs(present, by.name, now):
            raise NotFound
    known = view(id, history, london_date(min((now, *at.values()))))
    if known is None:
        raise NotFound
    if not at:
        response.headers["ETag"] = f'"{known.version}"'
    opened = [await _opened(log, it) for it in words(history)]
    return shape.CaseShown(
        case=known,
        cannot_go_on=await _unfit(log, history),
        words=opened,
        stale_since=await stale_since(db, id),
    )


async def _unfit(log: Log, history: Sequence[Any]) -> Sequence[Unfit]:
    state = request.fold(history)
    if state is None:
        return ()
    has = {it.standing.assessor for it in state.allocations}
    return unfit_of(state, await standing_of(log, has))


@router.post("/dols-requests/{id}/priority", status_code=204)
async def prioritise(
    id: UUID, said: shape.Scoring, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Score afresh, as a person who looked: this is the re-check of who waits.

    Where something was told that no person has seen, `If-Match` says that this was read.
    """
    command = want.Prioritise(answers=said.answers, evidence=sealed(id, said.evidence))
    return await looking(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/consideration", status_code=204)
async def consider(
    id: UUID, said: shape.Consideration, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Say that what the managing authority told was seen, and what follows; with `If-Match`."""
    command = want.ConsiderCircumstances(reasons=sealed(id, said.reasons))
    return await looking(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/location-mistake", status_code=204)
async def find_location_mistaken(
    id: UUID, said: shape.LocationMistake, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Say that an earlier place was told by mistake, and why: from then on it bars nobody."""
    command = want.FindLocationMistaken(
        location=said.location, reasons=sealed(id, said.reasons)
    )  # fmt: skip
    return await looking(log, id, command, (by, said), expected, bool)


@router.post("/dols-requests/{id}/presence", status_code=204)
async def confirm_presence(
    id: UUID, said: shape.Presence, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Take back that the person is no longer there, as you found since it was told, and why."""
    command = want.ConfirmPresence(reasons=sealed(id, said.reasons))
    return await looking(log, id, command, (by, said), expected, bool)


@router.post("/dols-requests/{id}/extension", status_code=204)
async def extend_urgent(
    id: UUID, said: shape.Extension, by: Signatory, log: Log, expected: IfMatch
) -> Response:
    """Extend the urgent authorisation: once, in time, by seven days at most."""
    command = want.ExtendUrgent(
        days=said.days, reasons=sealed(id, said.reasons), recorded_at=by.effective_at
    )
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/extension-refusal", status_code=204)
async def refuse_extension(
    id: UUID, said: shape.NoExtension, by: Signatory, log: Log, expected: IfMatch
) -> Response:
    """Say that the urgent authorisation is not extended, and why; its sender sees that.

    No other request for it may be made (Sch A1 para 77(4)), so that is the last word on it here.
    """
    command = want.RefuseExtension(
        reasons=sealed(id, said.reasons), recorded_at=by.effective_at
    )  # fmt: skip
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/questions", status_code=204)
async def ask(
    id: UUID, said: shape.Question, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Ask the managing authority for what is missing; it reads it with the request's status."""
    command = want.AskQuestion(
        missing=said.missing, words=sealed(id, said.words), recorded_at=by.effective_at
    )
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/questions/{question}/settlement", status_code=204)
async def settle(
    id: UUID, question: UUID, said: shape.Settlement, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Close a question that was answered otherwise, or needs no answer any more, and say why."""
    command = want.SettleQuestion(question=question, reasons=sealed(id, said.reasons))
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/place", status_code=204)
async def describe_place(
    id: UUID, said: shape.Described, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Say whether the council runs the place: if so, its own staff assess no best interests.

    A no that undoes a yes needs `If-Match`: somebody may just have found that it does.
    """
    command = want.DescribePlace(run_by_council=said.run_by_council)

    def undone(state: Request) -> bool:
        return (said.run_by_council, state.place.run_by_council) == ("no", "yes")

    return await looking(log, id, command, (by, said), expected, undone)


@router.post("/dols-requests/{id}/offers", status_code=204)
async def offer(
    id: UUID, said: shape.Offering, by: Coordinator, log: Log, db: Db, expected: IfMatch
) -> Response:
    """Ask an assessor to take on a role; what bars them is refused, and named."""
    standing, room = await _standing(log, db, said.assessor)
    command = want.OfferAllocation(
        role=said.role, name=said.assessor, standing=standing, declared=said.declared, room=room,
        recorded_at=by.effective_at,
    )  # fmt: skip
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/allocations", status_code=204)
async def allocate(
    id: UUID, said: shape.Acceptance, by: Either, log: Log, db: Db, expected: IfMatch
) -> Response:
    """Accept an offer, as the assessor; or record, as coordinator, that an assessor accepted."""
    name = by.actor if by.role == "assessor" else said.assessor
    if name is None:
        raise HTTPException(422)
    async with turn(log, name):  # or two at once would both find the last room of the week
        standing, room = await _standing(log, db, name)
        command = want.AllocateAssessor(
            role=said.role, name=name, standing=standing, declared=said.declared, room=room
        )
        return await do(log, id, command, (by, said), expected)


_TURNS = WeakKeyDictionary[Any, WeakValueDictionary[str, Lock]]()


def turn(log: Log, name: str) -> Lock:
    """Give what lets allocations of one assessor in this process come one after the other.

    Those of others do not wait for it. Another process may fill the same room in the same moment:
    the register then shows one too many.
    """
    return _TURNS.setdefault(log, WeakValueDictionary()).setdefault(name, Lock())


@router.post("/dols-requests/{id}/declines", status_code=204)
async def decline(
    id: UUID, said: shape.Decline, by: Either, log: Log, expected: IfMatch
) -> Response:
    """Decline an offer, as the assessor; or record, as coordinator, that they declined."""
    command = want.DeclineOffer(role=said.role, reason=said.reason)
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/releases", status_code=204)
async def release(
    id: UUID, said: shape.Release, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Take a role back from who cannot go on in it, and say why: it is open again, and owed."""
    command = want.ReleaseAssessor(
        role=said.role, reason=said.reason, words=sealed(id, said.words)
    )  # fmt: skip
    return await looking(log, id, command, (by, said), expected, bool)


@router.post("/dols-requests/{id}/assessments", status_code=204)
async def assess(
    id: UUID, said: shape.Assessment, by: Assessor, log: Log, expected: IfMatch
) -> Response:
    """Record, as an allocated assessor, what you found of one requirement."""
    me = assessor_id(by.actor)
    command = want.AssessRequirement(
        requirement=said.requirement,
        result=said.result,
        assessed_on=said.assessed_on,
        recommended_days=said.recommended_days,
        conditions=_conditions(id, said.conditions),
        words=sealed(id, said.words),
        standing=(await standing_of(log, {me})).get(me),
    )
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/decision", status_code=204)
async def decide(
    id: UUID, said: shape.Decision, by: Signatory, log: Log, expected: IfMatch
) -> Response:
    """Grant a standard authorisation or end the request without one: exactly one of the two.

    To grant, where something was told that no person has seen, needs `If-Match`.
    """
    written = None if said.words is None else sealed(id, said.words)
    command: want.OfTheEnd
    if said.grant and not said.not_grant:
        command = want.GrantAuthorisation(
            starts_on=said.grant.starts_on,
            ends_on=said.grant.ends_on,
            conditions=_conditions(id, said.grant.conditions),
            words=written,
            recorded_at=by.effective_at,
        )
        return await looking(log, id, command, (by, said), expected, _told_and_open)
    if said.not_grant and not said.grant:
        command = want.RefuseAuthorisation(
            reason=said.not_grant.reason, words=written, recorded_at=by.effective_at
        )
    else:
        raise HTTPException(422)
    return await do(log, id, command, (by, said), expected)


def _told(state: Request) -> bool:
    return state.told_at is not None


def _told_and_open(state: Request) -> bool:
    # Of what is over, that it is over is the better answer.
    over = state.ended or state.withdrawn_at or state.not_needed_at
    return not over and _told(state)


async def looking(
    log: Log, id: UUID, command: want.RequestCommand, asked: tuple[Act, Body],
    expected: int | None, unseen: Callable[[Request], object] = _told,
) -> Response:  # fmt: skip
    """Do a command of somebody who looked; by default at what was told and nobody had seen."""
    stream, act = request.stream(id), dated(*asked)
    return await having_seen(log, stream, command, act, expected, unseen=unseen)


async def do(
    log: Log, id: UUID, command: want.RequestCommand, asked: tuple[Act, Body], expected: int | None
) -> Response:
    """Do a command; to an assessor who was never asked, nothing is there."""
    act = dated(*asked)
    if act.role == "assessor" and not was_asked(
        await log.history(request.stream(id)), act.actor
    ):  # what a refusal says would tell a stranger that it is there
        raise NotFound
    return answer(await handle(log, request.stream(id), command, act, expected))


async def today(log: Log) -> date:
    """Give the London date."""
    return london_date(await log.now())


async def by_now(log: Log) -> tuple[Register, date]:
    """Give what a list of requests is shown by: what the register says now, and the London date."""
    return partial(standing_of, log), await today(log)


async def _standing(log: Log, db: Db, name: str) -> tuple[Standing, want.Room]:
    """Give what the register says of an assessor now, at which version, and what room they have.

    Raises:
        NotFound: they are not in it.
    """
    stream = assessor.stream(assessor_id(name))
    history = await log.history(stream)
    known = assessor.fold(history)
    if known is None:
        raise NotFound
    taken = await taken_on(db, log.codec, stream.case, await today(log))
    room = want.Room(weekly_capacity=known.weekly_capacity, taken_on=taken)
    return known.standing(stream.case, len(history)), room


def sealed(id: UUID, said: T) -> Open[T]:
    """Give words about the adult, on their way into the log."""
    return Open(subject=uuid5(id, "adult"), audience="adult", value=said)


def _conditions(id: UUID, said: tuple[str, ...]) -> Open[tuple[str, ...]] | None:
    return sealed(id, said) if said else None


async def _opened(log: Log, it: Shut) -> shape.WordsShown:
    told = await log.vault.words(it.sealed, it.kind)
    return shape.WordsShown(what=it.what, version=it.version, words=told)
