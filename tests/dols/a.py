"""Samples. Start from these and `replace` only what the story is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.dols.decisions import commands as want
from services.dols.decisions.register import RegisterAssessor
from services.dols.events import (
    AssessorAllocated,
    AssessorChanged,
    AssessorOffered,
    AssessorRegistered,
    AssessorReleased,
    AssessorStandingChanged,
    AuthorisationCeased,
    AuthorisationEnded,
    AuthorisationEnding,
    AuthorisationGranted,
    AuthorisationLapsed,
    AuthorisationNotGranted,
    AuthorisationResumed,
    AuthorisationSuspended,
    CircumstancesConsidered,
    CircumstancesTold,
    DeadlineMissed,
    ExtensionRefused,
    FieldsTold,
    InformationAnswered,
    InformationRequested,
    LocationMistaken,
    LocationTold,
    OfferDeclined,
    OfferExpired,
    PlaceDescribed,
    PresenceConfirmed,
    QuestionSettled,
    RequestFact,
    RequestPrioritised,
    RequestReceived,
    RequestWithdrawn,
    RequirementAssessed,
    ReviewAsked,
    ReviewCompleted,
    UrgentDated,
    UrgentExtended,
    UrgentLapsed,
)
from services.dols.rules import codes
from services.dols.rules.independence import Declared, Standing, assessor_id
from services.dols.rules.legal_test import AGNI_2026
from services.dols.rules.priority import Answers, Timing, score
from services.dols.rules.reading import DAY_ASSUMED, READER, UrgentGiven
from shared.facts import Act, Code
from shared.sealed.vault import Open
from tests.support import story
from tests.support.story import SOMEBODY

CASE, ADULT, OTHER = UUID(int=33), UUID(int=34), UUID(int=35)
"""Of dols alone: what is shut for one of them has a key for one audience, wherever it is shut."""
NOON = SOMEBODY.effective_at  # Monday 2 November 2026, 9:00
TODAY = date(2026, 11, 2)
COORDINATOR = replace(SOMEBODY, actor="cora", role="dols-coordinator")
SIGNATORY = replace(SOMEBODY, actor="sig", role="dols-signatory")
BEA = replace(SOMEBODY, actor="bea", role="assessor")
DAN = replace(SOMEBODY, actor="dan", role="assessor")


def at(text: str) -> datetime:
    """Give the instant that `text` names."""
    return datetime.fromisoformat(text)


def words(text: str = "As we heard it.") -> Open[str]:
    return Open(subject=ADULT, audience="adult", value=text)


def form(**told: str) -> Open[Mapping[str, str]]:
    return Open(subject=ADULT, audience="adult", value=told)


def document(text: str = "{}") -> Open[str]:
    return Open(subject=CASE, audience="document", value=text)


def later(by: Act = SOMEBODY, **passed: float) -> Act:
    """Give an act so much later: `hours=2`, `days=3`."""
    return replace(by, effective_at=by.effective_at + timedelta(**passed))


recorded = partial(story.recorded, kind="request", case=CASE, act=SOMEBODY)

CONTENT = Answers(
    objection="none", restraint="none", medication="none", supervision="general", contact="none",
    dispute="no", placement="settled", unbefriended="no", condition_unmet="no",
    safeguarding_enquiry="no",
)  # fmt: skip
"""Someone who is settled and content: 0 points but for what the calendar adds."""

received = RequestReceived(
    reader=READER, received_on=TODAY, due_on=date(2026, 11, 22),
    setting=codes.CARE_HOME, location="1-101000001", run_by_council=False, wanted_on=TODAY,
    authorisation_ends_on=None, urgent_given_on=None, urgent_ends_on=None,
    extension_requested=False, answers=CONTENT, checks=(), adult=form(name="Edith Hollowell"),
    others=Open(subject=OTHER, audience="referrer", value={"signer.name": "Priya Anand"}),
    partner_reference=None, document=document(),
)  # fmt: skip
urgent = replace(received, urgent_given_on=TODAY, urgent_ends_on=date(2026, 11, 8))

assumed = replace(urgent, checks=(DAY_ASSUMED,))
"""An urgent authorisation of which nobody told on which day it was given."""


def prioritised(
    answers: Answers = CONTENT, by: str = "receipt", evidence: Any = None, **when: Any
) -> RequestPrioritised:
    """Give a score as it is made of a request in a care home on Monday 2 November 2026."""
    told: Any = {"today": TODAY, "setting": codes.CARE_HOME} | when
    timing = Timing(**told)
    return RequestPrioritised(
        priority=score(answers, timing), answers=answers, by=Code(f"priority-by@1:{by}"),
        legal_test=AGNI_2026, evidence=evidence,
    )  # fmt: skip


low = prioritised()
OBJECTS = replace(CONTENT, objection="consistent", restraint="regular")
high = prioritised(OBJECTS)
scoring = want.Prioritise(answers=OBJECTS, evidence=words("She packs her bag."))
receiving = want.ReceiveRequest(received=received)
told = CircumstancesTold(
    still_here="yes", still_needed="yes", extension_requested=False, answers=Answers(), checks=(),
    adult=form(what_changed="She walks again."), document=document(),
)  # fmt: skip
telling = want.TellCircumstances(told=told)
OTHERS: Open[Mapping[str, str]] = Open(
    subject=OTHER, audience="referrer", value={"signer.name": "Priya Anand"}
)
BORN = Code("dols-field@1:person.date_of_birth")
asking_back = want.AskQuestion(
    missing=(BORN,), words=words("When was she born?"), recorded_at=NOON
)  # fmt: skip
asked_back = InformationRequested(
    question=SOMEBODY.id, missing=(BORN,), words=asking_back.words,
    due_at=at("2026-11-05T17:00:00+00:00"),
)  # fmt: skip
answering = want.AnswerQuestions(telling=telling, others=OTHERS, fields=(BORN,))
born = FieldsTold(fields=(BORN,))
answered = InformationAnswered(questions=(SOMEBODY.id,), others=OTHERS)
settling = want.SettleQuestion(question=SOMEBODY.id, reasons=words("Told me on the telephone."))
settled = QuestionSettled(question=SOMEBODY.id, reasons=settling.reasons)
considering = want.ConsiderCircumstances(reasons=words("No change."))
considered = CircumstancesConsidered(reasons=considering.reasons)
withdrawing = want.WithdrawRequest(reasons=document("She went home."))
withdrawn = RequestWithdrawn(reasons=withdrawing.reasons)
extending = want.ExtendUrgent(
    days=7, reasons=words("No doctor is free."), recorded_at=NOON
)  # fmt: skip
asking = replace(urgent, extension_requested=True)
"""An extension is asked for with the request itself."""

asks = replace(told, extension_requested=True)
not_extending = want.RefuseExtension(reasons=words("A doctor is free."), recorded_at=NOON)
not_extended = ExtensionRefused(reasons=not_extending.reasons)
describing = want.DescribePlace(run_by_council="yes")
described = PlaceDescribed(run_by_council="yes")
elsewhere = LocationTold(location="1-101000002")
mistyped = want.FindLocationMistaken(
    location="1-101000001", reasons=words("A digit was mistyped.")
)  # fmt: skip
mistaken = LocationMistaken(location=mistyped.location, reasons=mistyped.reasons)
confirming = want.ConfirmPresence(reasons=words("I saw her at lunch."))
confirmed = PresenceConfirmed(reasons=confirming.reasons)
extended = UrgentExtended(ends_on=date(2026, 11, 15), reasons=extending.reasons)
lapsed = UrgentLapsed(ended_on=date(2026, 11, 8), late=False)
dating = replace(telling, urgent=UrgentGiven(given_on=date(2026, 10, 31), days=7))
dated = UrgentDated(given_on=date(2026, 10, 31), ends_on=date(2026, 11, 6))
renewal = replace(received, authorisation_ends_on=date(2026, 11, 10))
renewal_lapsed = AuthorisationLapsed(ended_on=date(2026, 11, 10), late=False)

registered = AssessorRegistered(
    name="bea", kinds=(codes.BIA,), trained_on=date(2026, 3, 1), employer=codes.COUNCIL,
    interests=(), weekly_capacity=3,
)  # fmt: skip
registering = RegisterAssessor(registered=registered)
changed = AssessorChanged(
    kinds=(codes.BIA, codes.AMHP), trained_on=date(2026, 10, 1), employer=codes.COUNCIL,
    interests=("1-101000002",), weekly_capacity=2, suspended=False,
)  # fmt: skip
bea = Standing(
    assessor=assessor_id("bea"), version=1, kinds=(codes.BIA,), trained_on=date(2026, 3, 1),
    employer=codes.COUNCIL, interests=(), suspended=False,
)  # fmt: skip
dan = replace(bea, assessor=assessor_id("dan"), kinds=(codes.SECTION_12,))
NO_BAR = Declared(related="no", financial_interest="no", involved_in_care="no")
ROOM, FULL = (want.Room(weekly_capacity=3, taken_on=it) for it in (2, 3))
offering = want.OfferAllocation(
    role=codes.BEST_INTERESTS, name="bea", standing=bea, declared=Declared(), room=ROOM,
    recorded_at=NOON,
)  # fmt: skip
offered = AssessorOffered(
    role=codes.BEST_INTERESTS, name="bea", standing=bea, declared=Declared(),
    expires_at=NOON + timedelta(hours=48),
)  # fmt: skip
accepting = want.AllocateAssessor(
    role=codes.BEST_INTERESTS, name="bea", standing=bea, declared=NO_BAR, room=ROOM
)
allocated = AssessorAllocated(
    role=codes.BEST_INTERESTS, name="bea", standing=bea, declared=NO_BAR
)  # fmt: skip
doctor = AssessorAllocated(role=codes.MENTAL_HEALTH, name="dan", standing=dan, declared=NO_BAR)
declining = want.DeclineOffer(
    role=codes.BEST_INTERESTS, reason=Code("offer-declined@1:no-time")
)  # fmt: skip
declined = OfferDeclined(role=codes.BEST_INTERESTS, reason=declining.reason)
releasing = want.ReleaseAssessor(
    role=codes.BEST_INTERESTS, reason=Code("assessor-released@1:suspended"),
    words=words("Suspended on Friday."),
)  # fmt: skip
released = AssessorReleased(
    role=codes.BEST_INTERESTS, assessor=bea.assessor, reason=releasing.reason,
    words=releasing.words,
)  # fmt: skip
suspended = AssessorStandingChanged(standing=replace(bea, version=2, suspended=True))
barred = replace(released, reason=Code("assessor-released@1:interest"))
expired = OfferExpired(role=codes.BEST_INTERESTS, expired_at=offered.expires_at)


def assessing(
    requirement: Code, result: Code = codes.SATISFIED, days: int | None = None
) -> want.AssessRequirement:
    """Give what an assessor records."""
    recommended = 180 if requirement == codes.INTERESTS and days is None else days
    return want.AssessRequirement(
        requirement=requirement, result=result, assessed_on=TODAY, recommended_days=recommended,
        conditions=None, words=words("As I saw."),
    )  # fmt: skip


DOCTORS = {codes.DISORDER, codes.CAPACITY, codes.ELIGIBILITY}


def assessed(
    requirement: Code, result: Code = codes.SATISFIED, days: int | None = 180
) -> RequirementAssessed:
    """Give the fact: the doctor assesses what is theirs, the best interests assessor the rest."""
    by = doctor if requirement in DOCTORS else allocated
    return RequirementAssessed(
        requirement=requirement, result=result, assessor=by.standing.assessor, role=by.role,
        legal_test=AGNI_2026, assessed_on=TODAY, conditions=None, words=words("As I saw."),
        recommended_days=days if requirement == codes.INTERESTS else None,
    )  # fmt: skip


waiting: tuple[RequestFact, ...] = (received, low)
"""A request that was scored Low."""

staffed: tuple[RequestFact, ...] = (*waiting, allocated, doctor)
six: tuple[RequestFact, ...] = tuple(assessed(it) for it in codes.REQUIREMENTS)
ready: tuple[RequestFact, ...] = (*staffed, *six)
"""All six requirements are satisfied, and 180 days recommended."""

granting = want.GrantAuthorisation(
    starts_on=TODAY, ends_on=date(2027, 4, 30), conditions=None, words=None, recorded_at=NOON
)
granted = AuthorisationGranted(
    legal_test=AGNI_2026, decided_on=TODAY, starts_on=TODAY, ends_on=date(2027, 4, 30),
    conditions=None, words=None,
)  # fmt: skip
ending = AuthorisationEnding(ends_on=granted.ends_on, days_left=42, late=False)
ended = AuthorisationEnded(ended_on=granted.ends_on, late=False)
suspending = want.SuspendAuthorisation(
    ground=Code("ineligible@1:detained"), reasons=document("Section 2, this morning.")
)
in_suspense = AuthorisationSuspended(
    ground=suspending.ground, ceases_on=date(2026, 11, 29), reasons=suspending.reasons
)
"""Since Monday 2 November: the 28th day is a Sunday."""

resuming = want.ResumeAuthorisation(reasons=document("She is back with us."))
resumed = AuthorisationResumed(reasons=resuming.reasons)
elapsed = AuthorisationCeased(
    reason=codes.ELAPSED, ceased_on=in_suspense.ceases_on, words=None, late=False
)
ceasing = want.CeaseAuthorisation(
    reason=Code("cease@1:died"), ceased_on=TODAY, words=words("Her son telephoned.")
)
ceased = AuthorisationCeased(
    reason=ceasing.reason, ceased_on=TODAY, words=ceasing.words, late=False
)  # fmt: skip
asking_review = want.AskReview(
    asked_by=codes.MANAGING_AUTHORITY, grounds=(Code("review-ground@1:not-met"),),
    requirements=(codes.CAPACITY,), reasons=document("She decides for herself again."),
)  # fmt: skip
review_asked = ReviewAsked(
    asked_by=asking_review.asked_by, grounds=asking_review.grounds,
    requirements=asking_review.requirements, reasons=asking_review.reasons, joins=False,
)  # fmt: skip
"""Of Monday 2 November: it is due by the end of the 23rd."""

review_joined = replace(review_asked, joins=True)
for_her = replace(
    asking_review, asked_by=Code("review-asked-by@1:the-person"), requirements=(),
    reasons=words("She says so herself."),
)  # fmt: skip
asked_for_her = replace(
    review_asked, asked_by=for_her.asked_by, requirements=(), reasons=for_her.reasons
)
completing = want.CompleteReview(
    outcome=codes.UNCHANGED, completed_on=TODAY, conditions=None, words=words("As it was.")
)
unchanged = ReviewCompleted(
    outcome=codes.UNCHANGED, completed_on=TODAY, conditions=None, words=completing.words
)
terminated = replace(unchanged, outcome=codes.TERMINATES)
ended_by_review = replace(ceased, reason=codes.TERMINATED, words=None)
died = Code("not-granted-reason@1:died")
refusing = want.RefuseAuthorisation(reason=died, words=None, recorded_at=NOON)
not_granted = AuthorisationNotGranted(
    reason=died, legal_test=AGNI_2026, decided_on=TODAY, words=None
)  # fmt: skip
missed = DeadlineMissed(
    kind=Code("dols-deadline@1:decision"), due_at=at("2026-11-22T23:59:00+00:00"), late=False
)

EVERY_FACT: tuple[RequestFact, ...] = (
    received, urgent, low, high, told, considered, withdrawn, extended, lapsed, renewal_lapsed,
    asked_back, born, answered, settled, described, elsewhere, mistaken, confirmed, not_extended,
    offered, declined, expired, allocated, doctor, *six, released, barred, missed, granted,
    not_granted, dated, suspended, ending, ended, in_suspense, resumed, elapsed, ceased,
    review_asked, review_joined, asked_for_her, unchanged, terminated, ended_by_review,
)  # fmt: skip

ON_AN_OPEN_ONE: tuple[Any, ...] = (
    withdrawing, scoring, extending, not_extending, describing, asking_back, settling, mistyped,
    confirming, offering, accepting, declining, releasing, assessing(codes.AGE), granting, refusing,
)  # fmt: skip
"""Commands that a decided request does not take."""

ON_ANY: tuple[Any, ...] = (
    telling, answering, considering, suspending, resuming, ceasing, asking_review, completing,
)  # fmt: skip
