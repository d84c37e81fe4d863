"""What do we do when others speak?

Each message becomes word to whoever's case it is, where they may hear it. A referral that was told
under `intake.referral-received/1` names no sender, so whatever belongs to it waits, and is never
told unless the sender becomes known.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

from services.notify.decisions import contribution, correspondence
from services.notify.decisions.contribution import (
    HearAnswer,
    HearContribution,
    HearKept,
    HearReached,
    HearRedirection,
)
from services.notify.decisions.correspondence import (
    AskPartner,
    CloseQuestions,
    EndRequest,
    HearSender,
    MoveTask,
    TellPartner,
)
from services.notify.events import Happening
from services.notify.rules import replies
from services.notify.rules.disclosure import MANAGING_AUTHORITY, REFERRER, code_of
from shared.bus.reaction import Reaction
from shared.contracts import dols, enquiry, intake, notify, triage
from shared.facts import Code, Recorded


def happening(type_: str, said: Recorded[Any], about: UUID | None = None) -> Happening:
    """Give what a message says, as far as a partner may hear of it."""
    return Happening(
        event=code_of(type_),
        about=about,
        occurred_at=said.act.effective_at,
        known_at=said.recorded_at,
    )


def lane_of_task(enquiry_id: UUID) -> UUID:
    """Give the lane of an enquiry that a partner was asked to make."""
    return uuid5(enquiry_id, "caused enquiry")


def unnamed(_said: Recorded[intake.ReferralReceived1]) -> None:
    """Leave a referral whose sender is not named: nobody can be told of it."""


def hear_referral(said: Recorded[intake.ReferralReceived]) -> HearSender:
    """Tell a partner that their referral is here, and all that was heard of it before."""
    told = happening("referral.received", said)
    return HearSender(partner=said.fact.sender, relation=REFERRER, happening=told)


def hear_request(said: Recorded[dols.RequestReceived]) -> HearSender:
    """Tell a managing authority that their request is here."""
    told = happening("dols.received", said)
    return HearSender(partner=said.fact.sender, relation=MANAGING_AUTHORITY, happening=told)


def hear_question(said: Recorded[dols.InformationRequested]) -> AskPartner:
    """Tell a managing authority that it is asked for what its request lacks, and await it."""
    return AskPartner(
        question=said.fact.question,
        due_on=said.fact.due_on,
        happening=happening("dols.question-asked", said),
    )


def hear_closed(said: Recorded[dols.QuestionsClosed]) -> CloseQuestions:
    """Await no answer to these any more."""
    return CloseQuestions(questions=said.fact.questions)


def hear_withdrawal(_said: Recorded[dols.RequestWithdrawn]) -> EndRequest:
    """Await no answer at all; who took the request back knows it."""
    return EndRequest()


def ends(type_: str) -> Callable[[Recorded[Any]], EndRequest]:
    """Give what tells a managing authority how its request ended, and awaits nothing of it."""
    return lambda said: EndRequest(happening=happening(type_, said))


def hear_contribution(said: Recorded[intake.InformationReceived]) -> HearContribution:
    """Owe the sender an answer."""
    return HearContribution(
        contribution=uuid5(said.act.id, str(said.ordinal)),
        contact=said.case,
        told_at=said.recorded_at,
    )


def hear_kept(said: Recorded[intake.InformationKept]) -> HearKept:
    """Owe a look at it: its adult is not with those who decide."""
    return HearKept(
        contribution=uuid5(said.act.id, str(said.ordinal)),
        contact=said.case,
        told_at=said.recorded_at,
    )


def hear_redirection(_said: Recorded[intake.ContactRedirected]) -> HearRedirection:
    """Owe no look any more at what was added about an adult who was passed on."""
    return HearRedirection()


def hear_reached(said: Recorded[triage.InformationAdded]) -> HearReached:
    """Know that what was added is with those who decide."""
    return HearReached(told_by=said.act.causation or said.act.id)


def answers(how: Code) -> Callable[[Recorded[Any]], HearAnswer]:
    """Give what settles all that is with those who decide about an adult so far."""
    return lambda said: HearAnswer(how=how, answered_at=said.recorded_at)


def hear_task(said: Recorded[enquiry.EnquiryCaused]) -> MoveTask:
    """Tell a partner that they are asked to make an enquiry."""
    return MoveTask(
        stage=replies.ASSIGNED,
        partner=said.fact.partner,
        due_on=said.fact.due_on,
        happening=happening("task.assigned", said),
    )


def hear_task_answer(said: Recorded[enquiry.CausedEnquiryAnswered]) -> MoveTask:
    """Keep whether the partner makes it; they know what they answered."""
    return MoveTask(stage=replies.STAGES[said.fact.answer])


def hear_report(said: Recorded[enquiry.ReportReceived]) -> MoveTask:
    """Tell the partner that their report is here."""
    return MoveTask(stage=replies.REPORTED, happening=happening("report.received", said))


def hear_verdict(said: Recorded[enquiry.ReportAssessed]) -> MoveTask:
    """Tell the partner that their report was looked at."""
    return MoveTask(
        stage=replies.STAGES[said.fact.verdict],
        due_on=said.fact.due_on,
        happening=happening("report.assessed", said),
    )


def hear_late_report(said: Recorded[enquiry.LateReportReceived]) -> MoveTask:
    """Tell a partner that their report is here, though nobody awaited it any more."""
    told = happening("report.received", said)
    return MoveTask(stage=replies.REPORTED, late_of=said.fact.partner, happening=told)


def hear_late_look(said: Recorded[enquiry.LateReportConsidered]) -> MoveTask:
    """Tell a partner that what they sent late was looked at."""
    told = happening("report.assessed", said)
    return MoveTask(stage=replies.REPORT_ACCEPTED, late_of=said.fact.partner, happening=told)


def hear_reminder(said: Recorded[enquiry.PartnerReminded]) -> TellPartner:
    """Tell the partner that we still wait for their report."""
    return TellPartner(happening=happening("task.reminded", said))


def hear_recall(said: Recorded[enquiry.CausedEnquiryRecalled]) -> MoveTask:
    """Tell the partner that they owe nothing more."""
    return MoveTask(stage=replies.RECALLED, happening=happening("task.recalled", said))


def _of_contact(when: type[Any], type_: str) -> Reaction[Any, Any]:
    """Tell the sender of a referral what happened to one of its adults."""
    return Reaction(
        when=when,
        then=lambda said: TellPartner(happening=happening(type_, said, said.case)),
        on=lambda said: correspondence.stream(said.fact.contact),
    )


def _of_adult(when: type[Any], type_: str) -> Reaction[Any, Any]:
    """Tell the sender of a referral, of which somebody speaks, of one of its adults."""
    return Reaction(
        when=when,
        then=lambda said: TellPartner(happening=happening(type_, said, said.fact.adult)),
        on=lambda said: correspondence.stream(said.case),
    )


def _of_case(when: type[Any], type_: str) -> Reaction[Any, Any]:
    """Tell whoever sent a request how far it is."""
    return _of_request(when, lambda said: TellPartner(happening=happening(type_, said)))


def _of_request(when: type[Any], then: Callable[[Recorded[Any]], Any]) -> Reaction[Any, Any]:
    return Reaction(when=when, then=then, on=lambda said: correspondence.stream(said.case))


def _begins(when: type[Any], then: Callable[[Recorded[Any]], Any]) -> Reaction[Any, Any]:
    return Reaction(
        when=when, then=then, on=lambda said: correspondence.stream(said.case), begins=True
    )


def _of_task(
    when: type[Any], then: Callable[[Recorded[Any]], MoveTask | TellPartner]
) -> Reaction[Any, Any]:
    return Reaction(
        when=when, then=then, on=lambda said: correspondence.stream(lane_of_task(said.case))
    )


def _added(when: type[Any], then: Callable[[Recorded[Any]], Any]) -> Reaction[Any, Any]:
    return Reaction(when=when, then=then, on=lambda said: contribution.stream(said.fact.adult))


def _answered(when: type[Any], how: Code) -> Reaction[Any, Any]:
    return Reaction(when=when, then=answers(how), on=lambda said: contribution.stream(said.case))


REACTIONS = (
    _begins(intake.ReferralReceived1, unnamed),
    _begins(intake.ReferralReceived, hear_referral),
    _of_contact(triage.ConcernRecognised, "concern.recognised"),
    _of_contact(triage.Section42Decided1, "decision.made"),
    _of_contact(triage.Section42Decided, "decision.made"),
    _of_contact(triage.ConcernReopened, "decision.reopened"),
    _of_contact(enquiry.EnquiryOpened, "enquiry.opened"),
    _of_contact(enquiry.EnquiryConcluded, "enquiry.concluded"),
    _of_contact(enquiry.EnquiryClosed, "enquiry.closed"),
    _of_contact(enquiry.EnquiryReopened, "enquiry.reopened"),
    _of_adult(intake.ContactRedirected, "referral.redirected"),
    _of_adult(intake.InformationReceived, "contribution.received"),
    _added(intake.InformationReceived, hear_contribution),
    _added(intake.InformationKept, hear_kept),
    _added(intake.ContactRedirected, hear_redirection),
    Reaction(
        when=triage.InformationAdded,
        then=hear_reached,
        on=lambda said: contribution.stream(said.case),
    ),
    _answered(triage.Section42Decided1, replies.WITH_DECISION),
    _answered(triage.Section42Decided, replies.WITH_DECISION),
    _answered(triage.InformationConsidered, replies.CONSIDERED),
    _of_contact(notify.ContributionAnswered, "contribution.considered"),
    _of_contact(notify.ContributionClosed, "contribution.closed"),
    _of_task(enquiry.EnquiryCaused, hear_task),
    _of_task(enquiry.CausedEnquiryAnswered, hear_task_answer),
    _of_task(enquiry.PartnerReminded, hear_reminder),
    _of_task(enquiry.ReportReceived, hear_report),
    _of_task(enquiry.ReportAssessed, hear_verdict),
    _of_task(enquiry.LateReportReceived, hear_late_report),
    _of_task(enquiry.LateReportConsidered, hear_late_look),
    _of_task(enquiry.CausedEnquiryRecalled, hear_recall),
    _begins(dols.RequestReceived, hear_request),
    _of_case(dols.AssessorAllocated, "dols.allocated"),
    _of_request(dols.InformationRequested, hear_question),
    _of_request(dols.QuestionsClosed, hear_closed),
    _of_request(dols.RequestWithdrawn, hear_withdrawal),
    _of_case(dols.UrgentExtended, "dols.extended"),
    _of_case(dols.ExtensionRefused, "dols.not-extended"),
    _of_request(dols.AuthorisationGranted, ends("dols.granted")),
    _of_request(dols.AuthorisationNotGranted, ends("dols.not-granted")),
    _of_case(dols.AuthorisationEnding, "dols.ending"),
    _of_case(dols.AuthorisationEnded, "dols.ended"),
    _of_case(dols.AuthorisationSuspended, "dols.suspended"),
    _of_case(dols.AuthorisationResumed, "dols.resumed"),
    _of_case(dols.AuthorisationCeased, "dols.ceased"),
    _of_case(dols.ReviewAsked, "dols.review-started"),
    _of_case(dols.ReviewCompleted, "dols.reviewed"),
)
