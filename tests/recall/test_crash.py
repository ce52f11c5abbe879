"""A killed worker neither breaks the store nor loses what it acknowledged."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sobrio.recall import SqliteStore

WORKER = """
import sys
from pathlib import Path
from sobrio.recall import SqliteStore

store = SqliteStore(Path(sys.argv[1]), max_entries=10**6)
for number in range(10**9):
    key = f"{sys.argv[2]}-{number}"
    store.put(key.encode(), key.encode() * 100, scope="a", ttl_s=3600)
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


def crash(path: Path, times: int) -> None:
    for number in range(times):
        acknowledged = killed_worker(path, f"w{number}", 1 + 37 * number % 100)
        store = SqliteStore(path)
        for key in (f"w{number}-{each}" for each in range(acknowledged)):
            assert store.get(key.encode()) == key.encode() * 100
        store.close()
        with sqlite3.connect(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            counted = database.execute("SELECT count(*), sum(size) FROM entries").fetchone()
            assert database.execute("SELECT entries, size FROM totals").fetchone() == counted
        database.close()


def test_a_killed_worker_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    crash(tmp_path / "cache.sqlite", times=4)


@pytest.mark.deep
def test_two_hundred_killed_workers(tmp_path: Path) -> None:
    crash(tmp_path / "cache.sqlite", times=200)
