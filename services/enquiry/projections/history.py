"""What happened to an enquiry, line by line?

What people wrote stays shut here: `api` opens it beside the line of its fact.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.enquiry import events
from services.enquiry.decisions.caused import OfALateReport, OfAPartner
from services.enquiry.decisions.safety import OfAPlan
from services.enquiry.decisions.state import Made, OfADecision
from services.enquiry.events import EnquiryFact
from services.enquiry.rules import clocks, codes
from services.enquiry.rules.opening import SECTION_42
from shared.facts import Code, Recorded
from shared.time.calendar import LONDON

PLANS = {
    codes.NEEDED: "a safety plan is needed",
    codes.NOT_NEEDED: "no safety plan is needed",
    codes.PLAN_NOT_RECORDED: "whether a safety plan is needed is not recorded",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One fact, in plain words."""

    version: int
    fact: str
    effective_at: datetime
    recorded_at: datetime
    by: str
    role: str
    says: str


def line(it: Recorded[Any]) -> Line:
    """Give the line for a fact."""
    return Line(
        version=it.version,
        fact=it.fact.stored_as,
        effective_at=it.act.effective_at,
        recorded_at=it.recorded_at,
        by=it.act.actor,
        role=it.act.role,
        says=says(it.fact),
    )


def says(happened: EnquiryFact) -> str:
    """Tell a fact in one sentence or two."""
    if isinstance(happened, Made):
        return _made(happened)
    if isinstance(happened, OfAPartner | OfALateReport):
        return _of_a_partner(happened)
    if isinstance(happened, OfAPlan):
        return _of_a_plan(happened)
    if isinstance(happened, OfADecision):
        return _of_a_decision(happened)
    match happened:
        case events.EnquiryOpened(kind=kind):
            return f"Opened by a decision, as {_kind(kind)}.{_band(happened)}"
        case events.EnquiryConcluded():
            return _concluded(happened)
        case events.EnquiryClosed():
            return (
                f"Closed. {codes.CLOSING_REASONS[happened.reason]} The adult:"
                f" {codes.FEEDBACK[happened.adult_told]}. The referrer:"
                f" {codes.FEEDBACK[happened.referrer_told]}."
            )
        case events.EnquiryReopened() | events.EnquiryReopened2():
            return "Opened again, with reasons."
        case events.InformationAdded():
            return "The sender told more: somebody has to look at what it changes."
        case events.InformationCarriedOver():
            return (
                "What the sender told while it was closed was not looked at: as it is opened again,"
                " its lead has to say what that changes."
            )
        case events.InformationConsidered(effect=effect):
            return f"What the sender told was looked at, with reasons: {codes.EFFECTS[effect]}."
        case events.DeadlineMissed() | events.EnquiryEscalated() | events.EscalationNoted():
            return _missed(happened)


def _missed(
    happened: events.DeadlineMissed | events.EnquiryEscalated | events.EscalationNoted,
) -> str:
    match happened:
        case events.DeadlineMissed(kind=kind, due_at=due_at, late=late):
            noticed = " Noticed late: the service stood still." if late else ""
            return f"Missed: {clocks.KINDS[kind]}, due {_spoken(due_at)}.{noticed}"
        case events.EnquiryEscalated(kind=kind, to=to):
            return f"Escalated to {clocks.ABOVE[to]}: missed that {clocks.KINDS[kind]}."
        case events.EscalationNoted(kind=kind, to=to):
            return _sentence(f"{clocks.ABOVE[to]} took note: missed that {clocks.KINDS[kind]}")


def _made(happened: Made) -> str:
    match happened:
        case events.LeadAllocated(lead=lead):
            return f"Led by {lead}."
        case events.PlanAgreed(methods=methods):
            return f"Planned: {', '.join(codes.METHODS[it] for it in methods)}."
        case events.DesiredOutcomesAsked(answer=answer):
            return f"Was the adult asked what they want? {codes.WISHES[answer]}."
        case events.DesiredOutcomesAssessed(achieved=achieved):
            return f"What the adult wants: {codes.ACHIEVED[achieved].lower()}."
        case events.AdvocacyEstablished(advocacy=it):
            return _sentence(
                codes.DIFFICULTIES[it.difficulty],
                *((codes.INDIVIDUALS[it.individual],) if it.difficulty == codes.DIFFICULTY else ()),
                codes.ADVOCATES[it.advocate],
            )


