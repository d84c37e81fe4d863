"""How do tests ask triage?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.triage.decisions import concern
from services.triage.rules.risk_tool import RED
from shared.contracts.intake import Referrer
from shared.facts import Recorded
from shared.sealed.vault import Open
from tests.support.house import Home, key
from tests.support.story import SOMEBODY
from tests.triage import a

SCORES: dict[str, Any] = {
    "answers": {"severity": 3, "likelihood": 4, "access": 2, "signals": [str(a.danger)]},
    "evidence": "Her son answered the telephone for her.",
}
BANDS: dict[str, Any] = {"band": str(RED), "reasons": "He has her keys."}
DECISION: dict[str, Any] = {
    "tests": {
        "needs_care_and_support": {"answer": "met", "evidence": "Needs help to wash."},
        "at_risk_of_abuse_or_neglect": {"answer": "met", "evidence": "Her money is gone."},
        "unable_to_protect_themselves": {"answer": "met"},
    },
    "outcome": str(a.enquiry),
    "reasons": "All three tests are met.",
}
REOPENING: dict[str, Any] = {"reasons": "A neighbour saw her fall."}
CONSIDERATION: dict[str, Any] = {"reasons": "The same as she said on the telephone."}
SECOND_PERSON: dict[str, Any] = {"agrees": True, "reasons": "I rang the sister."}
COMMANDS = {
    "scores": SCORES,
    "bands": BANDS,
    "second-person": SECOND_PERSON,
    "section-42-decision": DECISION,
    "reopening": REOPENING,
    "consideration": CONSIDERATION,
}


async def recognised(home: Home, *more: Any) -> UUID:
    """Let a concern be recognised and scored, Amber."""
    case = uuid4()
    details = Open(subject=case, audience="adult", value=a.details.reveal())
    referrer = Open(subject=uuid4(), audience="referrer", value=Referrer(name="Priya Anand"))
    first = replace(a.recognised, details=details, source_of_risk=None, referrer=referrer)
    at = min(SOMEBODY.effective_at, await home.runtime.log.now())  # whatever the clock says
    act = replace(SOMEBODY, id=uuid4(), correlation=uuid4(), effective_at=at)
    await home.runtime.log.append(concern.stream(case), [first, a.scored(), *more], act, after=0)
    return case


async def history(home: Home, case: UUID) -> Sequence[Recorded[Any]]:
    return await home.runtime.log.history(concern.stream(case))


async def send(
    client: httpx.AsyncClient, case: UUID, what: str, headers: Any = None, **but: Any
) -> httpx.Response:
    """Send a command; with headers of its own, where some are given."""
    return await client.post(
        f"/v1/concerns/{case}/{what}",
        json=COMMANDS[what] | but,
        headers=key() if headers is None else headers,
    )


def kind(answer: httpx.Response) -> str:
    """Give the name of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("/problems/")


async def read(client: httpx.AsyncClient, case: UUID) -> Any:
    answer = await client.get(f"/v1/concerns/{case}")
    assert answer.status_code == 200, answer.text
    return answer.json()
