"""Who calls, and may this token still be used?

A signature is checked once per token in a process; expiry and revocation are looked at each time.
Access tokens are ES256 JWTs of type `at+jwt` (RFC 9068) from one issuer, for this audience.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import ClaimsOption

LARGEST = 8192
LEEWAY = 30
"""Seconds by which clocks may differ."""
MOST_KEPT = 10_000
NEEDED = ClaimsOption(essential=True)


class BadToken(Exception):
    """The token is not one that we take. Why is for our log, not for the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: a partner's system with scopes, or a member of staff with roles."""

    name: str
    may: frozenset[str]
    """Scopes and roles: what routes ask for."""

    until: int
    """Seconds since 1970 (UTC)."""

    token: str
    """The token's own id, by which it can be revoked."""


@dataclass(slots=True)
class Tokens:
    """Takes the access tokens of one issuer."""

    issuer: str
    audience: str
    keys: KeySet
    revoked: Path | None = None
    """A file with the ids of tokens and names of callers that are taken no more, one a line."""

    _known: dict[bytes, Caller] = field(default_factory=dict)
    _revoked: tuple[int, frozenset[str]] = (0, frozenset())

    @classmethod
    def of(cls, jwks: Path, issuer: str, audience: str, revoked: Path | None = None) -> "Tokens":
        """Give what takes tokens signed by a key of the set in `jwks`."""
        keys = KeySet.import_key_set(json.loads(jwks.read_text()))
        return cls(issuer=issuer, audience=audience, keys=keys, revoked=revoked)

    def caller(self, token: str, now: int) -> Caller:
        """Give who calls with `token` at `now` (seconds since 1970, UTC).

        Raises:
            BadToken: it is not one that we take, or no longer.
        """
        if len(token) > LARGEST:
            raise BadToken("too large")
        digest = sha256(token.encode()).digest()
        found = self._known.get(digest) or self._checked(token, digest, now)
        if found.until + LEEWAY < now:
            raise BadToken("expired")
        if {found.token, found.name} & self._taken_back():
            raise BadToken("revoked")
        return found

    def _checked(self, token: str, digest: bytes, now: int) -> Caller:
        try:
            read = jwt.decode(token, self.keys, algorithms=["ES256"], decoder_cls=_Once)
            registry = jwt.JWTClaimsRegistry(
                now=now, leeway=LEEWAY,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.audience},
                sub=NEEDED, client_id=NEEDED, exp=NEEDED, iat=NEEDED, jti=NEEDED,
            )  # fmt: skip
            registry.validate(read.claims)
        except (JoseError, ValueError, TypeError, KeyError) as wrong:
            raise BadToken(type(wrong).__name__) from wrong
        if read.header.get("typ") != "at+jwt":
            raise BadToken("type")
        found = _caller(read.claims)
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[digest] = found
        return found

    def _taken_back(self) -> frozenset[str]:
        if self.revoked is None:
            return frozenset()
        try:
            changed = self.revoked.stat().st_mtime_ns
        except FileNotFoundError:
            return frozenset()
        if changed != self._revoked[0]:
            self._revoked = changed, frozenset(self.revoked.read_text().split())
        return self._revoked[1]


def _caller(claims: dict[str, Any]) -> Caller:
    scope, roles, name = claims.get("scope", ""), claims.get("roles", []), claims["sub"]
    shapes = isinstance(scope, str) and isinstance(roles, list) and isinstance(name, str) and name
    if not shapes or isinstance(claims["exp"], bool):
        raise BadToken("claims")
    may = frozenset(scope.split()) | frozenset(role for role in roles if isinstance(role, str))
    return Caller(name=name, may=may, until=int(claims["exp"]), token=str(claims["jti"]))


class _Once(json.JSONDecoder):
    """Reads claims of which none may be named twice."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_no_twins)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a member is named twice")
    return read
