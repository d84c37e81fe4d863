"""Does the development issuer sign what the services will take, and nothing else?"""

import json
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.errors import ExpiredTokenError
from joserfc.jwk import KeySet

from deploy.local.issuer import Issuer

CLAIMS = ("iss", "aud", "sub", "client_id", "iat", "exp", "jti")


def verified(issuer: Issuer, token: str) -> jwt.Token:
    keys = KeySet.import_key_set(json.loads(issuer.jwks_file.read_text()))
    return jwt.decode(token, keys, algorithms=["ES256"])


def test_a_partners_token_is_verified_with_the_public_keys_alone(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    token = verified(issuer, issuer.mint("rosewood-house", ["referrals.write", "referrals.read"]))
    assert token.header["typ"] == "at+jwt"
    assert token.header["kid"]
    assert set(CLAIMS) <= token.claims.keys()
    assert token.claims["iss"] == issuer.url
    assert token.claims["aud"] == "safeguarding"
    assert token.claims["sub"] == token.claims["client_id"] == "rosewood-house"
    assert token.claims["scope"] == "referrals.write referrals.read"
    assert "roles" not in token.claims


def test_a_staff_token_has_roles_and_no_scope(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    claims = verified(issuer, issuer.mint("joan", roles=["screener"])).claims
    assert claims["roles"] == ["screener"]
    assert "scope" not in claims


def test_a_token_lasts_as_long_as_asked(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    claims = verified(issuer, issuer.mint("joan", hours=2)).claims
    assert claims["exp"] - claims["iat"] == 2 * 3600
    expired = verified(issuer, issuer.mint("joan", hours=-1)).claims
    with pytest.raises(ExpiredTokenError):
        jwt.JWTClaimsRegistry().validate(expired)


def test_no_two_tokens_are_the_same(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    assert issuer.mint("joan") != issuer.mint("joan")


def test_the_key_is_made_once_and_its_private_half_is_ours_alone(tmp_path: Path) -> None:
    token = Issuer(tmp_path).mint("joan")
    assert verified(Issuer(tmp_path), token).claims["sub"] == "joan"
    assert (tmp_path / "signing-key.json").stat().st_mode & 0o777 == 0o600
    assert '"d"' not in (tmp_path / "jwks.json").read_text()
