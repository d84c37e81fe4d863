"""What does one fact of each type of enquiry look like, every member of it filled?"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from services.enquiry import events as enquiry
from services.enquiry.rules.advocacy import Advocacy
from services.enquiry.rules.findings import Findings, Risk
from shared.facts import Code
from shared.sealed import Sealed

AT = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)
ON = date(2026, 11, 9)
FINDINGS = Findings(
    risks=(
        Risk(
            type=Code("risk-type@1:neglect-and-acts-of-omission"),
            source=Code("risk-source@1:service-provider"),
            location=Code("risk-location@1:care-home-nursing"),
        ),
    ),
    outcome=Code("risk-outcome@1:identified-action-taken"),
    result=Code("risk-result@1:reduced"),
    capacity=Code("mental-capacity@1:lacked"),
    advocate=Code("advocate@1:supported"),
)


def of_enquiry(
    shut: Callable[[UUID, str, Any], Sealed[Any]], case: UUID
) -> Sequence[enquiry.EnquiryFact]:
    """Give what may happen to one enquiry, in an order that could be."""
    contact = uuid5(case, "contact")
    kind = Code("enquiry-kind@1:section-42")

    def words(text: Any) -> Sealed[Any]:
        return shut(case, "adult", text)

    return (
        enquiry.EnquiryOpened(
            contact=contact, kind=kind, outcome=Code("section-42-outcome@1:s42-enquiry"),
            decided_on=date(2026, 11, 2),
        ),
        enquiry.LeadAllocated(lead="lena.moss"),
        enquiry.PlanAgreed(
            methods=(Code("enquiry-method@1:visit"),), purpose=words("Is she fed?")
        ),
        enquiry.EnquiryOpened2(
            contact=contact, kind=kind, outcome=Code("section-42-outcome@1:s42-enquiry"),
            decided_on=date(2026, 11, 2), band=Code("band@1:red"),
        ),
        enquiry.DesiredOutcomesAsked(
            answer=Code("desired-outcomes@1:expressed"), words=words("To stay at home.")
        ),
        enquiry.AdvocacyEstablished(
            advocacy=Advocacy(
                difficulty=Code("substantial-difficulty@1:yes"),
                individual=Code("appropriate-individual@1:no"),
                advocate=Code("independent-advocate@1:arranged"),
            ),
            words=words("Ms Abara comes on Monday."),
        ),
        enquiry.EnquiryCaused(
            partner="rosewood-house", partner_kind=Code("partner-kind@1:provider"),
            conflict_check=Code("conflict-check@1:clear"), questions=words(("Who was on duty?",)),
            due_at=AT,
        ),
        enquiry.CausedEnquiryAnswered(
            answer=Code("caused-enquiry-answer@1:accepted"), words=words("We will.")
        ),
        enquiry.PartnerReminded(due_at=AT, late=True),
        enquiry.ReportReceived(words=words("Two were on duty.")),
        enquiry.LateReportReceived(earlier=False, words=words("A third came at night.")),
        enquiry.LateReportReceived2(
            earlier=True, partner=uuid5(case, "partner"), words=words("A third came at night.")
        ),
        enquiry.LateReportConsidered(earlier=False, reasons=words("It changes nothing.")),
        enquiry.LateReportConsidered2(
            earlier=True, partner=uuid5(case, "partner"), reasons=words("It changes nothing.")
        ),
        enquiry.ReportAssessed(
            verdict=Code("report-verdict@1:returned"), due_at=AT, reasons=words("Who were they?")
        ),
        enquiry.CausedEnquiryRecalled(reasons=words("She hides; we go ourselves.")),
        enquiry.DesiredOutcomesAssessed(
            achieved=Code("outcomes-achieved@1:partly"), words=words("She is at home by day.")
        ),
        enquiry.EnquiryConcluded(
            contact=contact, kind=kind, at_once=False, concluded_on=ON, findings=FINDINGS,
            desired_outcomes=Code("desired-outcomes@1:expressed"),
            outcomes_achieved=Code("outcomes-achieved@1:partly"),
            plan=Code("safety-plan@1:needed"), words=words("She was not fed."),
        ),
        enquiry.SafetyPlanRecorded(
            actions=(
                enquiry.Action(
                    owner=Code("action-owner@1:provider"), due_on=ON, what=words("Weigh her.")
                ),
                enquiry.Action(owner=None, due_on=ON, what=words("Visit her.")),
            ),
            review_on=date(2026, 12, 7),
        ),
        enquiry.SafetyPlanRecorded2(
            first=3,
            actions=(
                enquiry.Action(
                    owner=Code("action-owner@1:provider"), due_on=ON, what=words("Weigh her.")
                ),
                enquiry.Action(owner=None, due_on=ON, what=words("Visit her.")),
            ),
            review_on=date(2026, 12, 7),
        ),
        enquiry.ActionEnded(
            action=1, how=Code("action-ending@1:done"), words=words("She gained weight.")
        ),
        enquiry.SafetyPlanReviewed(next_review_on=date(2027, 1, 11), words=words("It works.")),
        enquiry.DeadlineMissed(
            kind=Code("enquiry-deadline@1:review"), due_at=AT, late=True
        ),
        enquiry.EnquiryEscalated(
            kind=Code("enquiry-deadline@1:review"),
            to=Code("escalation@1:safeguarding-adults-manager"), due_at=AT, late=True,
        ),
        enquiry.DecisionUndone(),
        enquiry.DecisionMadeAgain(
            outcome=Code("section-42-outcome@1:other-enquiry"), kind=Code("enquiry-kind@1:other")
        ),
        enquiry.DecisionMadeAgain2(
            outcome=Code("section-42-outcome@1:other-enquiry"), kind=Code("enquiry-kind@1:other"),
            band=Code("band@1:green"),
        ),
        enquiry.InformationAdded(),
        enquiry.InformationCarriedOver(),
        enquiry.InformationConsidered(
            effect=Code("information-effect@1:findings"), reasons=words("He is there at night.")
        ),
        enquiry.EscalationNoted(
            kind=Code("enquiry-deadline@1:report"), to=Code("escalation@1:sab-partner-lead"),
            words=words("I ring their chief nurse."),
        ),
        enquiry.DecisionReviewed(reasons=words("It goes on.")),
        enquiry.EnquiryClosed(
            contact=contact, reason=Code("closing-reason@1:completed"),
            adult_told=Code("feedback@1:told"), referrer_told=Code("feedback@1:waived"),
            words=words("Her daughter has heard it all."),
        ),
        enquiry.EnquiryReopened(reasons=words("She was found hungry again.")),
        enquiry.EnquiryReopened2(contact=contact, reasons=words("She was found hungry again.")),
    )  # fmt: skip


def of_the_list() -> Sequence[enquiry.PartnerFact]:
    """Give what may happen to the list of those who may be asked."""
    return (
        enquiry.PartnerListed(
            partner="rosewood-house", organisation="Rosewood House",
            partner_kind=Code("partner-kind@1:provider"),
        ),
        enquiry.PartnerUnlisted(partner="rosewood-house"),
    )  # fmt: skip
