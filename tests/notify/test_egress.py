"""What can a hostile receiver do to us? Be reached in vain, for ten seconds at most."""

import asyncio
import gzip
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.notify.gateways.egress import Answer, Egress, Settings, asked_to_wait
from services.notify.rules import retry
from services.notify.rules.retry import LONGEST_HOLD
from tests.notify.receiver import Got, Receiver, now, receiving, status

LOCAL = Settings(egress_allow="127.0.0.0/8")


async def sent(it: Receiver, deadline: float = 1.0) -> Answer:
    return await Egress(LOCAL, deadline=deadline).send(it.url, {"webhook-id": "1"}, b"{}")


def word(answer: Answer) -> str:
    return answer.outcome.partition(":")[2]


def raw(*parts: bytes, pause: float = 0.0, times: int = 1) -> object:
    async def answer(_got: Got, writer: asyncio.StreamWriter) -> None:
        for _ in range(times):
            for part in parts:
                writer.write(part)
                await writer.drain()
                if pause:
                    await asyncio.sleep(pause)

    return answer


OK = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(b"0" * 50_000_000)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(200, "delivered"), (204, "delivered"), (304, "redirected"), (300, "redirected"),
     (404, "rejected"), (410, "gone"), (429, "throttled"), (500, "rejected")],
)  # fmt: skip
async def test_what_a_receiver_answers_is_what_we_keep(code: int, outcome: str) -> None:
    async with receiving(status(code)) as it:
        answer = await sent(it)
    assert (word(answer), answer.status) == (outcome, code)
    assert it.got[0].body == b"{}"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(code: int) -> None:
    async with receiving() as elsewhere, receiving(status(code, location=elsewhere.url)) as it:
        answer = await sent(it)
        assert (word(answer), answer.status) == ("redirected", code)
        assert (len(it.got), elsewhere.connections) == (1, 0)


@pytest.mark.parametrize("parts", [
    (b"",), (b"HTTP/1.1 ",), (b"nonsense\r\n\r\n",),
    (b"HTTP/1.1 999999 X\r\n\r\n",), (OK + b"x" * 500_000,), (OK + b"bad header\r\n\r\n",),
])  # fmt: skip
async def test_what_does_not_speak_http_is_broken(parts: Sequence[bytes]) -> None:
    async with receiving(raw(*parts)) as it:  # type: ignore[arg-type]
        answer = await sent(it)
    assert (word(answer), answer.status) == ("broken", None)


@pytest.mark.parametrize("parts", [
    (OK + b"content-length: 9\r\n\r\nx",), (OK + b"transfer-encoding: chunked\r\n\r\nzzz\r\n",),
    (OK + b"content-encoding: gzip\r\ncontent-length: 5\r\n\r\nwrong",),
    (OK + b"content-encoding: gzip\r\n\r\n" + BOMB,),
    (OK + b"\r\n" + b"x" * 200_000,),
], ids=["short", "chunks", "not gzip", "bomb", "long"])  # fmt: skip
async def test_what_follows_a_yes_takes_nothing_back(parts: Sequence[bytes]) -> None:
    async with receiving(raw(*parts)) as it:  # type: ignore[arg-type]
        answer = await sent(it)
    assert (word(answer), answer.status) == ("delivered", 200)


@pytest.mark.parametrize("pieces", [
    [b"H", b"T", b"T", b"P", b"/", b"1"], [OK, b"a: b\r\n", b"a: b\r\n"],
    [b"HTTP/1.1 103 Early\r\n\r\n"],
], ids=["status", "headers", "hints"])  # fmt: skip
async def test_who_answers_for_ever_is_left_at_the_deadline(pieces: Sequence[bytes]) -> None:
    async with receiving(raw(*pieces, pause=0.1, times=1000)) as it:  # type: ignore[arg-type]
        began = monotonic()
        answer = await sent(it, deadline=0.5)
        assert 0.4 < monotonic() - began < 5
    assert (word(answer), answer.status) == ("timed-out", None)
    assert 400 <= answer.milliseconds < 5000


async def test_who_says_nothing_is_left_at_the_deadline() -> None:
    async with receiving(raw(b"", pause=60)) as it:  # type: ignore[arg-type]
        assert word(await sent(it, deadline=0.3)) == "timed-out"


