"""Who works at the council, and what do they do with what came in?"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.demo.calls import Door, packed
from deploy.demo.receipts import Receipts
from deploy.demo.words import ANSWERS

STAFF: Mapping[str, str] = {
    "farah-contact": "customer-contact",
    "joan-screener": "screener",
    "kwame-screener": "screener",
    "ruth-adults": "safeguarding-adults-manager",
    "owen-operator": "operator",
}
CONTACT, MANAGER, SCREENERS = "farah-contact", "ruth-adults", ("joan-screener", "kwame-screener")

CHILDREN, ADVICE = "redirection@1:children", "redirection@1:advice"

SCORES: Sequence[tuple[tuple[int, ...], str]] = (
    ((3, 4, 2, 2, 1, 1, 1, 0), "Spoke to the night nurse; it happened twice more this week."),
    ((2, 2, 2, 1, 0, 0, 0, 2), "Visited: alarm fitted, second carer confirmed by the nurse."),
    ((4, 3, 2, 1, 1, 0, 0, 0), "Paramedic sheet seen: admitted, fluids running."),
    ((3, 3, 1, 2, 0, 0, 2, 1), "She only speaks freely when he is out at the allotment."),
    ((2, 3, 1, 1, 1, 0, 0, 0), "Bank statement shows three more withdrawals since."),
)  # fmt: skip
MET, NOT_MET, UNKNOWN = "met", "not-met", "unknown"
DUTY: Sequence[tuple[tuple[str, str, str], str, str | None]] = (
    ((MET, MET, MET), "s42-enquiry", None),
    ((MET, MET, MET), "s42-enquiry", None),
    ((MET, MET, MET), "s42-enquiry", None),
    ((MET, MET, MET), "s42-met-response-sufficient", None),
)
NO_DUTY: Sequence[tuple[tuple[str, str, str], str, str | None]] = (
    ((MET, MET, NOT_MET), "nfa-signpost", "signpost-route@1:needs-assessment"),
    ((MET, NOT_MET, NOT_MET), "nfa-signpost", "signpost-route@1:provider-quality"),
    ((MET, UNKNOWN, MET), "other-enquiry", None),
    ((MET, MET, NOT_MET), "nfa-adult-declines", None),
    ((NOT_MET, NOT_MET, NOT_MET), "not-a-concern", None),
)
TESTS = ("needs_care_and_support", "at_risk_of_abuse_or_neglect", "unable_to_protect_themselves")
EVIDENCE = "Read with the care plan and the call of this morning."
DECIDED = "Talked through with the adult where that was safe; reasons as in the three answers."
HELD = "Rang the sender back about this one; their answer settles it."
STAFF_TEXTS = (*(evidence for _, evidence in SCORES), EVIDENCE, DECIDED, HELD)
"""What staff write is sealed as well."""

MOVED = (httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED)


async def work(door: Door, receipts: Receipts, seed: int, referrals: int) -> None:
    """Deal with those held for a person, score the head of the queue, decide a part of it."""
    held = [row async for row in door.rows("intake", "/v1/screening", CONTACT, referrals // 20)]
    for number, row in enumerate(held):
        await _deals(door, receipts, f"{seed}-held-{row['adult']}", row, number)
    first = max(6, referrals // 50)
    head = [row async for row in door.rows("triage", "/v1/concerns", MANAGER, first)]
    undecided = [row for row in head if not row["after_decision"]]
    desks = [Desk(door, receipts, seed, who) for who in SCREENERS]
    await asyncio.gather(*(_scores(desk, undecided[n::2]) for n, desk in enumerate(desks)))
    manager = Desk(door, receipts, seed, MANAGER)
    head = [row async for row in door.rows("triage", "/v1/concerns", MANAGER, first * 2)]
    for number, row in enumerate(it for it in head if not it["after_decision"]):
        await manager.acts(row["concern"], "section-42-decision", decision(number))


def decision(number: int) -> Mapping[str, Any]:
    """Give the decision on the concern so many places down the queue: 19 of 40 are section 42."""
    duty, turn = number * 19 % 40 < 19, number // 2  # noqa: PLR2004 - 19 of 40 are 47.5 %
    among = DUTY if duty else NO_DUTY
    answers, outcome, route = among[turn % len(among)]
    tests = {
        test: {"answer": answer, "evidence": EVIDENCE}
        for test, answer in zip(TESTS, answers, strict=True)
    }
    said = {"tests": tests, "outcome": f"section-42-outcome@1:{outcome}", "reasons": DECIDED}
    return said | ({"route": route} if route else {})


async def _deals(
    door: Door, receipts: Receipts, key: str, row: Mapping[str, Any], number: int
) -> None:
    reason, said = str(row["reason"]), {"adult": row["adult"], "reasons": HELD}
    to = CHILDREN if reason.endswith("under-18") else ADVICE
    path = "redirection" if to != ADVICE or number % 3 == 0 else "promotion"
    said |= {"to": to} if path == "redirection" else {}
    where = ("intake", f"/v1/referrals/{row['contact']}/{path}")
    _keep(receipts, path, row["adult"], await door.send(where, CONTACT, packed(said), key))


async def _scores(staffed: "Desk", rows: Sequence[Mapping[str, Any]]) -> None:
    for number, row in enumerate(rows):
        answers, evidence = SCORES[number % len(SCORES)]
        coded: dict[str, Any] = dict(zip(ANSWERS, answers, strict=True))
        body = {"answers": coded | {"signals": []}, "evidence": evidence}
        await staffed.acts(row["concern"], "scores", body)


@dataclass(frozen=True)
class Desk:
    """Where one member of staff works on concerns."""

    door: Door
    receipts: Receipts
    seed: int
    who: str

    async def acts(self, case: str, path: str, body: Mapping[str, Any]) -> None:
        """Look at the concern, then act on the version looked at."""
        where, key, answer = f"/v1/concerns/{case}", f"{self.seed}-{path}-{case}", None
        for _ in range(3):
            etag = (await self.door.read("triage", where, self.who)).headers["etag"]
            there = ("triage", f"{where}/{path}")
            answer = await self.door.send(there, self.who, packed(body), key, etag)
            if answer is None or answer.status_code not in MOVED:
                break
        _keep(self.receipts, path, case, answer)


def _keep(receipts: Receipts, did: str, case: str, answer: httpx.Response | None) -> None:
    if answer is not None and answer.is_success:
        receipts.keep(did=did, case=case)
    else:
        status = answer.status_code if answer is not None else None
        receipts.keep(refused=did, case=case, status=status)
