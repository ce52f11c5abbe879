"""The server's side: what it keeps, and what happens when it is slow, gone or behind."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import redis

from sobrio.errors import CacheError
from sobrio.recall import RedisStore, seal_of
from sobrio.recall.circuit import Circuit
from sobrio.recall.patience import Turn, one_look_up, punctual
from sobrio.terms.question import Label

KEY = b"k" * 32
PATIENT_S = 10.0
FRANCE = "What is the capital of France?"


@pytest.fixture
def store(url: str) -> Iterator[RedisStore]:
    with closing(RedisStore(url, patience_s=PATIENT_S)) as store:
        yield store


@pytest.fixture
def client(url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(url) as client:
        yield client


def test_everything_of_an_entry_expires_on_the_server(store, client, ask):
    store.put(KEY, b"Paris", scope="a", ttl_s=60, question=ask(FRANCE))
    store.flush()
    for kind in ("a:*", "t:*", "*:q:*", "*:v:*"):
        for name in client.keys(f"sobrio:{kind}"):
            assert 50_000 < client.pttl(name) <= 60_000
    assert len(client.keys("sobrio:[at]:*")) == 2


def test_the_server_searches_where_it_can_and_a_sealed_store_never_lets_it(url, client, ask):
    has_vectors = int(client.info("server")["redis_version"].split(".")[0]) >= 8
    for secret, expected in ((None, b":v:" if has_vectors else b":q:"), ("0123456789abcdef" * 4, b":q:")):
        client.flushall()
        with closing(RedisStore(url, patience_s=PATIENT_S, seal=seal_of(secret))) as store:
            store.put(KEY, b"Paris", scope="a", ttl_s=60, question=ask(FRANCE))
            store.flush()
            assert store.near(ask(FRANCE), scope="a", limit=1, floor=0.9)[0].key == KEY
        assert any(expected in name for name in client.keys("*"))


def test_a_sealed_server_holds_nothing_that_can_be_read(url, client, ask):
    with closing(RedisStore(url, patience_s=PATIENT_S, seal=seal_of("0123456789abcdef" * 4))) as store:
        store.put(KEY, b"the secret answer", scope="the-tenant", ttl_s=60, question=ask("The secret text"))
        store.learn(Label(0.9, True, "shadow"), stream="en", scope="the-tenant")
        store.flush()
    names = client.keys("*")
    dumps = b"".join(client.dump(name) for name in names) + b"".join(names)
    for plain in (b"secret", b"the-tenant", KEY, KEY.hex().encode(), ask("The secret text").vector):
        assert plain not in dumps


def test_what_was_kept_before_there_was_a_key_leaves_the_server(url, client, ask):
    with closing(RedisStore(url, patience_s=PATIENT_S)) as plain:
        plain.put(KEY, b"the readable answer", scope="tenant", ttl_s=60, question=ask("The readable text"))
        plain.learn(Label(0.9, True, "shadow"), stream="en", scope="tenant")
        plain.flush()
    with closing(RedisStore(url, patience_s=PATIENT_S, seal=seal_of("0123456789abcdef" * 4))) as sealed:
        assert sealed.get(KEY) is None
        sealed.put(b"l" * 32, b"the secret answer", scope="tenant", ttl_s=60)
        sealed.flush()
        assert sealed.get(b"l" * 32) == b"the secret answer"
        assert (sealed.stats().entries, sealed.stats().labels) == (1, 0)
    held = b"".join(client.dump(name) for name in client.keys("*")) + b"".join(client.keys("*"))
    for plain_text in (b"readable", b"tenant", KEY.hex().encode()):
        assert plain_text not in held


def test_a_key_that_is_taken_away_finds_nothing_and_breaks_nothing(url, ask):
    with closing(RedisStore(url, patience_s=PATIENT_S, seal=seal_of("0123456789abcdef" * 4))) as sealed:
        sealed.put(KEY, b"the secret answer", scope="tenant", ttl_s=60, question=ask(FRANCE))
        sealed.flush()
    with closing(RedisStore(url, patience_s=PATIENT_S)) as plain:
        assert plain.get(KEY) is None
        assert plain.near(ask(FRANCE), scope="tenant", limit=5, floor=-1) == []
        plain.put(KEY, b"Paris", scope="tenant", ttl_s=60)
        plain.flush()
        assert plain.get(KEY) == b"Paris"
        assert plain.clear() == 2


@pytest.mark.parametrize("scope", ["tenant", None])
def test_clearing_takes_what_can_be_read_too_once_there_is_a_key(url, client, scope):
    with closing(RedisStore(url, patience_s=PATIENT_S)) as plain:
        plain.put(KEY, b"the readable answer", scope="tenant", ttl_s=60)
        plain.flush()
    with closing(RedisStore(url, patience_s=PATIENT_S, seal=seal_of("0123456789abcdef" * 4))) as sealed:
        assert sealed.clear(scope) == 1
    assert not client.keys("sobrio:a:*")


def test_scopes_that_the_key_of_today_cannot_name_are_counted(url, client):
    def store(secret: str | None) -> closing[RedisStore]:
        return closing(RedisStore(url, patience_s=PATIENT_S, seal=seal_of(secret)))

    with store("0123456789abcdef" * 4) as sealed:
        for number, scope in enumerate(("tenant", "other")):
            sealed.put(bytes([number]) * 32, b"v", scope=scope, ttl_s=60)
        sealed.flush()
        assert sealed.locked() == 0
    for secret in (None, "fedcba9876543210" * 4):
        with store(secret) as shut:
            shut.put(KEY, b"v", scope="mine", ttl_s=60)
            assert (shut.clear("tenant"), shut.locked()) == (0, 2)
    with store("0123456789abcdef" * 4) as sealed:
        assert sealed.clear("tenant") == 1
        assert sealed.clear() >= 2
        assert sealed.locked() == 0


def test_a_replica_whose_log_was_trimmed_finds_what_is_left(url, client, ask):
    with (
        closing(RedisStore(url, patience_s=PATIENT_S)) as one,
        closing(RedisStore(url, patience_s=PATIENT_S)) as two,
    ):
        for number, animal in enumerate(("cat", "dog", "horse")):
            question = ask(f"Is a {animal} big?")
            one.put(bytes([number]) * 32, b"v", scope="a", ttl_s=60, question=question)
        one.flush()
        assert len(two.near(ask("Is a cat big?"), scope="a", limit=9, floor=0.2)) == 3
        for log in client.keys("sobrio:*:q:*"):
            client.xtrim(log, maxlen=1, approximate=False)
        for name in (bytes([0]) * 32).hex(), (bytes([1]) * 32).hex():
            client.delete(f"sobrio:a:{{{name}}}", f"sobrio:t:{{{name}}}")
        for replica in (two, one):
            near = replica.near(ask("Is a cat big?"), scope="a", limit=9, floor=0.2)
            assert [each.text for each in near] == ["Is a horse big?"]


def test_a_flushed_server_is_an_empty_cache_and_works_on(store, client, ask):
    store.put(KEY, b"Paris", scope="a", ttl_s=60, question=ask(FRANCE))
    store.flush()
    assert store.near(ask(FRANCE), scope="a", limit=1, floor=0.9)
    client.flushall()
    assert store.get(KEY) is None
    assert store.near(ask(FRANCE), scope="a", limit=1, floor=0.9) == []
    store.put(KEY, b"Paris", scope="a", ttl_s=60, question=ask(FRANCE))
    store.flush()
    assert store.near(ask(FRANCE), scope="a", limit=1, floor=0.9)


def test_what_has_expired_leaves_the_servers_index_as_new_entries_come(store, client, ask):
    for number in range(40):
        store.put(bytes([number]) * 32, b"v", scope="a", ttl_s=60, question=ask(f"Is {'x' * number} old?"))
    store.flush()
    for number in range(40):
        client.delete(f"sobrio:t:{{{(bytes([number]) * 32).hex()}}}")  # as it goes when its time is over
    for number in range(40, 120):
        store.put(bytes([number]) * 32, b"v", scope="a", ttl_s=60, question=ask(f"Is {'y' * number} new?"))
        store.flush()
    for vectors in client.keys("sobrio:*:v:*"):
        assert client.execute_command("VCARD", vectors) < 100
    near = store.near(ask("Is x old?"), scope="a", limit=10, floor=0.0)
    assert all("new" in each.text for each in near)


def refused() -> str:
    """The address of a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{free.getsockname()[1]}/0"


