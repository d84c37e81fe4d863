"""May this happen to a concern, and what then is so?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.triage.events import (
    BandOverridden,
    ConcernFact,
    ConcernRecognised,
    ConcernReopened,
    ConcernScored,
    Evidence,
    InformationAdded,
    Section42Decided,
    WithdrawalNoted,
)
from services.triage.rules.overriding import OverrideProblem, may_override
from services.triage.rules.risk_tool import RANK
from services.triage.rules.score import HIGHEST, Answers, Score, score
from services.triage.rules.section42 import Problem, ThreeTests, problem
from shared.contracts.intake import AdultPart, Referrer, SourceOfRisk
from shared.decider import Decider
from shared.facts import Act, Code
from shared.refusals import AwaitingCause, NotFound, Refusal
from shared.sealed import Sealed

POLICY = Code("section-42-policy@1:care-act-2014")
REFERRER = Code("scorer@1:referrer")
SCREENER = Code("scorer@1:screener")
ADDED_INFORMATION = Code("scorer@1:added-information")
CALM = Answers(severity=0, likelihood=0, self_protection=0, access=0)
"""All that must be known is known, and none of it is dangerous."""


@dataclass(frozen=True, kw_only=True)
class RecogniseConcern:
    """Count a concern for one adult of a contact, and score it at once on what is known."""

    contact: UUID
    counting_policy: Code
    transition: bool
    answers: Answers
    details: Sealed[AdultPart]
    source_of_risk: Sealed[SourceOfRisk] | None
    referrer: Sealed[Referrer] | None


@dataclass(frozen=True, kw_only=True)
class AddInformation:
    """Note what the sender told later."""

    answers: Answers
    words: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class NoteWithdrawal:
    """Note that the sender took the referral back."""


@dataclass(frozen=True, kw_only=True)
class ScoreConcern:
    """Score the risk anew, on a screener's answers."""

    answers: Answers
    evidence: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class OverrideBand:
    """Set the band above or below what the tool says."""

    band: Code
    second_person: str | None
    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class DecideSection42:
    """Record whether the section 42 duty arises, and what follows."""

    tests: ThreeTests
    evidence: Evidence
    outcome: Code
    route: Code | None
    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class ReopenConcern:
    """Open a decided concern again."""

    reasons: Sealed[str]


ConcernCommand = (
    RecogniseConcern
    | AddInformation
    | NoteWithdrawal
    | ScoreConcern
    | OverrideBand
    | DecideSection42
    | ReopenConcern
)


class AlreadyDecided(Refusal):
    """Section 42 is decided for this concern."""


class NotDecided(Refusal):
    """Section 42 is not decided for this concern, so there is nothing to open again."""


class OutcomeUnknown(Refusal):
    """There is no such outcome of a section 42 decision."""


class OutcomeContradictsTests(Refusal):
    """The three answers do not lead to this outcome."""


class AnswerUnknown(Refusal):
    """Without an enquiry, all three tests need an answer."""


class RouteMissing(Refusal):
    """Signposting needs a route: where was the adult pointed to?"""


class RouteUnknown(Refusal):
    """There is no such signposting route."""


class BandUnknown(Refusal):
    """There is no such band."""


class RoleMayNotLower(Refusal):
    """Only a safeguarding adults manager may set a band lower than it is."""


class SecondPersonMissing(Refusal):
    """Taking a concern out of Red needs a second person."""


class SecondPersonIsTheFirst(Refusal):
    """The second person must be somebody else."""


DECISION_REFUSALS: dict[Problem, type[Refusal]] = {
    "outcome-unknown": OutcomeUnknown,
    "answer-unknown": AnswerUnknown,
    "outcome-contradicts-tests": OutcomeContradictsTests,
    "route-missing": RouteMissing,
    "route-unknown": RouteUnknown,
}
OVERRIDE_REFUSALS: dict[OverrideProblem, type[Refusal]] = {
    "band-unknown": BandUnknown,
    "role-may-not-lower": RoleMayNotLower,
    "second-person-missing": SecondPersonMissing,
    "second-person-is-the-first": SecondPersonIsTheFirst,
}


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A concern is counted, and its first score follows in the same act."""

    contact: UUID
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody has to decide."""

    contact: UUID
    received_at: datetime
    score: Score
    band: Code
    band_since: datetime
    """Since when it is in this band: from here its time to a decision runs."""

    judged: bool = False
    """A person scored it or set its band, so the sender's answers alone move it no more."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Section 42 is decided."""

    waited: Waiting
    outcome: Code
    decided_at: datetime


Concern = Recognised | Waiting | Decided


