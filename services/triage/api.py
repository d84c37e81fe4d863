"""What may staff ask of triage?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Response, Security
from pydantic import BaseModel, ConfigDict, Field

from services.triage.decisions import (
    AnswerLowering,
    ConcernCommand,
    ConsiderInformation,
    DecideSection42,
    OverrideBand,
    ReopenConcern,
    ScoreConcern,
    concern,
    unseen_since,
)
from services.triage.events import Evidence, Section42Decided
from services.triage.projections.concern import ConcernView, view, words
from services.triage.projections.figures import Figures, figures, how_many
from services.triage.projections.history import Line, lines
from services.triage.projections.queue import Row, queue, stale_since, who_is_next
from services.triage.rules.score import Answers
from services.triage.rules.section42 import OUTCOMES, Answer, ThreeTests
from shared.access.tokens import Caller
from shared.contracts.intake import AdultPart, Referrer, SourceOfRisk
from shared.facts import Act, Code, Recorded
from shared.http.parts import (
    AsAt,
    Body,
    Cursor,
    Db,
    IfMatch,
    Limited,
    Log,
    MinPosition,
    Page,
    acting,
    after,
    answer,
    caller,
    cursor,
    dated,
    fresh,
    having_seen,
)
from shared.log.handle import handle
from shared.refusals import NotFound
from shared.sealed import Sealed
from shared.sealed.vault import Open

router = APIRouter(prefix="/v1", tags=["concerns"])

STAFF = ["safeguarding-adults-manager", "screener"]
"""Whoever is both acts as the manager, who may do more."""

Worker = Annotated[Act, Security(acting, scopes=STAFF)]
Manager = Annotated[Act, Security(acting, scopes=["safeguarding-adults-manager"])]
Reads = Annotated[Caller, Security(caller, scopes=STAFF)]
ReadsOne = Annotated[Caller, Security(caller, scopes=[*STAFF, "enquiry-lead"])]
"""Who leads an enquiry reads the concern it came from, and what was told since; no other one."""
Counts = Annotated[Caller, Security(caller, scopes=[*STAFF, "customer-contact", "operator"])]
Words = Annotated[str, Field(min_length=1, max_length=20_000)]

T = TypeVar("T")


class Scoring(Body):
    """A screener's answers, and what they rest on."""

    answers: Answers
    evidence: Words


class Banding(Body):
    """A band set by a person, and why."""

    band: Code
    second_person: Annotated[str, Field(pattern="^[A-Za-z0-9._@-]{1,100}$")] | None = None
    """Whom you ask to stand behind taking a concern out of Red, as their own token names them."""
    reasons: Words


class SecondPerson(Body):
    """Whether somebody agrees that a concern leaves Red, and why."""

    agrees: bool
    reasons: Words


class Test(BaseModel):
    """One of the three tests: met, not met or not known, and what that rests on."""

    model_config = ConfigDict(extra="forbid")

    answer: Answer
    evidence: Words | None = None


class Tests(BaseModel):
    """Reasonable cause to suspect, limb by limb: Care Act 2014 s42(1)(a) to (c)."""

    model_config = ConfigDict(extra="forbid")

    needs_care_and_support: Test
    at_risk_of_abuse_or_neglect: Test
    unable_to_protect_themselves: Test


class Section42Decision(Body):
    """What a safeguarding adults manager answers and decides."""

    tests: Tests
    outcome: Code
    route: Code | None = None
    reasons: Words


class Reopening(Body):
    """Why a decided concern is opened again."""

    reasons: Words


class Consideration(Body):
    """Why what was told after the decision changes nothing."""

    reasons: Words


class ConcernWords(BaseModel):
    """What people wrote. Null: nothing, or its key was destroyed; `gone` names the latter."""

    details: AdultPart | None
    source_of_risk: SourceOfRisk | None
    referrer: Referrer | None
    score_evidence: str | None
    band_reasons: str | None
    proposal_reasons: str | None
    """Of the last lower band that was proposed to a second person."""
    second_person_reasons: str | None
    needs_care_and_support: str | None
    at_risk_of_abuse_or_neglect: str | None
    unable_to_protect_themselves: str | None
    decision_reasons: str | None
    reopening_reasons: str | None
    considered_reasons: str | None
    added: Sequence[str | None]
    gone: Sequence[str]


class ConcernShown(BaseModel):
    """A concern as staff see it."""

    concern: ConcernView
    words: ConcernWords
    stale_since: datetime | None
    """A message about it or its contact is missing or could not be taken since then."""


