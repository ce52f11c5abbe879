"""One patience for all that a look-up asks of a server, whether replies come late or byte by byte.

A socket's own time-out begins anew with each piece that arrives, each question, each address of a name and
each handshake: a slow server could hold a look-up for many times as long. So the sockets count here how long
the look-up has waited. (How long the system takes to look a name up is counted, but cannot be bounded.)
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

T = TypeVar("T")
_LONG_ENOUGH: Final = "the look-up has waited long enough"


class _Waited:
    """How long the look-up under way has waited, in seconds."""

    __slots__ = ("seconds",)

    def __init__(self) -> None:
        self.seconds = 0.0


_waited: Final[ContextVar[_Waited | None]] = ContextVar("waited", default=None)


@contextmanager
def one_look_up() -> Iterator[None]:
    """What is asked in here shares one patience; a look-up within a look-up is part of it."""
    if _waited.get() is not None:
        yield
        return
    token = _waited.set(_Waited())
    try:
        yield
    finally:
        _waited.reset(token)


def punctual(kind: type[Any]) -> type[Any]:
    """The redis package's class of connections, but their `socket_timeout` bounds a whole look-up."""

    class Punctual(kind):  # type: ignore[misc]
        _connect_by: float | None = None
        """While it connects, which may take several addresses and a handshake."""

        def _connect(self) -> _Socket:
            patience_s = self.socket_timeout
            with _waiting(patience_s) as left_s:
                self._connect_by = time.monotonic() + left_s
                try:
                    connected = super()._connect()
                finally:
                    self._connect_by = None
            connected.settimeout(patience_s)
            return _Socket(connected, patience_s)

        @property
        def socket_timeout(self) -> float:
            """Of the next wait, in seconds."""
            return self._socket_timeout if self._connect_by is None else _until(self._connect_by)

        @socket_timeout.setter
        def socket_timeout(self, seconds: float) -> None:
            self._socket_timeout = seconds

        @property
        def socket_connect_timeout(self) -> float:
            return self.socket_timeout

        @socket_connect_timeout.setter
        def socket_connect_timeout(self, seconds: float) -> None:
            """It is that of the look-up."""

    return Punctual


class Turn:
    """A lock that a look-up waits for no longer than for anything else."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        """Raises `TimeoutError`."""
        with _waiting(self._patience_s) as left_s:
            if not self._lock.acquire(timeout=left_s):
                raise TimeoutError(_LONG_ENOUGH)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class _Socket:
    """A connected socket that waits no longer than what is left of the patience."""

    def __init__(self, connected: socket.socket, patience_s: float) -> None:
        self._connected = connected
        self._patience_s = patience_s

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connected, name)

    def recv(self, *arguments: Any) -> bytes:
        return self._punctually(self._connected.recv, *arguments)

    def recv_into(self, *arguments: Any) -> int:
        return self._punctually(self._connected.recv_into, *arguments)

    def sendall(self, *arguments: Any) -> None:
        return self._punctually(self._connected.sendall, *arguments)

    def _punctually(self, do: Callable[..., T], *arguments: Any) -> T:
        """A shorter time-out, such as none at all for looking whether there is something, stays."""
        usual_s = self._connected.gettimeout()
        with _waiting(self._patience_s) as left_s:
            self._connected.settimeout(left_s if usual_s is None else min(left_s, usual_s))
            try:
                return do(*arguments)
            finally:
                self._connected.settimeout(usual_s)


@contextmanager
def _waiting(patience_s: float) -> Iterator[float]:
    """Gives the seconds that are left. Raises `TimeoutError` when none are."""
    waited = _waited.get() or _Waited()
    if waited.seconds >= patience_s:
        raise TimeoutError(_LONG_ENOUGH)
    begun = time.monotonic()
    try:
        yield patience_s - waited.seconds
    finally:
        waited.seconds += time.monotonic() - begun


def _until(moment: float) -> float:
    """Seconds. Raises `TimeoutError` when it is over."""
    left_s = moment - time.monotonic()
    if left_s <= 0:
        raise TimeoutError(_LONG_ENOUGH)
    return left_s
