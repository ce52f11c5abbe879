"""Workers that begin at the same moment, on a folder that is still empty."""

from __future__ import annotations

import subprocess
import sys

import pytest

OPENINGS = {
    "ledger": "from sobrio.ledger import SqliteLedger as Opened; more = [folder / 'spool']",
    "cache": "from sobrio.recall import SqliteStore as Opened",
    "passages": "from sobrio.recall.passages import Library as Opened",
    "keys": "from sobrio.gateway.keystore import KeyStore as Opened",
}
WORKERS = """
import multiprocessing, pathlib, sys

folder, more = pathlib.Path(sys.argv[1]), []
{opening}
processes = multiprocessing.get_context("fork")
together = processes.Barrier(6, timeout=60)

def begin():
    for each in range(20):
        together.wait()
        Opened(folder / f"{{each}}.sqlite", *more)

workers = [processes.Process(target=begin) for _ in range(together.parties)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
sys.exit(any(worker.exitcode for worker in workers))
"""


@pytest.mark.parametrize("name", OPENINGS)
def test_whatever_is_opened_by_all_of_them_at_once_is_open_for_all(name, tmp_path):
    program = WORKERS.format(opening=OPENINGS[name])
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr
