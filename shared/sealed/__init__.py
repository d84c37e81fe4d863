"""Whose words are these, and for whose eyes?

Rules, folds and reactions carry sealed words and cannot read them: `Sealed` has no value to look
at. `shared.sealed.vault` shuts and opens; of a service only `api` and `gateways` may import it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints
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


def sections(value: Any) -> Sequence[Sealed[Any]]:
    """Give the sections within a fact, whether still open or shut."""
    if isinstance(value, Sealed):
        return (value,)
    if not isinstance(value, tuple):
        value = [getattr(value, name) for name in holders(value.__class__)]
    return [it for part in value for it in sections(part)]


@cache
def holders(kind: type) -> Sequence[str]:
    """Give the members of a kind of value in which words may lie; every append walks them."""
    if not is_dataclass(kind):
        return ()
    hints = get_type_hints(kind)
    return [it.name for it in fields(kind) if _may_hold(hints[it.name])]


def _may_hold(hint: Any) -> bool:
    """Say whether words may lie in what is typed so: where nobody can tell, they may."""
    kind = get_origin(hint) or hint
    if isinstance(kind, type) and issubclass(kind, Sealed):
        return True
    if kind is Literal or hint is Ellipsis:
        return False
    inside = get_args(hint)
    if any(map(_may_hold, inside)):
        return True
    if inside and not is_dataclass(kind):
        return False
    return kind in {Any, object, tuple} or not isinstance(kind, type) or bool(holders(kind))
