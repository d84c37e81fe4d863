"""Does somebody look after an adult whom only an addition names?"""

from asyncio import gather
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from services.intake.decisions import BY_A_PERSON, HELD, Referral, referral
from services.intake.events import (
    ContactHeld,
    InformationKept,
    InformationPassedOn,
    Part,
    ReferralAmended2,
    ReferralFact,
)
from services.intake.projections.screening import Waiting, screening
from services.intake.projections.status import status_of
from services.intake.rules.looks import URGENT
from services.intake.rules.promotion import NAMED_LATER
from services.intake.rules.reading import MORE_ADULTS, UNDER_18
from shared.contracts.intake import AdultPart, Referrer
from shared.decider import Deadline
from shared.time.calendar import calendar
from tests.intake import a
from tests.intake.asking import CHILD, REASONS, history, kind, kinds, sent
from tests.support.house import Home, key
from tests.support.story import Story, ready, rows

pytestmark = pytest.mark.asyncio(loop_scope="module")
story: Story[Any, Referral, ReferralFact] = Story(referral)
known = story.given(a.received, a.promoted, act=a.ROSEWOOD)


async def test_danger_told_of_an_adult_whom_the_referral_does_not_name_is_looked_at_by_a_person_within_the_hour() -> (  # noqa: E501 - it is said in one sentence
    None
):
    known.when(a.naming, act=a.ROSEWOOD).then(a.amended, a.passed_on(), a.named_later)
    told = known.given(a.amended, a.passed_on(), a.named_later, act=a.later(hours=5))
    within_the_hour = a.ROSEWOOD.effective_at + timedelta(hours=6)
    told.owes(Deadline(URGENT, within_the_hour), calendar=calendar())


async def test_who_is_known_by_then_is_no_further_adult() -> None:
    named = known.given(a.amended, a.passed_on(), a.named_later, act=a.ROSEWOOD)
    later = replace(a.kept(), adult=a.THREE, answers=a.answers[a.THREE])
    later = replace(later, words=a.amendment.words[a.THREE])
    named.when(a.naming, act=a.ROSEWOOD).then(a.amended, a.passed_on(), later)


async def test_a_person_lets_them_go_on_or_passes_them_on_as_anybody_held() -> None:
    named = known.given(a.amended, a.passed_on(), a.named_later, act=a.ROSEWOOD)
    on = replace(a.promoted, part=a.of_another, policy=BY_A_PERSON, was=HELD)
    named.when(replace(a.promotion, adult=a.THREE)).then(replace(on, reasons=a.why))
    passed = replace(a.redirected, adult=a.THREE)
    named.when(replace(a.redirection, adult=a.THREE)).then(passed)


async def test_who_was_named_later_stands_in_the_list_with_what_to_do() -> None:
    facts = a.recorded(a.received, a.promoted, a.amended, a.named_later)
    found: dict[Any, Waiting] = rows(screening, facts)
    row = found[a.THREE]
    assert (row.reason, row.calm, row.danger) == (NAMED_LATER, False, True)


async def test_the_sender_reads_where_they_have_got_to_behind_those_of_the_receipt() -> None:
    young = replace(a.named_later, part=a.part(a.THREE, UNDER_18))
    facts = a.recorded(a.received, a.promoted, a.amended, young)
    status = status_of(a.REFERRAL, facts, now=a.ROSEWOOD.effective_at)
    assert status
    assert [(it.adult, it.label, it.status) for it in status.adults] == [
        (a.ONE, "adult 1", "promoted"),
        (a.THREE, "adult 2", "held"),
    ]
    assert "children's services" in status.advice[-1]


# Over HTTP


