"""Do partners' receivers keep what comes, once each, and acknowledge nothing else?"""

import asyncio
import time
from base64 import b64encode
from hashlib import sha256
from hmac import digest
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from deploy.demo.receiver import MOST
from deploy.demo.scenario import receivers
from deploy.demo.scenario.ledger import Ledger
from deploy.demo.scenario.receivers import Receivers
from tests.demo.parts import ABOUT

SECRET, BODY = "whsec_" + b64encode(b"k" * 32).decode(), b'{"type":"decision.made"}'
HOME = "rosewood-house"


def signed(id: str, body: bytes = BODY) -> dict[str, str]:
    at = str(int(time.time()))  # noqa: TID251 - a receiver compares with its own clock
    it = b64encode(digest(b"k" * 32, f"{id}.{at}.".encode() + body, sha256)).decode()
    return {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": f"v1,{it}"}


def ledger_in(folder: Path) -> Ledger:
    return Ledger(folder / "ledger.jsonl", ABOUT)


async def post(url: str, headers: dict[str, str], body: bytes = BODY) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.post(url, headers=headers, content=body)).status_code


async def test_what_is_right_is_kept_and_then_acknowledged_however_often(tmp_path: Path) -> None:
    async with Receivers(ledger_in(tmp_path)) as it:
        it.ledger.keep(endpoint=HOME, secret=SECRET)
        assert [await post(it.url(HOME), signed(id)) for id in ("a", "b", "a")] == [204] * 3
        assert it.unregistered == ["mercia-police"]
    again = ledger_in(tmp_path)
    assert (again.webhooks[HOME], again.forged) == ({"a": 2, "b": 1}, 0)
    async with Receivers(again) as later:  # whoever goes on is found where the endpoint says
        assert later.url(HOME) == it.url(HOME)
        assert await post(it.url(HOME), signed("c")) == 204


async def test_what_cannot_be_verified_is_counted_and_not_taken(tmp_path: Path) -> None:
    async with Receivers(ledger_in(tmp_path)) as it:
        it.ledger.keep(endpoint=HOME, secret=SECRET)
        id = str(uuid4())
        assert await post(it.url(HOME), signed(id), BODY + b" ") == 401
        assert await post(it.url(HOME), {}) == 401
        assert await post(it.url("mercia-police"), signed(id)) == 401
        assert (it.ledger.webhooks[HOME], it.ledger.forged) == ({}, 3)


@pytest.mark.parametrize("words", [
    b"GET\r\n\r\n", b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
    f"POST / HTTP/1.1\r\ncontent-length: {MOST + 1}\r\n\r\n".encode(),
    b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"x" * 100_000,
])  # fmt: skip
async def test_what_is_no_event_is_refused(tmp_path: Path, words: bytes) -> None:
    async with Receivers(ledger_in(tmp_path)) as it:
        reader, writer = await asyncio.open_connection("127.0.0.1", it.ledger.port)
        writer.write(words)
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        writer.close()
        assert it.ledger.forged == 0


async def test_who_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receivers, "LATE", 0.05)
    async with Receivers(ledger_in(tmp_path)) as it:
        reader, writer = await asyncio.open_connection("127.0.0.1", it.ledger.port)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_a_port_that_is_somebody_elses_now_ends_the_play(tmp_path: Path) -> None:
    async with Receivers(ledger_in(tmp_path)):
        with pytest.raises(ValueError, match="is taken"):
            await Receivers(ledger_in(tmp_path)).__aenter__()
