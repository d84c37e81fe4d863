"""How does a PostgreSQL of our own start, survive and stop?"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from deploy.local import Say, Trouble, binaries, silent
from deploy.local.claim import Claim, alive, command_line
from deploy.local.leash import leash
from deploy.local.places import free_port, hand_over, runtime, write

# ruff: noqa: S603 - every word of every command is ours

START_SECONDS = 600.0  # recovery after a crash replays the log; big ones take minutes
STOP_SECONDS = 4.5
TICK = 0.02
NEWS_SECONDS = 5.0
NOBODYS_PID = (1 << 22) + 1  # above what any system gives

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_error_verbosity": "terse",
    # A statement in the server's log could carry words about people.
    "log_min_error_statement": "panic",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FORGETFUL = dict.fromkeys(DURABLE, "off")
if sys.platform == "linux":  # after a crash one call for the disk, not one for each of its files
    DURABLE |= {"recovery_init_sync_method": "syncfs"}
PASSING = ("shared memory block", "lock file", "Address already in use", "TCP/IP sockets")


class Postgres:
    """A server with its data in `home`: starting() and stopping() yield whenever they wait."""

    name = "PostgreSQL"

    def __init__(
        self,
        home: Path,
        *,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        say: Say = silent,
    ) -> None:
        self._say = say
        self._home = _reachable(home, say)
        self._data = self._home / "data"
        self._claim = Claim(self._home / "lock")
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = SETTINGS | (DURABLE if durable else FORGETFUL) | dict(settings or {})
        self._durable = durable

    @property
    def home(self) -> Path:
        """Where the data is; elsewhere than asked where the server's user could not reach it."""
        return self._home

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def port(self) -> int:
        """The port of the last start.

        Raises:
            Trouble: it has never started.
        """
        with suppress(OSError, ValueError):
            return int((self._home / "port").read_text())
        raise Trouble(f"There is no PostgreSQL in {self._home} yet.")

    def dsn(self, database: str, *, role: str = "postgres", password: str | None = None) -> str:
        """Give the address of `database` for `role`; the superuser's password is known."""
        if password is None:
            password = (self._home / "password").read_text("utf-8").strip()
        return f"postgresql://{role}:{quote(password)}@127.0.0.1:{self.port}/{database}"

    def held_elsewhere(self) -> bool:
        """Say whether another process runs a server on this data."""
        return self._claim.held_elsewhere()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start, waiting as long as recovery needs.

        Raises:
            InUse: another process uses this data.
            Trouble: it does not start; the text holds the last lines of its log.
        """
        for _ in self.starting():
            time.sleep(TICK)

    def stop(self, within: float = STOP_SECONDS) -> None:
        """Stop within so many seconds: fast if it can, at once if it must."""
        for _ in self.stopping(within):
            time.sleep(TICK)

    def kill(self) -> None:
        """Kill the postmaster as a crash would (kill -9)."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def starting(self) -> Iterator[None]:
        """Start step by step. All steps belong in one thread that lives as long as we do."""
        self._claim.take()
        try:
            account = binaries.server_account(self._data)
            programs = binaries.binaries(account, self._say)
            if not self._data.exists():
                self._make_cluster(programs, account)
            yield from self._end_orphan()
            yield from self._launch(programs, account)
        except BaseException:
            self.kill()
            self._claim.release()
            raise

    def stopping(self, within: float = STOP_SECONDS) -> Iterator[None]:
        """Stop step by step."""
        began = time.monotonic()
        steps = ((signal.SIGINT, 0.75), (signal.SIGQUIT, 0.95), (signal.SIGKILL, 2.0))
        for sent, share in steps:
            if self.pid is None:
                break
            os.kill(self.pid, sent)
            while self.pid and time.monotonic() - began < within * share:
                yield
        self._claim.release()

    def _make_cluster(self, programs: Path, account: binaries.Account) -> None:
        self._say("Making a PostgreSQL database cluster.")
        password = secrets.token_urlsafe(24)
        write(self._home / "password", password + "\n")
        new, told = self._home / "data.new", self._home / "told"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        write(told, password + "\n")
        for path in (new, told):
            os.chown(path, account.uid, account.gid)
        try:
            self._initdb(programs, account, new, told)
        finally:
            told.unlink()
        new.rename(self._data)  # so an initdb cut short is never taken for a cluster

    def _initdb(self, programs: Path, account: binaries.Account, new: Path, told: Path) -> None:
        made = subprocess.run(
            [
                *(programs / "initdb", "--pgdata", new, "--username=postgres", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *("--auth=scram-sha-256", f"--pwfile={told}", "--data-checksums"),
                *("--no-instructions", *(() if self._durable else ("--no-sync",))),
            ],
            cwd="/",
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **account.run(),
        )
        if made.returncode:
            raise Trouble(f"initdb failed:\n{made.stdout[-2000:]}")

    def _end_orphan(self) -> Iterator[None]:
        """End a server that outlived the ./run that started it; forget a process id used anew."""
        file = self._data / "postmaster.pid"
        pid = _first_number(file)
        if pid is None or not alive(pid):
            return  # a stale file is PostgreSQL's own to judge
        if not self._is_server(pid):
            # Another process has the number now. The rest of the file stays: by it PostgreSQL
            # sees whether sessions of the dead server still use its memory.
            rest = file.read_text().partition("\n")[2]
            file.write_text(f"{NOBODYS_PID}\n{rest}")
            return
        self._say(f"Ending a PostgreSQL that was left running here (process {pid}).")
        for sent in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(pid, sent)
            until = time.monotonic() + 10
            while self._is_server(pid) and time.monotonic() < until:
                yield

    def _is_server(self, pid: int) -> bool:
        return str(self._data) in command_line(pid)

    def _launch(self, programs: Path, account: binaries.Account) -> Iterator[None]:
        until = time.monotonic() + START_SECONDS
        while True:
            before = self._spawn(programs, account)
            yield from self._wait_until_ready(until)
            if self.pid:
                return
            said = self._log_since(before)
            # Backends of a killed server need a moment to go, and a port can be lost to others.
            if time.monotonic() > until or not any(word in said for word in PASSING):
                raise Trouble(f"PostgreSQL does not start:\n{said[-2000:]}")
            pause = time.monotonic() + 0.2
            while time.monotonic() < pause:
                yield

    def _spawn(self, programs: Path, account: binaries.Account) -> int:
        """Spawn the postmaster and give where its words in the log begin."""
        port = free_port(_first_number(self._home / "port"))
        write(self._home / "port", f"{port}\n")
        options = self._settings | {"port": str(port)}
        with (self._home / "log").open("ab") as log:
            hand_over(log.fileno(), self._home)
            before = log.tell()
            self._process = subprocess.Popen(
                [
                    *(programs / "postgres", "-D", self._data),
                    *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
                ],
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; services stop before their database
                preexec_fn=leash(signal.SIGINT),  # noqa: PLW1509 - it calls two functions of libc
                **account.run(),
            )
        return before

    def _wait_until_ready(self, until: float) -> Iterator[None]:
        news = time.monotonic() + NEWS_SECONDS
        while self.pid and not self._is_ready(self.pid):
            now = time.monotonic()
            if now > until:
                self.kill()
            if now > news:
                self._say(f"PostgreSQL is still recovering; {until - now:.0f} s of patience left.")
                news = now + NEWS_SECONDS
            yield

    def _is_ready(self, pid: int) -> bool:
        """Read what the postmaster writes of itself, as pg_ctl does."""
        with suppress(OSError):
            lines = (self._data / "postmaster.pid").read_text().split("\n")
            return lines[0] == str(pid) and [line.strip() for line in lines[7:8]] == ["ready"]
        return False

    def _log_since(self, before: int) -> str:
        with (self._home / "log").open("rb") as log:
            log.seek(before)
            return log.read().decode(errors="replace")


@contextmanager
def temporary(*, durable: bool = False, say: Say = silent) -> Iterator[Postgres]:
    """Give a server that leaves nothing behind, for tests; by default it may forget in a crash."""
    asked = Path(tempfile.mkdtemp(prefix="safeguarding-"))
    server = Postgres(asked, durable=durable, say=say)
    try:
        with server:
            yield server
    finally:
        for home in (asked, server.home):
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def at_hand(home: Path, say: Say) -> Iterator[Postgres]:
    """Give the server that runs on `home`, or start it for the moment."""
    server = Postgres(home, say=say)
    if server.held_elsewhere():
        yield server
    else:
        with server:
            yield server


def _reachable(home: Path, say: Say) -> Path:
    """Give `home`, or a folder kept for it elsewhere, where the server's user cannot reach it."""
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    account = binaries.server_account(home / "data")
    if account.uid == os.getuid():
        return home
    home.chmod(0o711)
    if account.reaches(home):
        return home
    there = runtime(str(home))
    say(f"PostgreSQL keeps its data in {there}: its user {account.name} cannot reach {home}.")
    return there


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}  # messages we can read


def _first_number(file: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        return int(file.read_text().split("\n")[0])
    return None
