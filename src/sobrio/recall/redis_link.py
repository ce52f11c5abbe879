"""The one door to the redis package: two clients of one server, and a circuit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from sobrio.errors import CacheError
from sobrio.recall.circuit import Circuit

Redis: TypeAlias = Any
"""A client of the redis package, whose own types mix text with bytes and waiting with not waiting."""

_WRITING_S: Final = 5.0


class Link:
    """`asking` is for the request path, `writing` for everything that may take its time."""

    def __init__(self, url: str, *, patience_s: float) -> None:
        """Connects when first asked. `patience_s` bounds each wait of the request path.

        Raises `CacheError` without the package, or for a malformed address.
        """
        self._circuit = Circuit()
        self._asking = _client(url, patience_s)
        self._writing = _client(url, _WRITING_S)

    @contextmanager
    def asking(self) -> Iterator[Redis]:
        """Raises `CacheError` at once while the circuit is open."""
        if self._circuit.open:
            raise CacheError("the cache's server does not answer; it is left alone for a moment")
        with _told(self._circuit):
            yield self._asking

    @contextmanager
    def writing(self) -> Iterator[Redis]:
        if self._circuit.open:
            raise CacheError("the cache's server does not answer; it is left alone for a moment")
        with _told(self._circuit):
            yield self._writing

    def has_vector_sets(self) -> bool:
        """Whether the server knows their commands."""
        from redis import ResponseError

        with self.asking() as server:
            try:
                server.execute_command("VCARD", "sobrio:none")
            except ResponseError:
                return False
        return True

    def close(self) -> None:
        self._asking.close()
        self._writing.close()


def _client(url: str, timeout_s: float) -> Redis:
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise CacheError("a cache in Redis needs the redis package; pip install 'sobrio[redis]'") from None
    try:
        return redis.Redis.from_url(
            url,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
    except ValueError as error:
        raise CacheError(f"the cache's address is malformed ({error}); write redis://host:port/0") from None


@contextmanager
def _told(circuit: Circuit) -> Iterator[None]:
    from redis import RedisError

    try:
        yield
    except (RedisError, OSError) as error:
        circuit.failed()
        raise CacheError(f"the cache's server failed ({error})") from error
    circuit.worked()
