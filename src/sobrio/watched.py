"""What a file says, and how a changed file takes its place while requests go on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Generic, Protocol, Self, TypeVar

from sobrio.errors import SobrioError

log = logging.getLogger("sobrio.watched")
LOOK_EVERY_S: Final = 1.0


class Versioned(Protocol):
    @property
    def version(self) -> str: ...


Said = TypeVar("Said", bound=Versioned)


class Watched(Generic[Said]):
    """Called, it gives what is in force. A request keeps what it began with.

    A changed file is loaded beside the running one, in a thread of its own, and takes its place in one
    assignment; one with a mistake in it changes nothing, and `problem` says what is wrong with it.
    """

    def __init__(self, name: str, path: Path, first: Said, load: Callable[[], Said]) -> None:
        """`name` is for people. `load` raises a `SobrioError` for a file that cannot take over."""
        self._name = name
        self._path = path
        self._in_force = first
        self._load = load
        self._seen = _mark(path)
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None
        self.problem: str | None = None

    def __call__(self) -> Said:
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
            log.info("%s %s is in force", self._name, new.version)
        return changed

    def _refused(self, problem: str) -> bool:
        self.problem = problem
        log.warning("the changed %s is not in force: %s", self._name, problem)
        return False

    def __enter__(self) -> Self:
        self._watcher = threading.Thread(target=self._watch, name=self._name, daemon=True)
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
