"""What should a listener make of what lies on the bus? The oracle of hearing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

GOOD, EARLY, BROKEN, UNWELCOME = (0, 2), 4, 6, 8
"""Public numbers: a listener takes them, waits for their cause, breaks over them, refuses them."""

WAITS = "awaiting-cause"
TROUBLE = {BROKEN: "broken", UNWELCOME: "refused"}


class Letter(NamedTuple):
    """A message as it lies on the bus."""

    case: UUID
    stream: str
    said: int
    number: int


class Ear:
    """A listener that writes nothing down, and so forgets nothing."""

    def __init__(self) -> None:
        self.effects: defaultdict[UUID, list[tuple[str, int]]] = defaultdict(list)
        self.blocked: dict[UUID, tuple[int, str]] = {}
        """Case by case the letter that could not be taken, and why."""

        self.causes: set[UUID] = set()
        self.discarded: set[tuple[str, int]] = set()
        self._heard: defaultdict[str, int] = defaultdict(int)
        self._read: defaultdict[UUID, int] = defaultdict(int)

    def hears(
        self, told: Sequence[Letter], wanted: Mapping[UUID, str] | None = None, *, mended: bool
    ) -> None:
        """Take all that was told, each case by itself, in the order of the bus."""
        letters: defaultdict[UUID, list[Letter]] = defaultdict(list)
        for it in told:
            letters[it.case].append(it)
        for case, theirs in letters.items():
            self._case(case, theirs, (wanted or {}).get(case), mended=mended)
            self._read[case] = len(theirs)

    def _case(
        self, case: UUID, letters: Sequence[Letter], wanted: str | None, *, mended: bool
    ) -> None:
        start, why = self.blocked.get(case, (self._read[case], WAITS))
        if why != WAITS and not wanted:
            return
        waited = self.blocked.pop(case, None) is not None
        for at, it in enumerate(letters[start:], start):
            if it.said != self._heard[it.stream] + 1:
                continue  # a repeat, or beyond a gap
            if waited and at == start and wanted == "discard":
                self.discarded.add((it.stream, it.said))
            elif why := self._trouble(it, mended=mended):
                self.blocked[case] = at, why
                return
            else:
                self.effects[case].append((it.stream, it.number))
            self._heard[it.stream] = it.said

    def _trouble(self, it: Letter, *, mended: bool) -> str:
        if mended:
            return ""
        waits = it.number == EARLY and it.case not in self.causes
        return WAITS if waits else TROUBLE.get(it.number, "")
