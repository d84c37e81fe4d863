"""Who signs tokens while we develop, demonstrate and test?

A real installation trusts the council's own issuer and never this one.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local.places import write

URL = "https://issuer.safeguarding.example"
AUDIENCE = "safeguarding"
HOURS = 12.0


class Issuer:
    """Signs tokens with a key pair kept in `folder`, made at the first use."""

    def __init__(self, folder: Path, *, url: str = URL, audience: str = AUDIENCE) -> None:
        self.url = url
        self.audience = audience
        self.jwks_file = folder / "jwks.json"
        self._key = _key(folder / "signing-key.json")
        if not self.jwks_file.exists():
            public = self._key.as_dict(private=False)
            write(self.jwks_file, json.dumps({"keys": [public]}) + "\n", mode=0o644)

    def mint(
        self, sub: str, scopes: Iterable[str] = (), roles: Iterable[str] = (), hours: float = HOURS
    ) -> str:
        """Sign an access token: scopes make it a partner's, roles make it staff's."""
        issued = datetime.now(UTC)  # noqa: TID251 - an issuer stands outside the installation
        scope, held = " ".join(scopes), list(roles)
        claims: dict[str, object] = {
            "iss": self.url,
            "aud": self.audience,
            "sub": sub,
            "client_id": "development" if held else sub,
            "iat": int(issued.timestamp()),
            "exp": int((issued + timedelta(hours=hours)).timestamp()),
            "jti": str(uuid4()),
        }
        claims |= {"scope": scope} if scope else {}
        claims |= {"roles": held} if held else {}
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=["ES256"])


def _key(file: Path) -> ECKey:
    if not file.exists():
        made = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        write(file, json.dumps(made.as_dict(private=True)) + "\n")
    return ECKey.import_key(json.loads(file.read_text("utf-8")))
