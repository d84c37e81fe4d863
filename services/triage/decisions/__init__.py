"""May this happen to a concern, and what then is so?"""

from collections.abc import Sequence
from uuid import UUID

from services.triage import events
from services.triage.decisions.bands import of_its_band
from services.triage.decisions.commands import (
    DECISION_REFUSALS,
    OVERRIDE_REFUSALS,
    AddInformation,
    AlreadyDecided,
    AlreadyProposed,
    AnswerLowering,
    AnswerUnknown,
    BandUnknown,
    BeforeItsReceipt,
    ConcernCommand,
    ConsiderInformation,
    DecideSection42,
    JudgedSince,
    NotDecided,
    NoteWithdrawal,
    NothingProposed,
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
    SignalUnknown,
    ToldMoreSince,
)
from services.triage.decisions.evolving import evolve
from services.triage.decisions.state import (
    ADDED_INFORMATION,
    REFERRER,
    SCREENER,
    Concern,
    Decided,
    Proposal,
    Recognised,
    Waiting,
    as_waiting,
    unseen_since,
)
from services.triage.decisions.timely import not_before, not_judged_since, not_unseen
from services.triage.events import ConcernFact
from services.triage.rules import additions, waits
from services.triage.rules.risk_tool import unread
from services.triage.rules.score import Answers, score
from services.triage.rules.section42 import problem
from services.triage.rules.waits import ESCALATION, TIMES, Wait
from shared.decider import Deadline, DeadlinePassed, Decider
from shared.facts import Act, Code
from shared.refusals import AwaitingCause, NotFound
from shared.sealed import Sealed
from shared.time.calendar import Calendar, calendar

__all__ = [
    "ADDED_INFORMATION",
    "DECISION_REFUSALS",
    "OVERRIDE_REFUSALS",
    "POLICY",
    "REFERRER",
    "SCREENER",
    "AddInformation",
    "AlreadyDecided",
    "AlreadyProposed",
    "AnswerLowering",
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
    "NothingProposed",
    "NothingToConsider",
    "OutcomeContradictsTests",
    "OutcomeUnknown",
    "OverrideBand",
    "Proposal",
    "RecogniseConcern",
    "Recognised",
    "ReopenConcern",
    "RoleMayNotLower",
    "RouteMissing",
    "RouteUnknown",
    "ScoreConcern",
    "SecondPersonIsTheFirst",
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


def decide(command: ConcernCommand, state: Concern | None, act: Act) -> Sequence[ConcernFact]:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    if isinstance(command, OF_A_PERSON):
        not_before(state, act)
    if isinstance(command, SEES):
        not_unseen(state, act)
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
        case OverrideBand() | AnswerLowering():
            return of_its_band(command, _waiting(state), act)
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


OF_A_PERSON = (
    ScoreConcern | OverrideBand | AnswerLowering | DecideSection42 | ReopenConcern
    | ConsiderInformation
)  # fmt: skip
SEES = ScoreConcern | DecideSection42 | ConsiderInformation
"""After these nobody is asked to look at what was told before them."""


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
    not_judged_since(waiting, act)
    if unread(command.answers.signals):  # misspelt, a danger would count for nothing
        raise SignalUnknown
    return _scored(waiting.contact, SCREENER, command.answers, command.evidence)


def _added(command: AddInformation, state: Concern | None) -> Sequence[ConcernFact]:
    if state is None:
        raise AwaitingCause
    told, waiting = events.InformationAdded(words=command.words), as_waiting(state)
    judged = waiting.judged_at is not None
    answers = additions.known_now(waiting.score, command.answers, judged=judged)
    scored = _scored(waiting.contact, ADDED_INFORMATION, answers, None)
    counts = additions.counts(
        scored.score, waiting.score, waiting.band, command.answers, judged=judged
    )
    return (told, scored) if counts else (told,)


def _decided(command: DecideSection42, waiting: Waiting, act: Act) -> Sequence[ConcernFact]:
    not_judged_since(waiting, act)
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
        case Waiting(wait=wait, proposal=proposal):
            return waits.owed(wait, calendar) | _answer(proposal, calendar)
        case Decided(told_more=Wait() as again):
            return waits.owed_a_look(again, calendar)
        case Recognised() | Decided():
            return frozenset()


def _answer(proposal: Proposal | None, calendar: Calendar) -> frozenset[Deadline]:
    if proposal is None:
        return frozenset()
    return frozenset({Deadline(waits.SECOND_PERSON, proposal.due_at(calendar))})


def _passed(command: DeadlinePassed, state: Concern | None) -> Sequence[ConcernFact]:
    deadline, late = command.deadline, command.late
    if state is None or deadline not in owed(state, calendar()):
        return ()
    band, kind = as_waiting(state).band, deadline.kind
    if kind.startswith(ESCALATION):
        to = Code(f"escalation@1:{kind.removeprefix(ESCALATION)}")
        return (events.ConcernEscalated(to=to, due_at=deadline.due_at, band=band, late=late),)
    missed = Code(f"deadline@1:{kind}")
    return (events.DeadlineMissed(kind=missed, due_at=deadline.due_at, band=band, late=late),)


concern = Decider(
    kind="concern", facts=ConcernFact, decide=decide, evolve=evolve, owed=owed, times=TIMES
)
