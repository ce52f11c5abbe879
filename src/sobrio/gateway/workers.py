"""Several worker processes behind one port: a worker that dies is replaced, the others go on.

The parent only holds the port and its children. Each child opens rooms of its own; what they share lies
in files and stores that are made for several writers.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

from sobrio.errors import InputError, SobrioError

log = logging.getLogger("sobrio.gateway")
Work = Callable[[Callable[[], None]], None]
"""Serves until it is asked to stop; calls its argument once it takes requests."""

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 10.0
_BAD_INPUT: Final = 2
_READY: Final = b"."


@dataclass(slots=True)
class Crew:
    """The children of one parent, by process id, each with the pipe by which it says that it is ready."""

    work: Work
    let_go: Callable[[], object]
    """Gives up what the parent holds for the workers to take requests from."""
    children: dict[int, int] = field(default_factory=dict)
    stopping: bool = False
    pause_s: float = _FIRST_PAUSE_S
    life: tuple[int, int] = field(default_factory=os.pipe)
    """Nobody writes to it: its end tells the workers that the parent is gone, however it went."""

    def start(self) -> int:
        """Starts one worker; its process id."""
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            if self.stopping:
                os._exit(0)
            os.close(reader)
            os.close(self.life[1])
            os._exit(_worked(self.work, writer, self.life[0]))
        os.close(writer)
        self.children[pid] = reader
        return pid

    def is_ready(self, pid: int) -> bool:
        """Waits for the worker's word; the pipe ends without one when the worker ends first."""
        return os.read(self.children[pid], 1) == _READY

    def stop(self, _signal: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        """The port is refused once nobody holds it any more, the parent included."""
        self.stopping = True
        self.let_go()
        for pid in list(self.children):
            os.kill(pid, signal.SIGTERM)

    def bury(self, pid: int) -> None:
        os.close(self.children.pop(pid))

    def replace(self, pid: int, status: int, came_up: bool) -> None:
        """At once for a worker that had been ready; one that cannot start is tried more and more slowly."""
        self.pause_s = _FIRST_PAUSE_S if came_up else min(_LONGEST_PAUSE_S, 2 * self.pause_s)
        log.warning("worker %d ended (%s); another takes its place", pid, _said(status))
        if not came_up:
            time.sleep(self.pause_s)
        if not self.stopping:
            self.start()
        if self.stopping:
            self.stop()  # the signal came while the new one was not yet known


def share_metrics(environ: MutableMapping[str, str]) -> None:
    """Lets the workers add up their counters in files; to be called before any of them counts."""
    if "PROMETHEUS_MULTIPROC_DIR" not in environ:
        folder = tempfile.mkdtemp(prefix="sobrio-metrics-")
        environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def supervise(
    count: int, work: Work, ready: Callable[[], None], let_go: Callable[[], object] = lambda: None
) -> None:
    """Runs `count` workers until SIGTERM or SIGINT, then lets them drain.

    `ready` is called once every worker takes requests, `let_go` as soon as none shall: it closes the
    parent's own hold on the port. Raises `InputError` when one cannot start.
    """
    if not hasattr(os, "fork"):
        raise InputError("several workers need a system with fork; start several gateways instead")
    crew = Crew(work, let_go)
    before = {each: signal.signal(each, crew.stop) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        first = [crew.start() for _ in range(count)]
        up = {pid for pid in first if crew.is_ready(pid)}
        if len(up) == count:
            ready()
        elif not crew.stopping:
            crew.stop()
            _wait_for_the_end(crew)
            raise InputError("a worker could not start; its own line says why")
        _watch(crew, up)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _watch(crew: Crew, up: set[int]) -> None:
    """`up` are those whose word was heard already."""
    while crew.children:
        pid, status = os.wait()
        came_up = pid in up or crew.is_ready(pid)
        crew.bury(pid)
        if not crew.stopping:
            crew.replace(pid, status, came_up)


def _wait_for_the_end(crew: Crew) -> None:
    while crew.children:
        crew.bury(os.wait()[0])


def _worked(work: Work, writer: int, life: int) -> int:
    """The exit status of a child. Nothing of the parent may run in it afterwards."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_DFL)
    threading.Thread(target=_drain_when_orphaned, args=(life,), daemon=True).start()
    try:
        work(lambda: _tell(writer))
        return 0
    except SobrioError as error:
        sys.stderr.write(f"sobrio: {error.message}\n")
        return _BAD_INPUT
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        log.exception("a worker failed")
        return 1
    finally:
        sys.stderr.flush()


def _drain_when_orphaned(life: int) -> None:
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _tell(writer: int) -> None:
    """Nobody may be listening: a worker that replaces another is not waited for."""
    with suppress(BrokenPipeError):
        os.write(writer, _READY)
    os.close(writer)


def _said(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return signal.Signals(-code).name if code < 0 else f"status {code}"
