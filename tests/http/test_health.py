"""Is a service alive and ready, and does a simulated installation say what it is?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import structlog

from tests.http.conftest import home_is_ready
from tests.support.house import Home, House, at_home, house, key
from tests.support.patience import until


@pytest.fixture(scope="module")
def far_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a simulated installation that a test may break."""
    with house(tmp_path_factory.mktemp("far"), clock="simulated") as found:
        yield found


async def ready(home: Home) -> tuple[int, Any]:
    """Ask whether it is ready."""
    async with home.client("nobody") as client:
        told = await client.get("/health/ready")
        assert (await client.get("/health/live")).json() == {"status": "alive"}
    return told.status_code, told.json()


async def measured(home: Home, series: str) -> float:
    """Give what `/metrics` says of a series."""
    async with home.client("nobody") as client:
        lines = (await client.get("/metrics")).text.splitlines()
    (line,) = (it for it in lines if it.startswith(f"safeguarding_{series} "))
    return float(line.rpartition(" ")[2])


async def close(house: House, database: str, *, opened: bool) -> None:
    """Let nobody into `database`, or everybody again."""
    owner = await asyncpg.connect(house.owner("postgres"))
    await owner.execute(f"alter database {database} allow_connections {opened}")
    if not opened:
        query = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1"
        await owner.fetch(query, database)
    await owner.close()


@pytest.mark.slow
async def test_ready_means_that_it_can_append(far_house: House) -> None:
    async with at_home(far_house, "intake") as home:
        await until(home_is_ready(home))
        assert (await ready(home))[0] == 200
        for database, missing in (("vault", "vault"), ("intake", "log")):
            await close(far_house, database, opened=False)
            status, told = await ready(home)
            assert (status, told["ready"], told[missing]) == (503, False, False)
            assert await measured(home, 'can_append{service="intake"}') == 0
            await close(far_house, database, opened=True)

            async def again() -> bool:
                return (await ready(home))[0] == 200

            await until(again)
            assert await measured(home, 'can_append{service="intake"}') == 1
        async with home.client("rosewood-house", "referrals.write") as client:
            assert (await client.post("/v1/referrals", json={})).status_code == 201


@pytest.mark.slow
async def test_a_simulated_installation_says_so_and_its_clock_can_be_moved(
    far_house: House,
) -> None:
    async with (
        at_home(far_house, "intake") as home,
        home.client("otto", "operator") as operator,
        home.client("rosewood-house", "referrals.write", "referrals.read") as partner,
    ):
        await until(home_is_ready(home))
        for path in ("/health/live", "/docs", "/nothing", "/v1/blocked", "/v1/referrals"):
            assert (await operator.get(path)).headers["x-clock"] == "simulated"
        later = datetime.now(UTC) + timedelta(days=400)  # noqa: TID251 - the clock it is moved from
        moved = {"to": later.isoformat()}
        done = await operator.post("/v1/simulation/clock", json=moved, headers=key())
        assert done.status_code == 204
        sent = await partner.post("/v1/referrals", json={})
        assert datetime.fromisoformat(sent.json()["received_at"]) >= later
        past = {"to": "2001-01-01T00:00:00Z"}
        await operator.post("/v1/simulation/clock", json=past, headers=key())
        assert await home.runtime.log.now() >= later
        beyond = {"to": "9999-12-31T23:59:59Z"}
        refused = await operator.post("/v1/simulation/clock", json=beyond, headers=key())
        assert refused.status_code == 422


@pytest.mark.asyncio(loop_scope="module")
async def test_a_real_installation_has_no_clock_to_move(intake: Home) -> None:
    async with intake.client("otto", "operator") as operator:
        moved = {"to": "2030-01-01T00:00:00Z"}
        refused = await operator.post("/v1/simulation/clock", json=moved, headers=key())
    assert refused.status_code == 404
    assert "x-clock" not in refused.headers


@pytest.mark.asyncio(loop_scope="module")
async def test_measurements_name_no_partner_and_no_case(intake: Home) -> None:
    async with intake.client("rosewood-house", "referrals.write") as client:
        sent = await client.post("/v1/referrals", json={})
        measured = (await client.get("/metrics")).text
    assert 'route="/v1/referrals"' in measured
    assert "rosewood" not in measured
    assert sent.json()["id"] not in measured


@pytest.mark.slow
async def test_lag_is_told_and_makes_nothing_unready(far_house: House) -> None:
    async with at_home(far_house, "intake") as home:
        await until(home_is_ready(home))
        (relay,) = (it for it in home.loops if it.name == "relay")
        relay.stop()
        async with home.client("rosewood-house", "referrals.write") as client:
            await client.post("/v1/referrals", json={"what_happened": "A fall."}, headers=key())

            async def behind() -> bool:
                told = (await client.get("/health/ready")).json()
                return bool(told["lag"]["relay"]) and not told["lag"]["referrals_v3"]

            await until(behind)
            assert (await ready(home))[0] == 200
            measured = (await client.get("/metrics")).text
    lag = 'safeguarding_relay_lag_positions{service="intake"} '
    (line,) = (it for it in measured.splitlines() if it.startswith(lag))
    assert float(line.removeprefix(lag)) > 0
    assert 'safeguarding_projection_lag_positions{projection="screening_v3"' in measured


BLOCK = """
insert into work.blocked values ('t', gen_random_uuid(), 0, 0, 'refused', 'Refused', null,
  now() - interval '2 hours')"""
GAP = "insert into work.heard values ('/s', 'x-1', 1, now() - interval '3 minutes')"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_oldest_block_and_the_oldest_gap_are_told_and_said_in_the_log(
    intake: Home,
) -> None:
    pool, of_intake = intake.runtime.log.pool, '{service="intake"}'
    # Concerns that other tests decide without a referral wait here for their cause, as they should.
    await pool.execute("delete from work.blocked")
    assert await measured(intake, f"blocked_oldest_seconds{of_intake}") < 60
    await pool.execute(BLOCK)
    await pool.execute(GAP)
    try:
        with structlog.testing.capture_logs() as lines:
            blocked = await measured(intake, f"blocked_oldest_seconds{of_intake}")
        assert 7200 <= blocked < 7300
        assert await measured(intake, f"blocked_cases{of_intake}") >= 1
        assert 180 <= await measured(intake, f"gap_oldest_seconds{of_intake}") < 280
        assert await measured(intake, f"streams_with_gap{of_intake}") == 1
    finally:
        await pool.execute("delete from work.blocked where topic = 't'")
        await pool.execute("delete from work.heard where source = '/s'")
    said = {it["place"]: it["lag"] for it in lines if it["event"] == "measured"}
    assert said["blocked"] >= 1
    assert said["gaps"] == 1
    assert said["blocked_seconds"] == blocked
    assert await measured(intake, f"blocked_oldest_seconds{of_intake}") < 60
