"""What may staff ask of enquiry?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Response, Security

from services.enquiry.api import shape
from services.enquiry.decisions import commands as want
from services.enquiry.decisions import enquiry, partners
from services.enquiry.decisions.looking import ConsiderInformation
from services.enquiry.decisions.partners import LIST, kind_of
from services.enquiry.events import Action, EnquiryCaused
from services.enquiry.projections.enquiry import view, words
from services.enquiry.projections.figures import Figures, figures, how_many
from services.enquiry.projections.history import line
from services.enquiry.projections.open import Row, enquiries, stale_since, who_is_owed
from services.enquiry.rules.advocacy import Advocacy
from shared.access.tokens import Caller
from shared.facts import Act, Recorded, party
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
from shared.sealed import Sealed, sections
from shared.sealed.vault import Open

router = APIRouter(prefix="/v1", tags=["enquiries"])

STAFF = ["safeguarding-adults-manager", "enquiry-lead"]
"""Whoever is both acts as the manager, who may do more."""

Worker = Annotated[Act, Security(acting, scopes=STAFF)]
Manager = Annotated[Act, Security(acting, scopes=["safeguarding-adults-manager"])]
Reads = Annotated[Caller, Security(caller, scopes=STAFF)]

T = TypeVar("T")


@router.get("/enquiries", response_model=Page[Row])
async def who_waits(
    _by: Reads,
    db: Db,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give the enquiries to which something is owed, the one that is due first as the first."""
    await fresh(enquiries, db, response, least)
    rows, more = await who_is_owed(db, limit, after(start, datetime.fromisoformat, UUID))
    return Page(items=rows, next=cursor(*more) if more else None)


@router.get("/figures", response_model=Figures)
async def count(_by: Reads, db: Db, response: Response, least: MinPosition = None) -> Any:
    """Give counts of enquiries: how far they are, what is overdue, what was found."""
    await fresh(figures, db, response, least)
    return await how_many(db)


@router.get("/enquiries/{id}", response_model=shape.EnquiryShown)
async def one_enquiry(
    id: UUID, response: Response, _by: Reads, log: Log, db: Db, at: AsAt
) -> Any:  # fmt: skip
    """Give all that is known of one enquiry: its steps, what is owed and missing, its words.

    As at another time it is what was known then: no version to act on, and never stale.
    """
    history = await log.history(enquiry.stream(id), **at)
    known = view(id, history)
    if known is None:
        raise NotFound
    if not at:
        response.headers["ETag"] = f'"{known.version}"'
    stale = None if at else await stale_since(db, id)
    return shape.EnquiryShown(enquiry=known, words=await _opened(log, history), stale_since=stale)


@router.get("/enquiries/{id}/history", response_model=Sequence[shape.LineShown])
async def history_of(id: UUID, response: Response, _by: Reads, log: Log, at: AsAt) -> Any:
    """Give what happened to one enquiry, fact by fact, in plain words and in those of people."""
    history = await log.history(enquiry.stream(id), **at)
    if not history:
        raise NotFound
    if not at:
        response.headers["ETag"] = f'"{len(history)}"'
    return [await _told(log, it) for it in history]


@router.post("/enquiries/{id}/lead", status_code=204)
async def allocate_lead(
    id: UUID, said: shape.Allocation, by: Manager, log: Log, expected: IfMatch
) -> Response:
    """Let somebody lead the enquiry."""
    return await _do(log, id, want.AllocateLead(lead=said.lead), (by, said), expected)


