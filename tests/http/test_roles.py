"""Who may pass which door, when they knock?"""

from uuid import uuid4

import httpx
import pytest

from tests.architecture.doors import GRID, LETTERS, admitted
from tests.http.forger import Forger
from tests.support.house import Home, key

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def knock(client: httpx.AsyncClient, door: str) -> httpx.Response:
    """Ask for what is not there, with a body that no closed door takes."""
    verb, _, path = door.partition(" ")
    body = {"nobody-asked-for-this": True} if verb == "POST" else None
    return await client.request(verb, path.replace("{id}", str(uuid4())), json=body, headers=key())


@pytest.mark.parametrize("door", GRID["intake"])
async def test_intake_lets_in_whom_the_grid_names(intake: Home, door: str) -> None:
    await _lets_in(intake, door, GRID["intake"][door])


@pytest.mark.parametrize("door", GRID["triage"])
async def test_triage_lets_in_whom_the_grid_names(triage: Home, door: str) -> None:
    await _lets_in(triage, door, GRID["triage"][door])


@pytest.mark.parametrize("door", GRID["enquiry"])
async def test_enquiry_lets_in_whom_the_grid_names(enquiry: Home, door: str) -> None:
    await _lets_in(enquiry, door, GRID["enquiry"][door])


@pytest.mark.parametrize("door", GRID["dols"])
async def test_dols_lets_in_whom_the_grid_names(dols: Home, door: str) -> None:
    await _lets_in(dols, door, GRID["dols"][door])


@pytest.mark.parametrize("door", GRID["notify"])
async def test_notify_lets_in_whom_the_grid_names(notify: Home, door: str) -> None:
    await _lets_in(notify, door, GRID["notify"][door])


async def _lets_in(home: Home, door: str, letters: str) -> None:
    for may in LETTERS.values():
        async with home.client("somebody", may) as client:
            answer = await knock(client, door)
        if may in admitted(letters):
            assert answer.status_code in {200, 201, 404, 422, 428}, (may, answer.text)
        else:
            assert answer.status_code == 403, (may, answer.text)
            assert answer.json()["type"] == "/problems/forbidden"
    async with home.client("somebody") as client:
        assert (await knock(client, door)).status_code == 403
        del client.headers["Authorization"]
        assert (await knock(client, door)).status_code == 401


async def test_a_partner_cannot_ask_its_way_into_a_role(triage: Home) -> None:
    forger = Forger(triage.house.issuer)
    claims = forger.claims(scope="screener safeguarding-adults-manager operator")
    async with triage.client("rosewood-house") as client:
        client.headers["Authorization"] = f"Bearer {forger.signed(forger.header(), claims)}"
        for door in GRID["triage"]:
            assert (await knock(client, door)).status_code == 403
