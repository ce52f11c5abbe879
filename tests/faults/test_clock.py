"""Wall clocks that jump: nobody is refused, nothing is lost, what is kept expires all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sobrio.assemble import open_ledger

HOUR, DAY = 3_600, 86_400
LIMITS = """
limits:
  - {name: pace, each: all, requests: 1000, per: minute}
  - {name: quota, each: all, tokens: 1000000, per: day}
"""
SKEWED = """
import sys, time
from pathlib import Path
ahead, wall, nanoseconds = Path(sys.argv[1]), time.time, time.time_ns
time.time = lambda: wall() + float(ahead.read_text())
time.time_ns = lambda: nanoseconds() + int(float(ahead.read_text()) * 1e9)
sys.argv[:2] = ["sobrio"]
from sobrio.cli.app import run
run()
"""
"""The gateway, on a clock that is as many seconds ahead as a file says."""


@pytest.fixture
def clock(tmp_path: Path) -> Callable[[float], None]:
    path = tmp_path / "ahead"
    path.write_text("0")

    def jump(seconds: float) -> None:
        replacement = path.with_suffix(".new")
        replacement.write_text(str(seconds))
        replacement.replace(path)

    return jump


@pytest.fixture
def skewed(tmp_path: Path, served: Callable[..., object], clock: Callable[[float], None]):
    return served(program=("-c", SKEWED, str(tmp_path / "ahead")), more_policy=LIMITS)


@pytest.mark.parametrize("jump_s", [-DAY, -HOUR, HOUR, DAY])
def test_a_jump_refuses_nobody_and_loses_nothing(skewed, clock, jump_s) -> None:
    with skewed as gateway:
        answers = [gateway.ask("sound", f"before {number}") for number in range(3)]
        clock(jump_s)
        answers += [gateway.ask("sound", f"after {number}") for number in range(3)]
        answers.append(gateway.ask("sound", "after, as a stream", stream=True))
        assert gateway.ask("sound", "after 0").headers["x-sobrio-cache"] == "exact"
        clock(0)
        answers.append(gateway.ask("sound", "and back"))
        assert gateway.send("GET", "/readyz").json["status"] == "ready"
    assert {each.status for each in answers} == {200}
    ledger = open_ledger(gateway.folder / "data")
    try:
        assert all(ledger.find(each.headers["x-sobrio-receipt"]) for each in answers)
        assert ledger.verify().whole
    finally:
        ledger.shutdown()


def test_what_was_kept_when_the_clock_was_wrong_expires_when_it_is_right(skewed, clock) -> None:
    with skewed as gateway:
        clock(400 * DAY)
        gateway.ask("sound", "kept in the future")
        clock(0)
        assert gateway.ask("sound", "kept in the future").status == 200
        clock(800 * DAY)
        assert gateway.ask("sound", "kept in the future").headers["x-sobrio-cache"] == "miss"
