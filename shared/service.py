"""What is a service made of?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from fastapi import APIRouter

from shared.bus.reaction import Reaction
from shared.decider import Decider
from shared.facts import Act
from shared.lease import Loop
from shared.log.codec import Codec
from shared.log.log import Log
from shared.projections.projection import Projection


@dataclass(frozen=True, kw_only=True)
class Service:
    """All that `shared.run` needs to know of a service."""

    name: str
    purpose: str
    """The service's own docstring: purpose, law, streams, what it hears and says."""

    deciders: Sequence[Decider[Any, Any, Any]]
    publish: Callable[[Any, Act], object | None]
    reactions: Sequence[Reaction[Any, Any]] = ()
    projections: Sequence[Projection[Any]] = ()
    routes: Sequence[APIRouter] = ()
    workers: Callable[[str, Log], Sequence[Loop]] = lambda _dsn, _log: ()
    """What a service does of its own accord, given where its database is, and its log."""

    def codec(self) -> Codec:
        """Give what reads and writes this service's facts."""
        facts = [fact for decider in self.deciders for fact in get_args(decider.facts)]
        return Codec(facts, self.publish)