@contextmanager
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_server_that_is_gone_is_told_at_once_and_then_left_alone(ask):
    with closing(RedisStore(refused())) as store:
        with pytest.raises(CacheError, match="server failed"):
            store.get(KEY)
        for look_up in (
            lambda: store.get(KEY),
            lambda: store.salt,
            lambda: store.near(ask(FRANCE), scope="a", limit=1, floor=0),
            lambda: store.labels("en", scope="a"),
        ):
            with pytest.raises(CacheError, match="left alone"):
                look_up()
        assert store.problem == "the cache's server does not answer; nothing is kept or found"


def test_a_silent_server_costs_a_bounded_wait(ask):
    with silent() as url, closing(RedisStore(url)) as store:
        begun = time.monotonic()
        with pytest.raises(CacheError, match="server failed"):
            store.get(KEY)
        assert time.monotonic() - begun < 20  # 50 ms, on a machine that is not busy otherwise


def test_all_that_a_look_up_asks_shares_one_patience():
    with (
        silent() as url,
        socket.create_server(("127.0.0.1", 0)) as later,
        closing(RedisStore(url, patience_s=0.05)) as first,
        closing(RedisStore(f"redis://127.0.0.1:{later.getsockname()[1]}/0", patience_s=0.01)) as second,
    ):
        with one_look_up():
            for store in (first, second):
                with pytest.raises(CacheError, match="server failed"):
                    store.get(KEY)
        later.setblocking(False)
        with pytest.raises(BlockingIOError):
            later.accept()  # nobody has come: the patience was used up before


