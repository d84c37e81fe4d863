"""How are words shut and opened?

AES-256-GCM with a key for each subject and retention class. Keys rest in the database `vault`,
wrapped by a key-encryption key that is not there. A section's associated data is
`section id || subject || audience`, so it opens unchanged wherever it travels, and nowhere else.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from os import urandom
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.refusals import KeyGone, Unavailable
from shared.sealed import Sealed
from shared.shapes import adapter

T = TypeVar("T")
Name = tuple[UUID, str]  # subject, retention class
KEPT_FOR = 300.0
"""Seconds that a key may stay in memory, so that a destroyed one is soon gone everywhere."""
MOST_KEPT = 20_000


class Open(Sealed[T]):
    """Words in clear, on their way in. Stored by mistake, one leaves an empty box, no words.

    The words are no field: neither `repr`, `format`, `asdict` nor a JSON writer meets them.
    """

    __slots__ = ("_words", "retention")
    _words: T
    retention: str

    def __init__(
        self, *, subject: UUID, audience: str, value: T, retention: str = "safeguarding"
    ) -> None:
        super().__init__(subject=subject, audience=audience, box=b"")
        object.__setattr__(self, "_words", value)
        object.__setattr__(self, "retention", retention)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Open) and self._whole() == other._whole()

    def __hash__(self) -> int:
        return hash((self.subject, self.audience))

    def reveal(self) -> T:
        """Give the words to whoever shuts them."""
        return self._words

    def _whole(self) -> tuple[object, ...]:
        return (self.subject, self.audience, self.retention, self._words)


class KeyEncryptionKey(Protocol):
    """Wraps the keys of people; a file by default, later a key management service."""

    name: str

    def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        """Give `key` wrapped, bound to what it belongs to."""

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Give the key back."""


