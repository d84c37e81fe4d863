"""Who takes part in a journey, and what do they do?"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import standardwebhooks
import svix.webhooks

from tests.enquiry.asking import COMMANDS, HAVING_READ
from tests.notify.asking import SCOPES
from tests.notify.receiver import Receiver, receiving
from tests.support.house import Home, House, key, together
from tests.support.patience import until
from tests.support.story import ready

MANAGER = "safeguarding-adults-manager"
SENDS = ("referrals.write", "referrals.read")
Verifier: Any = (standardwebhooks.Webhook, svix.webhooks.Webhook)

CALM = {
    "severity": 1,
    "likelihood": 1,
    "self_protection": 0,
    "access": 0,
    "repetition": 0,
    "others_at_risk": 0,
    "coercion": 0,
    "protection": 0,
}
"""A referrer's answers that make Green."""

WORRYING = CALM | {"severity": 2, "likelihood": 3, "self_protection": 1, "access": 1}
"""A referrer's answers that make Amber."""

GRAVE = CALM | {"severity": 3, "likelihood": 4, "self_protection": 1, "access": 2, "coercion": 2}
"""A referrer's answers that make Red."""


def referral(risk: Mapping[str, int] = WORRYING, **more: Any) -> dict[str, Any]:
    """Give what a partner's system sends of one adult."""
    adult = {"name": "Edith Hollowell", "date_of_birth": "1941-05-02", "risk": risk}
    return {"what_happened": "Her cupboards are empty.", "adults": [adult]} | more


@dataclass(frozen=True)
class Partner:
    """A partner's system."""

    client: httpx.AsyncClient

    async def refers(self, body: Mapping[str, Any]) -> Any:
        """Send a referral, and give its receipt."""
        answer = await self.client.post("/v1/referrals", json=body, headers=key())
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def adds(self, to: Any, body: Mapping[str, Any]) -> None:
        """Send more."""
        at = f"/v1/referrals/{to['id']}/amendments"
        answer = await self.client.post(at, json=body, headers=key())
        assert answer.status_code == 201, answer.text

    async def takes_back(self, sent: Any, reason: str) -> None:
        """Take a referral back, having looked at it."""
        at = f"/v1/referrals/{sent['id']}"
        seen = {"If-Match": (await self.client.get(at)).headers["ETag"]}
        answer = await self.client.post(
            f"{at}/withdrawal", json={"reason": reason}, headers=key() | seen
        )
        assert answer.status_code == 204, answer.text

    async def hears(self, of: Any, what: Callable[[Any], bool]) -> Any:
        """Wait until the status of a referral says `what`, and give it."""

        async def told() -> Any:
            status = (await self.client.get(f"/v1/referrals/{of['id']}")).json()
            return status if what(status) else None

        return await until(told)


