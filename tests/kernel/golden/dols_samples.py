"""What does one fact of each type of dols look like, every member of it filled?"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from services.dols import events as dols
from services.dols.rules.checks import Check
from services.dols.rules.independence import Declared, Standing
from services.dols.rules.priority import Answers, Timing, score
from shared.facts import Code
from shared.sealed import Sealed

AT = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)
ON = date(2026, 11, 2)
HOSPITAL, AGNI = Code("setting@1:hospital"), Code("legal-test@1:agni-2026")
ANSWERS = Answers(
    objection="consistent", restraint="regular", medication="as-needed", supervision="one-to-one",
    contact="barred-or-supervised", dispute="yes", placement="new-or-unstable", unbefriended="yes",
    condition_unmet="yes", safeguarding_enquiry="yes", short_physical_treatment="yes",
    court="no", objects_to_treatment="yes",
)  # fmt: skip
PRIORITY = score(ANSWERS, Timing(today=ON, setting=HOSPITAL, urgent_ends_on=date(2026, 11, 8)))
NOBODYS = Declared(related="no", financial_interest="no", involved_in_care="no")
BEST, MENTAL = Code("assessor-role@1:best-interests"), Code("assessor-role@1:mental-health")
BIA = Code("assessor-kind@1:bia")
COUNCIL = Code("assessor-employer@1:council")


def of_dols(
    shut: Callable[[UUID, str, Any], Sealed[Any]], case: UUID
) -> Sequence[dols.RequestFact]:  # fmt: skip
    """Give what may happen to one request, in an order that could be."""
    adult = uuid5(case, "adult")
    standing = Standing(
        assessor=uuid5(case, "assessor"), version=2, kinds=(BIA,), trained_on=date(2026, 3, 1),
        employer=COUNCIL, interests=("1-101000001",), suspended=False,
    )  # fmt: skip

    def words(text: Any = "Edith Hollowell wants to go home.") -> Sealed[Any]:
        return shut(adult, "adult", text)

    def document(text: str) -> Sealed[Any]:
        return shut(case, "document", text)

    check = Check(code="unreadable", field="urgent.days")
    return (
        dols.RequestReceived(
            reader=Code("dols-reader@1:2026-11"), received_on=ON, due_on=date(2026, 11, 22),
            setting=HOSPITAL, location="RTG01", run_by_council=True,
            wanted_on=ON, authorisation_ends_on=date(2026, 11, 30), urgent_given_on=ON,
            urgent_ends_on=date(2026, 11, 8), extension_requested=True, answers=ANSWERS,
            checks=(check, Check(code="repeats-not-recognisable")),
            adult=words({"person.name": "Edith Hollowell", "purpose": "Her hip."}),
            others=shut(
                uuid5(case, "others"), "referrer", {"interested_persons[0].name": "Martin"}
            ),
            partner_reference=document("RW-1"), document=document('{"person": "Edith Hollowell"}'),
        ),
        dols.RequestPrioritised(
            priority=PRIORITY, answers=ANSWERS, by=Code("priority-by@1:staff"), legal_test=AGNI,
            evidence=words(),
        ),
        dols.AssessorOffered(
            role=BEST, name="bea", standing=standing, declared=NOBODYS, expires_at=AT
        ),
        dols.OfferDeclined(role=BEST, reason=Code("offer-declined@1:no-time")),
        dols.OfferExpired(role=MENTAL, expired_at=AT),
        dols.AssessorAllocated(role=BEST, name="bea", standing=standing, declared=NOBODYS),
        dols.AssessorReleased(
            role=BEST, assessor=standing.assessor, reason=Code("assessor-released@1:interest"),
            words=words(),
        ),
        dols.AssessorStandingChanged(standing=standing),
        dols.CircumstancesTold(
            still_here="yes", still_needed="unknown", extension_requested=True, answers=ANSWERS,
            checks=(check,), adult=words({"what_changed": "She hides."}),
            document=document('{"what_changed": "She hides."}'),
        ),
        dols.InformationRequested(
            question=uuid5(case, "question"), missing=(Code("dols-field@1:person.date_of_birth"),),
            words=words("When was Edith born?"), due_at=AT,
        ),
        dols.FieldsTold(fields=(Code("dols-field@1:person.date_of_birth"),)),
        dols.InformationAnswered(
            questions=(uuid5(case, "question"),),
            others=shut(uuid5(case, "others"), "referrer", {"signer.name": "Priya"}),
        ),
        dols.QuestionSettled(question=uuid5(case, "question"), reasons=words()),
        dols.CircumstancesConsidered(reasons=words()),
        dols.PlaceDescribed(run_by_council="yes"),
        dols.LocationTold(location="1-101000002"),
        dols.LocationMistaken(location="1-101000001", reasons=words()),
        dols.PresenceConfirmed(reasons=words()),
        dols.ExtensionRefused(reasons=words()),
        dols.UrgentExtended(ends_on=date(2026, 11, 15), reasons=words()),
        dols.UrgentDated(given_on=date(2026, 10, 31), ends_on=date(2026, 11, 6)),
        dols.UrgentLapsed(ended_on=date(2026, 11, 15), late=True),
        dols.AuthorisationLapsed(ended_on=date(2026, 11, 30), late=True),
        dols.DeadlineMissed(kind=Code("dols-deadline@1:decision"), due_at=AT, late=True),
        dols.RequirementAssessed(
            requirement=Code("requirement@1:best-interests"),
            result=Code("assessment-result@1:satisfied"), assessor=standing.assessor, role=BEST,
            legal_test=AGNI, assessed_on=ON, recommended_days=90,
            conditions=words(("Walks with Martin",)), words=words(),
        ),
        dols.RequestWithdrawn(reasons=document("Martin took her home.")),
        dols.AuthorisationGranted(
            legal_test=AGNI, decided_on=ON, starts_on=ON, ends_on=date(2027, 1, 30),
            conditions=words(("Walks with Martin",)), words=words(),
        ),
        dols.AuthorisationNotGranted(
            reason=Code("not-granted-reason@1:died"), legal_test=AGNI, decided_on=ON,
            words=words(),
        ),
        dols.AuthorisationEnding(ends_on=date(2027, 1, 30), days_left=28, late=True),
        dols.AuthorisationEnded(ended_on=date(2027, 1, 30), late=True),
        dols.AuthorisationSuspended(
            ground=Code("ineligible@1:detained"), ceases_on=date(2026, 11, 29),
            reasons=document("Edith was detained under section 2."),
        ),
        dols.AuthorisationResumed(reasons=document("Edith is back.")),
        dols.AuthorisationCeased(
            reason=Code("cease@1:died"), ceased_on=date(2026, 11, 20), words=words(), late=True
        ),
        dols.ReviewAsked(
            asked_by=Code("review-asked-by@1:the-person"),
            grounds=(Code("review-ground@1:not-met"), Code("review-ground@1:conditions")),
            requirements=(Code("requirement@1:best-interests"),), reasons=words(), joins=False,
        ),
        dols.ReviewCompleted(
            outcome=Code("review-outcome@1:varied"), completed_on=date(2026, 11, 20),
            conditions=words(("Walks alone on Sundays",)), words=words(),
        ),
    )  # fmt: skip


def of_the_register() -> Sequence[dols.AssessorFact]:
    """Give what may happen to an assessor's entry."""
    return (
        dols.AssessorRegistered(
            name="bea", kinds=(BIA,), trained_on=date(2026, 3, 1), employer=COUNCIL,
            interests=("1-101000001",), weekly_capacity=3,
        ),
        dols.AssessorChanged(
            kinds=(BIA, Code("assessor-kind@1:amhp")), trained_on=date(2026, 3, 1),
            employer=COUNCIL, interests=("1-101000001",), weekly_capacity=3, suspended=True,
        ),
    )  # fmt: skip
