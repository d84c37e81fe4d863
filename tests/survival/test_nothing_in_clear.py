"""Does any word about a person lie in clear, in a database or in a log file?"""

import binascii
import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import httpx
import pytest

from deploy.demo import staff
from deploy.demo.calls import Door
from deploy.demo.council import Posting, postings, texts
from deploy.demo.homes import PARTNERS
from deploy.demo.receipts import Receipts
from deploy.local import silent
from deploy.local.binaries import account_of, binaries
from tests.support.house import House, key
from tests.support.kafka import real
from tests.survival.callers import SCOPES
from tests.survival.conftest import DATABASES, owner_of
from tests.survival.oracle import settled
from tests.survival.town import Town, client, town_in

SEED, REFERRALS = 4, 60
ENOUGH_TO_SAY_EVERYTHING = 500
"""So many are told to the staff that they use each of their sentences."""

ADDED = "Her neighbour heard shouting again last night."
WITHDRAWN = "The family asked us to take this back."
RAISED = "The district nurse rang: it is worse than it reads."
REOPENED = "A second bank statement came this morning."
KEPT = (
    "$1::text",
    "to_jsonb($1::text)",
    "json_build_object('fact', json_build_object('words', $1::text))",
    "array[convert_to($1::text, 'UTF8')]",
    "convert_to(json_build_object('words', $1::text)::text, 'UTF8')",
    "convert_to(encode(convert_to($1::text, 'UTF8'), 'base64'), 'UTF8')",
)
HEX = re.compile(rb"x((?:[0-9a-f]{2}){4,})")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")


@pytest.mark.slow
async def test_no_word_about_a_person_is_found_in_dumps_and_logs(
    own_house: House, tmp_path: Path
) -> None:
    sent = list(islice(postings(SEED, ENOUGH_TO_SAY_EVERYTHING), REFERRALS))
    async with town_in(own_house, tmp_path) as town:
        await _play(town, sent, tmp_path)
        await settled(town)
        logs = [town.log.read_bytes(), (own_house.server.home / "log").read_bytes()]
    said = {text for posting in sent for text in texts(posting)}
    said |= {*staff.STAFF_TEXTS, ADDED, WITHDRAWN, RAISED, REOPENED}
    assert len(said) > 5 * REFERRALS
    dumps = {name: _dump(own_house, name) for name in (*DATABASES, "postgres")}
    assert all(len(dumps[name]) > 100 * REFERRALS for name in DATABASES)
    found = {name: clear for name, dump in dumps.items() if (clear := _in_clear(dump, said))}
    assert found == {}
    assert [_in_clear(log, said) for log in logs] == [set(), set()]