@dataclass(frozen=True)
class Staff:
    """Somebody at a keyboard."""

    client: httpx.AsyncClient

    async def reads(self, concern: str, where: Callable[[Any], bool] = lambda _: True) -> Any:
        """Wait until a concern can be read and is as said, and give it."""

        async def shown() -> Any:
            answer = await self.client.get(f"/v1/concerns/{concern}")
            found = answer.json() if answer.status_code == 200 else None
            return found if found and where(found) else None

        return await until(shown)

    async def sees_in_order(self, *concerns: str) -> list[str]:
        """Wait until all of these are in the queue; give them as it ranks them."""

        async def ranked() -> Any:
            found = [it["concern"] for it in await self.queue() if it["concern"] in concerns]
            return found if len(found) == len(concerns) else None

        order: list[str] = await until(ranked)
        return order

    async def sees_no_more(self, concern: str) -> None:
        """Wait until a concern is not in the queue."""

        async def gone() -> bool:
            return concern not in {it["concern"] for it in await self.queue()}

        await until(gone)

    async def queue(self) -> list[Any]:
        """Give the whole queue."""
        return await self._all("/v1/concerns")

    async def screening(self) -> list[Any]:
        """Give all whom the policy left to a person."""
        return await self._all("/v1/screening")

    async def sees_held(self, adult: str) -> Any:
        """Wait until an adult is left to a person, and give their row."""

        async def held() -> Any:
            return next((it for it in await self.screening() if it["adult"] == adult), None)

        return await until(held)

    async def sees_held_no_more(self, adult: str) -> None:
        """Wait until an adult is left to a person no more."""

        async def gone() -> bool:
            return adult not in {it["adult"] for it in await self.screening()}

        await until(gone)

    async def does(self, what: str, having_read: str | None = None, **said: Any) -> None:
        """Act: `what` is the path of a command, `having_read` of what is read just before it."""
        headers = key()
        if having_read:
            headers["If-Match"] = (await self.client.get(f"/v1/{having_read}")).headers["ETag"]
        answer = await self.client.post(f"/v1/{what}", json=said, headers=headers)
        assert answer.status_code == 204, answer.text

    async def decides(self, concern: str, outcome: str = "s42-enquiry", **more: Any) -> None:
        """Decide under section 42, all three tests being met where nothing else is said."""
        limbs = (
            "needs_care_and_support", "at_risk_of_abuse_or_neglect", "unable_to_protect_themselves"
        )  # fmt: skip
        answers = {limb: {"answer": more.pop(limb, "met"), "evidence": "Seen."} for limb in limbs}
        await self.does(
            f"concerns/{concern}/section-42-decision",
            having_read=f"concerns/{concern}",
            tests=answers,
            outcome=f"section-42-outcome@1:{outcome}",
            reasons="As the tests say.",
            **more,
        )

    async def _all(self, path: str) -> list[Any]:
        found: list[Any] = []
        params: dict[str, Any] = {"limit": 200}
        while params:
            page = (await self.client.get(path, params=params)).json()
            found += page["items"]
            params = {"limit": 200, "after": page["next"]} if page["next"] else {}
        return found


class Lead(Staff):
    """Who leads enquiries, and who closes them."""

    async def sees(self, id: str, where: Callable[[Any], bool] = lambda _: True) -> Any:
        """Wait until an enquiry is there and as said, and give it."""

        async def shown() -> Any:
            answer = await self.client.get(f"/v1/enquiries/{id}")
            found = answer.json()["enquiry"] if answer.status_code == 200 else None
            return found if found and where(found) else None

        return await until(shown)

    async def makes(self, id: str, *whats: str, **but: Any) -> None:
        """Take steps of an enquiry, once it is there."""
        await self.sees(id)
        for what in whats:
            read = f"enquiries/{id}" if what in HAVING_READ else None
            await self.does(f"enquiries/{id}/{what}", read, **(COMMANDS[what] | but))

    async def cannot(self, id: str, what: str, **but: Any) -> Any:
        """Try a step that is refused, without the answers that are None; give the problem."""
        said = {name: it for name, it in (COMMANDS[what] | but).items() if it is not None}
        answer = await self.client.post(f"/v1/enquiries/{id}/{what}", json=said, headers=key())
        assert 400 <= answer.status_code < 500, answer.text
        return answer.json()


