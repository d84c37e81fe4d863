"""What may an operator do to a running service?"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Response, Security
from pydantic import Field

from shared.access.tokens import Caller
from shared.bus.blocked import Discard, Retry, block
from shared.facts import Act, Code
from shared.http.parts import Body, Instant, Log, acting, answer, caller
from shared.log.handle import handle
from shared.refusals import NotFound

router = APIRouter(prefix="/v1", tags=["operations"])
Operator = Annotated[Act, Security(acting, scopes=["operator"])]
OperatorReads = Annotated[Caller, Security(caller, scopes=["operator"])]


class Unblocking(Body):
    """What to do with a blocked case, and why."""

    topic: Annotated[str, Field(pattern=r"^safeguarding\.[A-Za-z0-9]{1,12}\.[a-z]{1,12}\.v1$")]
    action: Literal["retry", "discard"]
    reason: Code
    """`block-reason@1:...`, such as `mended`, `upgraded` or `harmless`."""


class Clock(Body):
    """The time that it shall be."""

    to: Instant


@router.get("/blocked")
async def which_are_blocked(log: Log, _by: OperatorReads) -> Sequence[dict[str, Any]]:
    """Give the cases whose messages wait for a person, and why."""
    query = "select topic, case_id as case, reason, error, since, wanted from work.blocked"
    return [dict(row) for row in await log.pool.fetch(query)]


@router.post("/blocked/{id}", status_code=204)
async def unblock(id: UUID, said: Unblocking, by: Operator, log: Log) -> Response:
    """Take a blocked case's messages again, or pass over the first of them; the rest follow."""
    topic = Code(f"topic@1:{said.topic.removeprefix('safeguarding.').lower()}")
    query = "select next from work.blocked where topic = $1 and case_id = $2"
    stands = await log.pool.fetchval(query, said.topic, id)
    if stands is None and (await log.load(block.stream(id), by))[1] is None:
        raise NotFound
    command = Retry if said.action == "retry" else Discard
    receipt = await handle(log, block.stream(id), command(topic=topic, reason=said.reason), by)
    if receipt.facts:  # a repeat must not speak of the next message that may block by now
        query = "update work.blocked set wanted=$3 where topic=$1 and case_id=$2 and next=$4"
        await log.pool.execute(query, said.topic, id, said.action, stands)
    return answer(receipt)


@router.post("/simulation/clock", status_code=204)
async def set_clock(said: Clock, _by: Operator, log: Log) -> Response:
    """Move a simulated installation's clock forward; a real one has none to move."""
    if not log.simulated:
        raise HTTPException(404)
    await log.pool.execute("select log.advance($1)", said.to)
    log.wake()
    return Response(status_code=204)
