"""Whose words are these, and for whose eyes?

Rules, folds and reactions carry sealed words and cannot read them: `Sealed` has no value to look
at. `shared.sealed.vault` shuts and opens; of a service only `api` and `gateways` may import it.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed(Generic[T]):
    """Words about a person, in a shut box: section id, key id, nonce, ciphertext."""

    __pydantic_config__: ClassVar = {
        "extra": "forbid", "ser_json_bytes": "base64", "val_json_bytes": "base64"
    }  # fmt: skip

    subject: UUID
    """The part a person plays in a case: its adult, its referrer, a witness."""

    audience: str
    box: bytes = field(repr=False)

    @property
    def key(self) -> UUID:
        """Give the id of the key that shut the box."""
        return UUID(bytes=self.box[16:32])