@dataclass(frozen=True)
class Organisation:
    """A partner: what it sends with, what it asks notify with, and where it hears."""

    name: str
    intake: Partner
    notify: httpx.AsyncClient
    receiver: Receiver
    secret: str

    async def hears(self, *types: str) -> None:
        """Wait until these events came, in this order, and no others."""

        async def heard() -> bool:
            return len({got.id for got in self.receiver.got}) >= len(types)

        await until(heard)
        assert self.receiver.types == list(types)
        for got in self.receiver.got:
            for library in Verifier:
                library(self.secret).verify(got.body, dict(got.headers))

    async def also_hears(self, *types: str) -> None:
        """Wait until events of these types came; those of different topics may change places."""

        async def heard() -> bool:
            return set(types) <= set(self.receiver.types)

        await until(heard)

    async def feed(self) -> Sequence[Any]:
        """Give what it can fetch of what it was told."""
        return list((await self.notify.get("/v1/events")).json()["items"])

    async def fetches_what_it_heard(self) -> None:
        """Wait until the feed says what the webhooks said; each of the two may be the first."""

        async def same() -> bool:
            return [it.event for it in self.receiver.got] == await self.feed()

        await until(same)

    async def is_told(self, case: str, *types: str) -> None:
        """Wait until the feed has exactly these events of a case, in whatever order."""

        async def told() -> bool:
            found = [it["type"] for it in await self.feed() if it["data"]["case"] == case]
            return sorted(found) == sorted(types)

        await until(told)

    async def owed(self, *expected: tuple[str, str]) -> Sequence[Any]:
        """Wait until exactly this is owed: what, and by whom; and give it."""

        async def found() -> Any:
            items = (await self.notify.get("/v1/obligations")).json()["items"]
            now = [(it["kind"].partition(":")[2], it["owed_by"]) for it in items]
            return (items,) if sorted(now) == sorted(expected) else None

        items: Sequence[Any] = (await until(found))[0]
        return items


@asynccontextmanager
async def organisation(town: Mapping[str, Home], name: str) -> AsyncIterator[Organisation]:
    """Give a partner whose receiver is registered."""
    async with (
        town["intake"].client(name, *SENDS) as sends,
        town["notify"].client(name, *SCOPES) as asks,
        receiving() as receiver,
    ):
        answer = await asks.post("/v1/webhook-endpoints", json={"url": receiver.url}, headers=key())
        assert answer.status_code == 201, answer.text
        yield Organisation(name, Partner(sends), asks, receiver, answer.json()["secret"])


@asynccontextmanager
async def at_work(house: House, *services: str) -> AsyncIterator[dict[str, Home]]:
    """Let these services work, once their lists can be asked for."""
    async with together(house, *services) as town:
        for home in town.values():
            await ready(home)
        yield town


def due(of: Any) -> dict[str, str]:
    """Give what is owed to a case, and by when."""
    return {it["kind"]: it["due_at"] for it in of["due"]}


def missed(of: Any) -> list[str]:
    """Give what was owed to a case, and passed."""
    return [it["kind"] for it in of["missed"]]


def adult(of: Any) -> str:
    """Give the one adult of a referral."""
    (only,) = of["adults"]
    return str(only["adult"])


@dataclass(frozen=True)
class People:
    """Everybody in a journey."""

    home: Partner
    contact: Staff
    screener: Staff
    manager: Staff


@asynccontextmanager
async def people(town: Mapping[str, Home]) -> AsyncIterator[People]:
    """Give everybody their way in, once the services' lists can be asked for."""
    for home in town.values():
        await ready(home)
    intake, triage = town["intake"], town["triage"]
    name = f"rosewood-house-{uuid4()}"
    async with (
        intake.client(name, *SENDS) as partner,
        intake.client("jo", "customer-contact") as contact,
        triage.client("kit", "screener") as screener,
        triage.client("sam", MANAGER) as manager,
    ):
        yield People(Partner(partner), Staff(contact), Staff(screener), Staff(manager))


async def it_is(town: Mapping[str, Home], moment: str) -> None:
    """Let the council's clock move on to `moment`."""
    for home in town.values():
        async with home.client("olu", "operator") as operator:
            answer = await operator.post("/v1/simulation/clock", json={"to": moment}, headers=key())
            assert answer.status_code == 204, answer.text


async def waits(home: Partner, risk: Mapping[str, int]) -> str:
    """Refer somebody; give their concern."""
    adult: str = (await home.refers(referral(risk)))["adults"][0]["adult"]
    return adult
