"""Whose words are these, and for whose eyes?

Rules, folds and reactions carry sealed words and cannot read them: `Sealed` has no value to look
at. `shared.sealed.vault` shuts and opens; of a service only `api` and `gateways` may import it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar
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


def sections(value: Any) -> Iterator[Sealed[Any]]:
    """Give the sections within a fact, whether still open or shut."""
    if isinstance(value, Sealed):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from sections(part)
    else:
        for name in members(value.__class__):
            yield from sections(getattr(value, name))


@cache
def members(kind: type) -> Sequence[str]:
    """Give the names of what a value of this kind holds; every append asks, so it is kept."""
    return [it.name for it in fields(kind)] if is_dataclass(kind) else ()
