"""How do Kafka brokers of our own start, survive and stop?"""

import base64
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from deploy.local import Say, Trouble, silent
from deploy.local.claim import Claim, alive, command_line
from deploy.local.leash import leash
from deploy.local.places import ROOT, data, free_port, remember, remembered, write

# ruff: noqa: S603 - every word of every command is ours

OLDEST_JAVA = 17
START_SECONDS = 90.0
STOP_SECONDS = 4.5
TICK = 0.02
STARTED = "Kafka Server started"
JAVA = (
    *("-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"),
    "-Xshare:auto",
)
MAVEN = ("-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime")
POM = ROOT / "deploy" / "kafka" / "pom.xml"
NO_MAVEN = "Kafka's jars are fetched with Maven: install it (apt install maven)."
PORTS = ("client", "inside", "controller")

SETTINGS = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "INSIDE",
    "auto.create.topics.enable": "false",  # `ensure` makes topics, and no typing error does
    "message.max.bytes": str(2 * 1024 * 1024),
    "replica.fetch.max.bytes": str(2 * 1024 * 1024),
    "offsets.topic.num.partitions": "3",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": str(4 * 1024 * 1024),  # half of our small heap by default
    "controlled.shutdown.enable": "false",  # nobody takes over from the only one
    # A leader that died is found out within two seconds, and one that froze too.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "replica.lag.time.max.ms": "3000",
}
LOGGING = f"""\
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{{1}}: %m%n
rootLogger.level = WARN
rootLogger.appenderRef.out.ref = out
# It says "{STARTED}", which is what we wait for.
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = INFO
"""


def lacking(which: Callable[[str], str | None] = shutil.which) -> str | None:
    """Say in plain words what this machine lacks for a Kafka of its own, or nothing."""
    try:
        java(which)
    except Trouble as trouble:
        return str(trouble)
    return None if _fetched() or which("mvn") else NO_MAVEN


def java(which: Callable[[str], str | None] = shutil.which) -> str:
    """Give a Java that is new enough.

    Raises:
        Trouble: there is none; the text says what to install.
    """
    home = os.environ.get("JAVA_HOME")
    for found in (f"{home}/bin/java" if home else None, which("java")):
        if found and _version(found) >= OLDEST_JAVA:
            return found
    raise Trouble(
        f"Kafka needs Java {OLDEST_JAVA} or later, on the PATH or in JAVA_HOME. "
        "On Debian and Ubuntu: apt install openjdk-17-jre-headless."
    )


def jars(say: Say = silent) -> Path:
    """Give the folder of Kafka's jars, fetched at the first call.

    Raises:
        Trouble: there is no Maven, or it cannot fetch them.
    """
    libs = data() / "kafka" / "libs"
    claim = Claim(_made(libs.parent) / "libs.lock")
    while not _fetched():
        if claim.held_elsewhere():
            time.sleep(0.2)
            continue
        claim.take()
        try:
            _fetch(libs, say)
        finally:
            claim.release()
    return libs


