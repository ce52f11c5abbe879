"""Serving the application with uvicorn, until a signal asks to stop."""

from __future__ import annotations

import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING

from sobrio.errors import InputError
from sobrio.gateway.access import AccessLog
from sobrio.gateway.application import application
from sobrio.gateway.asgi import Application, Limits
from sobrio.gateway.keys import MANY_KEYS, ONE_KEY, Keys, is_loopback
from sobrio.gateway.memory import give_back_what_is_large
from sobrio.gateway.workers import supervise
from sobrio.route import Rooms

if TYPE_CHECKING:
    import uvicorn

PORT = 8787
_BACKLOG = 2048
_YOUNG_OBJECTS = 20_000
"""Objects that come into being before the collector looks at them."""
_DRAIN_S = 30
"""How long running requests may take to end after a signal."""


def serve(
    open_rooms: Callable[[], AbstractContextManager[Rooms]],
    *,
    ready: Callable[[str], None],
    host: str = "127.0.0.1",
    port: int = PORT,
    open_keys: Callable[[], Keys] = Keys,
    limits: Limits | None = None,
    log: AccessLog | None = None,
    workers: int = 1,
) -> None:
    """Serves until SIGTERM or SIGINT, then lets running requests end.

    `ready` is called with the base URL once requests are taken; port 0 takes any free one.
    Raises `InputError` when the port is taken, or when others could reach a gateway without keys.
    """
    give_back_what_is_large()
    with closing(open_keys()) as keys:
        must_be_guarded(host, keys)
    with listening(host, port) as listener, _hang_ups_survived():
        url = base_url(host, listener.getsockname()[1])

        def work(told: Callable[[], None]) -> None:
            with open_rooms() as rooms, closing(open_keys()) as keys, _signals_only_drain():
                app = application(rooms, keys=keys, limits=limits, log=log)
                run(app, listener, told, limits)

        if workers == 1:
            work(lambda: ready(url))
        else:
            supervise(workers, work, lambda: ready(url), listener.close)


def must_be_guarded(host: str, keys: Keys) -> None:
    """Raises `InputError` when `host` is open to other machines and no key is set."""
    if not keys and not is_loopback(host):
        raise InputError(f"{host} is open to other machines; set {ONE_KEY} or {MANY_KEYS} first")


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that holds the port before anything slow is loaded. Raises `InputError`."""
    with _explained(host, port):
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with _explained(host, port):
            listener.bind(address)
        yield listener


@contextmanager
def _explained(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except (OSError, OverflowError) as error:
        message = f"cannot listen on {host}:{port}: {_reason(error)}; choose another with --host or --port"
        raise InputError(message) from None


def _reason(error: OSError | OverflowError) -> str:
    """In words of the operating system, in lower case, without the error number."""
    number = error.errno if isinstance(error, OSError) else None
    return (os.strerror(number) if number and number > 0 else str(error)).lower()


def base_url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"


def server_of(app: Application, started: Callable[[], None], bounds: Limits | None = None) -> uvicorn.Server:
    """uvloop and httptools are named, not searched: without them uvicorn would silently be slower."""
    import uvicorn

    from sobrio.gateway.protocol import BoundedProtocol

    class Protocol(BoundedProtocol):
        limits = bounds or Limits()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    return Server(config)


def run(
    app: Application, listener: socket.socket, started: Callable[[], None], limits: Limits | None = None
) -> None:
    """Serves in this thread, in a process of its own, until a signal asks to stop.

    What is loaded once it has started stays for good, so that the collector need not look through it again
    and again. Requests leave hardly any cycles behind, so it need not look often either.
    """

    def settled() -> None:
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])
        started()

    server_of(app, settled, limits).run([listener])


@contextmanager
def _hang_ups_survived() -> Iterator[None]:
    """SIGHUP is how other servers are asked to read their files anew. Here they are looked at every
    second, so there is nothing to do but to go on; workers inherit it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN) if hasattr(signal, "SIGHUP") else None
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGHUP, before)


@contextmanager
def _signals_only_drain() -> Iterator[None]:
    """uvicorn raises the signal again once drained; the rooms must still be closed after that."""
    before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
