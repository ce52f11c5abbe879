"""The real gateway on a free loopback port, in a thread of this process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from sobrio.gateway import application
from sobrio.route import Rooms


@contextmanager
def gateway(rooms: Rooms) -> Iterator[str]:
    """Yields the base URL. The port listens from the start, so a first request waits and is not lost."""
    import uvicorn

    config = uvicorn.Config(
        application(rooms), lifespan="on", ws="none", access_log=False, log_level="warning"
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=server.run, args=([listener],), name="sobrio demo gateway")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            thread.join()
