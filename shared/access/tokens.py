"""Who calls, and may this token still be used?

A signature is checked once per token in a process; expiry and revocation are looked at each time.
Access tokens are ES256 JWTs of type `at+jwt` (RFC 9068) from one issuer, for this audience.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import ClaimsOption
from pydantic import BaseModel, Field

LARGEST = 8192
LEEWAY = 30
"""Seconds by which clocks may differ."""
MOST_KEPT = 10_000
NEEDED = ClaimsOption(essential=True)


class BadToken(Exception):
    """The token is not one that we take. Why is for our log, not for the caller."""


class Caller(BaseModel, frozen=True, strict=True):
    """Who calls: a partner's system with scopes, or a member of staff with roles."""

    name: Annotated[str, Field(alias="sub", min_length=1)]
    until: Annotated[int, Field(alias="exp")]
    """Seconds since 1970 (UTC)."""

    token: Annotated[str, Field(alias="jti")]
    """The token's own id, by which it can be revoked."""

    aud: str
    """One: with a token for several audiences, each could pass for its bearer with the others."""

    scope: str = ""
    roles: Sequence[str] = ()

    @cached_property
    def may(self) -> frozenset[str]:
        """Give what routes ask for: scopes, which have a dot, and roles, which have none."""
        scopes = (it for it in self.scope.split() if "." in it)
        return frozenset([*scopes, *(it for it in self.roles if "." not in it)])


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
        """Give what takes tokens signed by a key of the set in `jwks`.

        Raises:
            FileNotFoundError: a file that it shall read is not there.
        """
        if revoked is not None:
            revoked.stat()
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
            found = self._read(token, now)
        # A number may be endless, or brackets be nested without end: it is refused all the same.
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as wrong:
            raise BadToken(type(wrong).__name__) from wrong
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        return self._known.setdefault(digest, found)

    def _read(self, token: str, now: int) -> Caller:
        read = jwt.decode(token, self.keys, algorithms=["ES256"], decoder_cls=_Once)
        iss = ClaimsOption(essential=True, value=self.issuer)
        aud = ClaimsOption(essential=True, value=self.audience)
        jwt.JWTClaimsRegistry(
            now=now, leeway=LEEWAY, iss=iss, aud=aud,
            sub=NEEDED, client_id=NEEDED, exp=NEEDED, iat=NEEDED, jti=NEEDED,
        ).validate(read.claims)  # fmt: skip
        if read.header.get("typ") != "at+jwt":
            raise BadToken("type")
        return Caller.model_validate(read.claims)

    def _taken_back(self) -> frozenset[str]:
        with suppress(FileNotFoundError):  # while it is away, what it said last holds
            changed = self.revoked.stat().st_mtime_ns if self.revoked else 0
            if self.revoked and changed != self._revoked[0]:
                self._revoked = changed, frozenset(self.revoked.read_text().split())
        return self._revoked[1]


class _Once(json.JSONDecoder):
    """Reads claims of which none may be named twice."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_no_twins)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a member is named twice")
    return read
