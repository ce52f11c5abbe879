"""Workers killed while they answer: what was acknowledged is in the books, and somebody goes on answering."""

from __future__ import annotations

import http.client
import os
import signal
import threading
from pathlib import Path

import pytest

from sobrio.assemble import open_ledger

KILLS = 25


def workers_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def more_answers(acknowledged: set[str], count: int) -> None:
    """Waits until that many more have come: there is load, and somebody answers it."""
    before, pause = len(acknowledged), threading.Event()
    for _ in range(1200):
        if len(acknowledged) >= before + count:
            return
        pause.wait(0.05)
    raise AssertionError("nobody answers any more")


@pytest.mark.deep
def test_killing_workers_under_load_loses_no_acknowledged_receipt(served) -> None:
    acknowledged: set[str] = set()
    lost: list[str] = []
    ended = threading.Event()

    def keep_asking(number: int) -> None:
        count = 0
        while not ended.is_set():
            count += 1
            try:
                answer = gateway.ask("sound", f"client {number}, question {count}", timeout=60)
            except (OSError, http.client.HTTPException) as error:
                lost.append(type(error).__name__)
                continue
            assert answer.status == 200
            acknowledged.add(answer.headers["x-sobrio-receipt"])

    with served("--workers", "2") as gateway:
        clients = [threading.Thread(target=keep_asking, args=(number,)) for number in range(4)]
        for each in clients:
            each.start()
        for _ in range(KILLS):
            more_answers(acknowledged, 20)
            os.kill(workers_of(gateway.process.pid)[0], signal.SIGKILL)
        more_answers(acknowledged, 20)
        ended.set()
        for each in clients:
            each.join()

    ledger = open_ledger(gateway.folder / "data")
    try:
        missing = [each for each in acknowledged if ledger.find(each) is None]
        assert ledger.verify().whole
    finally:
        ledger.shutdown()
    assert not missing
    assert lost, "no request was under way when a worker was killed"
