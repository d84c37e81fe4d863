"""A partner hears what became of what it sent: by webhook, by feed, and what is owed both ways."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
import standardwebhooks
import svix.webhooks

from tests.dols.asking import asks, does
from tests.enquiry.asking import COMMANDS, lists
from tests.journeys.people import Partner, Staff, referral
from tests.notify.asking import SCOPES
from tests.notify.receiver import Receiver, receiving
from tests.support.house import Home, House, at_home, key
from tests.support.patience import until
from tests.support.story import ready

MANAGER = "safeguarding-adults-manager"
SENDS = ("referrals.write", "referrals.read")
Verifier: Any = (standardwebhooks.Webhook, svix.webhooks.Webhook)


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

        await until(heard, 30)
        assert self.receiver.types == list(types)
        for got in self.receiver.got:
            for library in Verifier:
                library(self.secret).verify(got.body, dict(got.headers))

    async def feed(self) -> Sequence[Any]:
        return list((await self.notify.get("/v1/events")).json()["items"])

    async def owed(self, *expected: tuple[str, str]) -> None:
        """Wait until exactly this is owed: what, and by whom."""

        async def found() -> bool:
            items = (await self.notify.get("/v1/obligations")).json()["items"]
            now = [(it["kind"].partition(":")[2], it["owed_by"]) for it in items]
            return sorted(now) == sorted(expected)

        await until(found, 30)


@asynccontextmanager
async def organisation(town: dict[str, Home], name: str) -> AsyncIterator[Organisation]:
    """Give a partner whose receiver is registered."""
    async with (
        town["intake"].client(name, *SENDS) as sends,
        town["notify"].client(name, *SCOPES) as asks,
        receiving() as receiver,
    ):
        answer = await asks.post("/v1/webhook-endpoints", json={"url": receiver.url}, headers=key())
        assert answer.status_code == 201, answer.text
        yield Organisation(name, Partner(sends), asks, receiver, answer.json()["secret"])


@pytest.fixture
async def working(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[dict[str, Home]]:
    """Give the services of this journey at work."""
    monkeypatch.setenv("SAFEGUARDING_EGRESS_ALLOW", "127.0.0.0/8")
    async with AsyncExitStack() as open_:
        names = ("intake", "triage", "enquiry", "notify")
        town = {it: await open_.enter_async_context(at_home(shared_house, it)) for it in names}
        for home in town.values():
            await ready(home)
        yield town


class Lead(Staff):
    """Who leads enquiries."""

    async def makes(self, id: str, *whats: str, **but: Any) -> None:
        """Take steps of an enquiry, once it is there."""

        async def opened() -> bool:
            return (await self.client.get(f"/v1/enquiries/{id}")).status_code == 200

        await until(opened)
        for what in whats:
            await self.does(f"enquiries/{id}/{what}", **(COMMANDS[what] | but))


@pytest.mark.slow
async def test_a_partner_hears_what_became_of_what_it_sent(working: dict[str, Home]) -> None:
    async with (
        organisation(working, f"rosewood-house-{uuid4()}") as home,
        organisation(working, f"royal-derby-{uuid4()}") as hospital,
        working["triage"].client("sam", MANAGER) as at_triage,
        working["enquiry"].client("sam", MANAGER) as at_enquiry,
        working["notify"].client("sam", MANAGER) as at_notify,
    ):
        manager, lead = Staff(at_triage), Lead(at_enquiry)

        # A home refers somebody, and hears that it is here and looked at.
        sent = await home.intake.refers(referral())
        id = sent["adults"][0]["adult"]
        await home.hears("referral.received", "concern.recognised")

        # What it adds is a debt of ours, until the decision takes it in.
        await home.intake.adds(sent, referral(what_happened="He has her bank card."))
        await home.owed(("answer-to-contribution", "us"))
        await manager.reads(id, lambda it: it["concern"]["news"] == 1)
        await manager.decides(id)
        await home.owed()
        heard = {"contribution.received", "decision.made", "contribution.considered"}
        await until_heard(home, heard | {"enquiry.opened"})

        # A hospital is asked to enquire for us: it owes, reports, and then we owe.
        await lists(at_enquiry, partner=hospital.name)
        await lead.makes(id, "lead", "plan", "desired-outcomes", "advocacy")
        await lead.makes(id, "caused-enquiry", partner=hospital.name)
        await hospital.owed(("answer-to-request", "them"))
        await lead.makes(id, "caused-enquiry/answer")
        await hospital.owed(("report", "them"))
        await lead.makes(id, "caused-enquiry/report")
        await hospital.owed(("answer-to-report", "us"))
        await lead.makes(id, "caused-enquiry/assessment", verdict="report-verdict@1:accepted")
        await hospital.owed()
        await hospital.hears("task.assigned", "report.received", "report.assessed")

        # The end is told to who referred, and the story of it to nobody.
        await lead.makes(id, "outcomes-achieved")
        await lead.makes(id, "conclusion", plan="safety-plan@1:not-needed")
        await lead.makes(id, "closure")
        await until_heard(home, {"enquiry.concluded", "enquiry.closed"})

        # The feed says the same as the webhooks did, in each case in the same order.
        assert [it.event for it in home.receiver.got] == await home.feed()
        assert [it.event for it in hospital.receiver.got] == await hospital.feed()
        numbers = [it["data"]["sequence"] for it in await home.feed()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert {it["data"]["case"] for it in await home.feed()} == {sent["id"]}
        theirs = {it["data"]["case"] for it in await hospital.feed()}
        assert not theirs & {sent["id"], id}

        # And staff see what was told, by which right, and that it arrived.
        told = (await at_notify.get(f"/v1/correspondence/{sent['id']}")).json()
        assert all(it["disclosure"] for it in told["events"])
        assert {it["attempts"][-1]["status"] for it in told["events"]} == {"delivered"}


async def until_heard(who: Organisation, types: set[str]) -> None:
    """Wait until events of these types came; those of different topics may change places."""

    async def heard() -> bool:
        return types <= set(who.receiver.types)

    await until(heard, 30)


@pytest.mark.slow
async def test_a_managing_authority_hears_that_it_is_asked(
    shared_house: House, working: dict[str, Home]
) -> None:
    name = f"rosewood-house-{uuid4()}"
    async with (
        at_home(shared_house, "dols") as dols,
        organisation(working, name) as home,
        dols.client(name, "dols.write", "dols.read") as ward,
        dols.client("cora", "dols-coordinator") as coordinator,
    ):
        case = (await asks(ward))["id"]
        await does(coordinator, case, "questions")
        await home.hears("dols.received", "dols.question-asked")
        told = (await home.feed())[-1]
        assert (told["type"], told["data"]["case"]) == ("dols.question-asked", case)
        assert "Marigold" not in str(told), "its words are fetched"
        (question,) = (await ward.get(told["data"]["links"]["self"])).json()["questions"]
        assert question["words"] == "When was Marigold born?"
