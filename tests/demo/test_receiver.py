"""Does the receiver that we hand out know a right signature from a wrong one?"""

import http.client
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from uuid import uuid4

import pytest
import standardwebhooks

from deploy.demo.receiver import Receiver, verified
from services.notify.gateways.signing import headers, new_secret
from services.notify.rules.body import body, event_id
from tests.notify import a
from tests.notify.receiver import now

SECRET = new_secret()
BODY = body(a.LANE, a.HOME, 1, a.received.event, None, a.AT, a.AT)


def signed(secret: str = SECRET, at: int | None = None, content: bytes = BODY) -> dict[str, str]:
    return headers(
        event_id(a.LANE, a.HOME, 1), content, [secret], now() if at is None else at, uuid4()
    )


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(Receiver, "secret", SECRET)
    monkeypatch.setattr(Receiver, "seen", set())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def post(port: int, told: dict[str, str], content: bytes = BODY) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("POST", "/", content, told)
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_prints_what_is_right_and_what_is_not(
    port: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert post(port, signed()) == 204
    assert post(port, signed()) == 204
    assert post(port, signed(new_secret())) == 401
    assert post(port, signed(), BODY + b" ") == 401
    assert post(port, signed(at=now() - 301)) == 401
    assert post(port, {}) == 401
    lines = capfd.readouterr().out.splitlines()
    assert [it.split()[0] for it in lines] == ["right", "right", "WRONG", "WRONG", "WRONG", "WRONG"]
    assert f"referral.received  case {a.LANE}  no. 1" in lines[0]
    assert lines[1].endswith("(again)")


def test_it_agrees_with_the_library_of_the_standard() -> None:
    webhook = standardwebhooks.Webhook(SECRET)
    assert webhook.verify(BODY, signed())
    assert verified(signed(), BODY, SECRET)
    for wrong in (signed(new_secret()), signed(at=now() + 301), signed(content=b"{}")):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            webhook.verify(BODY, wrong)
        assert not verified(wrong, BODY, SECRET)
