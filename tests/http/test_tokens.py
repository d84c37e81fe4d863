"""Which access tokens are taken?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time  # noqa: TID251 - a token's life is real time

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import KeySet

from shared.access.tokens import LARGEST, LEEWAY, BadToken, Tokens
from tests.http.forger import Forger, text
from tests.support.house import Home

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = int(time())
LATER = NOW + 100_000
"""Long after this suite."""
DEEP = "[" * 2500 + "]" * 2500
Forge = Callable[[Forger], str]


def claims(**more: object) -> Forge:
    """Give the token that is right but for these claims."""
    return lambda it: it.signed(it.header(), it.claims(**more))


def ending(seconds: int) -> Forge:
    """Give the token that is right but ends so many seconds from now."""
    return lambda it: it.signed(it.header(), it.claims(exp=int(time()) + seconds))


def header(**more: object) -> Forge:
    """Give the token that is right but for this header."""
    return lambda it: it.signed(it.header(**more), it.claims())


def said(old: str, new: str) -> Forge:
    """Give the token whose claims, as they are written, have `new` in place of `old`."""

    def forge(it: Forger) -> str:
        right = text(it.claims(exp=LATER))
        assert old in right
        return it.signed(it.header(), right.replace(old, new))

    return forge


def tampered(it: Forger) -> str:
    """Give a token whose claims are not those that were signed."""
    head, _, signature = it.signed(it.header(), it.claims(sub="rosewood-house")).split(".")
    return ".".join(
        [head, it.signed(it.header(), it.claims(sub="beech-lodge")).split(".")[1], signature]
    )


EXPIRY = f'"exp": {LATER}'
NEVER: dict[str, Forge] = {
    "no signature, alg none": lambda it: it.unsigned("none"),
    "no signature, alg as ours": lambda it: it.unsigned("ES256"),
    "HS256, with the public key as secret": Forger.with_public_key_as_secret,
    "a key of somebody else, under our kid": lambda it: it.signed(
        it.header(), it.claims(), ec.generate_private_key(ec.SECP256R1())
    ),
    "claims changed after they were signed": tampered,
    "a critical extension that we do not know": header(crit=["x-new"], **{"x-new": True}),
    "an unknown kid": header(kid="another"),
    "a kid that is no text": header(kid=["another"]),
    "type JWT": header(typ="JWT"),
    "no type": header(typ=None),
    "expired": claims(exp=NOW - LEEWAY - 60),
    "no expiry": claims(exp=None),
    "expiry as text": said(EXPIRY, f'"exp": "{LATER}"'),
    "expiry as true": said(EXPIRY, '"exp": true'),
    "expiry without end": said(EXPIRY, '"exp": 1e400'),
    "expiry as a fraction": said(EXPIRY, f'"exp": {LATER}.5'),
    "expiry as a list": said(EXPIRY, f'"exp": [{LATER}]'),
    "not yet": claims(nbf=LATER),
    "issued in the future": claims(iat=LATER),
    "another audience": claims(aud="payroll"),
    "our audience and another": claims(aud=["safeguarding", "payroll"]),
    "our audience, as a list": claims(aud=["safeguarding"]),
    "no audience": claims(aud=None),
    "another issuer": claims(iss="https://issuer.elsewhere.example"),
    "no issuer": claims(iss=None),
    "two subjects": said('"sub":', '"sub": "beech-lodge", "sub":'),
    "no subject": claims(sub=None),
    "an empty subject": claims(sub=""),
    "a subject that is no text": claims(sub=7),
    "no id": claims(jti=None),
    "an id that is no text": claims(jti=7),
    "no client": claims(client_id=None),
    "scopes as a list": claims(scope=["referrals.read"]),
    "roles as text": claims(roles="screener"),
    "claims that are a list": lambda it: it.signed(it.header(), [it.claims()]),
    "claims nested without end": lambda it: it.signed(it.header(), DEEP),
    "a header nested without end": lambda it: it.signed(DEEP, it.claims()),
    "a header that is a list": lambda it: it.signed([it.header()], it.claims()),
    "nothing": lambda _: "",
    "dots": lambda _: "..",
    "no token at all": lambda _: "rosewood-house",
    "more than 8 KiB": claims(note="x" * LARGEST),
}  # fmt: skip


async def ask(home: Home, token: str) -> httpx.Response:
    """Ask for one's own referrals."""
    async with home.client("rosewood-house") as client:
        return await client.get("/v1/referrals", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("forge", NEVER.values(), ids=NEVER)
async def test_such_a_token_is_not_taken(intake: Home, forge: Forge) -> None:
    token = forge(Forger(intake.house.issuer))
    refused = await ask(intake, token)
    assert refused.status_code == 401
    assert refused.json()["type"] == "/problems/unauthenticated"
    assert refused.headers["www-authenticate"] == "Bearer"
    assert not token or token not in refused.text


@pytest.mark.parametrize(
    "forge", [claims(), ending(-LEEWAY // 2), claims(nbf=NOW - 60), claims(roles=["screener"])]
)
async def test_a_right_token_is_taken(intake: Home, forge: Forge) -> None:
    assert (await ask(intake, forge(Forger(intake.house.issuer)))).status_code == 200


@pytest.mark.parametrize("scheme", ["", "Basic", "bearer-token", "Token"])
async def test_only_a_bearer_token_is_one(intake: Home, scheme: str) -> None:
    token = intake.house.issuer.mint("rosewood-house", ["referrals.read"])
    async with intake.client("rosewood-house") as client:
        client.headers["Authorization"] = f"{scheme} {token}".strip()
        assert (await client.get("/v1/referrals")).status_code == 401
        del client.headers["Authorization"]
        assert (await client.get("/v1/referrals")).status_code == 401


@contextmanager
def changed(tokens: Tokens, name: str, value: object) -> Iterator[None]:
    """Let something be otherwise for a while."""
    was = getattr(tokens, name)
    setattr(tokens, name, value)
    try:
        yield
    finally:
        setattr(tokens, name, was)


async def test_a_signature_is_checked_once_for_each_token(intake: Home) -> None:
    mint = intake.house.issuer.mint
    known, new = (mint("rosewood-house", ["referrals.read"]) for _ in range(2))
    assert (await ask(intake, known)).status_code == 200
    with changed(intake.runtime.tokens, "keys", KeySet([])):
        assert (await ask(intake, known)).status_code == 200
        assert (await ask(intake, new)).status_code == 401


async def test_a_known_token_ends_when_it_expires(intake: Home) -> None:
    tokens, now = intake.runtime.tokens, int(time())
    token = Forger(intake.house.issuer).signed(*_right(intake, exp=now + 5))
    assert tokens.caller(token, now).name == "rosewood-house"
    assert tokens.caller(token, now + 5 + LEEWAY).name == "rosewood-house"
    with pytest.raises(BadToken, match="expired"):
        tokens.caller(token, now + 6 + LEEWAY)


@pytest.mark.parametrize("what", ["its id", "its bearer's name"])
async def test_a_known_token_ends_when_it_is_revoked(
    intake: Home, tmp_path: Path, what: str
) -> None:
    file = tmp_path / "revoked"
    told = _right(intake, jti="token-17", sub="beech-lodge")
    token = Forger(intake.house.issuer).signed(*told)
    with changed(intake.runtime.tokens, "revoked", file):
        assert (await ask(intake, token)).status_code == 200
        file.write_text("somebody-else\n" + ("token-17" if what == "its id" else "beech-lodge"))
        assert (await ask(intake, token)).status_code == 401
        assert (await ask(intake, intake.house.issuer.mint("ash", ["referrals.read"]))).is_success
        file.unlink()  # a list that is away for a moment sets nobody free
        assert (await ask(intake, token)).status_code == 401
        file.write_text("")
        assert (await ask(intake, token)).status_code == 200


async def test_a_list_of_the_revoked_that_is_not_there_stops_the_start(
    intake: Home, tmp_path: Path
) -> None:
    jwks = intake.house.issuer.jwks_file
    with pytest.raises(FileNotFoundError):
        Tokens.of(jwks, intake.house.issuer.url, "safeguarding", tmp_path / "mistyped")


async def test_known_tokens_do_not_pile_up(intake: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.access.tokens.MOST_KEPT", 3)
    tokens = Tokens.of(intake.house.issuer.jwks_file, intake.house.issuer.url, "safeguarding")
    for _ in range(10):
        tokens.caller(intake.house.issuer.mint("ash"), int(time()))
        assert len(tokens._known) <= 3


async def test_scopes_are_no_roles_and_roles_are_no_scopes(intake: Home) -> None:
    tokens, forger = intake.runtime.tokens, Forger(intake.house.issuer)
    told = _right(
        intake, scope="screener operator referrals.read", roles=["referrals.write", "operator"]
    )
    assert tokens.caller(forger.signed(*told), int(time())).may == {"referrals.read", "operator"}


def _right(home: Home, **more: object) -> tuple[dict[str, object], dict[str, object]]:
    forger = Forger(home.house.issuer)
    return forger.header(), forger.claims(**more)
