"""The clock tells nothing across tenants: what a look-up does does not depend on what others keep."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest
import redis

from sobrio.recall import RedisStore, SqliteStore, context_key, exact_key
from sobrio.route import receive
from sobrio.terms.question import Question
from sobrio.terms.request import Caller

Ask = Callable[..., Question]
KEPT = [f"What is the secret number {number} of the house?" for number in range(400)]
UNKNOWN = [f"How does anybody bake bread with {number} grams of flour today?" for number in range(400)]

PAIRS = list(zip(KEPT, UNKNOWN, strict=True))


def keys(tenant: str, text: str) -> tuple[bytes, bytes]:
    body = msgspec.json.encode({"model": "m", "messages": [{"role": "user", "content": text}]})
    request = receive(body, {}, Caller(tenant))
    return exact_key(request, "p")[0], context_key(request, "p", language="en", judged_by="j")


def keep(store: SqliteStore | RedisStore, tenant: str, texts: list[str], ask: Ask) -> None:
    for text in texts:
        exact, context = keys(tenant, text)
        store.put(exact, b"an answer " * 50, scope=tenant, ttl_s=600, question=ask(text, context))
    store.flush()


def look_up(store: SqliteStore | RedisStore, tenant: str, text: str, ask: Ask) -> int:
    """Nanoseconds that it took."""
    exact, context = keys(tenant, text)
    question = ask(text, context)
    begun = time.perf_counter_ns()
    store.get(exact)
    store.near(question, scope=tenant, limit=5, floor=0.6)
    return time.perf_counter_ns() - begun


def distinguished(store: SqliteStore | RedisStore, tenant: str, ask: Ask) -> float:
    """How well the time tells kept texts from unknown ones: 0.5 = not at all, 0 or 1 = always (AUC)."""
    times = np.array([[look_up(store, tenant, text, ask) for text in pair] for pair in PAIRS])
    slower = times[:, :1] > times[:, 1]
    return float(slower.mean())


@pytest.fixture(params=["sqlite", "server"])
def local(request: pytest.FixtureRequest, tmp_path: Path, server: Callable[[str], str]):
    if request.param == "sqlite":
        store: SqliteStore | RedisStore = SqliteStore(tmp_path / "cache.sqlite")
    else:
        store = RedisStore(server("valkey"), patience_s=10)
    with closing(store):
        store.clear()
        yield store


@pytest.mark.deep
def test_time_does_not_tell_what_another_tenant_keeps(local, ask) -> None:
    keep(local, "acme", KEPT, ask)
    keep(local, "evil", ["Something of its own."], ask)
    assert 0.38 < distinguished(local, "evil", ask) < 0.62


@pytest.mark.deep
def test_time_does_tell_what_ones_own_tenant_keeps(local, ask) -> None:
    """Otherwise the test above would prove nothing."""
    keep(local, "acme", KEPT, ask)
    assert distinguished(local, "acme", ask) > 0.64


def test_a_server_is_asked_the_same_whatever_others_keep(url, ask) -> None:
    with closing(RedisStore(url, patience_s=10)) as store, redis.Redis.from_url(url) as client:
        keep(store, "evil", ["Something of its own."], ask)
        look_up(store, "evil", KEPT[0], ask)
        before = asked_of(client, lambda: look_up(store, "evil", KEPT[0], ask))
        keep(store, "acme", KEPT[:5], ask)
        assert asked_of(client, lambda: look_up(store, "evil", KEPT[0], ask)) == before


def asked_of(client: redis.Redis, do: Callable[[], object]) -> Counter[str]:
    """Commands, and keys found or not."""
    before = counts(client)
    do()
    return Counter(counts(client)) - Counter(before)


def counts(client: redis.Redis) -> dict[str, int]:
    commands = {name: each["calls"] for name, each in client.info("commandstats").items()}
    stats = client.info("stats")
    told = {name: commands[name] for name in commands if "info" not in name}
    return told | {name: stats[name] for name in ("keyspace_hits", "keyspace_misses")}


def test_the_file_is_asked_the_same_whatever_others_keep(tmp_path: Path, ask) -> None:
    with closing(SqliteStore(tmp_path / "cache.sqlite")) as store:
        keep(store, "evil", ["Something of its own."], ask)
        look_up(store, "evil", KEPT[0], ask)
        before = read_in(store, lambda: look_up(store, "evil", KEPT[0], ask))
        keep(store, "acme", KEPT[:5], ask)
        after = read_in(store, lambda: look_up(store, "evil", KEPT[0], ask))
        assert before == after
        assert len(before) >= 2


def read_in(store: SqliteStore, do: Callable[[], object]) -> list[str]:
    """The statements, with their values."""
    said: list[str] = []
    store._reader.set_trace_callback(said.append)
    do()
    store._reader.set_trace_callback(None)
    return said
