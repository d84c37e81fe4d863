"""What does one process of a chain do? `python -m tests.faults.shift FILE`.

It does some jobs and lets writers write; each line that it writes is an act that was acknowledged.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from shared import lease, telemetry
from shared.bus import consumer
from tests.faults.chain import JOBS, Site, chain_in


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What a process is to do, and where."""

    site: dict[str, str]
    told: str
    cases: Sequence[str]
    jobs: Sequence[str] = JOBS
    writers: int = 2
    pause: float = 0.02
    frozen_after: str = "2s"


async def work(orders: Orders) -> None:
    """Work until told to stop; what was begun is brought to its end."""
    telemetry.configure("shift")
    lease.FROZEN_AFTER, consumer.WAIT = orders.frozen_after, 0.1
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    file = os.open(orders.told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    async with AsyncExitStack() as stack:
        chain = await stack.enter_async_context(chain_in(Site(**orders.site)))
        chain.cases = [UUID(it) for it in orders.cases]
        if orders.jobs:
            await stack.enter_async_context(chain.working(*orders.jobs))

        async def write() -> None:
            while not stopped.is_set():
                acted, receipt = await chain.write()
                os.write(file, (json.dumps(asdict(receipt) | {"act": str(acted)}) + "\n").encode())
                await asyncio.sleep(orders.pause)

        await asyncio.gather(stopped.wait(), *(write() for _ in range(orders.writers)))


if __name__ == "__main__":
    asyncio.run(work(Orders(**json.loads(Path(sys.argv[1]).read_text()))))