class Trickle:
    """A server with TLS that never comes to the end of its first answer: a byte at a time, for a minute."""

    def __init__(self) -> None:
        self.gone = threading.Event()
        """The client has left before the end."""
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(Path(__file__).parents[1] / "call" / "loopback.pem")
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError), self._tls.wrap_socket(self._server.accept()[0], server_side=True) as client:
            client.recv(1)
            try:
                for _ in range(6_000):
                    client.sendall(b"+")
                    time.sleep(0.01)
            except OSError:
                self.gone.set()

    def close(self) -> None:
        self._server.close()


@pytest.mark.parametrize("scheme", ["rediss", "rediss+cluster"])
def test_a_server_that_trickles_is_left_with_tls_too_and_in_a_cluster(scheme):
    with closing(Trickle()) as server:
        url = f"{scheme}://127.0.0.1:{server.port}/0?ssl_cert_reqs=none"
        with closing(RedisStore(url, patience_s=0.5)) as store:
            with pytest.raises(CacheError, match="server failed"):
                store.get(KEY)
            assert server.gone.wait(60)


class Connecting:
    """As the package's own, with two addresses and a handshake, each of which takes 20 ms."""

    def __init__(self, clock: list[float], patience_s: float) -> None:
        self._clock = clock
        self.socket_timeout = self.socket_connect_timeout = patience_s
        self.allowed: list[float] = []

    def _connect(self) -> socket.socket:
        for _ in range(2):
            self.allowed.append(self.socket_connect_timeout)
            self._clock[0] += 0.02
        self.allowed.append(self.socket_timeout)
        self._clock[0] += 0.02
        return socket.socket()


@pytest.mark.parametrize(("patience_s", "allowed"), [(0.07, [0.07, 0.05, 0.03]), (0.03, [0.03, 0.01])])
def test_addresses_and_handshakes_share_what_is_left(monkeypatch, patience_s, allowed):
    clock = [0.0]
    monkeypatch.setattr("sobrio.recall.patience.time.monotonic", lambda: clock[0])
    connection = punctual(Connecting)(clock, patience_s)
    with one_look_up():
        if len(allowed) == 2:
            with pytest.raises(TimeoutError):
                connection._connect()
        else:
            with closing(connection._connect()) as connected:
                assert connected.gettimeout() == pytest.approx(patience_s)
    assert connection.allowed == pytest.approx(allowed)
    assert connection.socket_timeout == patience_s


def test_nobody_waits_long_for_another_to_make_the_client():
    turn = Turn(0.01)
    with turn, one_look_up(), pytest.raises(TimeoutError), turn:
        pass
    with one_look_up(), turn:
        pass


def test_what_cannot_be_written_is_not_acknowledged():
    with closing(RedisStore(refused())) as store:
        store.put(KEY, b"v", scope="a", ttl_s=60)
        with pytest.raises(CacheError):
            store.flush()


@pytest.mark.parametrize("url", ["http://127.0.0.1", "redis://127.0.0.1:port/0"])
def test_a_malformed_address_is_one_clear_line(url):
    with pytest.raises(CacheError, match="redis://host:port/0"):
        RedisStore(url)


def test_several_threads_may_ask_at_once(store, ask):
    for number in range(20):
        store.put(bytes([number]) * 32, b"v", scope="a", ttl_s=60, question=ask(f"{FRANCE} {number}"))
    store.flush()
    found: list[int] = []

    def look_up() -> None:
        found.append(len(store.near(ask(FRANCE), scope="a", limit=20, floor=0.2)))

    threads = [threading.Thread(target=look_up) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [20] * 8


def test_the_circuit_waits_longer_each_time_and_forgets_after_a_success():
    now = [0.0]
    circuit = Circuit(clock=lambda: now[0])

    def pause() -> float:
        circuit.failed()
        begun = now[0]
        while circuit.open:
            now[0] += 0.5
        return now[0] - begun

    assert [pause() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    circuit.worked()
    assert pause() == 1
