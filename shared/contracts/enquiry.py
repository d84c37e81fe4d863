"""What does enquiry tell the others? The enquiry is the message's case, and the concern's id."""

from datetime import date
from uuid import UUID

from shared.facts import Code, fact


@fact("enquiry.enquiry-opened/1")
class EnquiryOpened:
    """A decision opened an enquiry.

    Law: Care Act 2014 s42(2).
    """

    contact: UUID
    """The referral that it comes from."""

    kind: Code
    """Of `enquiry-kind@1`: under section 42, or another one."""

    opened_on: date
    """In London, the day of the decision."""


@fact("enquiry.enquiry-concluded/1")
class EnquiryConcluded:
    """It is known whether action is needed. Said again where it was put right: the last counts.

    Law: Care Act 2014 s42(2).
    """

    contact: UUID
    """The referral that it comes from."""

    kind: Code
    """Of `enquiry-kind@1`: under section 42, or another one."""

    outcome: Code
    """Of `risk-outcome@1`: whether a risk was identified and action taken, or not recorded yet."""

    concluded_on: date
    """In London, of the first time: the day by which returns count it."""


@fact("enquiry.enquiry-closed/1")
class EnquiryClosed:
    """Nothing of an enquiry is left to be done. Said again after it was opened again."""

    contact: UUID
    """The referral that it comes from."""

    reason: Code
    """Of `closing-reason@1`."""

    closed_on: date
    """In London."""


@fact("enquiry.enquiry-reopened/1")
class EnquiryReopened:
    """A closed enquiry was opened again: that it was closed holds no more."""

    contact: UUID
    """The referral that it comes from."""


@fact("enquiry.enquiry-caused/1")
class EnquiryCaused:
    """A partner was asked to make an enquiry for us, so they owe a report.

    Law: Care Act 2014 s42(2), "or cause to be made".
    """

    partner: UUID
    """The partner's id, made from the name in their token: what becomes of it is theirs to hear."""

    due_on: date
    """In London, agreed with the partner."""


@fact("enquiry.caused-enquiry-answered/1")
class CausedEnquiryAnswered:
    """The partner accepted to make the enquiry, or declined."""

    answer: Code
    """Of `caused-enquiry-answer@1`."""


@fact("enquiry.partner-reminded/1")
class PartnerReminded:
    """The partner's report is expected soon, or now, and it is not here."""

    due_on: date
    """In London."""


@fact("enquiry.report-received/1")
class ReportReceived:
    """The partner's report is here, so we owe them an answer."""

    received_on: date
    """In London."""


@fact("enquiry.report-assessed/1")
class ReportAssessed:
    """The partner's report was accepted, or returned to be made better."""

    verdict: Code
    """Of `report-verdict@1`."""

    due_on: date | None
    """In London, when what is returned is expected back."""


@fact("enquiry.late-report-received/1")
class LateReportReceived:
    """A report came that nobody awaited any more. It may be of a partner asked before the last."""

    partner: UUID
    """Whose it is: the partner's id, made from the name in their token."""

    received_on: date
    """In London."""


@fact("enquiry.late-report-considered/1")
class LateReportConsidered:
    """A manager looked at what the partner sent that came late."""

    partner: UUID
    """Whose it is: the partner's id, made from the name in their token."""

    considered_on: date
    """In London."""


@fact("enquiry.caused-enquiry-recalled/1")
class CausedEnquiryRecalled:
    """We took back what we had asked of the partner: they owe nothing."""

    recalled_on: date
    """In London."""


Message = (
    EnquiryOpened
    | EnquiryConcluded
    | EnquiryClosed
    | EnquiryReopened
    | EnquiryCaused
    | CausedEnquiryAnswered
    | PartnerReminded
    | ReportReceived
    | ReportAssessed
    | LateReportReceived
    | LateReportConsidered
    | CausedEnquiryRecalled
)