@pytest.mark.slow
async def test_no_word_about_a_person_is_found_in_kafkas_files(
    own_house: House, tmp_path: Path
) -> None:
    sent = list(islice(postings(SEED, ENOUGH_TO_SAY_EVERYTHING), REFERRALS // 2))
    with real() as cluster:
        kafka = {"SAFEGUARDING_BUS_URL": f"kafka://{cluster.servers}"}
        settings = {name: {**it, **kafka} for name, it in own_house.settings.items()}
        async with town_in(replace(own_house, settings=settings), tmp_path) as town:
            await _play(town, sent, tmp_path)
            await settled(town)
        kept = b"".join(it.read_bytes() for it in cluster.home.rglob("data/*/*.log"))
    said = {text for posting in sent for text in texts(posting)}
    said |= {*staff.STAFF_TEXTS, ADDED, WITHDRAWN, RAISED, REOPENED}
    assert kept.count(b"ce_loghash") > 5 * len(sent)
    assert b"triage.section-42-decided/2" in kept
    assert _in_clear(kept, said) == set()


@pytest.mark.slow
async def test_a_word_in_clear_would_be_found_however_it_is_kept(own_house: House) -> None:
    for kept in KEPT:
        for words in (ADDED, "Dilys said “no”, twice\\"):
            async with owner_of(own_house, "postgres") as db:
                await db.execute("drop table if exists leak")
                quoted = kept.replace("$1", f"$w${words}$w$")
                await db.execute(f"create table leak as select {quoted} as it")
            assert _in_clear(_dump(own_house, "postgres"), [words, WITHDRAWN]) == {words}
    async with owner_of(own_house, "postgres") as db:
        await db.execute("drop table leak")


async def _play(town: Town, sent: Sequence[Posting], folder: Path) -> None:
    """Let partners send and staff work, as in the demo, and say all that they can."""
    async with client() as calling:
        mint = town.house.issuer.mint
        tokens = {name: mint(name, SCOPES) for name in PARTNERS}
        tokens |= {name: mint(name, roles=[role]) for name, role in staff.STAFF.items()}
        door = Door({**town.urls, "tokens": tokens}, calling)
        receipts = Receipts(folder / "receipts", {})
        receipts.begin({"referrals": 0, "adults": 0})
        ids = [await _sent(door, number, posting) for number, posting in enumerate(sent)]
        await settled(town)
        await _amended(door, sent, ids)
        await staff.work(door, receipts, SEED, ENOUGH_TO_SAY_EVERYTHING)
        assert receipts.refused == []
        assert len(receipts.done) > 20
        await settled(town)  # or the list may still show what was decided just now
        await _raised_and_opened_again(door)


async def _sent(door: Door, number: int, posting: Posting) -> str:
    """Send a referral, and see that its sender gets back what they sent: it is in there."""
    partner = posting.partner
    answer = await door.send(("intake", "/v1/referrals"), partner, posting.body, f"n {number}")
    assert answer is not None
    assert answer.status_code == httpx.codes.CREATED
    id = str(answer.json()["id"])
    kept = await door.read("intake", f"/v1/referrals/{id}/document", partner)
    assert kept.content == posting.body
    return id


async def _amended(door: Door, sent: Sequence[Posting], ids: Sequence[str]) -> None:
    for number, (posting, id) in enumerate(zip(sent[:6], ids, strict=False)):
        path, who = f"/v1/referrals/{id}", posting.partner
        body = json.dumps({"what_happened": ADDED, "adults": [{"name": "Nerys Ap-Ifan"}]}).encode()
        await _yes(door, ("intake", f"{path}/amendments"), who, body)
        if number % 2:
            etag = (await door.read("intake", path, who)).headers["etag"]
            body = json.dumps({"reason": WITHDRAWN}).encode()
            await _yes(door, ("intake", f"{path}/withdrawal"), who, body, etag)


async def _raised_and_opened_again(door: Door) -> None:
    rows = [row async for row in door.rows("triage", "/v1/concerns", staff.MANAGER, 30)]
    waiting = [row for row in rows if not row["after_decision"]][:3]
    body = json.dumps({"band": "band@1:red", "reasons": RAISED}).encode()
    for row in waiting:
        await _yes(door, ("triage", f"/v1/concerns/{row['concern']}/bands"), staff.MANAGER, body)
        there = f"/v1/concerns/{row['concern']}"
        decided = json.dumps(staff.decision(0)).encode()
        etag = (await door.read("triage", there, staff.MANAGER)).headers["etag"]
        where = ("triage", f"{there}/section-42-decision")
        await _yes(door, where, staff.MANAGER, decided, etag)
        again = json.dumps({"reasons": REOPENED}).encode()
        await _yes(door, ("triage", f"{there}/reopening"), staff.MANAGER, again)


async def _yes(
    door: Door, where: tuple[str, str], who: str, body: bytes, etag: str | None = None
) -> None:
    answer = await door.send(where, who, body, key()["Idempotency-Key"], etag)
    assert answer is not None
    assert answer.is_success, answer.text


def _dump(house: House, database: str) -> bytes:
    """Give all that a database holds, as a backup would carry it away."""
    program = binaries(account_of(os.getuid()), silent) / "pg_dump"
    words = [str(program), "--dbname", house.owner(database)]
    return subprocess.run(words, check=True, capture_output=True, cwd="/").stdout


def _in_clear(found: bytes, said: Iterable[str]) -> set[str]:
    """Give what of `said` stands in `found` as whole words, bytes and base64 read as well."""
    layers = list(_layers(found))
    return {
        text for text in said if any(_stands(it, layer) for it in _forms(text) for layer in layers)
    }


def _layers(found: bytes) -> Iterator[bytes]:
    read = b"\n".join(bytes.fromhex(it.decode()) for it in HEX.findall(found))
    for layer in (found, read):
        yield layer
        yield b"\n".join(_from_base64(it) for it in BASE64.findall(layer))


def _from_base64(text: bytes) -> bytes:
    text = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    text = text[: len(text) - (len(text) % 4 == 1)]
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def _forms(text: str) -> set[bytes]:
    """Give what a text looks like by itself, in JSON, and in JSON in a dump's own quotes."""
    written = {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return {it.encode() for it in written | {it.replace("\\", "\\\\") for it in written}}


def _stands(words: bytes, layer: bytes) -> bool:
    return words in layer and bool(re.search(rb"(?<!\w)" + re.escape(words) + rb"(?!\w)", layer))
