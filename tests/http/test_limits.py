"""Who asks too often has to wait; an immediate danger does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.http.limits import Limit
from tests.support.house import Home, key

with_intake = pytest.mark.asyncio(loop_scope="module")

SCOPES = ("referrals.write", "referrals.read")


@contextmanager
def limited(home: Home, burst: int, per_second: float) -> Iterator[None]:
    """Let each caller ask only so often, for a while."""
    limit = Limit(burst=burst, per_second=per_second)
    home.app.state.runtime = replace(home.runtime, limit=limit)
    try:
        yield
    finally:
        home.app.state.runtime = home.runtime


@with_intake
async def test_who_asks_too_often_is_told_how_long_to_wait(intake: Home) -> None:
    with limited(intake, burst=2, per_second=0.1):
        async with intake.client("rosewood-house", *SCOPES) as home:
            left = [(await home.get("/v1/referrals")).headers["ratelimit"] for _ in range(2)]
            refused = await home.get("/v1/referrals")
            turned = await home.post(f"/v1/referrals/{uuid4()}/withdrawal", json={"reason": "x"},
                                     headers=key() | {"If-Match": '"1"'})  # fmt: skip
            keyless = await home.post(f"/v1/referrals/{uuid4()}/withdrawal", json={})
        async with intake.client("beech-lodge", *SCOPES) as other:
            assert (await other.get("/v1/referrals")).status_code == 200
    assert left == ['"caller";r=1', '"caller";r=0']
    assert (refused.status_code, turned.status_code, keyless.status_code) == (429, 429, 429)
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert refused.headers["ratelimit"] == '"caller";r=0'
    assert 1 <= int(refused.headers["retry-after"]) <= 10


@with_intake
async def test_an_immediate_danger_is_heard_however_often_they_asked(intake: Home) -> None:
    with limited(intake, burst=1, per_second=0.01):
        async with intake.client("rosewood-house", *SCOPES) as home:
            first = await home.post("/v1/referrals", json={})
            assert first.status_code == 201
            assert (await home.post("/v1/referrals", json={})).status_code == 429
            place = f"{first.headers['location']}/amendments"
            assert (await home.post(place, json={})).status_code == 429
            for danger in ("yes", True):
                body = {"immediate_danger": danger}
                assert (await home.post("/v1/referrals", json=body)).status_code == 201
                assert (await home.post(place, json=body)).status_code == 201


def test_a_limit_fills_up_again() -> None:
    limit = Limit(burst=1, per_second=1000.0)
    waits = [limit.take("a")[0] for _ in range(3)]
    assert waits[0] == 0
    assert 0 < waits[1] <= 0.001
    assert limit.take("b") == (0, 0)


def test_callers_who_are_done_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.http.limits.MOST_CALLERS", 3)
    limit = Limit(burst=1, per_second=1e9)
    for name in range(50):
        limit.take(str(name))
    assert len(limit._full_at) <= 4
