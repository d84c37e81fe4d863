"""How is Kafka reached, and who do we say we are?"""

from pathlib import Path
from typing import Any, Literal

from aiokafka.abc import AbstractTokenProvider
from aiokafka.helpers import create_ssl_context
from pydantic_settings import BaseSettings, SettingsConfigDict


class Reach(BaseSettings):
    """Each as `SAFEGUARDING_KAFKA_NAME`."""

    model_config = SettingsConfigDict(env_prefix="SAFEGUARDING_KAFKA_")

    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    ca_file: Path | None = None
    sasl: Literal["SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = "SCRAM-SHA-512"
    user: str = ""
    password_file: Path | None = None
    token_file: Path | None = None
    copies: int | None = None
    """Brokers that keep each record; unset: three where there are as many, else one."""

    def clients(self, servers: str) -> dict[str, Any]:
        """Give what every client is told.

        Raises:
            OSError: a file that is named cannot be read.
            ValueError: a file that is needed is not named.
        """
        told = {"bootstrap_servers": servers, "security_protocol": self.security}
        if self.security.endswith("SSL"):
            told |= {"ssl_context": create_ssl_context(cafile=self.ca_file)}
        if not self.security.startswith("SASL"):
            return told
        told |= {"sasl_mechanism": self.sasl}
        if self.sasl == "OAUTHBEARER":
            token = TokenFile(_named(self.token_file, "TOKEN_FILE"))
            return told | {"sasl_oauth_token_provider": token}
        password = _named(self.password_file, "PASSWORD_FILE").read_text("utf-8").strip()
        return told | {"sasl_plain_username": self.user, "sasl_plain_password": password}


class TokenFile(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka tells no types
    """A token that something else renews in a file; it is read at each connection."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        """Give the token as it is now."""
        return self._path.read_text("utf-8").strip()


def _named(path: Path | None, name: str) -> Path:
    if path is None:
        raise ValueError(f"SAFEGUARDING_KAFKA_{name} is not set")
    return path
