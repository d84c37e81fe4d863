"""Which planted faults do the tests find? `./run test --planted [WORDS OF A NAME ...]`."""

import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

from tests.architecture.copies import Copy
from tests.planted.growing import garden, outcome, planted
from tests.planted.plants import PLANTS, Plant

# ruff: noqa: T201 - this is what it is for

BEDS = 2
"""Copies of the tree: most tests wait more than they work."""


def wanted(words: Sequence[str]) -> Sequence[Plant]:
    """Give the plants whose name holds one of `words`; all, where none are given."""
    return [it for it in PLANTS if not words or any(word in it.name for word in words)]


def sound(copy: Copy, plants: Iterable[Plant]) -> bool:
    """Say whether every plant applies, and every test is green where nothing is planted."""
    found = {it: why for it in plants if (why := it.applies(copy.root))}
    for it, why in found.items():
        print(f"CANNOT BE PLANTED  {it.name}: {why}")
    if found:
        return False
    tests = sorted({it.red for it in plants})
    without = outcome(copy, tests)
    print(f"Without a fault: {without.passed} passed in {without.seconds:.0f} s.")
    good = without.passed and not without.failed and not without.broken
    if not good:
        print(without.words)
    return bool(good)


def grown(copy: Copy, plant: Plant) -> bool:
    """Plant one, run its test, print a line; True where the test turned red."""
    with planted(copy, plant):
        found = outcome(copy, [plant.red])
    word = "red  " if found.failed else "GREEN"
    said = f"{word} {found.seconds:4.0f} s  {plant.name}\n               {plant.red}"
    print(said if found.failed else f"{said}\n{found.words[-3000:]}", flush=True)
    return bool(found.failed)


def tended(beds: SimpleQueue[Copy], plant: Plant) -> bool:
    """Plant one in the next copy that is free."""
    copy = beds.get()
    try:
        return grown(copy, plant)
    finally:
        beds.put(copy)


def main(words: Sequence[str]) -> int:
    """Try the plants, and give the exit code: 1 where one stayed green."""
    plants = wanted(words)
    if not plants:
        print("There is no such plant. These are:", *(it.name for it in PLANTS), sep="\n  ")
        return 1
    with ExitStack() as gardens, ThreadPoolExecutor(BEDS) as hands:
        beds = SimpleQueue[Copy]()
        for _ in range(BEDS):
            beds.put(gardens.enter_context(garden()))
        first = beds.get()
        if not sound(first, plants):
            return 1
        beds.put(first)
        red = list(hands.map(lambda it: tended(beds, it), plants))
    print(f"{sum(red)} of {len(red)} planted faults turned their test red.")
    return 0 if all(red) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
