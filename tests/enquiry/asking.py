"""How do tests ask enquiry?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.enquiry.decisions import enquiry
from services.enquiry.events import EnquiryOpened
from shared.facts import Recorded
from tests.enquiry import a
from tests.support.house import Home, key
from tests.support.patience import until
from tests.support.story import SOMEBODY

WEEK_ON = f"{datetime.now(UTC).date() + timedelta(days=7)}"  # noqa: TID251 - the clock is the real one
"""A day that an action may be due on, where the clock is the real one."""

FINDINGS: dict[str, Any] = {
    "risks": [
        {
            "type": "risk-type@1:neglect-and-acts-of-omission",
            "source": "risk-source@1:service-provider",
            "location": "risk-location@1:care-home-nursing",
        }
    ],
    "outcome": "risk-outcome@1:identified-action-taken",
    "result": "risk-result@1:reduced",
    "capacity": "mental-capacity@1:lacked",
    "advocate": "advocate@1:supported",
}
COMMANDS: dict[str, dict[str, Any]] = {
    "lead": {"lead": "lena.moss"},
    "plan": {"purpose": "Is she fed?", "methods": ["enquiry-method@1:visit"]},
    "desired-outcomes": {"answer": "desired-outcomes@1:expressed", "words": "To stay at home."},
    "outcomes-achieved": {"achieved": "outcomes-achieved@1:partly", "words": "By day."},
    "advocacy": {
        "difficulty": "substantial-difficulty@1:yes",
        "individual": "appropriate-individual@1:no",
        "advocate": "independent-advocate@1:arranged",
        "words": "Ms Abara comes on Monday.",
    },
    "caused-enquiry": {
        "partner": "royal-derby",
        "questions": ["Who was on duty?", "Who locked the door?"],
    },
    "caused-enquiry/answer": {
        "answer": "caused-enquiry-answer@1:accepted",
        "words": "We begin today.",
    },
    "caused-enquiry/report": {"report": "Two were on duty."},
    "caused-enquiry/assessment": {
        "verdict": "report-verdict@1:returned",
        "reasons": "Their names are missing.",
    },
    "caused-enquiry/recall": {"reasons": "We go ourselves."},
    "caused-enquiry/consideration": {"reasons": "We knew that."},
    "conclusion": {
        "findings": FINDINGS,
        "plan": "safety-plan@1:needed",
        "words": "She was not fed.",
    },
    "safety-plan": {
        "actions": [{"what": "Weigh her.", "owner": "action-owner@1:provider", "due_on": WEEK_ON}]
    },
    "safety-plan/endings": {"action": 1, "how": "action-ending@1:done", "words": "She gained."},
    "safety-plan/reviews": {"words": "It works."},
    "closure": {
        "reason": "closing-reason@1:completed",
        "adult_told": "feedback@1:told",
        "referrer_told": "feedback@1:waived",
        "words": "The referrer stays unnamed.",
    },
    "reopening": {"reasons": "Hungry again."},
    "consideration": {"effect": "information-effect@1:none", "reasons": "Known from the ward."},
    "decision-review": {"reasons": "It goes on."},
}
OF_A_MANAGER = (
    "lead", "caused-enquiry/consideration", "conclusion", "closure", "reopening", "decision-review"
)  # fmt: skip
HAVING_READ = ("consideration", "decision-review")
"""What is taken only from who has read how it stands."""


async def opened(home: Home, *more: Any) -> UUID:
    """Let an enquiry be opened."""
    case = uuid4()
    first: EnquiryOpened = replace(a.opened, contact=uuid4())
    at = min(SOMEBODY.effective_at, await home.runtime.log.now())  # whatever the clock says
    act = replace(SOMEBODY, id=uuid4(), correlation=uuid4(), effective_at=at)
    await home.runtime.log.append(enquiry.stream(case), [first, *more], act, after=0)
    return case


async def history(home: Home, case: UUID) -> Sequence[Recorded[Any]]:
    return await home.runtime.log.history(enquiry.stream(case))


async def send(
    client: httpx.AsyncClient, case: UUID, what: str, headers: Any = None, **but: Any
) -> httpx.Response:
    """Send a command; with headers of its own, where some are given."""
    if headers is None and what == "decision-review":  # who reviews has read how it stands
        shown = await client.get(f"/v1/enquiries/{case}")
        headers = key() | {"If-Match": shown.headers.get("ETag", '"1"')}
    return await client.post(
        f"/v1/enquiries/{case}/{what}",
        json=COMMANDS[what] | but,
        headers=key() if headers is None else headers,
    )


PARTNER = {
    "partner": "royal-derby",
    "organisation": "Royal Derby Hospital",
    "partner_kind": "partner-kind@1:nhs",
}


async def lists(manager: httpx.AsyncClient, **but: str) -> None:
    """Let a partner be asked."""
    answer = await manager.post("/v1/partners", json=PARTNER | but, headers=key())
    assert answer.status_code == 204, answer.text


async def does(client: httpx.AsyncClient, case: UUID, *what: str) -> httpx.Response:
    """Send commands one after the other; give the last answer."""
    answers = [await send(client, case, each) for each in what]
    assert [it.status_code for it in answers] == [204] * len(what), answers[-1].text
    return answers[-1]


def kind(answer: httpx.Response) -> str:
    """Give the name of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("/problems/")


async def reached(client: httpx.AsyncClient, path: str, least: int, **params: Any) -> Any:
    """Give what a list says once it has reached `least`: it answers without, where that is long."""

    async def there() -> httpx.Response | None:
        answer = await client.get(path, params=params, headers={"X-Min-Position": str(least)})
        assert answer.status_code == 200, answer.text
        return answer if int(answer.headers["X-Log-Position"]) >= least else None

    return (await until(there)).json()


async def listed(client: httpx.AsyncClient, least: int = 0, limit: int = 200) -> list[Any]:
    """Give the list, page by page, not before it has reached `least`."""
    found: list[Any] = []
    more: dict[str, Any] | None = {"limit": limit}
    while more:
        page = await reached(client, "/v1/enquiries", least, **more)
        found += page["items"]
        more = {"limit": limit, "after": page["next"]} if page["next"] else None
    return found


def safety_plan(due_on: str, review_on: str) -> dict[str, Any]:
    """Give what a safety plan says, where the clock is a simulated one."""
    (action,) = COMMANDS["safety-plan"]["actions"]
    return {"actions": [action | {"due_on": due_on}], "first_review_on": review_on}


async def read(client: httpx.AsyncClient, case: UUID) -> Any:
    answer = await client.get(f"/v1/enquiries/{case}")
    assert answer.status_code == 200, answer.text
    return answer.json()
