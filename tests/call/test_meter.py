from __future__ import annotations

import os
import subprocess
import sys
import time

from sobrio.call.meter import cpu_seconds_of


def test_it_reads_what_the_process_itself_measures() -> None:
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    seconds = cpu_seconds_of(os.getpid())
    assert seconds is not None
    assert abs(seconds - time.process_time()) < 0.1


def test_all_threads_count() -> None:
    """Two threads that hash outside the interpreter's lock, each for longer than a clock tick."""
    code = (
        "import hashlib, threading, time\n"
        "work = lambda: hashlib.sha256(bytes(100_000_000)).digest()\n"
        "threads = [threading.Thread(target=work) for _ in range(2)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "print(time.process_time(), flush=True); input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        own = float(process.stdout.readline())
        seconds = cpu_seconds_of(process.pid)
        process.communicate("\n")
    assert seconds is not None
    assert abs(seconds - own) < 0.1


def test_a_process_that_is_gone_is_unknown() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert cpu_seconds_of(process.pid) is None
