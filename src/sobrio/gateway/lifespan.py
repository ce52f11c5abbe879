"""The application's own life, as ASGI tells it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sobrio.gateway.asgi import Receive, Send


async def until_shutdown(receive: Receive, send: Send, closing: Callable[[], Awaitable[None]]) -> None:
    """Runs `closing` at the end, on the server's event loop: kept connections must end where they began."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await closing()
    await send({"type": "lifespan.shutdown.complete"})
