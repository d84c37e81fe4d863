"""What may be asked of a concern, and why may the answer be no?"""

from dataclasses import dataclass
from uuid import UUID

from services.triage.events import Evidence
from services.triage.rules.overriding import OverrideProblem
from services.triage.rules.score import Answers
from services.triage.rules.section42 import Problem, ThreeTests
from shared.contracts.intake import AdultPart, Referrer, SourceOfRisk
from shared.decider import DeadlinePassed
from shared.facts import Code
from shared.refusals import Refusal
from shared.sealed import Sealed


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
    """Set the band above or below what the tool says; out of Red, propose it to a second person."""

    band: Code
    second_person: str | None
    """Who is asked to stand behind it, if somebody in particular is."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class AnswerLowering:
    """Say, as a second person, whether a concern leaves Red; or take back what one proposed."""

    agrees: bool
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


@dataclass(frozen=True, kw_only=True)
class ConsiderInformation:
    """Note that what was told after the decision was looked at, and changes nothing."""

    reasons: Sealed[str]


ConcernCommand = (
    RecogniseConcern | AddInformation | NoteWithdrawal | ScoreConcern | OverrideBand
    | AnswerLowering
    | DecideSection42 | ReopenConcern | ConsiderInformation
    | DeadlinePassed
)  # fmt: skip


class AlreadyDecided(Refusal):
    """Section 42 is decided for this concern."""


class BeforeItsReceipt(Refusal):
    """That was before the day on which the concern was received."""


class ToldMoreSince(Refusal):
    """The sender told more after that time, so nobody can have seen it then."""


class JudgedSince(Refusal):
    """A person scored it or set its band after that time, and that stands."""


class SignalUnknown(Refusal):
    """There is no such signal, so no rule would read it."""


class NotDecided(Refusal):
    """Section 42 is not decided for this concern, so there is nothing to open again."""


class NothingToConsider(Refusal):
    """Nothing was told since the decision that nobody has looked at."""


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


class SecondPersonIsTheFirst(Refusal):
    """The second person must be somebody else."""


class AlreadyProposed(Refusal):
    """That band is proposed already: a second person agrees to it or does not."""


class NothingProposed(Refusal):
    """No lower band was proposed by then that waits for a second person."""


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
    "second-person-is-the-first": SecondPersonIsTheFirst,
}
