"""Where does the time of a posted referral go? Its pieces, each alone in a loop."""

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import replace
from time import process_time
from uuid import UUID, uuid4, uuid5

from services.intake.api.bodies import received
from services.intake.decisions import ReceiveReferral, referral
from services.intake.rules.document import parse
from services.intake.rules.reading import read
from shared.facts import Act
from shared.sealed.vault import FileKey, Vault
from shared.time.calendar import london_date
from shared.way import Way
from tests.bench.cost import MILLION
from tests.bench.referral import REFERRAL
from tests.bench.synthetic import act
from tests.bench.world import World, find_codec

TIMES = 300


async def parts_of_a_post(world: World) -> Mapping[str, float]:
    """Give the CPU of this process for each piece, in microseconds."""
    by, body = replace(act(0, 1), id=uuid4()), json.dumps(REFERRAL).encode()
    id, codec = uuid5(by.id, "referral"), find_codec("intake")
    command = _command(id, body, by)
    facts = referral.decide(command, None, by)
    told = world.house.told("intake")
    with closing(Way(told.vault_url)) as way:
        vault = Vault(way, FileKey(told.key_file))
        shut = await vault.shut(facts)  # its keys are known from now on

        async def reading() -> None:
            read(parse(body), london_date(by.effective_at))

        async def deciding() -> None:
            referral.decide(command, None, by)

        async def sealing() -> None:
            await vault.shut(facts)

        async def wording() -> None:
            for fact in shut:
                codec.row(fact, by)

        return {
            "reading every field": await _alone(reading),
            "deciding": await _alone(deciding),
            "sealing, keys known": await _alone(sealing),
            "wording the facts": await _alone(wording),
        }


def _command(id: UUID, body: bytes, by: Act) -> ReceiveReferral:
    said = read(parse(body), london_date(by.effective_at))
    return received(id, body.decode(), said, by, ())


async def _alone(work: Callable[[], Awaitable[None]]) -> float:
    for _ in range(TIMES // 10):
        await work()
    began = process_time()
    for _ in range(TIMES):
        await work()
    return (process_time() - began) / TIMES * MILLION
