"""A killed worker neither breaks the store nor loses what it acknowledged, answers and questions alike."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import pytest

from sobrio.recall import SqliteStore
from sobrio.terms.question import Question

WORKER = """
import sys
from hashlib import blake2b
from pathlib import Path
from sobrio.recall import SqliteStore
from sobrio.terms.question import Label, Question

store = SqliteStore(Path(sys.argv[1]), max_entries=10**6)
for number in range(10**9):
    key = f"{sys.argv[2]}-{number}"
    question = Question(sys.argv[2].encode().ljust(16), key, blake2b(key.encode()).digest())
    store.put(key.encode(), key.encode() * 100, scope="a", ttl_s=3600, question=question)
    store.learn(Label(0.9, True, "shadow"), stream=sys.argv[2], scope="a")
    if number % 3 == 0:
        store.flush()
        print(number, flush=True)  # acknowledged, with all before it
"""


def killed_worker(path: Path, name: str, acknowledge: int) -> int:
    """Killed after so many acknowledgements; the number of entries acknowledged."""
    command = [sys.executable, "-c", WORKER, str(path), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        lines = [worker.stdout.readline() for _ in range(acknowledge)]
        os.kill(worker.pid, signal.SIGKILL)
        lines += worker.stdout.readlines()
    return 1 + max(int(line) for line in lines if line.endswith("\n"))


def question(worker: str, key: str) -> Question:
    return Question(worker.encode().ljust(16), key, blake2b(key.encode()).digest())


def crash(path: Path, times: int) -> None:
    for number in range(times):
        worker = f"w{number}"
        acknowledged = killed_worker(path, worker, 1 + 37 * number % 100)
        store = SqliteStore(path)
        for key in (f"{worker}-{each}" for each in range(acknowledged)):
            assert store.get(key.encode()) == key.encode() * 100
            assert store.near(question(worker, key), scope="a", limit=1, floor=0.99)[0].text == key
        assert len(store.labels(worker, scope="a")) >= acknowledged
        store.close()
        with sqlite3.connect(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            orphans = "SELECT count(*) FROM questions WHERE key NOT IN (SELECT key FROM entries)"
            assert database.execute(orphans).fetchone() == (0,)
            counted = database.execute("SELECT count(*), sum(size) FROM entries").fetchone()
            assert database.execute("SELECT entries, size FROM totals").fetchone() == counted
        database.close()


def test_a_killed_worker_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    crash(tmp_path / "cache.sqlite", times=4)


@pytest.mark.deep
def test_two_hundred_killed_workers(tmp_path: Path) -> None:
    crash(tmp_path / "cache.sqlite", times=200)
