"""Who decides on somebody's liberty, and what do they see?"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.dols.asking import (
    BEST,
    BIA,
    BY_THE_BIA,
    BY_THE_DOCTOR,
    DOCTOR,
    MENTAL,
    assesses,
    does,
    sees,
)
from tests.support.house import Home
from tests.support.patience import until


async def shows(office: httpx.AsyncClient, id: str, where: Callable[[Any], bool]) -> Any:
    """Wait until a case is as said, and give it."""

    async def shown() -> Any:
        found = (await sees(office, id))["case"]
        return found if where(found) else None

    return await until(shown)


async def counts(office: httpx.AsyncClient, where: Callable[[Any], bool]) -> Any:
    """Wait until the figures are as said, and give them."""

    async def counted() -> Any:
        found = (await office.get("/v1/figures")).json()
        return found if where(found) else None

    return await until(counted)


def kinds(of: Any) -> list[str]:
    return [it["kind"] for it in of]


@asynccontextmanager
async def at_desks(dols: Home) -> AsyncIterator[Sequence[httpx.AsyncClient]]:
    """Let coordinator, best interests assessor, doctor and signatory be at work."""
    async with (
        dols.client("cora", "dols-coordinator") as office,
        dols.client(BIA, "assessor") as bia,
        dols.client(DOCTOR, "assessor") as doctor,
        dols.client("sig", "dols-signatory") as signatory,
    ):
        yield office, bia, doctor, signatory


async def all_is_assessed(
    office: httpx.AsyncClient, bia: httpx.AsyncClient, doctor: httpx.AsyncClient, id: str, on: str
) -> None:
    """Let both assessors be allocated, and find all six requirements satisfied."""
    for role, who in ((BEST, BIA), (MENTAL, DOCTOR)):
        await does(office, id, "allocations", role=role, assessor=who)
    await assesses(doctor, id, *BY_THE_DOCTOR, on=on)
    await assesses(bia, id, *BY_THE_BIA, on=on)
