"""What does one fact of each type of notify look like, every member of it filled?"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from services.notify import events as notify
from services.notify.rules import replies
from services.notify.rules.disclosure import REFERRER, SENDER_STATUS, code_of
from services.notify.rules.retry import REJECTED
from shared.facts import Code, party
from shared.sealed import Sealed

AT = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)
HOME = party("rosewood-house")
Shut = Callable[[UUID, str, Any], Sealed[Any]]


def of_notify(shut: Shut, case: UUID) -> Sequence[notify.NotifyFact]:
    """Give one fact of each type; a lane begins, and ends, with its own."""
    known, *rest = of_correspondence(shut, case)
    registered, *changed = of_subscriber(shut, case)
    return (known, registered, *rest[1:2], *changed, *of_contribution(case), rest[0], *rest[2:])


def of_correspondence(_shut: Shut, case: UUID) -> Sequence[notify.CorrespondenceFact]:
    """Give what may happen in one lane, in an order that could be."""
    told = notify.Happening(
        event=code_of("decision.made"), about=uuid5(case, "adult 0"), occurred_at=AT, known_at=AT
    )
    return (
        notify.SenderKnown(partner=HOME, relation=REFERRER),
        notify.EventAwaited(happening=told),
        notify.DeliveryOwed(partner=HOME, sequence=1, happening=told, disclosure=SENDER_STATUS),
        notify.DeliveryAttempted(
            partner=HOME, sequence=1, endpoint=uuid5(case, "endpoint"), outcome=REJECTED,
            status=503, milliseconds=12, retry_at=AT,
        ),
        notify.TaskMoved(partner=HOME, stage=replies.ASSIGNED, due_on=date(2026, 11, 16)),
        notify.QuestionAsked(question=uuid5(case, "question"), due_on=date(2026, 11, 5)),
        notify.QuestionClosed(question=uuid5(case, "question")),
        notify.RequestEnded(),
        notify.EventPlaced(
            lane=uuid5(case, "lane"), partner=HOME, sequence=1, happening=told,
            disclosure=SENDER_STATUS, owed_at=3, cause=uuid5(case, "cause"),
        ),
    )  # fmt: skip


def of_subscriber(shut: Shut, case: UUID) -> Sequence[notify.SubscriberFact]:
    """Give what may happen to the endpoints of one partner, in an order that could be."""
    endpoint = uuid5(case, "endpoint")

    def words(text: str) -> Sealed[Any]:
        return shut(case, "partner", text)

    return (
        notify.EndpointRegistered(
            endpoint=endpoint, partner=HOME, host="hooks.rosewood.org.uk",
            url=words("https://hooks.rosewood.org.uk/in"), wanted=(code_of("decision.made"),),
            secret=words("whsec_bm90IGEgc2VjcmV0IG9mIGFueWJvZHkncyBhdCBhbGw="),
        ),
        notify.SecretRotated(
            endpoint=endpoint, secret=words("whsec_YW5vdGhlciB0aGF0IGlzIG5vYm9keSdzIHNlY3JldA=="),
            old_until=AT,
        ),
        notify.EndpointDisabled(endpoint=endpoint, why=Code("disabled@1:gone")),
        notify.EndpointEnabled(endpoint=endpoint),
        notify.ReplayAsked(endpoint=endpoint, after=3, until=9),
        notify.EndpointRemoved(endpoint=endpoint),
    )  # fmt: skip


def of_contribution(case: UUID) -> Sequence[notify.ContributionFact]:
    """Give what may happen to what was added about one adult, in an order that could be."""
    contact, added = uuid5(case, "contact"), uuid5(case, "contribution")
    kept = uuid5(case, "kept")
    return (
        notify.ContributionKept(contribution=kept, contact=contact, told_at=AT),
        notify.ContributionClosed(
            contribution=kept, contact=contact, why=Code("unanswered@1:answered-otherwise")
        ),
        notify.ContributionReceived(contribution=added, contact=contact, told_at=AT),
        notify.AnswerMissed(due_at=AT, late=True),
        notify.AdditionReached(told_by=uuid5(case, "amendment")),
        notify.AnswerHeard(how=replies.CONSIDERED, answered_at=AT),
        notify.ContributionAnswered(contribution=added, contact=contact, how=replies.CONSIDERED),
    )
