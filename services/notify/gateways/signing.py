"""How does a receiver know that an event is from us, and new?

Standard Webhooks 1.0.0, symmetric: HMAC-SHA256 over id, timestamp and body, one signature for each
secret that counts, so that a receiver may change its secret when it likes within the grace.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from secrets import token_bytes
from uuid import UUID

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """Give a secret that nobody has seen."""
    return PREFIX + b64encode(token_bytes(BYTES)).decode()


def headers(
    event: UUID, body: bytes, secrets: Sequence[str], timestamp: int, correlation: UUID
) -> dict[str, str]:
    """Give what is sent beside `body`; `timestamp` is of the attempt, in seconds since 1970."""
    signatures = (signature(it, event, timestamp, body) for it in secrets)
    return {
        "content-type": "application/json",
        "webhook-id": str(event),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
        "x-correlation-id": str(correlation),
        "user-agent": "safeguarding-notify/1",
        "accept-encoding": "identity",
    }


def signature(secret: str, event: UUID, timestamp: int, body: bytes) -> str:
    """Give one signature, with its version."""
    key = b64decode(secret.removeprefix(PREFIX))
    signed = hmac.digest(key, f"{event}.{timestamp}.".encode() + body, "sha256")
    return "v1," + b64encode(signed).decode()
