"""What do partners send about their endpoints, and what do they see?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.notify.projections.deliveries import Delivery, Status
from services.notify.projections.lane import Attempt
from shared.facts import Code
from shared.http.parts import Body

TYPE = r"^[a-z]+\.[a-z-]{1,30}$"
Type = Annotated[str, Field(pattern=TYPE)]


class Registration(Body):
    """Where events are to be sent, and which."""

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    """A public https address. It is kept sealed: only you see the whole of it again."""

    events: Annotated[tuple[Type, ...], Field(max_length=50)] = ()
    """Types such as `decision.made`; none is all that you may hear."""


class Rotation(Body):
    """For how long the old secret signs beside the new one."""

    grace_hours: Annotated[int, Field(ge=0, le=168)] = 24


class Replay(Body):
    """From where on events are to be sent once more."""

    after: Annotated[str, Field(max_length=200)] | None = None
    """A place in your feed, as `next` gives it; none is its beginning."""


class ReplayMade(BaseModel):
    """What is being sent once more."""

    events: int
    """At most 1,000; those that the endpoint was not registered for are left out."""

    next: str | None
    """The place behind the last of them: the `after` of the next replay. None: there were none."""


class Nothing(Body):
    """Nothing has to be said."""


class EndpointShown(BaseModel):
    """An endpoint as its owner sees it."""

    id: UUID
    url: str | None
    """Null: the key that it was sealed with was destroyed."""

    events: Sequence[str]
    """None is all that you may hear."""

    status: str
    """`enabled` or `disabled`."""

    disabled_because: Code | None
    """Of `disabled@1`: your own wish, a receiver that answered 410, or five days of failures."""

    registered_at: datetime
    secrets: int
    """How many secrets sign each event just now."""


class EndpointMade(EndpointShown):
    """An endpoint, and its secret."""

    secret: str
    """Shown here and never again."""


class SecretMade(BaseModel):
    """A new secret."""

    secret: str
    """Shown here and never again."""

    old_until: datetime
    """Until then the ones before sign as well."""


class Links(BaseModel):
    """Where more is to be fetched."""

    self: str


class EventTold(BaseModel):
    """What happened, to which of your cases, and no more."""

    id: UUID
    """The same as `webhook-id`."""

    case: UUID
    """Your own referral, request, or the enquiry that you were asked for."""

    about: UUID | None
    """The adult's part in your referral, where it is about one of them."""

    sequence: int
    """Of all that you are told of this case, from 1 on."""

    occurred_at: datetime
    links: Links
    schema_version: int


class Event(BaseModel):
    """An event, member for member as a webhook brings it."""

    type: str
    timestamp: datetime
    """When we came to know."""

    data: EventTold


class Feed(BaseModel):
    """Some events, and where to go on."""

    items: Sequence[Event]
    next: str | None
    """Send it as `after`; the same as you sent where nothing new has happened."""


class DeliveryShown(BaseModel):
    """An event on its way to an endpoint."""

    id: UUID
    event: UUID
    endpoint: UUID
    sequence: int
    status: Status
    """`waiting` for the next attempt, `delivered`, `exhausted` or `withheld`."""

    attempts: int
    first_at: datetime
    last_at: datetime
    outcome: Code
    """Of the last attempt: of `delivery-outcome@1`."""

    http_status: int | None
    milliseconds: int
    retry_at: datetime | None


class DeliveryWhole(DeliveryShown):
    """An event on its way to an endpoint, with every attempt."""

    every_attempt: Sequence[Attempt]


def delivery(it: Delivery) -> dict[str, object]:
    """Give a delivery as its partner sees it."""
    rest = (name for name in DeliveryShown.model_fields if name not in {"id", "status"})
    return {"id": it.delivery, "status": it.status} | {name: getattr(it, name) for name in rest}
