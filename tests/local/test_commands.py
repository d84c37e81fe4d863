"""Do the commands say in plain words what they did, or why they cannot?"""

from pathlib import Path

import pytest

from deploy.local.places import ROOT
from tests.local.conftest import ask

COMMANDS = (
    "demo test check bench fmt serve doctor db projections token lock help".split()  # noqa: SIM905
)


def test_help_names_every_command(home: Path) -> None:
    code, said = ask("help", data=home)
    assert code == 0
    assert [name for name in COMMANDS if f" {name} " not in said] == []


def test_a_service_that_does_not_exist_is_refused_with_those_that_do(home: Path) -> None:
    assert ask("serve", "payroll", data=home)[0] == 1
    assert "There is no service payroll; there are" in ask("serve", "payroll", data=home)[1]


def test_a_scenario_that_does_not_exist_is_refused_with_those_that_do(home: Path) -> None:
    code, said = ask("demo", "--scenario", "blizzard", data=home)
    assert code == 1
    assert "There is no scenario blizzard; there are week, derby, rush" in said


def test_a_token_is_three_parts_and_nothing_else(home: Path) -> None:
    code, said = ask("token", "rosewood-house", "--scope", "referrals.write", data=home)
    assert code == 0
    assert len(said.split(".")) == 3
    assert len(said.split()) == 1


def test_asking_an_empty_installation_says_what_to_do_first(home: Path) -> None:
    code, said = ask("db", "verify", data=home)
    assert code == 1
    assert "run `./run demo` first" in said
    assert "Traceback" not in said


def test_a_folder_that_is_none_is_refused_in_plain_words(home: Path) -> None:
    (home / "file").touch()
    code, said = ask("db", "verify", data=home / "file")
    assert code == 1
    assert "Cannot write in" in said
    assert "Traceback" not in said


def test_the_doctor_finds_nothing_missing_where_the_tests_run(home: Path) -> None:
    if not (ROOT / ".venv" / "requirements.lock.stamp").exists():
        pytest.skip("this environment was not made by ./run")
    code, said = ask("doctor", data=home)
    assert code == 0, said
    for about in ("python", "postgres", "ports", "disk"):
        assert f"ok      {about}" in said


def test_forgetting_asks_first(home: Path) -> None:
    keys = home / "scenarios" / "week" / "keys"
    keys.mkdir(parents=True)
    code, said = ask("demo", "--fresh", data=home)
    assert code == 1
    assert "Forget what earlier demos" in said
    assert keys.exists()