@router.post("/enquiries/{id}/plan", status_code=204)
async def agree_plan(
    id: UUID, said: shape.Planning, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Say what the enquiry is for, and how it is made."""
    command = want.AgreePlan(methods=said.methods, purpose=_sealed(id, said.purpose))
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/desired-outcomes", status_code=204)
async def ask_desired_outcomes(
    id: UUID, said: shape.Wishes, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Record what the adult wants to come of it, or why nobody asked."""
    command = want.AskDesiredOutcomes(answer=said.answer, words=_maybe(id, said.words))
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/outcomes-achieved", status_code=204)
async def assess_desired_outcomes(
    id: UUID, said: shape.Achievement, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Record how far the adult got what they wanted."""
    command = want.AssessDesiredOutcomes(achieved=said.achieved, words=_maybe(id, said.words))
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/advocacy", status_code=204)
async def establish_advocacy(
    id: UUID, said: shape.AdvocacyFound, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Record whether the adult needs an independent advocate, and has one; the last one counts."""
    found = Advocacy(
        difficulty=said.difficulty, individual=said.individual, advocate=said.advocate
    )  # fmt: skip
    command = want.EstablishAdvocacy(advocacy=found, words=_maybe(id, said.words))
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/caused-enquiry", status_code=204)
async def cause_enquiry(
    id: UUID, said: shape.Asking, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Ask a listed partner to make an enquiry for us; all but public bodies only by a manager."""
    listed = partners.fold(await log.history(LIST))
    command = want.CauseEnquiry(
        partner=said.partner,
        partner_kind=kind_of(listed, said.partner, said.partner_kind),
        conflict_check=said.conflict_check,
        questions=_sealed(id, said.questions),
        due_on=said.due_on,
    )
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/caused-enquiry/answer", status_code=204)
async def partner_answers(
    id: UUID, said: shape.PartnerAnswer, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Record that the partner accepted or declined."""
    command = want.AnswerCausedEnquiry(answer=said.answer, words=_maybe(id, said.words))
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/caused-enquiry/report", status_code=204)
async def partner_reports(
    id: UUID, said: shape.Report, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Record what the partner reported; also where it is late, or the enquiry is closed."""
    whose = party(said.partner) if said.partner else None
    report = _sealed(id, said.report)
    command = want.ReceiveReport(words=report, earlier=said.earlier, partner=whose)
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/caused-enquiry/assessment", status_code=204)
async def assess_report(
    id: UUID, said: shape.Verdict, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Accept the partner's report, or return it with reasons.

    A conclusion that was drawn without it is said again, or reviewed, before it closes.
    """
    command = want.AssessReport(
        verdict=said.verdict, due_on=said.due_on, reasons=_maybe(id, said.reasons)
    )
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/caused-enquiry/recall", status_code=204)
async def recall_caused_enquiry(
    id: UUID, said: shape.Reasons, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Take back what was asked of the partner."""
    command = want.RecallCausedEnquiry(reasons=_sealed(id, said.reasons))
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/caused-enquiry/consideration", status_code=204)
async def consider_late_report(
    id: UUID, said: shape.Reasons, by: Manager, log: Log, expected: IfMatch
) -> Response:
    """Say what the reports that came late change; also where the enquiry is closed.

    Where it is open and concluded, the conclusion is said again, or reviewed, before it closes.
    """
    command = want.ConsiderLateReport(reasons=_sealed(id, said.reasons))
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/conclusion", status_code=204)
async def conclude(
    id: UUID, said: shape.Conclusion, by: Manager, log: Log, expected: IfMatch
) -> Response:
    """Conclude the enquiry; sent again before it is closed, it puts the conclusion right."""
    command = want.Conclude(
        findings=said.findings, plan=said.plan, words=_sealed(id, said.words)
    )  # fmt: skip
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/safety-plan", status_code=204)
async def record_safety_plan(
    id: UUID, said: shape.SafetyPlan, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Say what will be done so that the adult is safer; what is live goes on unless it ends."""
    actions = (
        Action(owner=it.owner, due_on=it.due_on, what=_sealed(id, it.what)) for it in said.actions
    )
    endings = (
        want.EndAction(action=it.action, how=it.how, words=_sealed(id, it.words))
        for it in said.endings
    )
    command = want.RecordSafetyPlan(
        actions=tuple(actions), review_on=said.first_review_on, endings=tuple(endings)
    )
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/safety-plan/endings", status_code=204)
async def end_action(
    id: UUID, said: shape.ActionEnding, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Say that an action is done, or that another body has it."""
    command = want.EndAction(action=said.action, how=said.how, words=_maybe(id, said.words))
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/safety-plan/reviews", status_code=204)
async def review_safety_plan(
    id: UUID, said: shape.Review, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Say whether the plan works, and when it is looked at again; also where it is closed."""
    command = want.ReviewSafetyPlan(
        next_review_on=said.next_review_on, words=_sealed(id, said.words)
    )
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/closure", status_code=204)
async def close(
    id: UUID, said: shape.Closing, by: Manager, log: Log, expected: IfMatch
) -> Response:  # fmt: skip
    """Close the enquiry, if nothing stands in the way; a refusal names what does."""
    command = want.CloseEnquiry(
        reason=said.reason,
        adult_told=said.adult_told,
        referrer_told=said.referrer_told,
        words=_sealed(id, said.words),
    )
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/reopening", status_code=204)
async def reopen(
    id: UUID, said: shape.Reasons, by: Manager, log: Log, expected: IfMatch
) -> Response:
    """Open a closed enquiry again; its conclusion is said again, or reviewed, before it closes.

    What its sender told while it was closed, and nobody looked at, is considered by then as well.
    """
    command = want.ReopenEnquiry(reasons=_sealed(id, said.reasons))
    return await _do(log, id, command, (by, said), expected)


@router.post("/enquiries/{id}/consideration", status_code=204)
async def consider_information(
    id: UUID, said: shape.Consideration, by: Worker, log: Log, expected: IfMatch
) -> Response:
    """Say what changes with what the sender told, also before it was opened again; all you saw."""
    command = ConsiderInformation(effect=said.effect, reasons=_sealed(id, said.reasons))
    return await having_seen(log, enquiry.stream(id), command, dated(by, said), expected)


@router.post("/enquiries/{id}/decision-review", status_code=204)
async def review_decision(
    id: UUID, said: shape.Reasons, by: Manager, log: Log, expected: IfMatch
) -> Response:
    """Say that a manager looked at what a change, a doubt or more told after closing means."""
    command = want.ReviewDecision(reasons=_sealed(id, said.reasons))
    return await having_seen(log, enquiry.stream(id), command, dated(by, said), expected)


async def _do(
    log: Log, id: UUID, command: want.EnquiryCommand, asked: tuple[Act, Body], expected: int | None
) -> Response:
    return answer(await handle(log, enquiry.stream(id), command, dated(*asked), expected))


def _sealed(id: UUID, said: T) -> Open[T]:
    # An enquiry has one adult, so its id names their part in the case too.
    return Open(subject=id, audience="adult", value=said)


def _maybe(id: UUID, said: T | None) -> Open[T] | None:
    return None if said is None else _sealed(id, said)


LISTS = ("reports", "actions", "reviews")


async def _opened(log: Log, history: Sequence[Any]) -> shape.EnquiryWords:
    shut, gone, opened = words(history), list[str](), dict[str, Any]()
    for name in shape.EnquiryWords.model_fields.keys() - {"gone", *LISTS}:
        kind: type[Any] = tuple[str, ...] if name == "questions" else str
        opened[name] = await _open(log, shut.one_each.get(name), kind, name, gone)
    for name in LISTS:
        opened[name] = [await _open(log, it, str, name, gone) for it in getattr(shut, name)]
    return shape.EnquiryWords(**opened, gone=sorted(set(gone)))


async def _told(log: Log, happened: Recorded[Any]) -> shape.LineShown:
    gone = list[str]()
    kind: type[Any] = tuple[str, ...] if isinstance(happened.fact, EnquiryCaused) else str
    opened = [await _open(log, it, kind, "words", gone) for it in sections(happened.fact)]
    return shape.LineShown(**vars(line(happened)), words=opened, gone=bool(gone))


async def _open(
    log: Log, sealed: Sealed[Any] | None, kind: type[T], name: str, gone: list[str]
) -> T | None:
    opened = await log.vault.words(sealed, kind)
    if sealed is not None and opened is None:
        gone.append(name)
    return opened
