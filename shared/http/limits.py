"""How often may one caller ask?

A leaky bucket for each caller, in memory: a limit protects the service, and a restart that forgets
it harms nobody. A referral of immediate danger is never refused by it.
"""

from dataclasses import dataclass, field
from time import monotonic

MOST_CALLERS = 10_000


@dataclass(slots=True)
class Limit:
    """So many requests at once, refilled at so many a second."""

    burst: int = 4000
    per_second: float = 200.0
    _full_at: dict[str, float] = field(default_factory=dict)

    def take(self, caller: str) -> tuple[float, int]:
        """Take a request of `caller`: the seconds to wait, 0 where it may go on, and what is left.

        A request that has to wait takes nothing.
        """
        now = monotonic()
        if len(self._full_at) > MOST_CALLERS:
            self._full_at = {name: at for name, at in self._full_at.items() if at > now}
        full_at = max(self._full_at.get(caller, now), now) + 1 / self.per_second
        left = round(self.burst - (full_at - now) * self.per_second, 3)
        if left >= 0:
            self._full_at[caller] = full_at
        return max(0.0, -left / self.per_second), max(0, int(left))
