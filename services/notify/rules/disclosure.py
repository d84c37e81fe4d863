"""Which events may a partner hear, of which of their cases, and why?

A subscription is no entitlement: an event is owed only where this table gives the right to it, and
it is looked up again before each attempt. Every event says that something happened and to which of
the partner's own cases; what came of it is fetched, by somebody whom the service lets see it.

Law: Care Act 2014 s6 and s42(2), for what a partner is told of its own referral or task; Mental
Capacity Act 2005 Sch A1 paras 57, 58, 65, 93, 95, 108 and 120, for what a managing authority must
be told, and 84 to 86, for the answer to its request for an extension; SI 2008/1858 reg 16, for what
it is asked of its request.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.facts import Code

REFERRER = Code("relation@1:referrer")
MANAGING_AUTHORITY = Code("relation@1:managing-authority")
ASKED = Code("relation@1:asked")
"""To make an enquiry for us."""

OWNER = Code("relation@1:owner")
"""Of an endpoint; the lane is its own."""

SENDER_RECEIPT = Code("disclosure@1:sender-receipt")
SENDER_STATUS = Code("disclosure@1:sender-status")
TASK_OWNER = Code("disclosure@1:task-owner")
REQUEST_STATUS = Code("disclosure@1:request-status")
REQUEST_QUESTION = Code("disclosure@1:request-question")
EXTENSION_NOTICE = Code("disclosure@1:extension-notice")
STATUTORY_NOTICE = Code("disclosure@1:statutory-notice")
OWN_ENDPOINT = Code("disclosure@1:own-endpoint")

DISCLOSURES: Mapping[Code, str] = {
    SENDER_RECEIPT: "who sends something is told that it is here, and what became of it with us",
    SENDER_STATUS: "who referred somebody is told how far it is, and never the story",
    TASK_OWNER: "who was asked to make an enquiry is told what they owe and are owed",
    REQUEST_STATUS: "who asks for an authorisation is told how far it is, and when it ends",
    REQUEST_QUESTION: "who asks for an authorisation is asked for what it lacks: reg 16",
    EXTENSION_NOTICE: "who asks for an extension is told whether it is given: Sch A1 paras 84-86",
    STATUTORY_NOTICE: "the managing authority must be told: Sch A1 paras 57, 58, 65, 93, 95, 108"
    " and 120",
    OWN_ENDPOINT: "what concerns one's own endpoint speaks of nobody",
}
"""Every right by which anything is ever told, in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A type of event: who may hear it, by which right, and where its case is fetched."""

    relation: Code
    disclosure: Code
    resource: str


def _of(
    relation: Code, disclosure: Code, resource: str, *types: str
) -> dict[Code, Event]:  # fmt: skip
    event = Event(relation=relation, disclosure=disclosure, resource=resource)
    return {code_of(it): event for it in types}


def code_of(type_: str) -> Code:
    """Give the code of a type as partners write it, such as `referral.received`.

    Raises:
        ValueError: it is not written as a type is.
    """
    return Code(f"event@1:{type_}")


def type_of(event: Code) -> str:
    """Give an event's type as partners read it."""
    return event.partition(":")[2]


REFERRAL, REQUEST, TASK = "/v1/referrals", "/v1/dols-requests", "/v1/obligations"
TRIAL, LEFT_ALONE = code_of("endpoint.test"), code_of("endpoint.disabled")
EVENTS: Mapping[Code, Event] = (
    _of(REFERRER, SENDER_RECEIPT, REFERRAL,
        "referral.received", "contribution.received", "contribution.considered",
        "contribution.closed")
    | _of(REFERRER, SENDER_STATUS, REFERRAL,
          "referral.redirected", "concern.recognised", "decision.made", "decision.reopened",
          "enquiry.opened", "enquiry.concluded", "enquiry.closed", "enquiry.reopened")
    | _of(ASKED, TASK_OWNER, TASK,
          "task.assigned", "task.reminded", "report.received", "report.assessed",
          "task.recalled")
    | _of(MANAGING_AUTHORITY, REQUEST_STATUS, REQUEST, "dols.received", "dols.allocated",
          "dols.ending", "dols.ended")
    | _of(MANAGING_AUTHORITY, REQUEST_QUESTION, REQUEST, "dols.question-asked")
    | _of(MANAGING_AUTHORITY, EXTENSION_NOTICE, REQUEST, "dols.extended", "dols.not-extended")
    | _of(MANAGING_AUTHORITY, STATUTORY_NOTICE, REQUEST, "dols.granted", "dols.not-granted",
          "dols.suspended", "dols.resumed", "dols.ceased", "dols.review-started",
          "dols.reviewed")
    | _of(OWNER, OWN_ENDPOINT, "/v1/webhook-endpoints", "endpoint.test", "endpoint.disabled")
)  # fmt: skip
"""All that is ever told. What is not listed is told to nobody."""


def right_to(event: Code, relation: Code) -> Code | None:
    """Give the right by which a partner in this relation to the case may hear `event`, if any."""
    found = EVENTS.get(event)
    return found.disclosure if found and found.relation == relation else None


def stands(event: Code, disclosure: Code) -> bool:
    """Say whether the right under which an event was owed is still one to it."""
    found = EVENTS.get(event)
    return found is not None and found.disclosure == disclosure