async def test_a_body_that_drips_for_ever_costs_one_deadline_and_stays_a_yes() -> None:
    drip = raw(OK + b"\r\n", *[b"x"] * 1000, pause=0.05)
    async with receiving(drip) as it:  # type: ignore[arg-type]
        began = monotonic()
        answer = await sent(it, deadline=0.5)
        assert monotonic() - began < 5
    assert (word(answer), answer.status) == ("delivered", 200)


async def test_of_an_endless_body_little_is_read() -> None:
    written = 0

    async def endless(_got: Got, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            written += 65_536

    async with receiving(endless) as it:
        assert word(await sent(it, deadline=5)) == "delivered"
    assert written < 20_000_000  # what lay in the sockets' buffers


async def test_where_nobody_listens_is_unreachable() -> None:
    async with receiving() as it:
        pass
    assert word(await sent(it)) == "unreachable"


async def test_a_receiver_that_hangs_up_is_broken() -> None:
    async def hang_up(_got: Got, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()
        raise OSError

    async with receiving(hang_up) as it:
        assert word(await sent(it)) == "broken"


async def test_a_server_that_speaks_no_tls_gets_no_event() -> None:
    async with receiving() as it:
        answer = await Egress(LOCAL, deadline=0.5).send(
            it.url.replace("http:", "https:"), {}, b"{}"
        )
        assert word(answer) in {"unreachable", "timed-out"}
        assert it.got == []


NAME = "hooks.rosewood.org.uk"


def certificate(folder: Path, name: str, ends: timedelta) -> tuple[ssl.SSLContext, Path]:
    """Give a server's context for `name`, and the file by which it would be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    at = datetime.fromtimestamp(now(), UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(at - timedelta(days=9))
        .not_valid_after(at + ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "server.pem", folder / "server.key"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    clear = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    secret.write_bytes(key.private_bytes(*clear))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file


@pytest.mark.parametrize(
    ("name", "days", "trusted", "outcome"),
    [(NAME, 9, True, "delivered"), (NAME, 9, False, "unreachable"),
     ("127.0.0.1", 9, True, "unreachable"), ("other.org.uk", 9, True, "unreachable"),
     (NAME, -1, True, "unreachable")],
    ids=["right", "signed by itself", "for its address", "for another name", "expired"],
)  # fmt: skip
async def test_the_certificate_is_to_be_right_for_the_name_though_an_address_is_dialled(
    tmp_path: Path, name: str, days: int, outcome: str, *, trusted: bool
) -> None:
    async def here(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    context, file = certificate(tmp_path, name, timedelta(days=days))
    trusts = ssl.create_default_context(cafile=file if trusted else None)
    async with receiving(tls=context) as it:
        egress = Egress(LOCAL, resolve=here, trusts=trusts, deadline=2)
        answer = await egress.send(f"https://{NAME}:{it.port}/in", {}, b"{}")
        assert word(answer) == outcome
        assert len(it.got) == (outcome == "delivered")


async def test_the_surroundings_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy, receiving() as it:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert word(await sent(it)) == "delivered"
        assert (proxy.connections, it.connections) == (0, 1)


def in_(**time: int) -> str:
    """Give a date so far from now, as HTTP writes it."""
    return format_datetime(datetime.fromtimestamp(now(), UTC) + timedelta(**time), usegmt=True)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("120", 120, 120), (" 7 ", 7, 7), ("0", 0, 0), ("86401", LONGEST_HOLD, LONGEST_HOLD),
     ("1" + "0" * 60, LONGEST_HOLD, LONGEST_HOLD), ({"hours": 1}, 3590, 3601),
     ({"days": 3}, LONGEST_HOLD, LONGEST_HOLD), ({"hours": -1}, 0, 0)],
)  # fmt: skip
def test_both_forms_of_retry_after_are_understood(
    text: str | dict[str, int], least: int, most: int
) -> None:
    found = asked_to_wait(in_(**text) if isinstance(text, dict) else text)
    assert found is not None
    assert least <= found <= most


@pytest.mark.parametrize(
    "text", [None, "", "soon", "NaN", "-5", "1.5", "1e9", "\u0663", "9" * 101, "Mon, 99 Foo 2026",
             "2026-11-02T09:00:00", "Mon, 02 Nov 99999 09:00:00 GMT", "inf"],
)  # fmt: skip
def test_what_is_no_retry_after_is_not_heeded(text: str | None) -> None:
    assert asked_to_wait(text) is None


async def test_a_receiver_may_ask_us_to_wait() -> None:
    async with receiving(status(503, retry_after="77")) as it:
        assert (await sent(it)).hold == 77
    assert retry.outcome_of(503) == retry.REJECTED
