"""What does it mean for an enquiry that is there, or is not, when triage speaks?

Law: Care Act 2014 s42(2).
"""

from collections.abc import Mapping
from typing import Any

from services.enquiry import events
from services.enquiry.decisions import commands as want
from services.enquiry.decisions.owing import Facts
from services.enquiry.decisions.state import Enquiry
from services.enquiry.rules import codes
from services.enquiry.rules.findings import NOTHING_RECORDED
from services.enquiry.rules.opening import OPENINGS
from shared.facts import Code


def heard(
    command: want.HearDecision | want.HearReopening | want.HearAddition, state: Enquiry | None
) -> Facts:
    """Give what a decision, its undoing, or more that was told of it leads to."""
    match command:
        case want.HearDecision():
            return _decided(command, state)
        case want.HearReopening():
            return (events.DecisionUndone(),) if state else ()
        case want.HearAddition():
            return (events.InformationAdded(),) if state else ()


def _decided(command: want.HearDecision, state: Enquiry | None) -> Facts:
    """Open an enquiry, note the decision where there is one already, or give nothing.

    Raises:
        OutcomeNotOurs: what kind of enquiry it opens is not known here.
    """
    opening = OPENINGS.get(command.outcome)
    if command.opens_enquiry and opening is None:
        raise want.OutcomeNotOurs
    found = opening if command.opens_enquiry else None
    if state is not None:
        return (_again(command, found.kind if found else None),)
    if found is None:
        return ()
    opened = _opened(command, found.kind)
    return (opened, _at_once(opened)) if found.concludes_at_once else (opened,)


def _again(command: want.HearDecision, kind: Code | None) -> events.DecisionMadeAgain:
    if command.band is None:
        return events.DecisionMadeAgain(outcome=command.outcome, kind=kind)
    return events.DecisionMadeAgain2(outcome=command.outcome, kind=kind, band=command.band)


def _opened(command: want.HearDecision, kind: Code) -> events.EnquiryOpened:
    told: Mapping[str, Any] = {
        "contact": command.contact,
        "kind": kind,
        "outcome": command.outcome,
        "decided_on": command.decided_on,
    }
    if command.band is None:
        return events.EnquiryOpened(**told)
    return events.EnquiryOpened2(**told, band=command.band)


def _at_once(opened: events.EnquiryOpened) -> events.EnquiryConcluded:
    return events.EnquiryConcluded(
        contact=opened.contact,
        kind=opened.kind,
        at_once=True,
        concluded_on=opened.decided_on,
        findings=NOTHING_RECORDED,
        desired_outcomes=codes.WISHES_NOT_RECORDED,
        outcomes_achieved=None,
        plan=codes.PLAN_NOT_RECORDED,
        words=None,
    )
