"""How do tests ask intake?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx

from services.intake.decisions import referral
from shared.facts import Recorded
from tests.support.house import Home, key

REFERRAL: dict[str, Any] = {
    "partner_reference": "RW-2026-0117",
    "immediate_danger": "no",
    "what_happened": "Her cupboards are empty.",
    "adults": [{"name": "Edith Hollowell", "date_of_birth": "1941-05-02"}],
    "referrer": {"name": "Priya Anand"},
}
CHILD = {"what_happened": "He was hit.", "adults": [{"name": "Sam Tull", "approximate_age": 9}]}
EDITH = {"name": "Edith Hollowell", "date_of_birth": "1941-05-02", "nhs_number": "999 000 0107"}
BO = {"name": "Bo Finch", "known_as": "Bobby", "date_of_birth": "1938-11-30"}
CAL = {"name": "Cal Finch", "nhs_number": "9990000115"}
REASONS = "The year of birth was mistyped."


async def sent(client: httpx.AsyncClient, body: Any = REFERRAL) -> Any:
    """Send a referral; give its receipt."""
    answer = await client.post("/v1/referrals", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def history(home: Home, id: str) -> Sequence[Recorded[Any]]:
    return await home.runtime.log.history(referral.stream(UUID(id)))


def kinds(history: Sequence[Recorded[Any]]) -> list[type]:
    return [type(it.fact) for it in history]


def kind(answer: httpx.Response) -> str:
    """Give the name of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("/problems/")
