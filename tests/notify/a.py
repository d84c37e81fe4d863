"""What happens in these tests: one of each, to be changed by `replace`."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from services.notify.decisions.contribution import (
    CloseContribution,
    HearAnswer,
    HearContribution,
    HearKept,
    HearReached,
)
from services.notify.decisions.correspondence import (
    AskPartner,
    CloseQuestions,
    EndRequest,
    HearSender,
    MoveTask,
    RecordAttempt,
    TellPartner,
)
from services.notify.decisions.subscriber import RegisterEndpoint, RotateSecret
from services.notify.events import (
    AdditionReached,
    ContributionClosed,
    ContributionKept,
    ContributionReceived,
    DeliveryAttempted,
    DeliveryOwed,
    EndpointRegistered,
    EventAwaited,
    Happening,
    QuestionAsked,
    QuestionClosed,
    RequestEnded,
    SenderKnown,
)
from services.notify.rules import replies
from services.notify.rules.disclosure import (
    ASKED,
    MANAGING_AUTHORITY,
    REFERRER,
    REQUEST_QUESTION,
    SENDER_RECEIPT,
    SENDER_STATUS,
    STATUTORY_NOTICE,
    code_of,
)
from services.notify.rules.retry import DELIVERED, REJECTED
from shared.facts import Code, Recorded, party
from shared.sealed import Sealed
from shared.sealed.vault import Open
from tests.support.story import SOMEBODY

HOME, POLICE = party("rosewood-house"), party("derby-police")
LANE = UUID("5afe6a4d-0000-4000-8000-0000000000aa")
ADULT = uuid5(LANE, "adult 0")
ENDPOINT, OTHER = uuid5(LANE, "endpoint"), uuid5(LANE, "another endpoint")
AT = SOMEBODY.effective_at
THEIRS = HOME


def happened(type_: str, about: UUID | None = None) -> Happening:
    return Happening(event=code_of(type_), about=about, occurred_at=AT, known_at=AT)


received, recognised = happened("referral.received"), happened("concern.recognised", ADULT)
decided = happened("decision.made", ADULT)
known = SenderKnown(partner=HOME, relation=REFERRER)
first = DeliveryOwed(partner=HOME, sequence=1, happening=received, disclosure=SENDER_RECEIPT)
second = DeliveryOwed(partner=HOME, sequence=2, happening=recognised, disclosure=SENDER_STATUS)
third = replace(second, sequence=3, happening=decided)
awaited = EventAwaited(happening=recognised)
hear = HearSender(partner=HOME, relation=REFERRER, happening=received)
tell = TellPartner(happening=recognised)
ask = MoveTask(
    stage=replies.ASSIGNED, partner=POLICE, due_on=date(2026, 11, 16),
    happening=happened("task.assigned"),
)  # fmt: skip
asked = SenderKnown(partner=POLICE, relation=ASKED)
QUESTION, ANOTHER = uuid5(LANE, "question"), uuid5(LANE, "another question")
requesting = SenderKnown(partner=HOME, relation=MANAGING_AUTHORITY)
question = AskPartner(
    question=QUESTION, due_on=date(2026, 11, 5), happening=happened("dols.question-asked")
)
questioned = QuestionAsked(question=QUESTION, due_on=date(2026, 11, 5))
told_of_it = DeliveryOwed(
    partner=HOME, sequence=1, happening=question.happening, disclosure=REQUEST_QUESTION
)
answer = CloseQuestions(questions=(QUESTION,))
answered = QuestionClosed(question=QUESTION)
end, withdraw = EndRequest(happening=happened("dols.granted")), EndRequest()
ended = RequestEnded()
told_the_end = DeliveryOwed(
    partner=HOME, sequence=1, happening=happened("dols.granted"), disclosure=STATUTORY_NOTICE
)
attempt = RecordAttempt(
    lane=LANE, partner=HOME, sequence=1, endpoint=ENDPOINT, owed_at=AT, outcome=DELIVERED,
    status=204, milliseconds=12,
)  # fmt: skip
failed_attempt = replace(attempt, outcome=REJECTED, status=503)
delivered = DeliveryAttempted(
    partner=HOME, sequence=1, endpoint=ENDPOINT, outcome=DELIVERED, status=204, milliseconds=12,
    retry_at=None,
)  # fmt: skip
refused = replace(delivered, outcome=REJECTED, status=503, retry_at=AT + timedelta(seconds=5))


def sealed(words: str) -> Sealed[str]:
    return Open(subject=THEIRS, audience="partner", value=words)


register = RegisterEndpoint(
    endpoint=ENDPOINT, partner=HOME, host="hooks.rosewood.org.uk",
    url=sealed("https://hooks.rosewood.org.uk/in"), wanted=(), secret=sealed("whsec_QUJD"),
)  # fmt: skip
registered = EndpointRegistered(
    endpoint=ENDPOINT, partner=HOME, host=register.host, url=register.url, wanted=(),
    secret=register.secret,
)  # fmt: skip
rotate = RotateSecret(endpoint=ENDPOINT, secret=sealed("whsec_REVG"), grace=timedelta(hours=24))

CONTRIBUTION, CONTACT = uuid5(LANE, "contribution"), LANE
contribute = HearContribution(contribution=CONTRIBUTION, contact=CONTACT, told_at=AT)
contributed = ContributionReceived(contribution=CONTRIBUTION, contact=CONTACT, told_at=AT)
KEPT = uuid5(LANE, "kept")
keep = HearKept(contribution=KEPT, contact=CONTACT, told_at=AT)
kept = ContributionKept(contribution=KEPT, contact=CONTACT, told_at=AT)
WHY = Code("unanswered@1:answered-otherwise")
close = CloseContribution(contribution=CONTRIBUTION, why=WHY)
closed = ContributionClosed(contribution=CONTRIBUTION, contact=CONTACT, why=WHY)
TOLD_BY = uuid5(LANE, "amendment")
told = replace(SOMEBODY, id=uuid5(TOLD_BY, "heard"), causation=TOLD_BY)
reach, reached = HearReached(told_by=TOLD_BY), AdditionReached(told_by=TOLD_BY)
consider = HearAnswer(how=replies.CONSIDERED, answered_at=AT + timedelta(hours=1))
RECORDED_AT = datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)


def said(
    message: Any, case: UUID, at: datetime = RECORDED_AT, number: int = 1, cause: UUID | None = None
) -> Recorded[Any]:
    """Give a message as a service hears it."""
    context = type(message).stored_as.partition(".")[0]
    matter = uuid5(LANE, "matter")
    act = replace(SOMEBODY, id=uuid4(), effective_at=at, correlation=matter, causation=cause)
    return Recorded(
        fact=message, act=act, recorded_at=at, case=case, stream=f"{context}-{case}",
        version=number, position=number, said=number,
    )  # fmt: skip
