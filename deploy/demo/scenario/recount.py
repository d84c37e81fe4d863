"""What is there, counted one by one?"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.demo.calls import Door
from deploy.demo.homes import PARTNERS
from deploy.demo.scenario.account import Counted
from deploy.demo.scenario.parts import AUTHORITIES, BOARD, COORDINATOR, MANAGERS, OPERATOR
from deploy.demo.scenario.receivers import HOOKED
from deploy.demo.scenario.town import Town

MANAGER = MANAGERS[0]


@dataclass(frozen=True)
class Found:
    """Lists and cases as they were read."""

    referrals: Sequence[Any]
    requests: Sequence[Any]
    """Each with `partner`, who sent it."""

    concerns: Sequence[Any]
    queue: Sequence[Any]
    enquiries: Sequence[Any]
    escalations: Sequence[Any]
    """What waits for the Board's partner lead."""

    told: Mapping[str, Sequence[Any]]
    """The partners' feeds, by partner."""

    @property
    def events(self) -> Mapping[str, int]:
        """Count what is in the feeds, by type."""
        return Counter(it["type"] for told in self.told.values() for it in told)

    @property
    def hooked(self) -> Mapping[str, Set[str]]:
        """Give the ids in the feeds of those whose receivers get the same."""
        return {name: {it["data"]["id"] for it in self.told.get(name, ())} for name in HOOKED}


async def figures(town: Town) -> Mapping[str, Any]:
    """Give what services count themselves."""
    asked = (("intake", MANAGER), ("triage", MANAGER), ("enquiry", MANAGER), ("dols", COORDINATOR))
    return {name: await town.read(name, "/v1/figures", who) for name, who in asked}


async def found(town: Town) -> Found:
    """Read all lists, and each enquiry."""
    queue = await town.all_of("triage", "/v1/concerns", MANAGER)
    waits = await town.all_of("dols", "/v1/dols-queue", COORDINATOR)
    open_ = await town.all_of("enquiry", "/v1/enquiries", MANAGER)
    decided = dict.fromkeys(str(it["case"]) for it in town.ledger.did("decision"))
    decided |= dict.fromkeys(str(row["enquiry"]) for row in open_)
    return Found(
        referrals=await _of_all(town, "intake", "/v1/referrals", PARTNERS),
        requests=await _of_all(town, "dols", "/v1/dols-requests", AUTHORITIES),
        concerns=[row for row in queue if not row["after_decision"]],
        queue=[row for row in waits if not row["after_decision"]],
        enquiries=await one_by_one(town, "enquiry", "/v1/enquiries/{}", list(decided), MANAGER),
        escalations=await town.all_of("enquiry", "/v1/escalations", BOARD),
        told={partner: await _feed(town, partner) for partner in PARTNERS},
    )


async def _of_all(town: Town, service: str, path: str, partners: Sequence[str]) -> Sequence[Any]:
    return [
        {"partner": partner} | row
        for partner in partners
        for row in await town.all_of(service, path, partner)
    ]


async def one_by_one(
    town: Town, service: str, path: str, cases: Sequence[str], who: str
) -> Sequence[Any]:
    """Read each case that is there, in the order of `cases`."""
    read = dict[str, Any]()

    async def one(door: Door, case: str) -> None:
        try:
            read[case] = (await door.read(service, path.format(case), who)).json()
        except httpx.HTTPStatusError as no:
            if no.response.status_code != httpx.codes.NOT_FOUND:
                raise

    await town.each(cases, one)
    return [read[case] for case in cases if case in read]


async def _feed(town: Town, partner: str) -> Sequence[Any]:
    told, after, more = list[Any](), "", True
    while more:
        page = await town.read("notify", f"/v1/events?limit=200{after}", partner)
        told += page["items"]
        after, more = f"&after={page['next']}", bool(page["items"])
    return told


async def blocked(town: Town) -> int:
    """Count the cases whose messages wait for a person."""
    all_ = [await town.read(service, "/v1/blocked", OPERATOR) for service in town.services]
    return sum(map(len, all_))


async def counted(town: Town, seen: Found) -> Counted:
    """Give everything that the account is made of."""
    said, ledger = await figures(town), town.ledger
    await town.brought(seen.hooked)
    return Counted(
        acts=ledger.counts(),
        adults=sum(it["adults"] for it in ledger.did("referral")),
        refused=len(ledger.refused),
        referrals_listed=len(seen.referrals),
        requests_listed=len(seen.requests),
        concerns_queued=len(seen.concerns),
        requests_queued=len(seen.queue),
        enquiries=len(seen.enquiries),
        enquiries_overdue=sum(bool(it["enquiry"]["overdue"]) for it in seen.enquiries),
        enquiries_told_more=sum(bool(it["enquiry"]["told_more_at"]) for it in seen.enquiries),
        enquiries_in_doubt=sum(
            bool(it["enquiry"]["conclusion_in_doubt_since"]) for it in seen.enquiries
        ),
        escalations_listed=len(seen.escalations),
        events=seen.events,
        hooked=seen.hooked,
        brought={partner: ledger.webhooks[partner].keys() for partner in seen.hooked},
        forged=ledger.forged,
        blocked=await blocked(town),
        others_may="balanced" in ledger.marks,
        **said,
    )
