"""A cache on a server: asked off the event loop, and never a reason to fail."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from sobrio.recall import RedisStore
from sobrio.route import explain_aside, receive
from sobrio.terms.request import Caller
from sobrio.testing.fakes import MemoryStore


class Remote(MemoryStore):
    """Notes which threads asked."""

    remote = True

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[int] = set()

    def get(self, key: bytes) -> bytes | None:
        self.threads.add(threading.get_ident())
        return super().get(key)


def test_a_remote_store_is_asked_off_the_event_loop_and_its_time_is_charged(house):
    store = Remote()
    house = house.without(cache=store)
    house.answer("hello")
    again = house.answer("hello")
    assert again["sobrio"]["cache"] == "exact"
    assert store.threads and threading.get_ident() not in store.threads
    assert house.booked(again["sobrio"]["receipt"]).router_cpu_seconds > 0


def test_it_is_not_asked_on_the_event_loop_for_an_explanation_either(house):
    store = Remote()
    body = json.dumps({"model": "sobrio/auto", "messages": [{"role": "user", "content": "hello"}]})
    request = receive(body.encode(), {}, Caller())
    told = house.run(explain_aside(request, house.without(cache=store).rooms))
    assert told["cache"] == "miss" and told["decision"]["callable"]
    assert store.threads and threading.get_ident() not in store.threads


def test_a_server_that_is_gone_fails_no_request(house):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
    with closing(RedisStore(url)) as store:
        house = house.without(cache=store)
        for _ in range(3):
            answer = house.answer("hello")
            assert answer["choices"]
            assert "cache-unavailable" in answer["sobrio"]["caveats"]
    assert len(house.upstream.requests) == 3


@contextmanager
def dripping() -> Iterator[str]:
    """The address of a server that begins a reply to whoever comes, a byte at a time, and never ends it."""
    over = threading.Event()

    def drip(peer: socket.socket) -> None:
        with suppress(OSError), peer:
            while not over.wait(0.002):
                peer.sendall(b"+")

    def serve() -> None:
        with suppress(OSError):
            while not over.is_set():
                threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        finally:
            over.set()


def test_a_reply_that_drips_without_end_holds_no_request(house):
    with dripping() as url, closing(RedisStore(url)) as store:
        answer = house.without(cache=store).answer("hello")
    assert answer["choices"]
    assert "cache-unavailable" in answer["sobrio"]["caveats"]
