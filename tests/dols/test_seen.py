"""Does a look at a request pass for a look at what was told since?"""

from typing import Any

import httpx
import pytest

from tests.dols.asking import as_seen, does, history, kind, sees, send
from tests.support.house import Home, key

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOOKS = pytest.mark.parametrize("what", ["consideration", "priority"])


async def tells(ward: httpx.AsyncClient, case: str, **told: str) -> None:
    answer = await ward.post(
        f"/v1/dols-requests/{case}/circumstances", json=told, headers=key()
    )  # fmt: skip
    assert answer.status_code == 201, answer.text


@LOOKS
async def test_what_was_told_is_seen_by_who_says_what_they_have_read(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, case: str, what: str
) -> None:
    await tells(ward, case, still_needed="no")
    read = await as_seen(coordinator, case)
    await tells(ward, case, still_here="no")
    before = len(await history(home, case))
    blind = await send(coordinator, case, what)
    assert (blind.status_code, kind(blind)) == (428, "precondition-required")
    for seen in (read, key() | {"If-Match": '"0"'}):
        late = await send(coordinator, case, what, headers=seen)
        assert (late.status_code, kind(late)) == (412, "conflict")
    assert len(await history(home, case)) == before
    assert (await sees(coordinator, case))["case"]["told_at"]
    now: Any = await as_seen(coordinator, case)
    for _ in range(2):  # a repeat is answered as it was
        assert (await send(coordinator, case, what, headers=now)).status_code == 204
    assert (await sees(coordinator, case))["case"]["told_at"] is None


async def test_where_nothing_was_told_there_is_nothing_to_have_read(
    coordinator: httpx.AsyncClient, case: str
) -> None:
    assert kind(await send(coordinator, case, "consideration")) == "nothing-was-told"
    await does(coordinator, case, "priority")


async def test_a_repeat_of_a_score_is_answered_though_something_was_told_since(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, case: str
) -> None:
    once = key()
    assert (await send(coordinator, case, "priority", headers=once)).status_code == 204
    await tells(ward, case, still_here="no")
    before = len(await history(home, case))
    assert (await send(coordinator, case, "priority", headers=once)).status_code == 204
    assert len(await history(home, case)) == before
    assert (await sees(coordinator, case))["case"]["told_at"]
