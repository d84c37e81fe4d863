"""How are words shut and opened?

AES-256-GCM with a key for each subject and retention class. Keys rest in the database `vault`,
wrapped by a key-encryption key that is not there. A section's associated data is
`section id || subject || audience`, so it opens unchanged wherever it travels, and nowhere else.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from os import urandom
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.refusals import KeyGone, Unavailable
from shared.sealed import Sealed, holders, sections
from shared.shapes import adapter
from shared.together import Together
from shared.way import Way

T = TypeVar("T")
Name = tuple[UUID, str, str]  # subject, retention class, audience
Key = tuple[UUID, AESGCM]
KEPT_FOR = 300.0
"""Seconds that a key may stay in memory, so that a destroyed one is soon gone everywhere."""
MOST_KEPT, MOST_MADE = 20_000, 500


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

    def __init__(self, way: Way, kek: KeyEncryptionKey) -> None:
        self._way, self._kek = way, kek
        self._names: dict[Name, tuple[UUID, float]] = {}
        self._ciphers: dict[UUID, tuple[AESGCM, float]] = {}
        self._fingerprints: bytes | None = None
        # Keys for many at once are one commit; what is wanted meanwhile goes into the next.
        self._making = Together(self._make, weigh=len, most=MOST_MADE, room=MOST_KEPT)

    async def shut(self, facts: Sequence[Any]) -> list[Any]:
        """Give `facts` with their open words shut, keys loaded or made, and committed, first.

        Raises:
            KeyGone: the key of a subject was destroyed, so nothing more can be kept of them.
            Unavailable: the vault cannot be reached.
        """
        words = [it for fact in facts for it in sections(fact) if isinstance(it, Open)]
        if not words:
            return list(facts)
        keys = await self._keys({_name(it) for it in words})
        return [_shut_within(fact, lambda it: _boxed(it, keys[_name(it)])) for fact in facts]

    async def open(self, sealed: Sealed[T], kind: type[T]) -> T:
        """Give the words in clear, to a caller who was allowed to read them.

        Raises:
            KeyGone: their key was destroyed, or is not for this service's eyes.
            Unavailable: the vault cannot be reached.
        """
        cipher = self._cipher(sealed.key)
        if cipher is None:
            found = self._unwrapped(await self._ask("select * from vault.keys($1)", [sealed.key]))
            if not found:
                raise KeyGone
            ((_, cipher),) = found.values()
        section, nonce, text = sealed.box[:16], sealed.box[32:44], sealed.box[44:]
        clear = cipher.decrypt(nonce, text, _bound(section, sealed))
        words: T = adapter(kind).validate_json(clear)
        return words

    async def words(self, sealed: Sealed[T] | None, kind: type[T]) -> T | None:
        """Give the words in clear as `open` does, None where there are none, or none any more."""
        with suppress(KeyGone):
            if sealed is not None:
                return await self.open(sealed, kind)
        return None

    async def prepare(self) -> None:
        """Load the key for fingerprints; called once, at the start."""
        bound, candidate = b"fingerprints", AESGCM.generate_key(256)
        wrapped = self._kek.wrap(candidate, bound)
        query = "select wrapped from vault.fingerprint_key($1, $2)"
        ((kept,),) = await self._ask(query, wrapped, self._kek.name)
        self._fingerprints = self._kek.unwrap(kept, bound)

    def fingerprint(self, request: bytes) -> bytes:
        """Give the fingerprint of a request: it tells a repeat, and tells nothing about people."""
        if self._fingerprints is None:
            raise Unavailable
        return hmac.digest(self._fingerprints, request, "sha256")

    async def missing(self, keys: Sequence[UUID]) -> Sequence[UUID]:
        """Give those of `keys` that the vault has never heard of: then it is behind the log."""
        return [row[0] for row in await self._ask("select vault.missing($1)", keys)]

    async def ping(self, query: str) -> object:
        """Ask the vault's database something, to see that it answers."""
        return (await self._ask(query))[0][0]

    async def _keys(self, wanted: Collection[Name]) -> Mapping[Name, Key]:
        # Held by the caller, whatever the cache lets go while we wait for the rest.
        known = {name: key for name in wanted if (key := self._known(name))}
        if absent := [name for name in wanted if name not in known]:
            found = await self._making.ask(absent)
            known |= {name: found[name] for name in absent if name in found}
        if len(known) < len(wanted):
            raise KeyGone
        return known

    async def _make(self, group: Sequence[Sequence[Name]]) -> Sequence[dict[Name, Key]]:
        """Load or make what a group of callers lacks; each finds its own in what all are given."""
        return [await self._made({name for names in group for name in names})] * len(group)

    async def _made(self, absent: Collection[Name]) -> dict[Name, Key]:
        made = [(UUID(bytes=it[:16]), it[16:]) for it in (urandom(16 + 32) for _ in absent)]
        subjects, classes, audiences = zip(*absent, strict=True)
        ids, wrapped = [id for id, _ in made], [self._kek.wrap(key, id.bytes) for id, key in made]
        query = "select * from vault.keys_for($1, $2, $3, $4, $5, $6)"
        rows = await self._ask(query, subjects, audiences, classes, ids, wrapped, self._kek.name)
        if rows:
            return self._unwrapped(rows)
        fresh = ((id, AESGCM(key)) for id, key in made)  # all taken as they are
        return self._kept(dict(zip(absent, fresh, strict=True)))

    async def _ask(self, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
        try:
            return await self._way.ask(query, *arguments)
        except asyncpg.InsufficientPrivilegeError:
            raise
        except asyncpg.PostgresError as wrong:  # whatever it is: of nobody's case is it the fault
            raise Unavailable from wrong

    def _unwrapped(self, rows: Sequence[asyncpg.Record]) -> dict[Name, Key]:
        there = [row for row in rows if row["wrapped"] is not None]
        keys = (self._kek.unwrap(row["wrapped"], row["id"].bytes) for row in there)
        return self._kept({
            (row["subject"], row["retention_class"], row["audience"]): (row["id"], AESGCM(key))
            for row, key in zip(there, keys, strict=True)
        })  # fmt: skip

    def _kept(self, found: dict[Name, Key]) -> dict[Name, Key]:
        if len(self._ciphers) > MOST_KEPT:
            self._ciphers.clear()
            self._names.clear()
        until = monotonic() + KEPT_FOR
        for name, (id, cipher) in found.items():
            self._names[name], self._ciphers[id] = (id, until), (cipher, until)
        return found

    def _known(self, name: Name) -> Key | None:
        id, _ = self._names.get(name, (None, 0.0))
        cipher = self._cipher(id) if id else None
        if id and cipher:
            return id, cipher
        self._names.pop(name, None)
        return None

    def _cipher(self, key: UUID) -> AESGCM | None:
        cipher, until = self._ciphers.get(key, (None, 0.0))
        if until > monotonic():
            return cipher
        self._ciphers.pop(key, None)
        return None


def _name(words: Open[Any]) -> Name:
    return words.subject, words.retention, words.audience


def _boxed(words: Open[Any], key: Key) -> Sealed[Any]:
    (id, cipher), value, random = key, words.reveal(), urandom(28)
    section, nonce = random[:16], random[16:]
    clear = adapter(type(value)).serializer.to_json(value)
    box = section + id.bytes + nonce + cipher.encrypt(nonce, clear, _bound(section, words))
    return Sealed(subject=words.subject, audience=words.audience, box=box)


def _shut_within(value: Any, shut: Any) -> Any:
    if isinstance(value, Open):
        return shut(value)
    if isinstance(value, Sealed):
        return value
    if isinstance(value, tuple):
        parts = tuple(_shut_within(part, shut) for part in value)
        return parts if any(new is not it for new, it in zip(parts, value, strict=True)) else value
    new = {name: _shut_within(getattr(value, name), shut) for name in holders(value.__class__)}
    changed = {name: it for name, it in new.items() if it is not getattr(value, name)}
    return replace(value, **changed) if changed else value


def _bound(section: bytes, sealed: Sealed[Any]) -> bytes:
    return section + sealed.subject.bytes + sealed.audience.encode()
