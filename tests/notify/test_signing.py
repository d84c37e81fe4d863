"""Can a receiver tell our events from anybody else's, with libraries that are not ours?"""

import json
from base64 import b64decode
from typing import Any
from uuid import UUID, uuid4

import pytest
import standardwebhooks
import svix.webhooks
from hypothesis import given, settings
from hypothesis import strategies as some

from deploy.demo.receiver import verified
from services.notify.gateways.signing import BYTES, headers, new_secret, signature
from tests.notify.receiver import now

OTHERS: Any = (standardwebhooks.Webhook, svix.webhooks.Webhook)
"""What receivers verify with."""

SECRETS = [new_secret() for _ in range(3)]


def test_the_published_example_of_the_standard_has_its_signature() -> None:
    # Standard Webhooks' own vector: its libraries are tested with it.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - everybody knows it
    id: Any = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    made = signature(secret, id, 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_is_32_bytes_and_never_the_same() -> None:
    assert len(b64decode(new_secret().removeprefix("whsec_"))) == BYTES
    assert len({new_secret() for _ in range(100)}) == 100


def test_an_event_is_signed_with_each_secret_that_counts() -> None:
    told = headers(uuid4(), b"{}", SECRETS, now(), uuid4())
    assert len(told["webhook-signature"].split(" ")) == 3
    for secret in SECRETS:
        assert verified(told, b"{}", secret)
    assert not verified(told, b"{}", new_secret())


@given(some.binary(max_size=20_000), some.uuids())
@settings(max_examples=50)
def test_whatever_is_changed_on_the_way_no_longer_verifies(body: bytes, id: UUID) -> None:
    told = headers(id, body, SECRETS[:1], now(), uuid4())
    assert verified(told, body, SECRETS[0])
    assert not verified(told, body + b" ", SECRETS[0])
    assert not verified(told | {"webhook-id": str(uuid4())}, body, SECRETS[0])
    later = str(int(told["webhook-timestamp"]) + 1)
    assert not verified(told | {"webhook-timestamp": later}, body, SECRETS[0])
    flipped = told["webhook-signature"].swapcase()
    assert not verified(told | {"webhook-signature": flipped}, body, SECRETS[0])


@given(some.dictionaries(some.text(), some.text() | some.integers() | some.none()), some.uuids())
@settings(max_examples=50)
def test_the_libraries_that_receivers_use_verify_it(told: dict[str, Any], id: UUID) -> None:
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    sent = headers(id, body, SECRETS[:2], now(), uuid4())
    for library in OTHERS:
        for secret in SECRETS[:2]:
            library(secret).verify(body, sent)  # raises where it is not right
        with pytest.raises(
            (standardwebhooks.WebhookVerificationError, svix.webhooks.WebhookVerificationError)
        ):
            library(SECRETS[2]).verify(body, sent)


def test_what_is_sent_beside_the_body_tells_nobody_anything() -> None:
    told = headers(uuid4(), b"{}", SECRETS[:1], now(), uuid4())
    assert set(told) == {
        "content-type", "webhook-id", "webhook-timestamp", "webhook-signature",
        "x-correlation-id", "user-agent", "accept-encoding",
    }  # fmt: skip
    assert "." not in told["webhook-id"]
    assert told["accept-encoding"] == "identity"
