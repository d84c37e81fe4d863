"""Does each of these turn a tool red, and nothing but the change?"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.copies import Copy, copied

pytestmark = pytest.mark.slow

ROOMS = ("lint-imports", "--no-cache")
TYPES = ("mypy", "services/triage/published.py", "services/triage/app.py")


PYTEST = ("python", "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir=.", "--noconftest")
"""Without plugins, which these tests do not need and which take longer than they do."""


def one_test(name: str) -> tuple[str, ...]:
    """Give the command for the tests of one file."""
    return (*PYTEST, f"tests/architecture/test_{name}.py")


DISCLOSURE, DOORS, PURE, LOG = map(one_test, ("disclosure", "doors", "pure", "log"))
SCHEMAS = (*one_test("schemas"), "-k", "has_the_shape_that_was_released")


@dataclass(frozen=True)
class Change:
    """A change that must not pass, the tool that stops it, and what it says."""

    file: str
    old: str
    new: str
    tool: tuple[str, ...]
    says: str


A_FACT = '''@fact("triage.adult-visited/1")
class AdultVisited:
    """The adult was visited."""


ConcernFact = (
    AdultVisited
'''
A_ROUTE = '''

@router.get("/concerns/{id}/secret")
async def secret(id: UUID) -> str:
    """Tell everybody."""
    return str(id)
'''
CHANGES = {
    "a file that is no room": Change(
        "services/triage/helpers.py", "", '"""What else?"""\n', ROOMS, "services.triage.helpers"
    ),
    "a service that imports another": Change(
        "services/triage/reactions.py", "from services.triage.rules import counting\n",
        "from services.intake.rules import promotion\nfrom services.triage.rules import counting\n",
        ROOMS, "services never import one another BROKEN",
    ),
    "a contract with words in clear": Change(
        "shared/contracts/triage.py", "    contact: UUID\n", "    contact: UUID\n    note: str\n",
        DISCLOSURE, "test_a_message_carries_no_words_in_clear",
    ),
    "a member more in a message that is released": Change(
        "shared/contracts/triage.py", "    tool: Code\n", "    tool: Code\n    points: int\n",
        SCHEMAS, "triage.concern-scored/1 is released and never changes",
    ),
    "a released message that another kind of value goes into": Change(
        "shared/contracts/intake.py", "    adults: int\n", "    adults: int | None\n",
        SCHEMAS, "any other field is the next /n",
    ),
    "a released message that is taken away": Change(
        "shared/contracts/triage.py", '@fact("triage.concern-reopened/1")',
        '@fact("triage.concern-reopened/2")', SCHEMAS, "triage.concern-reopened/1 is released",
    ),
    "words in a shut section of a released message": Change(
        "shared/contracts/intake.py", "    known_as: str | None = None\n", "", SCHEMAS,
        "intake.contact-promoted/1 is released and never changes",
    ),
    "a route that nobody guards": Change(
        "services/triage/api.py", "", A_ROUTE, DOORS, "test_every_door_names_who_may_pass"
    ),
    "a fact that published says nothing of": Change(
        "services/triage/events.py", "ConcernFact = (\n    ConcernRecognised",
        A_FACT + "    | ConcernRecognised", TYPES, "services/triage/published.py:",
    ),
    "an update of the log": Change(
        "shared/log/log.py", '"select * from log.load($1, $2)"',
        '"update log.event set type = type where stream = $1 and command = $2 returning *"',
        LOG, "test_nothing_but_append_writes_the_log",
    ),
    "a rule that awaits": Change(
        "services/triage/rules/clocks.py", "", "\n\nasync def later() -> None:\n    pass\n",
        PURE, "test_no_rule_awaits",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Give a copy of the house; whoever changes it brings it back."""
    return copied(tmp_path_factory.mktemp("copy"))


@pytest.mark.parametrize("what", CHANGES)
def test_such_a_change_turns_a_tool_red(copy: Copy, what: str) -> None:
    change = CHANGES[what]
    with copy.undone(change.file):
        copy.change(change.file, change.old, change.new)
        content, told = copy.run(*change.tool)
    assert not content
    assert change.says in told, told


RULES = ("services/triage/rules/risk_tool.py", "tests/triage/test_srt_1_1_0.py")
BAND = """
from dataclasses import replace
from services.triage.rules.score import score
from tests.triage.risk import NOTHING
print(score(replace(NOTHING, coercion=2)).band)
"""


def test_a_rule_is_added_as_the_readme_tells(copy: Copy) -> None:
    tests = ("srt_1_1_0", "score", "score_properties", "explanation")
    files = (f"tests/triage/test_{name}.py" for name in tests)
    with copy.undone(*RULES):
        assert copy.run("python", "-c", BAND) == (True, "band@1:green\n")
        _apply(copy, copy.root / "docs" / "add-a-rule.patch")
        assert copy.run("python", "-c", BAND) == (True, "band@1:amber\n")
        content, told = copy.run(*PYTEST, *files)
    assert content, told


def test_the_walk_through_touches_the_rules_and_their_test_only(copy: Copy) -> None:
    before = {file: file.read_bytes() for file in copy.root.rglob("*.py")}
    with copy.undone(*RULES):
        _apply(copy, copy.root / "docs" / "add-a-rule.patch")
        after = {file: file.read_bytes() for file in copy.root.rglob("*.py")}
    changed = {str(it.relative_to(copy.root)) for it in after if before.get(it) != after[it]}
    assert changed == set(RULES)


def _apply(copy: Copy, patch: Path) -> None:
    """Apply a patch, each of whose hunks has one place where it fits; git need not be there."""
    file = ""
    for part in patch.read_text("utf-8").split("\n@@ "):
        head, _, hunk = part.partition("\n")
        if head.startswith("-") and hunk:
            lines = hunk.split("\ndiff --git")[0].splitlines()
            old = "".join(f"{line[1:]}\n" for line in lines if line[:1] in {" ", "-"})
            new = "".join(f"{line[1:]}\n" for line in lines if line[:1] in {" ", "+"})
            copy.change(file, old, new)
        named = part.rpartition("\n+++ b/")[2].splitlines()
        file = named[0] if "\n+++ b/" in part else file
