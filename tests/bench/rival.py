"""How does a library that many use keep the same facts? pyeventsourcing, as its pages say."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from services.triage.events import ConcernScored, Evidence, InformationAdded, Section42Decided
from services.triage.rules.score import Answers, Score, Term
from services.triage.rules.section42 import ThreeTests
from shared.sealed import Sealed

if TYPE_CHECKING:  # the bench extra alone brings it

    class Aggregate:
        """What events are applied to."""

        class Event:
            """Something that happened to an aggregate."""

        id: UUID

        def trigger_event(self, event_class: type[Any], **values: Any) -> None:
            """Let something happen."""

    class Transcoding:
        """How a value is written and read."""

    class Application:
        """Where aggregates are saved and got."""

        repository: Any

        def __init__(self, env: dict[str, str]) -> None: ...

        def save(self, *aggregates: Aggregate) -> None:
            """Save what happened."""

        def register_transcodings(self, transcoder: Any) -> None:
            """Say how values are written and read."""

        def close(self) -> None:
            """Close its connections."""

else:
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate
    from eventsourcing.persistence import Transcoding

TYPES = (
    ConcernScored, InformationAdded, Section42Decided, Evidence, ThreeTests, Score, Answers, Term,
    Sealed,
)  # fmt: skip
"""What the facts of a long case are made of; the other library has no typed JSON of its own."""


@cache
def _members(kind: type[Any]) -> Sequence[str]:
    return [it.name for it in fields(kind)]


class AsMembers(Transcoding):
    """Writes a dataclass as its members, and makes it again from them."""

    def __init__(self, kind: type[Any]) -> None:
        self.type, self.name = kind, kind.__name__

    def encode(self, value: Any) -> Any:
        """Give the members."""
        return {name: getattr(value, name) for name in _members(value.__class__)}

    def decode(self, told: Any) -> Any:
        """Give the value."""
        return self.type(**told)


class AsText(Transcoding):
    """Writes bytes as text."""

    type, name = bytes, "base64"

    def encode(self, value: bytes) -> str:
        """Give the text."""
        return b64encode(value).decode()

    def decode(self, told: str) -> bytes:
        """Give the bytes."""
        return b64decode(told)


class Rival(Application):
    """The other library's application, which keeps the same typed facts."""

    def register_transcodings(self, transcoder: Any) -> None:
        """Say how our values are written and read."""
        super().register_transcodings(transcoder)
        for transcoding in (AsText(), *map(AsMembers, TYPES)):
            transcoder.register(transcoding)


class Told(Aggregate):
    """A concern as the other library keeps it."""

    class Happened(Aggregate.Event):
        """A fact."""

        fact: Any

        def apply(self, aggregate: Any) -> None:
            """Fold it, as cheaply as can be."""
            aggregate.last = self.fact


def environment(dsn: str, **more: str) -> dict[str, str]:
    """Give the settings by which it reaches a database."""
    at = urlsplit(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": at.path.strip("/"),
        "POSTGRES_HOST": str(at.hostname),
        "POSTGRES_PORT": str(at.port),
        "POSTGRES_USER": str(at.username),
        "POSTGRES_PASSWORD": str(at.password),
    } | more
