"""The one door to the redis package: late, and only for those who share a server.

`redis://`, `rediss://` and `unix://` name one server, or a primary with its replicas; `redis+cluster://` and
`rediss+cluster://` any node of a Redis Cluster. Nothing connects before it is first asked, nothing is
repeated: who waits for an answer has better things to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sobrio.errors import CacheError

if TYPE_CHECKING:
    from redis.asyncio import Redis as AsyncRedis
    from redis.asyncio import RedisCluster as AsyncCluster

Redis: TypeAlias = Any
"""A client of the redis package, whose own types mix text with bytes and waiting with not waiting."""
_CLUSTER: Final = "+cluster"


class Door:
    """Gives the client of `url`, always the same one, which is made when it is first asked for: a cluster's
    asks its way at once."""

    def __init__(
        self,
        url: str,
        timeout_s: float,
        connection: Callable[[type[Any]], type[Any]] | None = None,
        turn: AbstractContextManager[object] | None = None,
    ) -> None:
        """Each wait for the server is bounded by `timeout_s`; `connection` makes a class of connections of
        the package's own, and `turn` is the lock under which the client is made. Raises `CacheError` without
        the package, or for a malformed address."""
        redis = _package()
        self._address, self._settings = _plain(url), _settings(timeout_s)
        own = _parsed(self._address).get("connection_class", redis.Connection)
        if connection is not None:
            self._settings |= _connecting(redis, connection(own), cluster=_is_cluster(url))
        self._kind = redis.RedisCluster if _is_cluster(url) else redis.Redis
        self._client: Redis = None
        self._making = turn or threading.Lock()

    def __call__(self) -> Redis:
        with self._making:
            if self._client is None:
                self._client = self._kind.from_url(self._address, protocol=2, **self._settings)
            return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.close()


def _connecting(redis: Any, kind: type[Any], *, cluster: bool) -> dict[str, Any]:
    """The settings for connections of this class. A cluster's address would put its own in their place."""
    if not cluster:
        return {"connection_class": kind}

    def pool(**settings: Any) -> Any:
        return redis.ConnectionPool(**settings | {"connection_class": kind})

    return {"connection_pool_class": pool}


def async_client(url: str, timeout_s: float) -> AsyncRedis | AsyncCluster:
    """The same for an event loop. Raises `CacheError`."""
    _package()
    import redis.asyncio
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    address = _plain(url)
    _parsed(address)
    settings = {**_settings(timeout_s), "retry": Retry(NoBackoff(), 0)}
    kind = redis.asyncio.RedisCluster if _is_cluster(url) else redis.asyncio.Redis
    return kind.from_url(address, **settings)


def knows(client: Redis, command: str) -> bool:
    """Whether the server has it; of a cluster any node is asked."""
    one = client.get_random_node().redis_connection if hasattr(client, "get_random_node") else client
    (found,) = one.execute_command("COMMAND INFO", command)
    return found is not None


def failures() -> tuple[type[Exception], ...]:
    """The errors by which a server says no, or nothing at all."""
    exceptions = _package().exceptions
    return exceptions.RedisError, exceptions.RedisClusterException, OSError


def _package() -> Any:
    try:
        import redis
    except ImportError:
        raise CacheError("a shared server needs the redis package; pip install 'sobrio[redis]'") from None
    return redis


def _settings(timeout_s: float) -> dict[str, Any]:
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "retry": Retry(NoBackoff(), 0),
    }


def _is_cluster(url: str) -> bool:
    return url.partition("://")[0].endswith(_CLUSTER)


def _plain(url: str) -> str:
    scheme, colon, rest = url.partition("://")
    return scheme.removesuffix(_CLUSTER) + colon + rest


def _parsed(url: str) -> dict[str, Any]:
    """What the address says. Raises `CacheError`."""
    from redis.connection import parse_url

    try:
        said: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
    except ValueError as error:
        hint = "write redis://host:port/0, or redis+cluster://host:port"
        raise CacheError(f"the server's address is malformed ({error}); {hint}") from None
    return said
