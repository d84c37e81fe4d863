"""Does ./run find a Python, know when its environment is made, and say what is missing?"""

import importlib.util
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from deploy.local.places import ROOT


def load() -> Any:
    loader = SourceFileLoader("run_itself", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("run_itself", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the script as a module, with an empty folder as its checkout."""
    module = load()
    for name, place in (
        ("ROOT", tmp_path),
        ("VENV", tmp_path / ".venv"),
        ("PYTHON", tmp_path / ".venv" / "bin" / "python"),
    ):
        monkeypatch.setattr(module, name, place)
    return module


def pretend(folder: Path, name: str, says: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{says}\n")
    (folder / name).chmod(0o755)


def made_with(run: Any, version: tuple[int, int]) -> None:
    pretend(run.VENV.parent, "requirements.lock", "one==1")
    run.PYTHON.parent.mkdir(parents=True)
    pretend(run.PYTHON.parent, "python", f"echo {version[0]} {version[1]}")


def test_a_fitting_python_is_taken_as_it_is(run: Any) -> None:
    assert run.find_python((3, 11)) == run.find_python((3, 13)) == sys.executable


@pytest.mark.parametrize("running", [(3, 9), (3, 14)])
def test_another_python_is_searched_where_this_one_does_not_fit(
    run: Any, running: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path / "bin", "python3.13", "exit 127")  # a shim without a Python behind it
    pretend(tmp_path / "bin", "python3.12", "echo 3 12")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert run.find_python(running) == str(tmp_path / "bin" / "python3.12")


def test_no_python_is_found_where_there_is_none(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run.find_python((3, 9)) is None


def test_an_environment_is_made_once_per_lock_and_python(run: Any) -> None:
    made_with(run, (3, 11))
    assert not run.is_made("requirements.lock")
    (run.VENV / "requirements.lock.stamp").write_text(run.stamp_of("requirements.lock", (3, 11)))
    assert run.is_made("requirements.lock")
    run.prepare(["requirements.lock"])  # and so nothing is done
    (run.ROOT / "requirements.lock").write_text("one==2")
    assert not run.is_made("requirements.lock")


def test_another_python_makes_the_environment_anew(run: Any) -> None:
    made_with(run, (3, 12))
    (run.VENV / "requirements.lock.stamp").write_text(run.stamp_of("requirements.lock", (3, 11)))
    assert not run.is_made("requirements.lock")


def test_a_python_without_venv_is_told_which_package_brings_it(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path / "bin", "python3.13", "echo 3 13; [ $# -ge 2 ] && exit 1")
    monkeypatch.setattr(run, "find_python", lambda: str(tmp_path / "bin" / "python3.13"))
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        run.make(None)


@pytest.mark.parametrize("uv", [None, "uv"])
def test_every_install_asks_for_hashes(run: Any, uv: str | None) -> None:
    for lock in ("requirements.lock", "bench.lock"):
        assert "--require-hashes" in run.installer(lock, uv)
    assert "--no-deps" in run.installer("bench.lock", uv)


def test_an_environment_without_pip_is_made_anew_where_uv_has_gone(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_with(run, (3, 11))
    pretend(run.PYTHON.parent, "python", "echo 3 11; case $2 in *pip*) exit 1; esac")
    made: list[None] = []
    monkeypatch.setattr(run, "find_uv", lambda: None)
    monkeypatch.setattr(run, "make", made.append)
    monkeypatch.setattr(run, "install", lambda *_: None)
    run.prepare(["requirements.lock"])
    assert made == [None]


def test_an_install_of_the_bench_leaves_the_main_stamp(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_with(run, (3, 11))
    pretend(run.ROOT, "bench.lock", "two==2")
    monkeypatch.setattr(run, "installer", lambda *_: ["true"])
    for lock in ("requirements.lock", "bench.lock"):
        run.install(lock, "uv")
    assert run.is_made("requirements.lock")
    assert run.is_made("bench.lock")
    run.install("requirements.lock", "uv")
    assert not run.is_made("bench.lock")


def test_an_install_that_fails_leaves_no_stamp(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made_with(run, (3, 11))
    said: list[str] = []
    monkeypatch.setattr(run, "say", said.append)
    failing = [sys.executable, "-c", "print('no such hash'); raise SystemExit(1)"]
    monkeypatch.setattr(run, "installer", lambda *_: failing)
    with pytest.raises(SystemExit, match=r"Installing from requirements\.lock failed"):
        run.install("requirements.lock", None)
    assert "no such hash" in "".join(said)
    assert not run.is_made("requirements.lock")


def test_it_works_from_another_folder(tmp_path: Path) -> None:
    if not load().is_made("requirements.lock"):
        pytest.skip("this environment was not made by ./run")
    helped = subprocess.run(
        [ROOT / "run", "help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert helped.returncode == 0, helped.stderr
    assert "demo" in helped.stdout
