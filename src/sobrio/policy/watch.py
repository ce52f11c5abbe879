"""The policy in force, and how a changed file takes its place while requests go on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from sobrio.errors import SobrioError
from sobrio.policy.policy import Policy

log = logging.getLogger("sobrio.policy")
LOOK_EVERY_S = 1.0


class Watched:
    """Called, it gives the policy in force. A request keeps the one it began with.

    A changed file is loaded beside the running one and takes its place in one assignment; one with a
    mistake in it changes nothing, and `problem` says what is wrong with it.
    """

    def __init__(self, first: Policy, load: Callable[[], Policy]) -> None:
        """`load` raises a `SobrioError` for a file that cannot take over."""
        self._in_force = first
        self._load = load
        self._path = Path(first.source)
        self._seen = _mark(self._path)
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None
        self.problem: str | None = None

    def __call__(self) -> Policy:
        return self._in_force

    def look(self) -> bool:
        """Whether a changed file has just taken over."""
        mark = _mark(self._path)
        if mark == self._seen:
            return False
        self._seen = mark
        try:
            new = self._load()
        except SobrioError as error:
            return self._refused(error.message)
        except Exception as error:  # noqa: BLE001 - no file must end the watching
            return self._refused(f"{self._path}: cannot be read: {type(error).__name__}: {error}")
        self.problem = None
        changed = new.version != self._in_force.version
        self._in_force = new
        if changed:
            log.info("policy %s is in force", new.version)
        return changed

    def _refused(self, problem: str) -> bool:
        self.problem = problem
        log.warning("the changed policy is not in force: %s", problem)
        return False

    def __enter__(self) -> Self:
        self._watcher = threading.Thread(target=self._watch, name="policy", daemon=True)
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._watcher is not None:
            self._watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            self.look()


def _mark(path: Path) -> tuple[int, int, int] | None:
    """Changes with the file, also where a symbolic link is turned to another one (as Kubernetes does)."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
