"""Samples. Start from these and `replace` only what the story is about."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from services.triage.decisions import (
    POLICY,
    REFERRER,
    SCREENER,
    AddInformation,
    AnswerLowering,
    ConsiderInformation,
    DecideSection42,
    NoteWithdrawal,
    OverrideBand,
    RecogniseConcern,
    ReopenConcern,
    ScoreConcern,
)
from services.triage.events import (
    BandLoweringAnswered,
    BandLoweringProposed,
    BandOverridden,
    ConcernEscalated,
    ConcernFact,
    ConcernRecognised,
    ConcernReopened,
    ConcernScored,
    DeadlineMissed,
    Evidence,
    InformationAdded,
    InformationConsidered,
    Section42Decided,
    Section42Decided2,
    WithdrawalNoted,
)
from services.triage.rules.clocks import HEAD_OF_SERVICE
from services.triage.rules.risk_tool import AMBER, RED
from services.triage.rules.score import Answers, score
from services.triage.rules.section42 import ThreeTests
from shared.contracts.intake import AdultDetails, AdultPart, Circumstances, Referrer, SourceOfRisk
from shared.facts import Act, Code
from shared.sealed.vault import Open
from tests.support import story
from tests.support.story import SOMEBODY
from tests.triage.risk import answered

ADULT, CONTACT = UUID(int=3), UUID(int=10)
NOON = SOMEBODY.effective_at
SCREENS = replace(SOMEBODY, actor="kit", role="screener")
SECOND = replace(SOMEBODY, actor="kim")

green = answered("S1 L1")
amber = answered("S2 L3 V1 A1")
red = answered("S3 L4 V1 A2 C2")
danger = Code("risk-signal@1:immediate-danger")
child = Code("risk-signal@1:child-in-household")


def words(text: str = "Bruises that nobody can explain.") -> Open[str]:
    return Open(subject=ADULT, audience="adult", value=text)


counting = Code("counting@1:one-per-adult")
details = Open(
    subject=ADULT,
    audience="adult",
    value=AdultPart(
        adult=AdultDetails(name="Edith Hollowell", nhs_number="9990000018"),
        circumstances=Circumstances(what_happened="Her cupboards are empty."),
    ),
)
source = Open(
    subject=UUID(int=4), audience="source-of-risk", value=SourceOfRisk(name="Martin Hollowell")
)
referrer = Open(subject=UUID(int=5), audience="referrer", value=Referrer(name="Priya Anand"))

recognition = RecogniseConcern(
    contact=CONTACT,
    counting_policy=counting,
    transition=False,
    answers=amber,
    details=details,
    source_of_risk=source,
    referrer=referrer,
)
recognised = ConcernRecognised(
    contact=CONTACT,
    counting_policy=counting,
    transition=False,
    details=details,
    source_of_risk=source,
    referrer=referrer,
)


def scored(
    answers: Answers = amber, by: Code = REFERRER, evidence: Open[str] | None = None
) -> ConcernScored:
    return ConcernScored(contact=CONTACT, scored_by=by, score=score(answers), evidence=evidence)


def screened(answers: Answers = amber) -> ConcernScored:
    return scored(answers, SCREENER, words())


scoring = ScoreConcern(answers=red, evidence=words())
addition = AddInformation(answers=Answers(), words=words("He came back on Sunday."))
added = InformationAdded(words=addition.words)
withdrawn = WithdrawalNoted()
withdrawal = NoteWithdrawal()
lowering = OverrideBand(band=AMBER, second_person=None, reasons=words("She is at her sister's."))
proposed = BandLoweringProposed(was=RED, band=AMBER, asked=None, reasons=lowering.reasons)
agreement = AnswerLowering(agrees=True, reasons=words("I rang the sister."))
refusal = AnswerLowering(agrees=False, reasons=words("He knows where she is."))
agreed = BandLoweringAnswered(agrees=True, reasons=agreement.reasons)
refused = BandLoweringAnswered(agrees=False, reasons=refusal.reasons)
override = OverrideBand(band=RED, second_person=None, reasons=words())
overridden = BandOverridden(was=AMBER, band=RED, second_person=None, reasons=words())
lowered = BandOverridden(was=RED, band=AMBER, second_person="kim", reasons=lowering.reasons)
"""By two persons, as it always was told; whose act it is has changed."""

all_met = ThreeTests(
    needs_care_and_support="met",
    at_risk_of_abuse_or_neglect="met",
    unable_to_protect_themselves="met",
)
two_met = replace(all_met, unable_to_protect_themselves="not-met")
evidence = Evidence(
    needs_care_and_support=words("Needs help to wash."),
    at_risk_of_abuse_or_neglect=words("Her money is gone."),
    unable_to_protect_themselves=None,
)
enquiry = Code("section-42-outcome@1:s42-enquiry")
signpost = Code("section-42-outcome@1:nfa-signpost")
varm = Code("signpost-route@1:varm")
decision = DecideSection42(
    tests=all_met, evidence=evidence, outcome=enquiry, route=None, reasons=words()
)
decided = Section42Decided2(
    contact=CONTACT,
    policy=POLICY,
    tests=all_met,
    evidence=evidence,
    outcome=enquiry,
    route=None,
    reasons=words(),
    band=AMBER,
)
decided_1 = Section42Decided(
    contact=CONTACT,
    policy=POLICY,
    tests=all_met,
    evidence=evidence,
    outcome=enquiry,
    route=None,
    reasons=words(),
)
"""As decisions were recorded before they told their band."""
consideration = ConsiderInformation(reasons=words("The same as she said on the telephone."))
considered = InformationConsidered(reasons=consideration.reasons)
reopening = ReopenConcern(reasons=words("A neighbour saw her fall."))
reopened = ConcernReopened(contact=CONTACT, reasons=reopening.reasons)

LOOK_DUE, HEAD_DUE = NOON + timedelta(days=1, hours=8), NOON + timedelta(days=7, hours=8)
missed_look = DeadlineMissed(kind=Code("deadline@1:look"), due_at=LOOK_DUE, band=AMBER, late=False)
escalated = ConcernEscalated(to=HEAD_OF_SERVICE, due_at=HEAD_DUE, band=AMBER, late=False)

waiting = (recognised, scored())
"""A concern that waits for a decision, Amber on the referrer's answers."""

EVERY_FACT: tuple[ConcernFact, ...] = (
    recognised, scored(), screened(red), overridden, added, withdrawn, decided, reopened,
    decided_1, considered, missed_look, escalated, proposed, agreed, refused, lowered,
)  # fmt: skip


def later(by: Act = SOMEBODY, **passed: float) -> Act:
    """Give an act so much later: `hours=2`, `days=3`."""
    return replace(by, effective_at=by.effective_at + timedelta(**passed))


recorded = partial(story.recorded, kind="concern", case=ADULT, act=SOMEBODY)


def at(text: str) -> datetime:
    """Give the instant that `text` names."""
    return datetime.fromisoformat(text)
