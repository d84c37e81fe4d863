"""May this happen to a concern, and what then is so?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.triage import events
from services.triage.decisions.commands import (
    DECISION_REFUSALS,
    OVERRIDE_REFUSALS,
    AddInformation,
    AlreadyDecided,
    AnswerUnknown,
    BandUnknown,
    BeforeItsReceipt,
    ConcernCommand,
    ConsiderInformation,
    DecideSection42,
    JudgedSince,
    NotDecided,
    NoteWithdrawal,
    NothingToConsider,
    OutcomeContradictsTests,
    OutcomeUnknown,
    OverrideBand,
    RecogniseConcern,
    ReopenConcern,
    RoleMayNotLower,
    RouteMissing,
    RouteUnknown,
    ScoreConcern,
    SecondPersonIsTheFirst,
    SecondPersonMissing,
    SignalUnknown,
    ToldMoreSince,
)
from services.triage.decisions.state import Concern, Decided, Recognised, Waiting, unseen_since
from services.triage.events import ConcernFact
from services.triage.rules import additions, waits
from services.triage.rules.overriding import after_score, may_override
from services.triage.rules.risk_tool import RANK, unread
from services.triage.rules.score import Answers, score
from services.triage.rules.section42 import problem
from services.triage.rules.waits import ESCALATION, TIMES, Wait
from shared.decider import Deadline, DeadlinePassed, Decider
from shared.facts import Act, Code
from shared.refusals import AwaitingCause, NotFound
from shared.sealed import Sealed
from shared.time.calendar import Calendar, calendar, london_date

__all__ = [
    "ADDED_INFORMATION",
    "DECISION_REFUSALS",
    "OVERRIDE_REFUSALS",
    "POLICY",
    "REFERRER",
    "SCREENER",
    "AddInformation",
    "AlreadyDecided",
    "AnswerUnknown",
    "BandUnknown",
    "BeforeItsReceipt",
    "Concern",
    "ConcernCommand",
    "ConsiderInformation",
    "DecideSection42",
    "Decided",
    "JudgedSince",
    "NotDecided",
    "NoteWithdrawal",
    "NothingToConsider",
    "OutcomeContradictsTests",
    "OutcomeUnknown",
    "OverrideBand",
    "RecogniseConcern",
    "Recognised",
    "ReopenConcern",
    "RoleMayNotLower",
    "RouteMissing",
    "RouteUnknown",
    "ScoreConcern",
    "SecondPersonIsTheFirst",
    "SecondPersonMissing",
    "SignalUnknown",
    "ToldMoreSince",
    "Waiting",
    "concern",
    "decide",
    "evolve",
    "owed",
    "unseen_since",
]

POLICY = Code("section-42-policy@1:care-act-2014")
REFERRER = Code("scorer@1:referrer")
SCREENER = Code("scorer@1:screener")
ADDED_INFORMATION = Code("scorer@1:added-information")


def decide(command: ConcernCommand, state: Concern | None, act: Act) -> Sequence[ConcernFact]:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    if isinstance(command, OF_A_PERSON):
        _not_before(state, act)
    if isinstance(command, SEES):
        _not_unseen(state, act)
    match command:
        case RecogniseConcern():
            return () if state else _recognised(command)
        case AddInformation():
            return _added(command, state)
        case NoteWithdrawal():
            if state is None:
                raise AwaitingCause
            return (events.WithdrawalNoted(),)
        case ScoreConcern():
            return (_scored_by_a_person(command, _waiting(state), act),)
        case OverrideBand():
            return _overridden(command, _waiting(state), act)
        case DecideSection42():
            return _decided(command, _waiting(state), act)
        case ReopenConcern():
            if not isinstance(state, Decided) or act.effective_at < state.decided_at:
                raise NotDecided if state else NotFound
            return (events.ConcernReopened(contact=state.waited.contact, reasons=command.reasons),)
        case ConsiderInformation():
            if not isinstance(state, Decided) or state.told_more is None:
                raise NothingToConsider if state else NotFound
            return (events.InformationConsidered(reasons=command.reasons),)
        case DeadlinePassed():
            return _passed(command, state)


OF_A_PERSON = ScoreConcern | OverrideBand | DecideSection42 | ReopenConcern | ConsiderInformation
SEES = ScoreConcern | DecideSection42 | ConsiderInformation
"""After these nobody is asked to look at what was told before them."""


def _not_before(state: Concern | None, act: Act) -> None:
    # A slip of the year would let a clock run for decades, and each of its times pass at once.
    known = state.waited if isinstance(state, Decided) else state
    if known and london_date(act.effective_at) < london_date(known.received_at):
        raise BeforeItsReceipt


def _not_unseen(state: Concern | None, act: Act) -> None:
    told_at = unseen_since(state)
    if told_at and act.effective_at < told_at:
        raise ToldMoreSince


def _waiting(state: Concern | None) -> Waiting:
    match state:
        case Waiting():
            return state
        case Decided():
            raise AlreadyDecided
        case Recognised() | None:
            raise NotFound


def _recognised(command: RecogniseConcern) -> Sequence[ConcernFact]:
    return (
        events.ConcernRecognised(
            contact=command.contact,
            counting_policy=command.counting_policy,
            transition=command.transition,
            details=command.details,
            source_of_risk=command.source_of_risk,
            referrer=command.referrer,
        ),
        _scored(command.contact, REFERRER, command.answers, None),
    )


def _scored(
    contact: UUID, by: Code, answers: Answers, evidence: Sealed[str] | None
) -> events.ConcernScored:
    now = score(answers)
    return events.ConcernScored(contact=contact, scored_by=by, score=now, evidence=evidence)


def _scored_by_a_person(command: ScoreConcern, waiting: Waiting, act: Act) -> events.ConcernScored:
    _not_judged_since(waiting, act)
    if unread(command.answers.signals):  # misspelt, a danger would count for nothing
        raise SignalUnknown
    return _scored(waiting.contact, SCREENER, command.answers, command.evidence)


def _not_judged_since(waiting: Waiting, act: Act) -> None:
    # What is entered late would put out of the way, or rest on less than, what was found since.
    if waiting.judged_at and act.effective_at < waiting.judged_at:
        raise JudgedSince


def _added(command: AddInformation, state: Concern | None) -> Sequence[ConcernFact]:
    if state is None:
        raise AwaitingCause
    told, waiting = events.InformationAdded(words=command.words), _as_waiting(state)
    judged = waiting.judged_at is not None
    answers = additions.known_now(waiting.score, command.answers, judged=judged)
    scored = _scored(waiting.contact, ADDED_INFORMATION, answers, None)
    counts = additions.counts(
        scored.score, waiting.score, waiting.band, command.answers, judged=judged
    )
    return (told, scored) if counts else (told,)


def _overridden(command: OverrideBand, waiting: Waiting, act: Act) -> Sequence[ConcernFact]:
    why_not = may_override(
        waiting.band,
        command.band,
        role=act.role,
        person=act.actor,
        second_person=command.second_person,
    )
    if why_not:
        raise OVERRIDE_REFUSALS[why_not]
    if command.band == waiting.band:
        return ()
    if RANK[command.band] < RANK[waiting.band]:  # up is never too late
        _not_unseen(waiting, act)
        _not_judged_since(waiting, act)
    overridden = events.BandOverridden(
        was=waiting.band,
        band=command.band,
        second_person=command.second_person,
        reasons=command.reasons,
    )
    return (overridden,)


def _decided(command: DecideSection42, waiting: Waiting, act: Act) -> Sequence[ConcernFact]:
    _not_judged_since(waiting, act)
    if why_not := problem(command.tests, command.outcome, command.route):
        raise DECISION_REFUSALS[why_not]
    decided = events.Section42Decided2(
        contact=waiting.contact,
        policy=POLICY,
        tests=command.tests,
        evidence=command.evidence,
        outcome=command.outcome,
        route=command.route,
        reasons=command.reasons,
        band=waiting.band,
    )
    return (decided,)


def owed(state: Concern, calendar: Calendar) -> frozenset[Deadline]:
    """Give what is owed to a concern: whoever waits is owed something always."""
    match state:
        case Waiting(wait=wait):
            return waits.owed(wait, calendar)
        case Decided(told_more=Wait() as again):
            return waits.owed_a_look(again, calendar)
        case Recognised() | Decided():
            return frozenset()


def _passed(command: DeadlinePassed, state: Concern | None) -> Sequence[ConcernFact]:
    deadline, late = command.deadline, command.late
    if state is None or deadline not in owed(state, calendar()):
        return ()
    band, kind = _as_waiting(state).band, deadline.kind
    if kind.startswith(ESCALATION):
        to = Code(f"escalation@1:{kind.removeprefix(ESCALATION)}")
        return (events.ConcernEscalated(to=to, due_at=deadline.due_at, band=band, late=late),)
    missed = Code(f"deadline@1:{kind}")
    return (events.DeadlineMissed(kind=missed, due_at=deadline.due_at, band=band, late=late),)


def evolve(state: Concern | None, happened: ConcernFact, act: Act) -> Concern:
    """Give the state after `happened`. Never refuses: facts are facts.

    As at another time some facts are left out: what is said of one not yet known changes nothing.
    """
    if isinstance(state, Recognised) and not isinstance(happened, events.ConcernScored):
        return state
    match happened:
        case events.ConcernRecognised():
            return Recognised(contact=happened.contact, received_at=act.effective_at)
        case events.ConcernScored():
            return _after_score(state, happened, act)
        case events.BandOverridden():
            judged = _set(_as_waiting(state), happened.band, act)
            return replace(state, waited=judged) if isinstance(state, Decided) else judged
        case events.Section42Decided():
            waited = replace(_as_waiting(state), told_at=None)
            return Decided(waited=waited, outcome=happened.outcome, decided_at=act.effective_at)
        case events.ConcernReopened():
            waiting = _as_waiting(state)
            return replace(waiting, wait=Wait.begun(waiting.band, act.effective_at))
        case events.InformationAdded() | events.InformationConsidered() | events.WithdrawalNoted():
            return _after_news(_known(state), happened, act)
        case events.DeadlineMissed(kind=kind, due_at=due_at):
            return _without(_known(state), Deadline(kind.rpartition(":")[2], due_at))
        case events.ConcernEscalated(to=to, due_at=due_at):
            return _without(_known(state), Deadline(ESCALATION + to.rpartition(":")[2], due_at))


def _after_news(
    known: Concern,
    happened: events.InformationAdded | events.InformationConsidered | events.WithdrawalNoted,
    act: Act,
) -> Concern:
    match happened, known:
        case events.InformationAdded(), _:
            return _told_more(known, act)
        case events.InformationConsidered(), Decided(waited=waited):
            return replace(known, waited=replace(waited, told_at=None), told_more=None)
        case events.WithdrawalNoted(), Waiting(told_at=told_at):
            return replace(known, told_at=_later(told_at, act))
        case _:
            return known


def _told_more(state: Concern, act: Act) -> Waiting | Decided:
    was = _as_waiting(state)
    told_at = _later(was.told_at, act)
    if not isinstance(state, Decided):
        return replace(was, told_at=told_at, wait=was.wait.told(act.effective_at))
    if again := state.told_more:
        again = again.told(act.effective_at)
    else:
        again = Wait.begun(was.band, act.effective_at)
    return replace(state, waited=replace(was, told_at=told_at), told_more=again)


def _without(state: Concern, deadline: Deadline) -> Concern:
    match state:
        case Waiting(wait=wait):
            return replace(state, wait=wait.without(deadline))
        case Decided(told_more=Wait() as again):
            return replace(state, told_more=again.without(deadline))
        case Recognised() | Decided():
            return state


def _after_score(state: Concern | None, happened: events.ConcernScored, act: Act) -> Concern:
    match _known(state):
        case Recognised(contact=contact, received_at=received_at):
            return Waiting(
                contact=contact,
                received_at=received_at,
                score=happened.score,
                wait=Wait.begun(happened.score.band, act.effective_at),
            )
        case Waiting() as waiting:
            return _scored_anew(waiting, happened, act)
        case Decided(waited=waited, told_more=again) as decided:
            now = _scored_anew(waited, happened, act)
            raised = again and again.moved(now.band, act.effective_at)
            return replace(decided, waited=now, told_more=raised)


def _scored_anew(waiting: Waiting, happened: events.ConcernScored, act: Act) -> Waiting:
    band = after_score(waiting.band, happened.score.band, waiting.set_to)
    wait = waiting.wait.moved(band, act.effective_at)
    if happened.scored_by != SCREENER:
        return replace(waiting, score=happened.score, wait=wait)
    return replace(
        waiting,
        score=happened.score,
        wait=wait.checked(act.effective_at),
        judged_at=_later(waiting.judged_at, act),
        told_at=None,
    )


def _set(waiting: Waiting, band: Code, act: Act) -> Waiting:
    wait = waiting.wait.moved(band, act.effective_at)
    if waiting.told_at is None:  # else they may have set it without reading that
        wait = wait.seen()
    return replace(waiting, wait=wait, set_to=band, judged_at=_later(waiting.judged_at, act))


def _later(one: datetime | None, act: Act) -> datetime:
    return max(one or act.effective_at, act.effective_at)


def _known(state: Concern | None) -> Concern:
    if state is None:  # a history begins with the recognition
        raise ValueError("nothing is recorded before this")
    return state


def _as_waiting(state: Concern | None) -> Waiting:
    match _known(state):
        case Waiting() as waiting:
            return waiting
        case Decided(waited=waited):
            return waited
        case Recognised():
            raise ValueError("a concern is scored in the act that recognises it")


concern = Decider(
    kind="concern", facts=ConcernFact, decide=decide, evolve=evolve, owed=owed, times=TIMES
)
