"""Whoever makes tokens that nobody should take: by hand, so that no library helps them be right."""

import base64
import hmac
import json
from time import time  # noqa: TID251 - a token's life is real time
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.local.issuer import Issuer


def b64(data: bytes) -> str:
    """Give base64url without its padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def text(value: Any) -> str:
    """Give JSON; what is text already stays as it is, however wrong."""
    return value if isinstance(value, str) else json.dumps(value)


class Forger:
    """Signs anything with the issuer's own key, or with another."""

    def __init__(self, issuer: Issuer) -> None:
        key = issuer._key.private_key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self.key, self.kid = key, issuer._key.kid
        self.url, self.audience = issuer.url, issuer.audience

    def header(self, **more: Any) -> dict[str, Any]:
        """Give a right header, but for what is said; None leaves a member out."""
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid} | more
        return {name: value for name, value in header.items() if value is not None}

    def claims(self, **more: Any) -> dict[str, Any]:
        """Give right claims, but for what is said; None leaves a member out."""
        now = int(time())
        claims = {
            "iss": self.url, "aud": self.audience, "sub": "rosewood-house", "client_id": "x",
            "iat": now, "exp": now + 600, "jti": str(uuid4()), "scope": "referrals.read",
        } | more  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def signed(
        self, header: Any, claims: Any, key: ec.EllipticCurvePrivateKey | None = None
    ) -> str:
        """Give a token with an ES256 signature that is right."""
        told = f"{b64(text(header).encode())}.{b64(text(claims).encode())}"
        r, s = decode_dss_signature((key or self.key).sign(told.encode(), ec.ECDSA(SHA256())))
        return f"{told}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def with_public_key_as_secret(self) -> str:
        """Give a token signed with HS256, the public key being the secret."""
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        told = f"{b64(text(self.header(alg='HS256')).encode())}.{b64(text(self.claims()).encode())}"
        return f"{told}.{b64(hmac.digest(pem, told.encode(), 'sha256'))}"

    def unsigned(self, alg: str) -> str:
        """Give a token that nobody signed."""
        return f"{b64(text(self.header(alg=alg)).encode())}.{b64(text(self.claims()).encode())}."
