"""Where limits meet the redis package: late, and only for those who share them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sobrio.errors import PolicyError

if TYPE_CHECKING:
    from redis.asyncio import Redis

_PATIENCE_S: Final = 0.25
"""A request waits no longer for the accounts; then its replica counts alone."""


def connect(url: str) -> tuple[Redis, tuple[type[Exception], ...]]:
    """A client, and the errors by which it says that the server is away. Raises `PolicyError`."""
    try:
        import redis.asyncio
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import RedisError
    except ImportError:
        raise PolicyError("shared limits need the redis package; pip install 'sobrio[redis]'") from None
    try:
        client = redis.asyncio.from_url(
            url,
            socket_timeout=_PATIENCE_S,
            socket_connect_timeout=_PATIENCE_S,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        raise PolicyError(f"SOBRIO_REDIS_URL is malformed ({error}); write redis://host:port/0") from None
    return client, (RedisError,)
