"""Does a Kafka of our own start, come back, stop with us, and say what it lacks?"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local import Trouble
from deploy.local.checks import summary
from deploy.local.claim import InUse, alive
from deploy.local.kafka import Kafka, jars, java, lacking
from deploy.local.places import ROOT, remember
from deploy.local.standing import Plan, speaks_kafka, standing
from shared.bus.kafka import KafkaBus
from tests.kernel.bus.contract import all_of, record
from tests.support.kafka import real

OF_ANOTHER_PROCESS = """
import sys, time
from pathlib import Path
from deploy.local.kafka import Kafka
with Kafka(Path(sys.argv[1])) as cluster:
    print(cluster.pid, flush=True)
    time.sleep(600)
"""


def program(folder: Path, name: str, does: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)
    return folder / name


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a machine's folder of programs, with nothing in it, and an empty folder of data."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("SAFEGUARDING_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path / "bin"


def test_without_java_it_says_what_to_install(bare: Path) -> None:
    assert "Kafka needs Java 17 or later" in (lacking() or "")
    with pytest.raises(Trouble, match="openjdk-17"):
        java()


def test_a_java_that_is_too_old_is_none(bare: Path) -> None:
    program(bare, "java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2")
    assert "Java 17" in (lacking() or "")


def test_without_maven_it_says_what_to_install(bare: Path) -> None:
    program(bare, "java", "echo 'openjdk version \"21.0.2\" 2024-01-16' >&2")
    assert "apt install maven" in (lacking() or "")
    with pytest.raises(Trouble, match="Maven"):
        jars()


def test_java_home_comes_first(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jdk").mkdir()
    at_home = program(tmp_path / "jdk" / "bin", "java", "echo 'openjdk version \"25\" 2025' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert java() == str(at_home)


def test_what_maven_said_is_told_where_it_fails(bare: Path) -> None:
    program(bare, "mvn", "echo 'no route to the world'; exit 1")
    said: list[str] = []
    with pytest.raises(Trouble, match="no route to the world"):
        jars(said.append)
    assert said == ["Fetching Kafka with Maven, about 55 MB; only the first time takes a while."]


async def test_data_told_over_one_bus_are_not_gone_on_with_over_another(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(Trouble, match="have spoken over PostgreSQL so far"):
        async with standing(Plan(data=tmp_path, services=[], kafka=True)):
            pass
    assert not speaks_kafka(tmp_path)


def test_the_summary_says_whether_the_suite_on_a_real_kafka_ran(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="tests.kernel.bus.test_kafka_real" name="a"/>'
        '<testcase classname="tests.kernel.bus.test_kafka_real.TestKafkaReal" name="b">'
        '<skipped message="no real Kafka: there is no Java"/></testcase></testsuite></testsuites>'
    )
    assert summary(report)[1:] == [
        "On a real Kafka: 1 of 2 tests ran.",
        "Could not run 1: no real Kafka: there is no Java",
    ]


@pytest.mark.slow
async def test_a_broker_that_was_killed_comes_back_where_it_was_with_what_it_kept() -> None:
    topic = f"safeguarding.E{uuid4().hex[:10]}.triage.v1"
    with real() as cluster:
        async with KafkaBus({"bootstrap_servers": cluster.servers}) as bus:
            await bus.ensure([topic])
            await bus.publish([record(topic, "a", b"kept")])
        before, servers = cluster.pid, cluster.servers
        with pytest.raises(InUse):
            next(Kafka(cluster.home).starting())
        cluster.nodes[0].kill()
        assert cluster.pid is None
        for _ in cluster.starting():
            await asyncio.sleep(0.02)
        assert cluster.pid not in (None, before)
        assert cluster.servers == servers
        async with KafkaBus({"bootstrap_servers": servers}) as bus:
            assert [it.value for it in await all_of(bus, topic)] == [b"kept"]


@pytest.mark.slow
def test_a_broker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    if reason := lacking():
        pytest.skip(f"no real Kafka: {reason}")
    words = [sys.executable, "-c", OF_ANOTHER_PROCESS, str(tmp_path)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        broker = int(starter.stdout.readline())
        assert alive(broker)
        os.kill(starter.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while alive(broker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(broker)


@pytest.mark.slow
def test_a_cluster_whose_identity_begins_as_an_option_does_is_formatted(tmp_path: Path) -> None:
    if reason := lacking():
        pytest.skip(f"no real Kafka: {reason}")
    remember(tmp_path / "cluster.json", {"id": "-2cVcl7ORSuUwgyRWDYz3w"})
    with Kafka(tmp_path) as cluster:
        assert cluster.pid
        cluster.nodes[0].kill()
