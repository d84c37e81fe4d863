"""What does an operator do with a case whose messages are blocked?

Retry and discard are commands with a reason, recorded in the service's own log before they are
done. A block itself is no fact: it is where a consumer stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.decider import Decider
from shared.facts import Act, BlockDiscarded, BlockRetried, Code


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Take the messages of this case again."""

    topic: Code
    reason: Code


@dataclass(frozen=True, kw_only=True)
class Discard:
    """Pass over the message that blocks this case, and take the rest."""

    topic: Code
    reason: Code


BlockFact = BlockRetried | BlockDiscarded


def decide(command: Retry | Discard, _state: int | None, _act: Act) -> Sequence[BlockFact]:
    """Give the fact that `command` is."""
    kind = BlockRetried if isinstance(command, Retry) else BlockDiscarded
    return (kind(topic=command.topic, reason=command.reason),)


def evolve(state: int | None, _happened: BlockFact, _act: Act) -> int:
    """Give how often somebody acted on it."""
    return (state or 0) + 1


block = Decider(kind="block", facts=BlockFact, decide=decide, evolve=evolve)