class FileKey:
    """A key-encryption key in a file: 32 random bytes in hexadecimal."""

    def __init__(self, path: Path) -> None:
        key = bytes.fromhex(path.read_text().strip())
        self._cipher = AESGCM(key)
        self.name = "file:" + sha256(key).hexdigest()[:16]

    def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        """Give `key` wrapped, bound to what it belongs to."""
        nonce = urandom(12)
        return nonce + self._cipher.encrypt(nonce, key, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Give the key back."""
        return self._cipher.decrypt(wrapped[:12], wrapped[12:], bound_to)


class Vault:
    """The keys of the people in our cases, as far as this service's audiences reach."""

    def __init__(self, pool: asyncpg.Pool, kek: KeyEncryptionKey) -> None:
        self._pool, self._kek = pool, kek
        self._names: dict[Name, tuple[UUID, float]] = {}
        self._ciphers: dict[UUID, tuple[AESGCM, float]] = {}
        self._fingerprints: bytes | None = None

    async def shut(self, facts: Sequence[Any]) -> list[Any]:
        """Give `facts` with their open words shut, keys loaded or made, and committed, first.

        Raises:
            KeyGone: the key of a subject was destroyed, so nothing more can be kept of them.
            Unavailable: the vault cannot be reached.
        """
        words = [found for fact in facts for found in _open_words(fact)]
        if not words:
            return list(facts)
        await self._load({(it.subject, it.retention): it.audience for it in words})
        return [_shut_within(fact, self._shut) for fact in facts]

    async def open(self, sealed: Sealed[T], kind: type[T]) -> T:
        """Give the words in clear, to a caller who was allowed to read them.

        Raises:
            KeyGone: their key was destroyed, or is not for this service's eyes.
            Unavailable: the vault cannot be reached.
        """
        cipher = self._cipher(sealed.key)
        if cipher is None:
            await self._fetch("select * from vault.keys($1)", [sealed.key])
            cipher = self._cipher(sealed.key)
        if cipher is None:
            raise KeyGone
        section, nonce, text = sealed.box[:16], sealed.box[32:44], sealed.box[44:]
        clear = cipher.decrypt(nonce, text, _bound(section, sealed))
        words: T = adapter(kind).validate_json(clear)
        return words

    async def prepare(self) -> None:
        """Load the key for fingerprints; called once, at the start."""
        bound, candidate = b"fingerprints", AESGCM.generate_key(256)
        wrapped = self._kek.wrap(candidate, bound)
        query = "select wrapped from vault.fingerprint_key($1, $2)"
        kept = await self._pool.fetchval(query, wrapped, self._kek.name)
        self._fingerprints = self._kek.unwrap(kept, bound)

    def fingerprint(self, request: bytes) -> bytes:
        """Give the fingerprint of a request: it tells a repeat, and tells nothing about people."""
        if self._fingerprints is None:
            raise Unavailable
        return hmac.digest(self._fingerprints, request, "sha256")

    async def missing(self, keys: Sequence[UUID]) -> Sequence[UUID]:
        """Give those of `keys` that the vault has never heard of: then it is behind the log."""
        return [row[0] for row in await self._pool.fetch("select vault.missing($1)", keys)]

    async def ping(self, query: str) -> object:
        """Ask the vault's database something, to see that it answers."""
        return await self._pool.fetchval(query)

    def _shut(self, words: Open[Any]) -> Sealed[Any]:
        key, _ = self._names[words.subject, words.retention]
        cipher, section, nonce = self._ciphers[key][0], urandom(16), urandom(12)
        clear = adapter(type(words.reveal())).dump_json(words.reveal())
        text = cipher.encrypt(nonce, clear, _bound(section, words))
        box = section + key.bytes + nonce + text
        return Sealed(subject=words.subject, audience=words.audience, box=box)

    async def _load(self, wanted: Mapping[Name, str]) -> None:
        for _ in range(2):  # what was known may have been let go while we waited for the rest
            absent = [name for name in wanted if not self._known(name)]
            if not absent:
                return
            await self._make(absent, wanted)
        if not all(map(self._known, wanted)):
            raise KeyGone

    async def _make(self, absent: Sequence[Name], wanted: Mapping[Name, str]) -> None:
        made = [(UUID(bytes=urandom(16)), AESGCM.generate_key(256)) for _ in absent]
        await self._fetch(
            "select * from vault.keys_for($1, $2, $3, $4, $5, $6)",
            [subject for subject, _ in absent],
            [wanted[name] for name in absent],
            [retention for _, retention in absent],
            [id for id, _ in made],
            [self._kek.wrap(key, id.bytes) for id, key in made],
            self._kek.name,
        )

    async def _fetch(self, query: str, *arguments: object) -> None:
        try:
            rows = await self._pool.fetch(query, *arguments)
        except asyncpg.InsufficientPrivilegeError:
            raise
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as lost:
            raise Unavailable from lost
        if len(self._ciphers) > MOST_KEPT:
            self._ciphers.clear()
            self._names.clear()
        until = monotonic() + KEPT_FOR
        for row in rows:
            if row["wrapped"] is not None:
                key = self._kek.unwrap(row["wrapped"], row["id"].bytes)
                self._ciphers[row["id"]] = AESGCM(key), until
                self._names[row["subject"], row["retention_class"]] = row["id"], until

    def _known(self, name: Name) -> bool:
        key, until = self._names.get(name, (None, 0.0))
        if until > monotonic():
            return True
        if key is not None:
            del self._names[name]
        return False

    def _cipher(self, key: UUID) -> AESGCM | None:
        cipher, until = self._ciphers.get(key, (None, 0.0))
        if until > monotonic():
            return cipher
        self._ciphers.pop(key, None)
        return None


def _open_words(value: Any) -> Iterator[Open[Any]]:
    if isinstance(value, Open):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _open_words(part)
    elif is_dataclass(value) and not isinstance(value, Sealed):
        for member in fields(value):
            yield from _open_words(getattr(value, member.name))


def _shut_within(value: Any, shut: Any) -> Any:
    if isinstance(value, Open):
        return shut(value)
    if isinstance(value, tuple):
        parts = tuple(_shut_within(part, shut) for part in value)
        return (
            parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
        )
    if is_dataclass(value) and not isinstance(value, Sealed | type):
        members = ((it.name, getattr(value, it.name)) for it in fields(value))
        new = {name: _shut_within(member, shut) for name, member in members}
        changed = {name: it for name, it in new.items() if it is not getattr(value, name)}
        return replace(value, **changed) if changed else value
    return value


def _bound(section: bytes, sealed: Sealed[Any]) -> bytes:
    return section + sealed.subject.bytes + sealed.audience.encode()
