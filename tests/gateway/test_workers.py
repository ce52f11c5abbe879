"""Workers behind one parent, as processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import openai

from sobrio.testing import LoopbackUpstream

CREW = """
import os, signal, sys
from sobrio.errors import InputError
from sobrio.gateway.workers import supervise

def work(ready):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.write(1, f"pid {{os.getpid()}}\\n".encode())  # in one piece, whoever else writes
    if {fails}:
        raise InputError("the policy is broken")
    ready()
    while True:
        signal.pause()

try:
    supervise({count}, work, lambda: print("ready", flush=True))
except InputError as error:
    print("refused:", error.message, flush=True)
    sys.exit(2)
print("drained", flush=True)
"""


@contextmanager
def crew(count: int, fails: bool = False) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", CREW.format(count=count, fails=fails)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        try:
            yield parent
        finally:
            parent.kill()


def lines(parent: subprocess.Popen[str], count: int) -> list[str]:
    assert parent.stdout is not None
    return [parent.stdout.readline().strip() for _ in range(count)]


def pids(said: list[str]) -> list[int]:
    return [int(each.split()[1]) for each in said if each.startswith("pid")]


def test_ready_comes_after_every_worker_and_all_drain_with_the_parent() -> None:
    with crew(3) as parent:
        said = lines(parent, 4)
        assert said[-1] == "ready" and len(set(pids(said))) == 3
        parent.send_signal(signal.SIGTERM)
        assert lines(parent, 1) == ["drained"]
        assert parent.wait(60) == 0


def test_a_killed_worker_is_replaced_and_the_others_go_on() -> None:
    with crew(2) as parent:
        first = pids(lines(parent, 3))
        os.kill(first[0], signal.SIGKILL)
        (replacement,) = pids(lines(parent, 1))
        assert replacement not in first
        os.kill(first[1], 0)
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(60) == 0


def test_a_worker_that_cannot_start_ends_the_whole_with_its_own_line() -> None:
    with crew(2, fails=True) as parent:
        said = lines(parent, 3)
        assert said[-1] == "refused: a worker could not start; its own line says why"
        assert parent.wait(60) == 2
        assert parent.stderr is not None
        assert set(parent.stderr.read().splitlines()) == {"sobrio: the policy is broken"}


def test_workers_do_not_outlive_a_killed_parent() -> None:
    with crew(2) as parent:
        lines(parent, 3)
        parent.kill()
        assert parent.stdout is not None
        assert parent.stdout.read() == ""  # the end comes when the last worker has closed it


SERVED = """
import sys
from functools import partial
from pathlib import Path
from sobrio.assemble import open_rooms
from sobrio.gateway import serve

folder = Path(sys.argv[1])
open_here = partial(open_rooms, folder / "policy.yaml", data_dir=folder / "data")
serve(open_here, ready=lambda url: print(url, flush=True), port=0, workers=2)
print("drained", flush=True)
"""
POLICY = """
version: 1
defaults:
  baseline: {{model: gpt-5, since: 2026-01-01, reason: The model of these tests.}}
  fallback: endless
upstreams:
  loopback: {{kind: openai, base_url: "{url}"}}
models:
  - {{model: gpt-5-mini, name: endless, upstream: loopback, upstream_model: endless}}
callers: {{concrete_name: pin}}
"""


@contextmanager
def served(folder: Path, upstream: LoopbackUpstream) -> Iterator[subprocess.Popen[str]]:
    (folder / "policy.yaml").write_text(POLICY.format(url=upstream.base_url))
    command = [sys.executable, "-c", SERVED, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        try:
            yield parent
        finally:
            parent.kill()


def takes_connections(url: str) -> bool:
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname or "", place.port or 0), 60).close()
    except ConnectionError:
        return False
    return True


def test_new_connections_are_refused_while_running_answers_end(tmp_path: Path) -> None:
    with LoopbackUpstream() as upstream, served(tmp_path, upstream) as parent:
        (url,) = lines(parent, 1)
        with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
            turns = [{"role": "user", "content": "go on and on"}]
            stream = iter(client.chat.completions.create(model="endless", messages=turns, stream=True))
            next(stream)
            parent.send_signal(signal.SIGTERM)
            while takes_connections(url):
                next(stream)
            assert next(stream).choices
            assert upstream.abandoned == 0, "refused while the answer still runs, not for its end"
        assert lines(parent, 1) == ["drained"]
        assert parent.wait(60) == 0