def _of_a_partner(happened: OfAPartner | OfALateReport) -> str:
    match happened:
        case events.EnquiryCaused():
            return _caused(happened)
        case events.CausedEnquiryAnswered(answer=answer):
            return f"The partner {_word(answer)} to make it."
        case events.PartnerReminded(due_at=due_at):
            return f"The partner was reminded of the report that is due {_spoken(due_at)}."
        case events.ReportReceived():
            return "The partner reported."
        case events.ReportAssessed(verdict=verdict, due_at=due_at):
            back = f", expected back by {_spoken(due_at)}" if due_at else ""
            return f"The report was {_word(verdict)}{back}."
        case events.CausedEnquiryRecalled():
            return "What was asked of the partner was taken back, with reasons."
        case events.LateReportReceived(earlier=earlier):
            whose = "asked earlier" if earlier else "asked last"
            return f"A report came late, of the partner who was {whose}."
        case events.LateReportConsidered():
            return "What came late was looked at, with reasons."


def _caused(happened: events.EnquiryCaused) -> str:
    checked = " No conflict was found." if happened.conflict_check else ""
    return (
        f"{happened.partner}, {codes.PARTNERS[happened.partner_kind]}, was asked to make an"
        f" enquiry, due {_spoken(happened.due_at)}.{checked}"
    )


def _of_a_plan(happened: OfAPlan) -> str:
    match happened:
        case events.SafetyPlanRecorded(actions=actions):
            return f"{_plan(1, len(actions))}, in place of any earlier one.{_review(happened)}"
        case events.SafetyPlanRecorded2(first=first, actions=actions):
            return f"{_plan(first, len(actions))}.{_review(happened)}"
        case events.ActionEnded(action=action, how=how):
            return f"Action {action} is {_word(how)}."
        case events.SafetyPlanReviewed(next_review_on=day):
            following = f"the next review is on {_day(day)}" if day else "it was the last review"
            return f"The safety plan was reviewed; {following}."


def _plan(first: int, many: int) -> str:
    numbers = f"action {first}" if many == 1 else f"actions {first} to {first + many - 1}"
    return f"A safety plan with {numbers}"


def _review(plan: events.SafetyPlanRecorded | events.SafetyPlanRecorded2) -> str:
    return f" Its review is on {_day(plan.review_on)}." if plan.review_on else ""


def _of_a_decision(happened: OfADecision) -> str:
    match happened:
        case events.DecisionUndone():
            return "The concern was opened again: the decision behind this no longer stands."
        case events.DecisionMadeAgain(outcome=outcome, kind=kind):
            asks = f"it asks for {_kind(kind)}" if kind else "it asks for no enquiry"
            return f"Decided anew as {_word(outcome)}: {asks}.{_band(happened)}"
        case events.DecisionReviewed():
            return "A manager looked at what that means for the enquiry, with reasons."


def _concluded(happened: events.EnquiryConcluded) -> str:
    if happened.at_once:
        return "Concluded as it was opened; what was found is not recorded yet."
    outcome = codes.RISK_OUTCOMES[happened.findings.outcome]
    return f"Concluded. {outcome}; {PLANS[happened.plan]}."


def _band(happened: EnquiryFact) -> str:
    kinds = events.EnquiryOpened2 | events.DecisionMadeAgain2
    return f" The concern was {_word(happened.band)}." if isinstance(happened, kinds) else ""


def _sentence(*parts: str) -> str:
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}."


def _kind(kind: Code) -> str:
    return "an enquiry under section 42" if kind == SECTION_42 else "another enquiry"


def _spoken(instant: datetime) -> str:
    there = instant.astimezone(LONDON)
    return f"{_day(there)} {there:%H:%M}"


def _day(day: Any) -> str:
    return f"{day.day} {day:%b %Y}"


def _word(code: Code) -> str:
    return code.rpartition(":")[2]