class Node:
    """One broker, which is a controller too."""

    def __init__(self, number: int, home: Path) -> None:
        self.number, self.home = number, _made(home)
        self.process: subprocess.Popen[bytes] | None = None
        known = remembered(home / "ports.json")
        self.ports = {name: free_port(known.get(name)) for name in PORTS}
        remember(home / "ports.json", self.ports)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self.process.pid if self.process and self.process.poll() is None else None

    def send(self, sent: signal.Signals) -> None:
        """Signal it, as a fault would."""
        if self.pid:
            os.kill(self.pid, sent)

    def kill(self) -> None:
        """Kill it as a crash would (kill -9)."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def said(self, after: int = 0) -> str:
        """Give what it logged from a place on."""
        with suppress(FileNotFoundError), (self.home / "log").open("rb") as log:
            log.seek(after)
            return log.read().decode(errors="replace")
        return ""


class Kafka:
    """A cluster with its data in `home`: starting() and stopping() yield whenever they wait."""

    name = "Kafka"

    def __init__(
        self,
        home: Path,
        *,
        brokers: int = 1,
        protocol: str = "PLAINTEXT",
        settings: Mapping[str, str] | None = None,
        users: Mapping[str, str] | None = None,
        say: Say = silent,
    ) -> None:
        self.home, self._say = _made(home), say
        self._claim = Claim(home / "lock")
        self._protocol, self._users = protocol, dict(users or {})
        self._settings = SETTINGS | dict(settings or {})
        self._brokers = brokers
        self.nodes: list[Node] = []

    @property
    def servers(self) -> str:
        """Where clients find it."""
        return ",".join(f"127.0.0.1:{it.ports['client']}" for it in self.nodes)

    @property
    def pid(self) -> int | None:
        """The first broker's process id, while all of them run."""
        return self.nodes[0].pid if self.nodes and all(it.pid for it in self.nodes) else None

    def __enter__(self) -> Self:
        for _ in self.starting():
            time.sleep(TICK)
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        for _step in self.stopping():
            time.sleep(TICK)

    def starting(self) -> Iterator[None]:
        """Start those that do not run, step by step, in a thread that lives as long as we do.

        Raises:
            InUse: another process uses this data.
            Trouble: one does not start; the text holds the last lines of its log.
        """
        self._claim.take()
        if not self.nodes:
            numbers = range(1, self._brokers + 1)
            self.nodes = [Node(it, self.home / f"node-{it}") for it in numbers]
        down = [it for it in self.nodes if it.pid is None]
        try:
            program, libs = java(), jars(self._say)
            for node in down:
                yield from _end_orphan(node)
                self._configure(node)
            yield from self._format(program, libs)
            begun = [(it, self._spawn(it, program, libs)) for it in down]
            yield from _wait_until_started(begun)
        except BaseException:
            for node in down:
                node.kill()
            if down == self.nodes:
                self._claim.release()
            raise

    def stopping(self, within: float = STOP_SECONDS) -> Iterator[None]:
        """Stop all step by step."""
        began = time.monotonic()
        for sent, share in ((signal.SIGTERM, 0.8), (signal.SIGKILL, 2.0)):
            for node in self.nodes:
                node.send(signal.SIGCONT)
                node.send(sent)
            while any(it.pid for it in self.nodes) and time.monotonic() - began < within * share:
                yield
        self._claim.release()

    def _configure(self, node: Node) -> None:
        host = "127.0.0.1"
        listeners = ",".join(f"{it.upper()}://{host}:{port}" for it, port in node.ports.items())
        voters = [f"{it.number}@{host}:{it.ports['controller']}" for it in self.nodes]
        copies = str(min(self._brokers, 3))
        settings = self._settings | {
            "node.id": str(node.number),
            "controller.quorum.voters": ",".join(voters),
            "listeners": listeners,
            "advertised.listeners": listeners.rpartition(",")[0],
            "listener.security.protocol.map": (
                f"CLIENT:{self._protocol},INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT"
            ),
            "log.dirs": str(node.home / "data"),
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": "1",
        }
        lines = "".join(f"{name}={value}\n" for name, value in settings.items())
        write(node.home / "server.properties", lines)
        write(node.home / "log4j2.properties", LOGGING)

    def _format(self, program: str, libs: Path) -> Iterator[None]:
        """Give each new node its identity, all at once."""
        cluster = remembered(self.home / "cluster.json").get("id")
        if cluster is None:
            cluster = base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
            remember(self.home / "cluster.json", {"id": cluster})
        users = [
            word
            for name, password in self._users.items()
            for word in ("--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]")
        ]
        new = [it for it in self.nodes if not (it.home / "data" / "meta.properties").exists()]
        made = [
            _run(it, program, libs, "kafka.tools.StorageTool", "format",
                 f"--cluster-id={cluster}",  # one in 64 begins as an option does
                 "-c", str(it.home / "server.properties"), *users)
            for it in new
        ]  # fmt: skip
        for node, process in zip(new, made, strict=True):
            while process.poll() is None:
                yield
            if process.returncode:
                raise Trouble(f"Kafka cannot be formatted:\n{node.said()[-2000:]}")

    def _spawn(self, node: Node, program: str, libs: Path) -> int:
        """Spawn a broker and give where its words in the log begin."""
        before = len(node.said().encode())
        settings = str(node.home / "server.properties")
        node.process = _run(node, program, libs, "kafka.Kafka", settings)
        write(node.home / "pid", f"{node.process.pid}\n")
        return before


@contextmanager
def temporary(brokers: int = 1, **more: object) -> Iterator[Kafka]:
    """Give brokers that leave nothing behind, for tests."""
    home = Path(tempfile.mkdtemp(prefix="safeguarding-kafka-"))
    cluster = Kafka(home, brokers=brokers, **more)  # type: ignore[arg-type]
    try:
        with cluster:
            yield cluster
            for node in cluster.nodes:
                node.kill()  # nothing of it is wanted any more
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _run(node: Node, program: str, libs: Path, *words: str) -> subprocess.Popen[bytes]:
    logging = node.home / "log4j2.properties"
    with (node.home / "log").open("ab") as log:
        return subprocess.Popen(
            [
                *(program, *JAVA, f"-Dlog4j2.configurationFile={logging}"),
                *("-cp", f"{libs}/*", *words),
            ],
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us; services stop before their bus
            preexec_fn=leash(signal.SIGKILL),  # noqa: PLW1509 - it calls two functions of libc
        )


def _wait_until_started(begun: Sequence[tuple[Node, int]]) -> Iterator[None]:
    until = time.monotonic() + START_SECONDS
    for node, before in begun:
        while STARTED not in node.said(before):
            if node.pid is None or time.monotonic() > until:
                raise Trouble(f"Kafka does not start:\n{node.said(before)[-2000:]}")
            yield


def _end_orphan(node: Node) -> Iterator[None]:
    """End a broker that outlived the ./run that started it."""
    with suppress(OSError, ValueError):
        pid = int((node.home / "pid").read_text())
        while alive(pid) and str(node.home) in command_line(pid):
            os.kill(pid, signal.SIGKILL)
            yield


def _version(program: str) -> int:
    """Give the major version of a Java, 0 where it does not run."""
    with suppress(OSError):
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
        if found := re.search(r'version "(\d+)', said.stderr):
            return int(found[1])
    return 0


def _stamp() -> str:
    return hashlib.sha256(POM.read_bytes()).hexdigest()


def _fetched() -> bool:
    stamp = data() / "kafka" / "libs" / "stamp"
    return stamp.exists() and stamp.read_text() == _stamp()


def _fetch(libs: Path, say: Say) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Trouble(NO_MAVEN)
    say("Fetching Kafka with Maven, about 55 MB; only the first time takes a while.")
    shutil.rmtree(libs, ignore_errors=True)
    words = [maven, *MAVEN, "-f", str(POM), f"-DoutputDirectory={libs}"]
    done = subprocess.run(words, stdout=-1, stderr=-2, text=True, check=False, cwd="/")
    if done.returncode:
        raise Trouble(f"Maven could not fetch Kafka:\n{done.stdout[-2000:]}")
    (libs / "stamp").write_text(_stamp())


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