def decide(command: ConcernCommand, state: Concern | None, act: Act) -> Sequence[ConcernFact]:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    match command:
        case RecogniseConcern():
            return () if state else _recognised(command)
        case AddInformation():
            return _added(command, state)
        case NoteWithdrawal():
            if state is None:
                raise AwaitingCause
            return (WithdrawalNoted(),)
        case ScoreConcern():
            waiting = _waiting(state)
            return (_scored(waiting.contact, SCREENER, command.answers, command.evidence),)
        case OverrideBand():
            return _overridden(command, _waiting(state), act)
        case DecideSection42():
            return _decided(command, _waiting(state))
        case ReopenConcern():
            if not isinstance(state, Decided):
                raise NotDecided if state else NotFound
            return (ConcernReopened(contact=state.waited.contact, reasons=command.reasons),)


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
        ConcernRecognised(
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
) -> ConcernScored:
    return ConcernScored(contact=contact, scored_by=by, score=score(answers), evidence=evidence)


def _added(command: AddInformation, state: Concern | None) -> Sequence[ConcernFact]:
    if state is None:
        raise AwaitingCause
    told, waiting = InformationAdded(words=command.words), _as_waiting(state)
    known = waiting.score.answers
    answers = replace(known, signals=known.signals + command.answers.signals)
    if not waiting.judged:
        answers = _merged(answers, command.answers)
    scored = _scored(waiting.contact, ADDED_INFORMATION, answers, None)
    return (told, scored) if _counts(scored.score, waiting, command.answers) else (told,)


def _merged(known: Answers, told: Answers) -> Answers:
    given = {name: getattr(told, name) for name in (*HIGHEST, "own_rating")}
    return replace(known, **{name: it for name, it in given.items() if it is not None})


def _counts(now: Score, waiting: Waiting, told: Answers) -> bool:
    """Say whether a score on what a sender added is to count. It never lowers a band."""
    if waiting.judged:
        # It never outweighs a person's judgement, except that danger is heard: also one that was
        # named before, for it may have come again.
        return RANK[score(replace(CALM, signals=told.signals)).band] > RANK[waiting.band]
    return now != waiting.score and RANK[now.band] >= RANK[waiting.band]


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
    overridden = BandOverridden(
        was=waiting.band,
        band=command.band,
        second_person=command.second_person,
        reasons=command.reasons,
    )
    return (overridden,)


def _decided(command: DecideSection42, waiting: Waiting) -> Sequence[ConcernFact]:
    if why_not := problem(command.tests, command.outcome, command.route):
        raise DECISION_REFUSALS[why_not]
    decided = Section42Decided(
        contact=waiting.contact,
        policy=POLICY,
        tests=command.tests,
        evidence=command.evidence,
        outcome=command.outcome,
        route=command.route,
        reasons=command.reasons,
    )
    return (decided,)


def evolve(state: Concern | None, happened: ConcernFact, act: Act) -> Concern:
    """Give the state after `happened`. Never refuses: facts are facts."""
    match happened:
        case ConcernRecognised():
            return Recognised(contact=happened.contact, received_at=act.effective_at)
        case ConcernScored():
            return _after_score(state, happened, act)
        case BandOverridden():
            waiting = _as_waiting(state)
            return replace(waiting, band=happened.band, band_since=act.effective_at, judged=True)
        case Section42Decided():
            waited = _as_waiting(state)
            return Decided(waited=waited, outcome=happened.outcome, decided_at=act.effective_at)
        case ConcernReopened():
            return replace(_as_waiting(state), band_since=act.effective_at)
        case InformationAdded() | WithdrawalNoted():
            return _known(state)


def _after_score(state: Concern | None, happened: ConcernScored, act: Act) -> Concern:
    match _known(state):
        case Recognised(contact=contact, received_at=received_at):
            return Waiting(
                contact=contact,
                received_at=received_at,
                score=happened.score,
                band=happened.score.band,
                band_since=act.effective_at,
            )
        case Waiting() as waiting:
            return _scored_anew(waiting, happened, act)
        case Decided(waited=waited) as decided:
            return replace(decided, waited=_scored_anew(waited, happened, act))


def _scored_anew(waiting: Waiting, happened: ConcernScored, act: Act) -> Waiting:
    band = happened.score.band
    return replace(
        waiting,
        score=happened.score,
        band=band,
        band_since=waiting.band_since if band == waiting.band else act.effective_at,
        judged=waiting.judged or happened.scored_by == SCREENER,
    )


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


concern = Decider(kind="concern", facts=ConcernFact, decide=decide, evolve=evolve)
