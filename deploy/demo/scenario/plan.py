"""What is a scenario made of, and which are there?

Everything that a scenario is tuned by stands in these tables. `derby` is what the Care Quality
Commission's report says of one council (domain 6.3); `week` is quick and has every part in it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import floor

from deploy.demo.people import Dice
from deploy.demo.scenario.days import COARSE, FINE, Pace


@dataclass(frozen=True, kw_only=True)
class Flow:
    """So many arrive within so many days, at random moments of a working week's shape."""

    first_day: date
    days: int
    count: int


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many a week from a day on."""

    since: date
    a_week: float


@dataclass(frozen=True, kw_only=True)
class Chances:
    """How often something happens, of a thousand; `..._a_day` on each working day it may."""

    amended: int = 60
    withdrawn: int = 12
    duty: int = 475
    """Of the concerns: the section 42 duty arises (seed: 1,866 of 3,931)."""

    response_sufficient: int = 120
    """Of those with a duty: what was found out already is enough."""

    lead_a_day: int = 900
    plan_a_day: int = 450
    caused: int = 200
    report_a_day: int = 170
    returned: int = 150
    conclusion_a_day: int = 130
    safety_plan_needed: int = 600
    action_a_day: int = 150
    closure_a_day: int = 350
    noted_a_day: int = 600
    """Of what is escalated to the Board's partner lead."""

    hospital: int = 130
    urgent: int = 580
    offer_declined: int = 80
    assessed_a_day: int = 250
    granted: int = 600
    """Of those that are assessed."""

    ends_early: int = 300
    """Of the requests: the person dies, moves or no longer needs it, if they wait long enough."""

    ends_within_days: int = 120


@dataclass(frozen=True, kw_only=True)
class Crew:
    """How much the council's people get done."""

    screened_a_round: int = 10
    """By each screener, in each round of a working day."""

    decided_a_round: int = 8
    """By each safeguarding adults manager."""

    rechecked_a_day: int = 12
    """DoLS requests that a coordinator looks at afresh."""

    allocated: Sequence[Rate]
    """DoLS requests for which assessors are found."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A scenario."""

    name: str
    first_day: date
    days: int
    referrals: Sequence[Flow]
    dols: Sequence[Flow]
    crew: Crew
    chances: Chances = Chances()
    pace: Pace = FINE
    milestones: Sequence[date] = ()
    """The figures as they stand at the beginning of these days are kept for the report."""


MONDAY = date(2026, 4, 27)
WEEK = Plan(
    name="week",
    first_day=MONDAY,  # the law on deprivation of liberty changes within these six weeks
    days=42,
    referrals=(Flow(first_day=MONDAY, days=42, count=600),),
    dols=(Flow(first_day=MONDAY, days=42, count=126),),
    crew=Crew(allocated=(Rate(since=MONDAY, a_week=14),)),
)

APRIL, JANUARY, SPRING = date(2023, 4, 1), date(2024, 1, 1), date(2024, 4, 1)
DERBY = Plan(
    name="derby",
    first_day=APRIL,
    days=395,
    referrals=(
        Flow(first_day=APRIL, days=275, count=3_931),  # April to December 2023, as the seed says
        Flow(first_day=JANUARY, days=121, count=1_730),  # and on as it was
    ),
    dols=(
        Flow(first_day=APRIL, days=366, count=1_094),  # the year 2023/24, as the seed says
        Flow(first_day=SPRING, days=30, count=90),
    ),
    crew=Crew(
        screened_a_round=25,
        decided_a_round=9,
        rechecked_a_day=20,
        # The framework of contracted assessors was procured anew in the autumn of 2023.
        allocated=(Rate(since=APRIL, a_week=3.2), Rate(since=JANUARY, a_week=42.4)),
    ),
    chances=Chances(granted=188, ends_early=620, ends_within_days=730),
    pace=COARSE,
    milestones=(JANUARY, SPRING),
)

SCENARIOS: Mapping[str, Plan] = {it.name: it for it in (WEEK, DERBY)}


def scaled(plan: Plan, scale: float) -> Plan:
    """Give the same plan for a council of another size: counts and capacities change alike."""

    def flows(all_: Sequence[Flow]) -> Sequence[Flow]:
        return tuple(replace(it, count=max(1, round(it.count * scale))) for it in all_)

    def most(number: int) -> int:
        return max(1, round(number * scale))

    crew = plan.crew
    return replace(
        plan,
        referrals=flows(plan.referrals),
        dols=flows(plan.dols),
        crew=Crew(
            screened_a_round=most(crew.screened_a_round),
            decided_a_round=most(crew.decided_a_round),
            rechecked_a_day=most(crew.rechecked_a_day),
            allocated=tuple(replace(it, a_week=it.a_week * scale) for it in crew.allocated),
        ),
    )


def shortened(plan: Plan, days: int) -> Plan:
    """Give the first days of a plan, with as much a day as it has."""

    def flows(all_: Sequence[Flow]) -> Sequence[Flow]:
        first = (it for it in all_ if it.first_day == plan.first_day)
        return tuple(
            replace(it, days=min(days, it.days), count=max(1, it.count * days // it.days))
            for it in first
        )

    return replace(plan, days=days, referrals=flows(plan.referrals), dols=flows(plan.dols))


def due_by(rates: Sequence[Rate], day: date) -> int:
    """Count how much is done by the end of `day`, week after week at the rate of the time."""
    ends = [it.since for it in rates[1:]] + [date.max]
    total = 0.0
    for it, end in zip(rates, ends, strict=True):
        until = min(day + timedelta(days=1), end)
        total += max(0, (until - it.since).days) * it.a_week / 7
    return floor(total)


def dice_of(seed: int, *about: object) -> Dice:
    """Give dice of their own for a case and whoever acts on it: no other's throw moves theirs."""
    text = "/".join(map(str, (seed, *about)))
    return Dice(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]))


def key_of(seed: int, *about: object) -> str:
    """Give the Idempotency-Key for an act: the same for its repeat, and nobody else's."""
    text = "/".join(map(str, (seed, *about)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
