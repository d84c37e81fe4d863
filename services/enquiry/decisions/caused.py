"""How far is an enquiry that a partner was asked to make?

Law: Care Act 2014 s42(2), "or cause to be made": the council stays answerable for it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.enquiry import events
from services.enquiry.rules import codes
from shared.facts import Act, Code, party

REQUESTED = Code("caused-enquiry@1:requested")
ACCEPTED = Code("caused-enquiry@1:accepted")
REPORTED = Code("caused-enquiry@1:reported")
RETURNED = Code("caused-enquiry@1:returned")
REPORT_ACCEPTED = Code("caused-enquiry@1:report-accepted")
DECLINED = Code("caused-enquiry@1:declined")
RECALLED = Code("caused-enquiry@1:recalled")
AWAITED = {REQUESTED, ACCEPTED, RETURNED}
"""The partner owes us something."""


@dataclass(frozen=True, kw_only=True)
class Caused:
    """What a partner was asked for, and how far it is."""

    stage: Code
    since: datetime
    due_at: datetime
    partner: UUID
    before: frozenset[UUID] = frozenset()
    """Others who were asked earlier: their reports may come late."""

    reminded: datetime | None = None
    """When the report was due of which the partner was last reminded."""

    @property
    def open(self) -> bool:
        """Say whether the partner or we still have to do something."""
        return self.stage in AWAITED | {REPORTED}


@dataclass(frozen=True, kw_only=True)
class Late:
    """Reports that came late, and nobody has looked at."""

    since: datetime
    """Of the first."""

    earlier: bool
    """None of them was of the partner who was asked last."""

    partners: frozenset[UUID] = frozenset()
    """Whose they are, where that was recorded."""


OfAPartner = (
    events.EnquiryCaused | events.CausedEnquiryAnswered | events.PartnerReminded
    | events.ReportReceived | events.ReportAssessed | events.CausedEnquiryRecalled
)  # fmt: skip
OfALateReport = events.LateReportReceived | events.LateReportConsidered


def late_after(
    was: Late | None, happened: OfALateReport, last: Caused | None, act: Act
) -> Late | None:
    """Give which late reports wait after `happened`; `last` is what was asked for last."""
    if isinstance(happened, events.LateReportConsidered):
        return None
    since, earlier, partners = act.effective_at, happened.earlier, _whose(happened, last)
    if was is None:
        return Late(since=since, earlier=earlier, partners=partners)
    return Late(
        since=min(was.since, since),
        earlier=was.earlier and earlier,
        partners=was.partners | partners,
    )


def _whose(happened: events.LateReportReceived, last: Caused | None) -> frozenset[UUID]:
    if isinstance(happened, events.LateReportReceived2):
        return frozenset({happened.partner})
    return frozenset() if happened.earlier or last is None else frozenset({last.partner})


def caused_after(was: Caused | None, happened: OfAPartner, act: Act) -> Caused | None:
    """Give how far it is after `happened`."""
    at = act.effective_at
    if isinstance(happened, events.EnquiryCaused):
        partner = party(happened.partner)
        before = was.before | {was.partner} if was else frozenset()
        return Caused(
            stage=REQUESTED, since=at, due_at=happened.due_at, partner=partner,
            before=frozenset(before - {partner}),
        )  # fmt: skip
    if was is None:
        return None
    match happened:
        case events.CausedEnquiryAnswered(answer=answer):
            stage = ACCEPTED if answer == codes.ACCEPTED else DECLINED
            return replace(was, stage=stage, since=at)
        case events.PartnerReminded(due_at=due_at):
            return replace(was, reminded=due_at)
        case events.ReportReceived():
            # What is sent after a report that waits puts the answer to that off no further.
            since = was.since if was.stage == REPORTED else at
            return replace(was, stage=REPORTED, since=since)
        case events.ReportAssessed(verdict=verdict, due_at=due_at):
            stage = REPORT_ACCEPTED if verdict == codes.GOOD else RETURNED
            return replace(was, stage=stage, since=at, due_at=due_at or was.due_at)
        case events.CausedEnquiryRecalled():
            return replace(was, stage=RECALLED, since=at)