@router.get("/concerns", response_model=Page[Row])
async def who_waits(
    _by: Reads,
    db: Db,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give the concerns that wait for a decision, the next one first, each with the reason why."""
    await fresh(queue, db, response, least)
    place = after(start, int, datetime.fromisoformat, int, UUID)
    rows, more = await who_is_next(db, limit, place)
    return Page(items=rows, next=cursor(*more) if more else None)


@router.get("/figures", response_model=Figures)
async def counts(_by: Counts, db: Db, response: Response, least: MinPosition = None) -> Any:
    """Count concerns by band and by outcome."""
    await fresh(figures, db, response, least)
    return await how_many(db)


@router.get("/concerns/{id}", response_model=ConcernShown)
async def one_concern(
    id: UUID, response: Response, by: ReadsOne, log: Log, db: Db, at: AsAt
) -> Any:  # fmt: skip
    """Give all that is known of one concern: its score term by term, its decision, its words.

    As at another time it is what was known then: no version to act on, and never stale.
    """
    history = await _history(log, id, by, at)
    known = view(id, history)
    if known is None:
        raise NotFound
    if not at:
        response.headers["ETag"] = f'"{known.version}"'
    stale = None if at else await stale_since(db, id)
    return ConcernShown(concern=known, words=await _opened(log, history), stale_since=stale)


@router.get("/concerns/{id}/history", response_model=Sequence[Line])
async def history_of(id: UUID, response: Response, by: ReadsOne, log: Log, at: AsAt) -> Any:
    """Give what happened to one concern, fact by fact, in plain words."""
    history = await _history(log, id, by, at)
    if not history:
        raise NotFound
    if not at:
        response.headers["ETag"] = f'"{len(history)}"'
    return lines(history)


@router.post("/concerns/{id}/scores", status_code=204)
async def score(id: UUID, said: Scoring, by: Worker, log: Log, expected: IfMatch) -> Response:
    """Score a concern on a screener's answers; the score replaces the referrer's.

    A lower one takes it neither out of Red nor below the band that a person set: `bands` does.
    Where the sender told more that nobody has seen, `If-Match` says that this was read.
    """
    command = ScoreConcern(answers=said.answers, evidence=_of_adult(id, said.evidence))
    return await _having_seen(log, id, command, dated(by, said), expected)


@router.post("/concerns/{id}/bands", status_code=204)
async def set_band(id: UUID, said: Banding, by: Worker, log: Log, expected: IfMatch) -> Response:
    """Set the band: up by any worker, down by a safeguarding adults manager, with reasons.

    Out of Red it is proposed: the concern stays Red until a `second-person` agrees.
    """
    command = OverrideBand(
        band=said.band, second_person=said.second_person, reasons=_of_adult(id, said.reasons)
    )
    return await _do(log, id, command, dated(by, said), expected)


@router.post("/concerns/{id}/second-person", status_code=204)
async def answer_lowering(
    id: UUID, said: SecondPerson, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Agree that a concern leaves Red, as a second person who saw what the first one saw, or not.

    Nobody agrees with what they proposed themselves; not to agree takes it back. `If-Match` says
    what was seen.
    """
    command = AnswerLowering(agrees=said.agrees, reasons=_of_adult(id, said.reasons))
    return await having_seen(log, concern.stream(id), command, dated(by, said), expected)


@router.post("/concerns/{id}/section-42-decision", status_code=204)
async def decide_section_42(
    id: UUID, said: Section42Decision, by: Manager, log: Log, expected: IfMatch
) -> Response:
    """Record whether the section 42 duty arises, and what follows.

    Where the sender told more that nobody has seen, `If-Match` says that this was read.
    """
    given = {name: getattr(said.tests, name) for name in Tests.model_fields}
    command = DecideSection42(
        tests=ThreeTests(**{name: it.answer for name, it in given.items()}),
        evidence=Evidence(
            **{name: it.evidence and _of_adult(id, it.evidence) for name, it in given.items()}
        ),
        outcome=said.outcome,
        route=said.route,
        reasons=_of_adult(id, said.reasons),
    )
    return await _having_seen(log, id, command, dated(by, said), expected)


@router.post("/concerns/{id}/reopening", status_code=204)
async def reopen(id: UUID, said: Reopening, by: Manager, log: Log, expected: IfMatch) -> Response:
    """Open a decided concern again; its time to a decision runs anew."""
    command = ReopenConcern(reasons=_of_adult(id, said.reasons))
    return await _do(log, id, command, dated(by, said), expected)


@router.post("/concerns/{id}/consideration", status_code=204)
async def consider(
    id: UUID, said: Consideration, by: Manager, log: Log, expected: IfMatch
) -> Response:
    """Say that what was told after the decision was looked at, and changes nothing.

    `If-Match` says what was looked at.
    """
    command = ConsiderInformation(reasons=_of_adult(id, said.reasons))
    return await _having_seen(log, id, command, dated(by, said), expected)


async def _having_seen(
    log: Log, id: UUID, command: ConcernCommand, act: Act, expected: int | None
) -> Response:
    stream = concern.stream(id)
    return await having_seen(log, stream, command, act, expected, unseen=unseen_since)


async def _do(
    log: Log, id: UUID, command: ConcernCommand, act: Act, expected: int | None
) -> Response:
    return answer(await handle(log, concern.stream(id), command, act, expected))


async def _history(
    log: Log, id: UUID, by: Caller, at: Mapping[str, datetime]
) -> Sequence[Recorded[Any]]:
    """Give what happened to a concern; to a lead only where an enquiry was opened from it."""
    stream = concern.stream(id)
    if by.may.isdisjoint(STAFF):
        now = [it.fact for it in await log.history(stream)]
        decided = (it for it in now if isinstance(it, Section42Decided))
        if not any(OUTCOMES[it.outcome].opens_enquiry for it in decided):
            raise NotFound
    return await log.history(stream, **at)


def _of_adult(id: UUID, said: str) -> Open[str]:
    # A concern has one adult, so its id names their part in the case too.
    return Open(subject=id, audience="adult", value=said)


SHAPES: dict[str, type[Any]] = {
    "details": AdultPart,
    "source_of_risk": SourceOfRisk,
    "referrer": Referrer,
}


async def _opened(log: Log, history: Sequence[Any]) -> ConcernWords:
    shut, gone, opened = words(history), list[str](), dict[str, Any]()
    for name in ConcernWords.model_fields.keys() - {"added", "gone"}:
        sealed, kind = shut.one_each.get(name), SHAPES.get(name, str)
        opened[name] = await _open(log, sealed, kind, name, gone)
    added = [await _open(log, it, str, "added", gone) for it in shut.added]
    return ConcernWords(**opened, added=added, gone=sorted(set(gone)))


async def _open(
    log: Log, sealed: Sealed[Any] | None, kind: type[T], name: str, gone: list[str]
) -> T | None:
    opened = await log.vault.words(sealed, kind)
    if sealed is not None and opened is None:
        gone.append(name)
    return opened