async def added(client: httpx.AsyncClient, id: str, body: Any) -> Any:
    answer = await client.post(f"/v1/referrals/{id}/amendments", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def held(home: Home, id: str) -> Sequence[Part]:
    facts = [it.fact for it in await history(home, id)]
    return [it.part for it in facts if isinstance(it, ContactHeld) and it.reason == NAMED_LATER]


async def test_an_addition_names_another_adult_in_danger_and_staff_see_them_first(
    home: Home, rosewood: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    told = await sent(rosewood)
    risk = {"signals": ["immediate-danger"]}
    more = {"what_happened": "He hit him too.", "adults": [{}, {"name": "Bo", "risk": risk}]}
    answer = await added(rosewood, told["id"], more)
    assert [it["status"] for it in answer["adults"]] == ["promoted", "held"]
    assert answer["checks"] == []
    assert answer["advice"][0].startswith("Call 999 now")
    facts = await history(home, told["id"])
    assert kinds(facts)[2:] == [ReferralAmended2, InformationPassedOn, ContactHeld]
    assert facts[3].fact.answers.signals == (), "it was told of Bo, and not of Edith"

    bo = answer["adults"][1]["adult"]
    assert UUID(bo) == uuid5(UUID(told["id"]), "adult 1")
    await ready(home)
    least = {"X-Min-Position": str(await home.runtime.log.head())}
    rows = (await contact.get("/v1/screening?limit=200", headers=least)).json()["items"]
    (row,) = [it for it in rows if it["adult"] == bo]
    assert (row["within_the_hour"], row["reason"]) == (True, NAMED_LATER)

    said = {"adult": bo, "reasons": REASONS}
    at = f"/v1/referrals/{told['id']}/promotion"
    assert (await contact.post(at, json=said, headers=key())).status_code == 204
    part = (await history(home, told["id"]))[-1].fact.part
    opened = await home.runtime.log.vault.open(part.details, AdultPart)
    assert (opened.adult.name, opened.circumstances.what_happened) == ("Bo", "He hit him too.")


async def test_of_who_was_named_later_the_next_addition_is_told_as_well(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood)
    both = {"adults": [{"name": "Edith"}, {"name": "Bo"}]}
    await added(rosewood, told["id"], both)
    assert len((await added(rosewood, told["id"], both))["adults"]) == 2
    facts = await history(home, told["id"])
    assert kinds(facts)[-3:] == [ReferralAmended2, InformationPassedOn, InformationKept]
    assert len(await held(home, told["id"])) == 1


@pytest.mark.parametrize(
    ("first", "then", "named"),
    [
        ({"name": "Priya"}, {}, "Priya"),
        ({"name": "Priya", "anonymous": True}, {}, None),
        ({"name": "Priya"}, {"anonymous": True}, None),
        ({"name": "Priya"}, {"name": "Ivy"}, "Ivy"),
        ({"name": "Priya", "anonymous": True}, {"name": "Ivy"}, None),
    ],
)
async def test_who_tells_it_goes_along_unless_they_asked_not_to_be_named(
    home: Home, rosewood: httpx.AsyncClient, first: Any, then: Any, named: str | None
) -> None:
    told = await sent(rosewood, {"adults": [{}], "referrer": first, "what_happened": "x"})
    await added(rosewood, told["id"], {"adults": [{}, {"name": "Bo"}], "referrer": then})
    (part,) = await held(home, told["id"])
    opened = await home.runtime.log.vault.words(part.referrer, Referrer)
    assert (opened and opened.name) == named


async def test_with_more_adults_than_are_read_one_part_stands_for_the_rest(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood)
    answer = await added(rosewood, told["id"], {"adults": [{"name": "Ann"}] * 60})
    parts = await held(home, told["id"])
    assert (len(parts), len(answer["adults"])) == (50, 51)
    assert [it.age for it in parts].index(MORE_ADULTS) == 49
    assert [it["code"] for it in answer["checks"]] == ["too-many"]
    await added(rosewood, told["id"], {"adults": [{"name": "Ann"}] * 60})
    assert len(await held(home, told["id"])) == 50


async def test_two_additions_at_once_lose_nobody(home: Home, rosewood: httpx.AsyncClient) -> None:
    told = await sent(rosewood, CHILD)
    bodies = [{"adults": [{}, {"name": "Bo"}]}, {"immediate_danger": True}, {"views": "x"}]
    await gather(*(added(rosewood, told["id"], body) for body in bodies))
    state = referral.fold(await history(home, told["id"]))
    assert state
    assert (state.amendments, len(state.contacts)) == (3, 2)


async def test_what_is_added_while_it_keeps_moving_is_kept_or_refused_and_never_half_kept(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood)
    at = f"/v1/referrals/{told['id']}/amendments"
    bodies = [{"views": str(number)} for number in range(40)]
    asked = (rosewood.post(at, json=body, headers=key()) for body in bodies)
    answers = await gather(*asked)
    refused = [it for it in answers if it.status_code != 201]
    assert {kind(it) for it in refused} <= {"kept-moving"}
    state = referral.fold(await history(home, told["id"]))
    assert state
    assert state.amendments == len(bodies) - len(refused)
