"""Does the bus reach a Kafka that lets in nobody whom it does not know, and hides what it says?"""

import base64
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from aiokafka.errors import SaslAuthenticationFailed
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local.kafka import Kafka
from shared.bus.choice import bus_of
from shared.bus.kafka import KafkaBus
from shared.bus.postgres import PostgresBus
from shared.bus.reach import Reach, TokenFile
from shared.way import PASSING
from tests.kernel.bus.contract import all_of, record
from tests.support.kafka import real

pytestmark = pytest.mark.slow
MODULES = "org.apache.kafka.common.security"
BEGAN, ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


def certificate(name: str, key: Any, by: str, signer: Any, *, authority: bool) -> bytes:
    """Sign that `key` is the key of `name`, which answers at 127.0.0.1."""
    of = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, it)]) for it in (name, by)]
    made = (
        x509.CertificateBuilder().subject_name(of[0]).issuer_name(of[1])
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(BEGAN).not_valid_after(ENDS)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(signer, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM)


def pem(key: Any) -> bytes:
    return bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an authority, what it signed for the broker, and a stranger."""
    folder = tmp_path_factory.mktemp("papers")
    ours, broker, strangers = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    (folder / "ca.pem").write_bytes(certificate("ours", ours, "ours", ours, authority=True))
    signed = certificate("broker", broker, "ours", ours, authority=False)
    (folder / "broker.pem").write_bytes(pem(broker) + signed)
    other = certificate("other", strangers, "other", strangers, authority=True)
    (folder / "other.pem").write_bytes(other)
    (folder / "password").write_text("a long password\n")
    return folder


@pytest.fixture(scope="module")
def guarded(papers: Path) -> Iterator[Kafka]:
    """Give a broker behind TLS that knows `triage` by its password, and whoever has a token."""
    oauth = (
        f'{MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="it";'
    )
    settings = {
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,OAUTHBEARER",
        "listener.name.client.ssl.keystore.type": "PEM",
        "listener.name.client.ssl.keystore.location": str(papers / "broker.pem"),
        "listener.name.client.scram-sha-512.sasl.jaas.config": (
            f"{MODULES}.scram.ScramLoginModule required;"
        ),
        "listener.name.client.oauthbearer.sasl.jaas.config": oauth,
    }
    users = {"triage": "a long password"}
    with real(protocol="SASL_SSL", settings=settings, users=users) as broker:
        yield broker


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, papers: Path) -> Any:
    """Give what sets the settings of a process."""

    def tell(**settings: Any) -> None:
        usual = {"security": "SASL_SSL", "ca_file": papers / "ca.pem", "user": "triage",
                 "password_file": papers / "password"}  # fmt: skip
        for name, value in (usual | settings).items():
            monkeypatch.setenv(f"SAFEGUARDING_KAFKA_{name.upper()}", str(value))

    return tell


def bus_at(broker: Kafka) -> Any:
    return bus_of(f"kafka://{broker.servers}", "triage")


def token(valid: timedelta) -> str:
    """Give a token that nobody signed: the broker of this test takes any."""
    now = datetime.now(UTC)  # noqa: TID251 - a token is of today
    claims = {"sub": "triage", "iat": now.timestamp(), "exp": (now + valid).timestamp()}
    parts = ({"alg": "none"}, claims)
    made = [base64.urlsafe_b64encode(json.dumps(it).encode()).rstrip(b"=") for it in parts]
    return b".".join([*made, b""]).decode()


async def test_messages_pass_behind_tls_by_a_password(
    guarded: Kafka, told: Any, authority: str
) -> None:
    told()
    topic = f"safeguarding.{authority}.triage.v1"
    async with bus_at(guarded) as bus:
        await bus.ensure([topic])
        await bus.publish([record(topic, "a", b"hidden")])
        assert [it.value for it in await all_of(bus, topic)] == [b"hidden"]


async def test_a_wrong_password_says_so_and_soon(
    guarded: Kafka, told: Any, tmp_path: Path, authority: str
) -> None:
    (tmp_path / "password").write_text("another")
    told(password_file=tmp_path / "password")
    began = monotonic()
    async with bus_at(guarded) as bus:
        with pytest.raises(SaslAuthenticationFailed) as why:
            await bus.publish([record(f"safeguarding.{authority}.triage.v1", "a")])
    assert not isinstance(why.value, PASSING)
    assert monotonic() - began < 10


async def test_a_broker_that_our_authority_did_not_sign_is_not_spoken_to(
    guarded: Kafka, told: Any, papers: Path, authority: str
) -> None:
    told(ca_file=papers / "other.pem")
    async with bus_at(guarded) as bus:
        with pytest.raises(ssl.SSLCertVerificationError):
            await bus.ends([f"safeguarding.{authority}.triage.v1"])


async def test_a_token_is_read_anew_when_it_was_renewed(
    guarded: Kafka, told: Any, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(token(timedelta(seconds=-60)))
    told(sasl="OAUTHBEARER", token_file=file)
    async with bus_at(guarded) as bus:
        with pytest.raises(ConnectionError):  # aiokafka takes no for an answer it cannot read
            await bus.ends(["safeguarding.e0.nobody.v1"])
        file.write_text(token(timedelta(minutes=5)))
        assert await bus.ends(["safeguarding.e0.nobody.v1"]) == {}


async def test_a_token_is_what_its_file_holds_now(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("one\n")
    provider = TokenFile(tmp_path / "token")
    assert await provider.token() == "one"
    (tmp_path / "token").write_text("two\n")
    assert await provider.token() == "two"


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"sasl": "OAUTHBEARER"}, "TOKEN_FILE"), ({"sasl": "SCRAM-SHA-256"}, "PASSWORD_FILE")],
)
def test_a_setting_that_is_missing_is_named(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Reach(security="SASL_PLAINTEXT", **settings).clients("127.0.0.1:9092")


async def test_the_address_chooses_the_bus() -> None:
    assert isinstance(bus_of("postgresql://triage@127.0.0.1/bus", "triage"), PostgresBus)
    assert isinstance(bus_of("kafka://127.0.0.1:9092,127.0.0.1:9093", "triage"), KafkaBus)
