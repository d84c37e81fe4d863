"""Does the supervisor keep its children running, and take them all with it?"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from deploy.local import Trouble
from deploy.local.places import ROOT, free_port
from deploy.local.postgres import Postgres
from deploy.local.supervisor import GRACE_SECONDS, HOPELESS, Backoff, Program, Supervisor

SLEEPS = "import time; print('awake', flush=True); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS
ENDS = "print('some last words')"
SERVES = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()
HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
NEEDS = (
    "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv.pop())))\n" + SERVES
)
SOON = Backoff(first=0.01, most=0.04)


def program(name: str, code: str, *arguments: str, url: str | None = None) -> Program:
    command = (sys.executable, "-c", code, *arguments)
    return Program(name=name, command=command, url=url, backoff=SOON)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


async def until(true: Callable[[], bool], within: float = 20) -> None:
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - another process does it, which sets no event
            await asyncio.sleep(0.01)


def test_the_wait_doubles_up_to_a_bound_and_begins_anew_after_a_healthy_while() -> None:
    backoff = Backoff(first=1, most=5, healthy=10)
    waits = [0.0]
    for ran in (0, 0, 0, 0, 9, 10, 0):
        waits.append(backoff.after(waits[-1], ran))
    assert waits[1:] == [1, 2, 4, 5, 5, 1, 2]


async def test_a_child_that_is_killed_starts_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor([program("one", SLEEPS)], tmp_path / "log", say=said.append)
    await supervisor.start()
    child = supervisor.children["one"]
    await until(lambda: len(child.last_words) == 1)
    assert child.process
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: len(child.last_words) == 2)
    assert child.process.pid != first
    await supervisor.stop()
    assert said == ["one ended; it starts again in 0.0 s."]
    assert gone(child.process.pid)


async def test_all_children_write_one_stream_with_their_names(tmp_path: Path) -> None:
    heard: list[str] = []
    programs = [program(name, SLEEPS) for name in ("one", "other")]
    supervisor = Supervisor(programs, tmp_path / "logs" / "log", echo=heard.append)
    await supervisor.start()
    await until(lambda: len(heard) == 2)
    await supervisor.stop()
    assert sorted(heard) == ["one | awake", "other | awake"]
    assert sorted((tmp_path / "logs" / "log").read_text().splitlines()) == sorted(heard)


async def test_a_child_that_ends_again_and_again_is_named_with_its_last_words(
    tmp_path: Path,
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    supervisor = Supervisor([program("one", ENDS, url=url)], tmp_path / "log")
    await supervisor.start()
    with pytest.raises(Trouble, match=r"one does not start:\nsome last words"):
        await supervisor.ready()
    await supervisor.stop()


async def test_it_waits_until_a_child_says_that_it_is_ready(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    supervisor = Supervisor([program("one", SERVES, str(port), url=url)], tmp_path / "log")
    await supervisor.start()
    await supervisor.ready()
    assert supervisor.children["one"].ready
    await supervisor.stop()


async def test_a_child_that_never_gets_ready_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    supervisor = Supervisor([program("one", SLEEPS, url=url)], tmp_path / "log")
    await supervisor.start()
    with pytest.raises(Trouble, match="one does not start"):
        await supervisor.ready(within=0.3)
    await supervisor.stop()


@pytest.mark.slow
async def test_a_child_that_takes_too_long_to_answer_is_not_left_on_the_line(
    tmp_path: Path,
) -> None:
    hung_up = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        hung_up.set()
        writer.close()

    port = free_port()
    async with await asyncio.start_server(silent, "127.0.0.1", port):
        url = f"http://127.0.0.1:{port}"
        supervisor = Supervisor([program("one", SLEEPS, url=url)], tmp_path / "log")
        await supervisor.start()
        with pytest.raises(Trouble, match="one does not start"):
            await supervisor.ready(within=0.3)
        await asyncio.wait_for(hung_up.wait(), 1)
        await supervisor.stop()


@pytest.mark.slow
async def test_a_child_that_does_not_listen_is_ended_all_the_same(tmp_path: Path) -> None:
    supervisor = Supervisor([program("one", DEAF)], tmp_path / "log")
    await supervisor.start()
    child = supervisor.children["one"]
    await until(lambda: bool(child.last_words))
    began = time.monotonic()
    await supervisor.stop()
    assert GRACE_SECONDS <= time.monotonic() - began < GRACE_SECONDS + 5
    assert child.process
    assert gone(child.process.pid)


async def test_a_very_long_line_does_not_end_the_child(tmp_path: Path) -> None:
    code = f"import time; print('x' * {3 << 20}); print('after', flush=True); time.sleep(60)"
    supervisor = Supervisor([program("one", code)], tmp_path / "log")
    await supervisor.start()
    child = supervisor.children["one"]
    await until(lambda: "after" in child.last_words)
    assert child.ends == 0
    await supervisor.stop()


async def test_a_database_that_is_killed_starts_again(home: Path, tmp_path: Path) -> None:
    with Postgres(home, durable=False) as postgres:
        said: list[str] = []
        supervisor = Supervisor([], tmp_path / "log", server=postgres, say=said.append)
        await supervisor.start()
        first = postgres.pid
        assert first
        os.kill(first, signal.SIGKILL)
        await until(lambda: postgres.pid not in (None, first))
        await supervisor.stop()
        assert said == ["PostgreSQL ended; it starts again."]


async def test_children_that_end_while_the_database_comes_back_are_not_given_up(
    home: Path, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with Postgres(home, durable=False) as postgres:
        needs = program("one", NEEDS, str(port), str(postgres.port), url=url)
        assert postgres.pid
        os.kill(postgres.pid, signal.SIGKILL)
        await until(lambda: postgres.pid is None)
        supervisor = Supervisor([needs], tmp_path / "log", server=postgres)
        supervisor.children["one"].ends = HOPELESS - 1
        await supervisor.start()
        await supervisor.ready()
        await supervisor.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_all_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path\n"
        "from deploy.local.supervisor import Program, Supervisor\n"
        "async def main():\n"
        "    command = (sys.executable, '-c', sys.argv[1])\n"
        "    programs = [Program(name=name, command=command) for name in ('one', 'other')]\n"
        "    supervisor = Supervisor(programs, Path(sys.argv[2]))\n"
        "    await supervisor.start()\n"
        "    while not all(child.last_words for child in supervisor.children.values()):\n"
        "        await asyncio.sleep(0.01)\n"
        "    print(*(c.process.pid for c in supervisor.children.values()), flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    words = [sys.executable, "-c", script, DEAF, str(tmp_path / "log")]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout
        children = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert len(children) == 2
        assert not any(gone(pid) for pid in children)
        supervisor.kill()
    deadline = time.monotonic() + 5
    while not all(gone(pid) for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.01)
