"""The gateway on a thread of its own, for as long as a `with` block lasts: for tests and the demo."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sobrio.gateway.asgi import Application, Limits
from sobrio.gateway.server import base_url, listening, server_of

_HOST = "127.0.0.1"


@contextmanager
def running(app: Application, *, port: int = 0, limits: Limits | None = None) -> Iterator[str]:
    """The base URL of a loopback gateway; port 0 takes any free one. Raises `InputError`."""
    started = threading.Event()
    with listening(_HOST, port) as listener:
        server = server_of(app, started.set, limits)
        thread = threading.Thread(target=server.run, args=([listener],), name="gateway", daemon=True)
        thread.start()
        started.wait()
        try:
            yield base_url(_HOST, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()
