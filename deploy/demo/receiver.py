"""What does a partner's receiver of events do?

`python -m deploy.demo.receiver --port 8099 --secret whsec_...` prints each event that comes, and
whether its signature is right. With `--notify ADDRESS --token TOKEN` it registers itself first, and
takes the secret from the answer. It needs nothing but Python: `verified` is all that a receiver has
to know of signatures.
"""

import argparse
import hmac
import json
import sys
import time
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from uuid import uuid4

TOLERANCE = 300
"""Seconds by which our clocks may differ: what is older may be somebody's copy."""

MOST = 4096


def verified(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Say whether `body` is from whoever holds `secret` as well, and new."""
    id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > TOLERANCE:  # noqa: TID251
        return False
    key = b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{id}.{sent_at}.".encode() + body, "sha256")
    right = "v1," + b64encode(signed).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(right.encode(), it.encode()) for it in given)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what is right and 401 to what is not, and prints both."""

    secret: ClassVar[str] = ""
    seen: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        """Take an event."""
        body = self.rfile.read(min(int(self.headers.get("content-length") or 0), MOST))
        told = {name.lower(): it for name, it in self.headers.items()}
        good = verified(told, body, self.secret)
        _say(f"{'right' if good else 'WRONG'}  {self._what(told, body, good=good)}")
        self.send_response(204 if good else 401)
        self.end_headers()

    def _what(self, told: Mapping[str, str], body: bytes, *, good: bool) -> str:
        if not good:
            return "signature: not from there, or changed on its way, or old"
        again = told["webhook-id"] in self.seen
        self.seen.add(told["webhook-id"])
        event = json.loads(body)
        at = event["data"]
        words = f"{event['type']}  case {at['case']}  no. {at['sequence']}  {at['links']['self']}"
        return f"{words}  (again)" if again else words

    def log_message(self, *_: Any) -> None:
        """Print nothing more than the events."""


def registered(notify: str, token: str, url: str) -> str:
    """Register `url` with notify, and give the secret that events are signed with."""
    request = urllib.request.Request(  # noqa: S310 - the address is the caller's own
        f"{notify}/v1/webhook-endpoints",
        data=json.dumps({"url": url}).encode(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid4()),
        },
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return str(json.load(answer)["secret"])


def main(words: Sequence[str] | None = None) -> None:
    """Receive until interrupted."""
    parser = argparse.ArgumentParser(prog="receiver", description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--secret", help="as the registration gave it")
    parser.add_argument("--notify", help="register with notify at this address first")
    parser.add_argument("--token", default="", help="with the scope webhooks.manage")
    told = parser.parse_args(words)
    server = ThreadingHTTPServer(("127.0.0.1", told.port), Receiver)
    url = f"http://127.0.0.1:{server.server_port}/"
    Receiver.secret = registered(told.notify, told.token, url) if told.notify else told.secret or ""
    if not Receiver.secret:
        parser.error("--secret or --notify is needed")
    _say(f"receiving at {url}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
