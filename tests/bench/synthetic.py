"""What stands in a log that was in use? Concerns of triage, made up, the same each time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID, uuid5

from services.triage.decisions import POLICY, REFERRER, SCREENER, concern
from services.triage.events import (
    ConcernRecognised,
    ConcernScored,
    Evidence,
    InformationAdded,
    Section42Decided,
)
from services.triage.rules.counting import CURRENT
from services.triage.rules.score import HIGHEST, Answers, Score, score
from services.triage.rules.section42 import ThreeTests
from shared.decider import Stream
from shared.facts import Act, Code
from shared.log.appender import Asked, call_for
from shared.log.log import Log
from shared.sealed import Sealed

SPACE = UUID("6f0c3c1e-52b7-4d0a-9b0a-3d5b8f6a1c11")
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
BLOCK = 5000
"""Cases under way at once: facts of one case lie far from one another."""

GROUP = 500
"""Requests in one call."""


@dataclass(frozen=True)
class Request:
    """What one command records."""

    stream: Stream[Any, Any, Any]
    after: int
    act: Act
    facts: Sequence[Any]


def act(case: int, step: int) -> Act:
    """Give the act of a step of a case."""
    return Act(
        id=uuid5(SPACE, f"act {case} {step}"),
        actor=f"screener-{case % 7}",
        role="screener",
        purpose="safeguarding",
        effective_at=BEGAN + timedelta(minutes=case * 3, hours=step * 7),
        correlation=uuid5(SPACE, f"referral {case}"),
        fingerprint=bytes(32) if step else None,
    )


def shut(subject: UUID, audience: str, size: int) -> Sealed[Any]:
    """Give a box of this many bytes that nobody will ever open."""
    return Sealed(subject=subject, audience=audience, box=subject.bytes * (size // 16))


@cache
def scores() -> Sequence[Score]:
    """Give some hundred different scores."""
    chance = Random(42)  # noqa: S311 - the same each time
    return [score(_answers(chance)) for _ in range(300)]


def _answers(chance: Random) -> Answers:
    known = {
        name: chance.randint(0, most) for name, most in HIGHEST.items() if chance.random() < 0.8
    }
    signals = (Code("risk-signal@1:third-concern"),) if chance.random() < 0.2 else ()
    return Answers(**known, signals=signals)  # type: ignore[arg-type]


def case(number: int) -> Sequence[Request]:
    """Give the commands of one case: recognised and scored, scored by a screener, decided."""
    id = uuid5(SPACE, f"concern {number}")
    stream = concern.stream(id)
    first, second = scores()[number % 300], scores()[(number * 7 + 1) % 300]
    return [
        Request(stream, 0, act(number, 0), [recognised(id), scored(id, first, REFERRER)]),
        Request(stream, 2, act(number, 1), [scored(id, second, SCREENER)]),
        Request(stream, 3, act(number, 2), [decided(id)]),
    ]


def long_case(number: int) -> Sequence[Request]:
    """Give the one command of a case of twenty facts: the sender told more, again and again."""
    id = uuid5(SPACE, f"long concern {number}")
    told = [InformationAdded(words=shut(id, "adult", 320)) for _ in range(17)]
    facts = [recognised(id), scored(id, scores()[number % 300], REFERRER), *told, decided(id)]
    return [Request(concern.stream(id), 0, act(-1 - number, 0), facts)]


def recognised(id: UUID) -> ConcernRecognised:
    """Give the first fact of a concern."""
    return ConcernRecognised(
        contact=uuid5(id, "contact"),
        counting_policy=CURRENT.code,
        transition=False,
        details=shut(id, "adult", 1200),
        source_of_risk=shut(uuid5(id, "source"), "source-of-risk", 200),
        referrer=shut(uuid5(id, "referrer"), "referrer", 300),
    )


def scored(id: UUID, found: Score, by: Code) -> ConcernScored:
    """Give a score of a concern."""
    evidence = shut(id, "adult", 320) if by == SCREENER else None
    return ConcernScored(contact=uuid5(id, "contact"), scored_by=by, score=found, evidence=evidence)


def decided(id: UUID) -> Section42Decided:
    """Give the decision of a concern."""
    words = shut(id, "adult", 320)
    return Section42Decided(
        contact=uuid5(id, "contact"),
        policy=POLICY,
        tests=ThreeTests(
            needs_care_and_support="met",
            at_risk_of_abuse_or_neglect="met",
            unable_to_protect_themselves="met",
        ),
        evidence=Evidence(**{it.name: words for it in fields(Evidence)}),
        outcome=Code("section-42-outcome@1:s42-enquiry"),
        route=None,
        reasons=words,
    )


async def fill(log: Log, cases: int) -> int:
    """Record `cases` cases, and one of twenty facts for each hundred; give the position after."""
    if not await log.head():
        for start in range(0, cases, BLOCK):
            block = [case(number) for number in range(start, min(start + BLOCK, cases))]
            for step in zip(*block, strict=True):
                await _record(log, step)
        long = (long_case(number) for number in range(max(cases // 100, 20)))
        await _record(log, [request for found in long for request in found])
    return await log.head()


async def _record(log: Log, requests: Sequence[Request]) -> None:
    for group in _groups(requests):
        asked = [
            Asked(
                command=it.act.id, fingerprint=it.act.fingerprint, case=it.stream.case,
                stream=str(it.stream), after=it.after, effective_at=it.act.effective_at,
                facts=[log.codec.row(fact, it.act) for fact in it.facts],
            )
            for it in group
        ]  # fmt: skip
        done = await log.pool.fetch(*call_for(asked))
        assert {row["status"] for row in done} == {"ok"}


def _groups(requests: Sequence[Request]) -> Iterator[Sequence[Request]]:
    for start in range(0, len(requests), GROUP):
        yield requests[start : start + GROUP]
