"""What a call costs: processor microseconds per request of our client, of a raw one, and of litellm.

    python benchmarks/call/run.py [--rounds 5]

All clients ask the same upstream, which is another process, so only the client's own processor time
is counted. Rounds are interleaved, so that a busy machine slows all alike; ratios are taken within a
round. The raw client knows beforehand how many bytes will come and reads nothing of them: it is the
floor. litellm is measured where it is installed: what it costs, and how long others on the event loop
wait for their turn meanwhile, when it computes there and, as the gateway has it, in a thread of its own.
Results: `benchmarks/results/call.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from upstream import CHUNKS, DOCUMENT, STREAM_BYTES

from sobrio.call import Aside, Direct, ThroughLitellm
from sobrio.call.sse import payloads
from sobrio.terms.answer import Call
from sobrio.terms.model import Backing

RESULTS = Path(__file__).parents[1] / "results" / "call.json"
MESSAGES = [{"role": "user", "content": "Say a few words, please. " * 4}]
IN_FLIGHT = (1, 64)
REQUESTS = {"raw": 3000, "direct": 3000, "litellm": 60, "through litellm": 60}

Ask = Callable[[], Awaitable[None]]


@contextmanager
def upstream() -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, Path(__file__).with_name("upstream.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


class RawClient(asyncio.Protocol):
    """Writes a request and waits for a known number of bytes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def ask(self, request: bytes, expected: int) -> asyncio.Future[None]:
        self._left = expected
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._done

    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left == 0:
            self._done.set_result(None)


async def raw(port: int, call: Call) -> Ask:
    head = f"POST /v1{call.path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(call.body)}\r\n\r\n".encode()
    expected = STREAM_BYTES if call.stream else len(DOCUMENT)
    idle: list[RawClient] = []

    async def ask() -> None:
        if not idle:
            loop = asyncio.get_running_loop()
            idle.append((await loop.create_connection(RawClient, "127.0.0.1", port))[1])
        client = idle.pop()
        await client.ask(head + call.body, expected)
        idle.append(client)

    return ask


async def through(client: Aside | Direct | ThroughLitellm, backing: Backing, call: Call) -> None:
    answered = await client.call(backing, call)
    if not call.stream:
        assert len(b"".join([chunk async for chunk in answered.chunks])) > 200
        return
    events = [event async for event in payloads(answered.chunks)]
    assert len(events) >= CHUNKS + 2


async def direct(port: int, call: Call) -> Ask:
    client, backing = Direct(), Backing("openai", "m", f"http://127.0.0.1:{port}/v1", "key")
    return lambda: through(client, backing, call)


async def through_litellm(port: int, call: Call) -> Ask:
    client, backing = (
        Aside(ThroughLitellm()),
        Backing("litellm", "openai/m", f"http://127.0.0.1:{port}/v1", "key"),
    )
    return lambda: through(client, backing, call)


async def bare_litellm(port: int, call: Call) -> Ask:
    from sobrio.call.litellm_door import litellm

    fields = {"api_base": f"http://127.0.0.1:{port}/v1", "api_key": "key", "max_retries": 0, "timeout": 120.0}

    async def ask() -> None:
        answer = await litellm().acompletion(
            model="openai/m", messages=MESSAGES, stream=call.stream, **fields
        )
        if call.stream:
            assert len([chunk async for chunk in answer]) > CHUNKS

    return ask


async def ask_often(ask: Ask, in_flight: int, each: int) -> None:
    async def worker() -> None:
        for _ in range(each):
            await ask()

    await asyncio.gather(*(worker() for _ in range(in_flight)))


async def cost_us(ask: Ask, in_flight: int, requests: int, late_ms: list[float]) -> float:
    """Processor microseconds per request; how late others had their turn is added to `late_ms`."""
    each = max(1, requests // in_flight)
    beside = asyncio.create_task(wait_for_turns(late_ms))
    before = time.process_time()
    await ask_often(ask, in_flight, each)
    cost = (time.process_time() - before) / (each * in_flight) * 1e6
    beside.cancel()
    return cost


async def wait_for_turns(late_ms: list[float]) -> None:
    """Stands for another request on the same event loop, which has something to do every 10 ms."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.01)
        late_ms.append((time.perf_counter() - begun - 0.01) * 1000)


def call_of(stream: bool) -> Call:
    body = {"model": "m", "messages": MESSAGES, "stream": stream}
    return Call("/chat/completions", msgspec.json.encode(body), stream)


async def measure(port: int, rounds: int) -> list[dict[str, Any]]:
    clients = {"raw": raw, "direct": direct}
    if find_spec("litellm"):
        clients |= {"litellm": bare_litellm, "through litellm": through_litellm}
    rows = []
    for stream in (False, True):
        for in_flight in IN_FLIGHT:
            asks = {name: await make(port, call_of(stream)) for name, make in clients.items()}
            for ask in asks.values():
                await ask_often(ask, in_flight, 1)
            costs: dict[str, list[float]] = {name: [] for name in asks}
            late: dict[str, list[float]] = {name: [] for name in asks}
            for _ in range(rounds):
                for name, ask in asks.items():
                    costs[name].append(await cost_us(ask, in_flight, REQUESTS[name], late[name]))
            rows += [row(name, stream, in_flight, costs) | lateness(late[name]) for name in asks]
            print(*rows[-len(asks) :], sep="\n", file=sys.stderr)
    return rows


def row(name: str, stream: bool, in_flight: int, costs: dict[str, list[float]]) -> dict[str, Any]:
    floor = "litellm" if name == "through litellm" else "raw"
    ratios = [own / its for own, its in zip(costs[name], costs[floor], strict=True)]
    return {
        "client": name,
        "answer": f"stream of {CHUNKS} chunks" if stream else "document",
        "in_flight": in_flight,
        "cpu_us": spread(costs[name]),
        f"times_{floor}": spread(ratios),
    }


def lateness(late_ms: list[float]) -> dict[str, Any]:
    """Median and 99th percentile; `None` where all was over before anybody had to wait."""
    if len(late_ms) < 2:
        return {"others_late_ms": None}
    cuts = statistics.quantiles(late_ms, n=100, method="inclusive")
    return {"others_late_ms": {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)}}


def spread(values: list[float]) -> dict[str, float]:
    """Lowest, median and highest round."""
    return {
        "low": round(min(values), 2),
        "central": round(statistics.median(values), 2),
        "high": round(max(values), 2),
    }


def environment() -> dict[str, Any]:
    packages = ("httptools", "uvloop", "msgspec", "litellm", "openai")
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "packages": {name: metadata.version(name) for name in packages if find_spec(name)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    before = environment()
    with upstream() as port:
        rows = uvloop.run(measure(port, rounds))
    result = {
        "command": "python benchmarks/call/run.py",
        "rounds": rounds,
        "environment": before,
        "rows": rows,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")


if __name__ == "__main__":
    main()
