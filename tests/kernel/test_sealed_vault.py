"""Who can open words about a person, and for how long?"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from cryptography.exceptions import InvalidTag

import shared.sealed.vault as vault_module
from shared import way
from shared.log.log import Log
from shared.refusals import Conflict, KeyGone, Unavailable
from shared.sealed import Sealed
from shared.sealed.vault import Open, Vault
from tests.kernel import a
from tests.kernel.golden.samples import DETAILS
from tests.support.house import House


@pytest.fixture
async def vault(log: Log) -> Vault:
    """Give the vault as the log of the small facts sees it."""
    return log.vault


@pytest.fixture
async def other(kernel_house: House) -> AsyncIterator[Vault]:
    """Give the vault as another process of the same service sees it."""
    async with a.vault_of(kernel_house) as found:
        yield found


async def shut(vault: Vault, *words: Open[Any]) -> Sequence[Sealed[Any]]:
    facts = await vault.shut([a.Told(number=1, words=it) for it in words])
    return [it.words for it in facts]


async def destroy(owner: Any, *subjects: UUID) -> None:
    destroyed = "update vault.key set wrapped = null, destroyed_at = now() where subject = any ($1)"
    assert await owner.execute(destroyed, subjects) != "UPDATE 0"


async def test_words_come_back_as_they_were_whatever_they_are(vault: Vault) -> None:
    for words in (a.WORDS, "", "Zoë, 雪 \U0001f9e1 \x00 \ud7ff", "x" * 300_000):
        (sealed,) = await shut(vault, a.shut(words))
        assert type(sealed) is Sealed
        assert await vault.open(sealed, str) == words
    (sealed,) = await shut(vault, Open(subject=uuid4(), audience="adult", value=DETAILS))
    assert await vault.open(sealed, type(DETAILS)) == DETAILS


async def test_the_same_words_are_never_the_same_bytes_twice(vault: Vault) -> None:
    subject = uuid4()
    first, second = await shut(vault, *(a.shut(subject=subject) for _ in range(2)))
    assert first.key == second.key
    for part in (slice(0, 16), slice(32, 44), slice(44, None)):  # section id, nonce, text
        assert first.box[part] != second.box[part]


async def test_no_word_lies_in_the_log_or_the_vault(
    log: Log, log_owner: Any, vault_owner: Any
) -> None:
    stream = a.thing.stream(uuid4())
    await log.append(stream, [a.Told(number=1, words=a.shut())], a.act(), after=0)

    (row,) = await a.rows_of(log, stream)
    assert b"Edith" not in row["body"]
    for db, table in ((log_owner, "log.event"), (vault_owner, "vault.key")):
        query = f"select count(*) from {table} t where t::text like '%Edith%'"  # noqa: S608 - ours
        assert await db.fetchval(query) == 0
    (fact,) = (it.fact for it in await log.history(stream))
    assert await log.vault.open(fact.words, str) == a.WORDS


async def test_a_box_opens_only_as_whose_it_is_and_for_whom(vault: Vault) -> None:
    (sealed,) = await shut(vault, a.shut())
    for forged in (
        replace(sealed, subject=uuid4()),
        replace(sealed, audience="referrer"),
        *(replace(sealed, box=flipped(sealed.box, at)) for at in (0, 15, 32, 43, 44, -1)),
        replace(sealed, box=sealed.box[:-1]),
    ):
        with pytest.raises(InvalidTag):
            await vault.open(forged, str)
    assert await vault.open(sealed, str) == a.WORDS


def flipped(box: bytes, at: int) -> bytes:
    """Give `box` with one bit of one byte changed."""
    changed = bytearray(box)
    changed[at] ^= 1
    return bytes(changed)


async def test_a_box_with_the_key_of_another_person_does_not_open(vault: Vault) -> None:
    one, another = await shut(vault, a.shut(), a.shut())
    swapped = one.box[:16] + another.key.bytes + one.box[32:]
    with pytest.raises(InvalidTag):
        await vault.open(replace(one, box=swapped), str)
    with pytest.raises(KeyGone):
        await vault.open(replace(one, box=one.box[:16] + uuid4().bytes + one.box[32:]), str)


async def test_words_open_in_every_service_with_their_audience_and_in_no_other(
    kernel_house: House, vault_owner: Any
) -> None:
    assert vault_owner
    subject = uuid4()
    async with (
        a.vault_of(kernel_house, "intake") as intake,
        a.vault_of(kernel_house, "triage") as triage,
        a.vault_of(kernel_house, "folds") as without,
    ):
        (details,) = await shut(intake, a.shut(subject=subject))
        (document,) = await shut(intake, Open(subject=uuid4(), audience="document", value=a.WORDS))
        assert await triage.open(details, str) == a.WORDS
        for service, sealed in ((triage, document), (without, details), (without, document)):
            with pytest.raises(KeyGone):
                await service.open(sealed, str)
        (more,) = await shut(triage, a.shut("More.", subject=subject))
        assert more.key == details.key
        assert await intake.open(more, str) == "More."


async def test_a_service_makes_no_key_for_an_audience_that_is_not_its_own(
    kernel_house: House, vault_owner: Any
) -> None:
    subject = uuid4()
    async with a.vault_of(kernel_house, "triage") as triage:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await shut(triage, Open(subject=subject, audience="document", value=a.WORDS))
    assert await keys_of(vault_owner, subject) == []


async def keys_of(owner: Any, subject: UUID) -> list[UUID]:
    query = "select id from vault.key where subject = $1"
    return [row["id"] for row in await owner.fetch(query, subject)]


@pytest.mark.parametrize(
    "deed",
    ["select * from vault.key", "select * from vault.service_key", "delete from vault.key",
     "insert into vault.audience values ('kernel', 'document')", "set role vault_owner",
     "update vault.key set destroyed_at = now()", "create temporary table key (id uuid)"],
)  # fmt: skip
async def test_a_service_has_no_other_way_to_the_keys(kernel_house: House, deed: str) -> None:
    db = await asyncpg.connect(kernel_house.told("kernel").vault_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute(deed)
    await db.close()


async def test_a_key_is_kept_before_what_it_shut(log: Log, vault_owner: Any) -> None:
    """So no words can lie in the log whose key a crash took away."""
    stream, subject = a.thing.stream(uuid4()), uuid4()
    with pytest.raises(Conflict):
        await log.append(
            stream, [a.Told(number=1, words=a.shut(subject=subject))], a.act(), after=7
        )
    assert await log.history(stream) == []
    assert len(await keys_of(vault_owner, subject)) == 1


async def test_a_vault_that_takes_no_writes_any_more_is_left_for_one_that_does(
    log: Log, log_owner: Any
) -> None:
    facts = [a.Told(number=1, words=a.shut())]
    cut = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'vault'"
    demoted = "alter role kernel in database vault"
    await log_owner.execute(f"{demoted} set default_transaction_read_only = on")
    await log_owner.execute(cut + " and usename = 'kernel'")
    assert await log.vault.ping("show transaction_read_only") == "on"
    await log_owner.execute(f"{demoted} reset default_transaction_read_only")

    assert (await log.append(a.thing.stream(uuid4()), facts, a.act(), after=0)).version == 1


async def test_while_the_vault_is_away_nothing_is_recorded_about_anybody(
    log: Log, log_owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "PATIENCE", 0.3)
    stream, head, act = a.thing.stream(uuid4()), await log.head(), a.act()
    facts = [a.Told(number=1, words=a.shut())]
    await log_owner.execute("alter database vault connection limit 0")
    cut = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'vault'"
    await log_owner.execute(cut + " and usename = 'kernel'")
    try:
        with pytest.raises(Unavailable):
            await log.append(stream, facts, act, after=0)
        assert (await log.head(), await log.history(stream)) == (head, [])
    finally:
        await log_owner.execute("alter database vault connection limit -1")
    assert (await log.append(stream, facts, act, after=0)).version == 1


async def test_a_destroyed_key_opens_nothing_once_no_process_remembers_it(
    vault: Vault, other: Vault, vault_owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = uuid4()
    monkeypatch.setattr(vault_module, "KEPT_FOR", 2.0)
    (sealed,) = await shut(vault, a.shut(subject=subject))
    await destroy(vault_owner, subject)

    assert await vault.open(sealed, str) == a.WORDS  # remembered, but not for long
    with pytest.raises(KeyGone):
        await other.open(sealed, str)
    await asyncio.sleep(2.1)
    with pytest.raises(KeyGone):
        await vault.open(sealed, str)


async def test_of_a_person_whose_key_is_destroyed_nothing_more_is_kept(
    log: Log, other: Vault, vault_owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module, "KEPT_FOR", 0.0)
    subject, somebody = uuid4(), uuid4()
    await shut(log.vault, a.shut(subject=subject))
    before = await keys_of(vault_owner, subject)
    await destroy(vault_owner, subject)

    for vault in (log.vault, other):
        with pytest.raises(KeyGone):
            await shut(vault, a.shut(subject=somebody), a.shut(subject=subject))
    stream = a.thing.stream(uuid4())
    with pytest.raises(KeyGone):
        await log.append(
            stream, [a.Told(number=1, words=a.shut(subject=subject))], a.act(), after=0
        )
    assert await log.history(stream) == []
    assert await keys_of(vault_owner, subject) == before


async def test_a_destroyed_key_is_not_missing(vault: Vault, vault_owner: Any) -> None:
    subject, unheard_of = uuid4(), uuid4()
    (sealed,) = await shut(vault, a.shut(subject=subject))
    await destroy(vault_owner, subject)
    assert await vault.missing([sealed.key, unheard_of]) == [unheard_of]


@pytest.mark.parametrize("most", [0, 1, 3])
async def test_a_full_cache_never_breaks_the_shutting(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(vault_module, "MOST_KEPT", most)
    people = [uuid4() for _ in range(5)]
    for some in combinations(people, 3):
        sealed = await shut(vault, *(a.shut(str(it), subject=it) for it in some))
        assert [await vault.open(it, str) for it in sealed] == list(map(str, some))
    together = [
        shut(vault, *(a.shut(str(it), subject=it) for it in some))
        for some in combinations(people, 4)
    ]
    for sealed in await asyncio.gather(*together):
        assert [await vault.open(it, str) for it in sealed] == [str(it.subject) for it in sealed]


async def test_a_new_person_met_in_several_places_at_once_has_one_key(
    vault: Vault, other: Vault, vault_owner: Any
) -> None:
    subject = uuid4()
    places = [shut(it, a.shut(subject=subject)) for it in (vault, other) * 6]
    sealed = [it for (it,) in await asyncio.gather(*places)]

    assert {it.key for it in sealed} == set(await keys_of(vault_owner, subject))
    assert len({it.key for it in sealed}) == 1
    assert [await vault.open(it, str) for it in sealed] == [a.WORDS] * 12


async def test_groups_of_the_same_new_people_in_any_order_do_not_lock_one_another_out(
    vault: Vault, other: Vault
) -> None:
    people = [uuid4() for _ in range(8)]
    orders = (people, people[::-1], people[4:] + people[:4])
    groups = [
        shut(it, *(a.shut(subject=subject) for subject in order))
        for it in (vault, other)
        for order in orders
    ]
    assert {len(it) for it in await asyncio.gather(*groups)} == {8}


async def test_what_is_kept_longer_has_a_key_of_its_own(vault: Vault, vault_owner: Any) -> None:
    subject = uuid4()
    one, longer = await shut(
        vault, a.shut(subject=subject), a.shut(subject=subject, retention="dols")
    )

    assert one.key != longer.key
    assert set(await keys_of(vault_owner, subject)) == {one.key, longer.key}
    assert await vault.open(longer, str) == a.WORDS


async def test_without_the_right_key_encryption_key_nothing_opens_and_nothing_starts(
    vault: Vault, kernel_house: House, tmp_path: Path
) -> None:
    (sealed,) = await shut(vault, a.shut())
    await vault.prepare()
    wrong = tmp_path / "other.key"
    wrong.write_text(secrets.token_hex(32))
    async with a.vault_of(kernel_house, key_file=wrong) as stranger:
        with pytest.raises(InvalidTag):
            await stranger.open(sealed, str)
        with pytest.raises(InvalidTag):
            await shut(stranger, a.shut(subject=sealed.subject))
        with pytest.raises(InvalidTag):
            await stranger.prepare()


async def test_a_stolen_vault_opens_nothing_without_the_key_encryption_key(
    vault: Vault, vault_owner: Any
) -> None:
    (sealed,) = await shut(vault, a.shut())
    row = await vault_owner.fetchrow("select * from vault.key where id = $1", sealed.key)
    assert len(row["wrapped"]) == 12 + 32 + 16  # nonce, key, tag: never the key itself
    assert row["kek"].startswith("file:")


async def test_fingerprints_are_the_same_after_a_restart_and_differ_from_service_to_service(
    kernel_house: House,
) -> None:
    found = []
    for service in ("kernel", "kernel", "intake", "triage"):
        async with a.vault_of(kernel_house, service) as vault:
            with pytest.raises(Unavailable):
                vault.fingerprint(b"{}")
            await vault.prepare()
            found.append((vault.fingerprint(b"{}"), vault.fingerprint(b"{ }")))
    kernel, again, intake, triage = found
    assert kernel == again
    assert len({it for pair in (kernel, intake, triage) for it in pair}) == 6
    assert {len(it) for pair in found for it in pair} == {32}


async def test_a_subject_whose_key_is_for_others_is_shut_under_no_key_at_all(
    log: Log, vault_owner: Any
) -> None:
    subject, stream = uuid4(), a.thing.stream(uuid4())
    await vault_owner.execute(
        "insert into vault.key (id, subject, audience, retention_class, wrapped, kek)"
        " values ($1, $2, 'document', 'safeguarding', 'x', 'file')", uuid4(), subject,
    )  # fmt: skip
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await log.append(
            stream, [a.Told(number=1, words=a.shut(subject=subject))], a.act(), after=0
        )
    assert await log.history(stream) == []
