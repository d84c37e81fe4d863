"""Which bus carries the messages?"""

from contextlib import AbstractAsyncContextManager

from shared.bus.port import Bus
from shared.bus.postgres import PostgresBus


def bus_of(url: str, service: str) -> AbstractAsyncContextManager[Bus]:
    """Give the bus at `url`: `kafka://host:port,host:port`, or `postgresql://…`."""
    kind, _, servers = url.partition("://")
    if kind != "kafka":
        return PostgresBus(url)
    from shared.bus.kafka import KafkaBus  # noqa: PLC0415 - 0.2 s that only its readers pay
    from shared.bus.reach import Reach  # noqa: PLC0415 - the same

    reach = Reach()
    return KafkaBus(reach.clients(servers), group=f"{service}.reactions", copies=reach.copies)
