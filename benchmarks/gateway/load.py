"""A client that costs little, and what a process and its children have spent, read from /proc."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

KEY = "sk-benchmark"
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_END_OF_STREAM = b"0\r\n\r\n"
_WRITTEN = re.compile(rb'"content":"(\d+\.\d+) "')


@dataclass(frozen=True, slots=True)
class Load:
    """Measured over one stretch; `latencies_s` are of whole answers."""

    requests: int
    seconds: float
    cpu_s: float
    latencies_s: list[float]

    @property
    def cpu_us(self) -> float:
        return self.cpu_s / self.requests * 1e6

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def as_dict(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "per_second": round(self.per_second),
            "cpu_us": round(self.cpu_us, 1),
            **in_ms(self.latencies_s),
        }


def in_ms(latencies_s: list[float]) -> dict[str, float]:
    ordered = sorted(latencies_s)
    return {f"p{share}_ms": round(quantile(ordered, share / 100) * 1000, 3) for share in (50, 99)}


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for each in tasks for child in each.read_text().split()]
    return [pid, *(one for child in children for one in tree(child))]


def cpu_seconds(pid: int) -> float:
    fields = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in tree(pid)]
    return sum(int(each[11]) + int(each[12]) for each in fields) * _TICK_S


def resident_mb(pid: int) -> float:
    statuses = (Path(f"/proc/{each}/status").read_text() for each in tree(pid))
    return round(sum(int(each.partition("VmRSS:")[2].split()[0]) for each in statuses) / 1024, 1)


class Connection(asyncio.Protocol):
    """Sends a request, waits for the whole answer, sends the next."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[None] | None = None
        self._received = bytearray()
        self._end = 0
        self.arrivals: list[tuple[float, bytes]] | None = None
        """What arrived when, for a stream whose chunks are timed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes) -> None:
        self._received.clear()
        self._end = 0
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        await self._answer
        if not self._received.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(bytes(self._received[:800]).decode())

    def data_received(self, data: bytes) -> None:
        if self.arrivals is not None:
            self.arrivals.append((time.perf_counter(), data))
        self._received += data
        if self._answer is not None and not self._answer.done() and self._complete():
            self._answer.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("closed before the answer was complete"))

    def _complete(self) -> bool:
        if not self._end:
            at = self._received.find(b"\r\n\r\n")
            if at < 0:
                return False
            head = bytes(self._received[:at]).lower()
            chunked = b"transfer-encoding: chunked" in head
            length = 0 if chunked else int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            self._end = -1 if chunked else at + 4 + length
        if self._end < 0:
            return self._received.endswith(_END_OF_STREAM)
        return len(self._received) >= self._end


async def connect(url: str) -> Connection:
    place = urlsplit(url)
    made = await asyncio.get_running_loop().create_connection(Connection, place.hostname, place.port)
    return made[1]


async def drive(url: str, pid: int, bodies: Iterator[bytes], *, connections: int, seconds: float) -> Load:
    """Closed loop: as many requests as fit, each connection with one under way at a time."""
    latencies: list[float] = []
    opened = [await connect(url) for _ in range(connections)]
    begun, spent = time.perf_counter(), cpu_seconds(pid)

    async def loop_until_over(connection: Connection) -> None:
        while (asked := time.perf_counter()) < begun + seconds:
            await connection.ask(request(next(bodies)))
            latencies.append(time.perf_counter() - asked)

    await asyncio.gather(*map(loop_until_over, opened))
    took, cpu = time.perf_counter() - begun, cpu_seconds(pid) - spent
    for each in opened:
        each.transport.close()
    return Load(len(latencies), took, cpu, latencies)


async def warm(url: str, bodies: Iterator[bytes], *, requests: int) -> None:
    """Until what is made once has been made, however slow the machine is."""
    connection = await connect(url)
    for _ in range(requests):
        await connection.ask(request(next(bodies)))
    connection.transport.close()


async def arrive(url: str, pid: int, bodies: Iterator[bytes], *, per_second: float, seconds: float) -> Load:
    """Open loop: requests at even distances; latency counts from when each was due, whoever was late."""
    free = asyncio.Queue[Connection]()
    for _ in range(64):
        free.put_nowait(await connect(url))
    latencies: list[float] = []
    begun, spent = time.perf_counter(), cpu_seconds(pid)

    async def one(due: float) -> None:
        connection = await free.get()
        await connection.ask(request(next(bodies)))
        latencies.append(time.perf_counter() - due)
        free.put_nowait(connection)

    async with asyncio.TaskGroup() as group:
        for number in range(int(per_second * seconds)):
            due = begun + number / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due))
    took, cpu = time.perf_counter() - begun, cpu_seconds(pid) - spent
    while not free.empty():
        free.get_nowait().transport.close()
    return Load(len(latencies), took, cpu, latencies)


async def lateness(url: str, bodies: Iterator[bytes], *, streams: int) -> dict[str, float]:
    """How much later than written the first and the last timed chunk of a paced stream arrived, medians."""
    first, last = [], []
    connection = await connect(url)
    for _ in range(streams):
        connection.arrivals = []
        await connection.ask(request(next(bodies)))
        late = [
            when - float(written) for when, data in connection.arrivals for written in _WRITTEN.findall(data)
        ]
        first.append(late[0])
        last.append(late[-1])
    connection.transport.close()
    return {
        "first_chunk_ms": round(quantile(sorted(first), 0.5) * 1000, 3),
        "last_chunk_ms": round(quantile(sorted(last), 0.5) * 1000, 3),
        "last_chunk_p99_ms": round(quantile(sorted(last), 0.99) * 1000, 3),
    }


async def abandon(url: str, body: bytes) -> None:
    """Asks, reads the first bytes and leaves."""
    connection = await connect(url)
    connection.arrivals = []
    connection.transport.write(request(body))
    while not connection.arrivals:
        await asyncio.sleep(0.001)
    connection.transport.abort()


def request(body: bytes) -> bytes:
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"authorization: Bearer %s\r\ncontent-length: %d\r\n\r\n%s" % (KEY.encode(), len(body), body)
    )
