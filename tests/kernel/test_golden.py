"""Can every fact ever written still be read?

`golden/` holds the bytes of each type and version, and what was read in them when they were added.
A new type needs a sample in `golden/samples.py`, and then `python -m tests.kernel.golden.corpus`,
which adds its file and changes none. A file that is there is never changed: where it no longer
decodes to the same, the code is wrong, or the fact needs a new version.
"""

from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from tests.kernel.golden import corpus
from tests.kernel.golden.samples import samples, stored

FILES = sorted(corpus.HERE.glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda it: it.stem)
def test_what_was_written_once_is_read_for_ever(file: Path) -> None:
    golden = orjson.loads(file.read_bytes())
    assert corpus.file_of(golden["type"]) == file
    assert corpus.described(golden["type"], golden["body"].encode()) == golden


@pytest.mark.parametrize("name", sorted(stored()))
def test_every_type_that_may_be_stored_is_in_the_corpus(name: str) -> None:
    assert corpus.file_of(name).exists()
    assert name in samples()


def test_no_committed_file_was_changed_taken_away_or_added_by_hand() -> None:
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in FILES}
    assert found == corpus.listed()
    assert len(found) >= len(stored())


def test_adding_what_is_missing_changes_nothing_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, missing = FILES[0], FILES[1]
    for file in (*FILES, corpus.SUMS):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / changed.name).write_text("{}")
    (tmp_path / missing.name).unlink()
    monkeypatch.setattr(corpus, "HERE", tmp_path)
    monkeypatch.setattr(corpus, "SUMS", tmp_path / "sha256sums")

    assert [corpus.file_of(name).name for name in corpus.add_missing()] == [missing.name]
    assert corpus.add_missing() == []
    assert (tmp_path / changed.name).read_text() == "{}"
    assert (tmp_path / missing.name).read_bytes() == missing.read_bytes()


def test_a_sample_leaves_no_member_at_its_simplest() -> None:
    """What is None in a sample was never written, and so proves nothing of how it is read."""
    empty = [name for name, it in samples().items() for part in _members(it) if part is None]
    assert empty == []


def _members(fact: object) -> list[object]:
    slots = getattr(type(fact), "__dataclass_fields__", {})
    return [getattr(fact, name) for name in slots]
