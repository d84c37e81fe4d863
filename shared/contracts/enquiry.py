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


Message = EnquiryOpened | EnquiryConcluded | EnquiryClosed
