"""What is asked of staff where the sender told more?"""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.triage.decisions import concern
from services.triage.events import InformationAdded
from tests.support.house import Home, key
from tests.support.story import SOMEBODY
from tests.triage import a
from tests.triage.asking import history, kind, recognised, send

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEEN = {
    "scores": (a.added,),
    "section-42-decision": (a.added,),
    "consideration": (a.decided, a.added),
}
"""After each of these nobody is asked to look at what was told before."""


async def adds(home: Home, case: UUID) -> None:
    """Let the sender tell more."""
    log, lies = home.runtime.log, len(await history(home, case))
    act = replace(SOMEBODY, id=uuid4(), effective_at=await log.now())
    await log.append(concern.stream(case), [a.added], act, after=lies)


@pytest.mark.parametrize("what", SEEN)
async def test_what_nobody_read_does_not_pass_for_seen(
    home: Home, manager: httpx.AsyncClient, what: str
) -> None:
    case = await recognised(home, *SEEN[what])
    lies = len(await history(home, case))
    unread = await send(manager, case, what)
    assert (unread.status_code, kind(unread)) == (428, "precondition-required")
    older = await send(manager, case, what, key() | {"If-Match": f'"{lies - 1}"'})
    assert (older.status_code, kind(older)) == (412, "conflict")
    assert len(await history(home, case)) == lies, "nothing was recorded"

    read = await send(manager, case, what, key() | {"If-Match": f'"{lies}"'})
    assert read.status_code == 204, read.text


@pytest.mark.parametrize("what", ["scores", "section-42-decision"])
async def test_where_nothing_was_told_nobody_has_to_say_what_they_saw(
    home: Home, manager: httpx.AsyncClient, waiting: UUID, what: str
) -> None:
    assert (await send(manager, waiting, what)).status_code == 204


async def test_a_repeat_is_answered_though_more_was_told_since(
    home: Home, manager: httpx.AsyncClient, waiting: UUID
) -> None:
    once = key()
    first = await send(manager, waiting, "section-42-decision", once)
    await adds(home, waiting)
    again = await send(manager, waiting, "section-42-decision", once)
    assert (again.status_code, again.headers["ETag"]) == (204, first.headers["ETag"])
    assert isinstance((await history(home, waiting))[-1].fact, InformationAdded)


async def test_nobody_looked_at_what_was_told_later_than_they_looked(
    home: Home, manager: httpx.AsyncClient, waiting: UUID
) -> None:
    began = (await history(home, waiting))[0].act.effective_at
    await adds(home, waiting)
    headers: dict[str, Any] = key() | {"If-Match": '"3"'}
    answer = await send(manager, waiting, "scores", headers, effective_at=began.isoformat())
    assert (answer.status_code, kind(answer)) == (409, "told-more-since")
