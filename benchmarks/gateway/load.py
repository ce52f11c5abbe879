"""A closed-loop client that costs little, and what a process has spent, read from /proc."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_END_OF_STREAM = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """Measured over one stretch; `latencies_s` are of whole answers, `first_s` of first bytes."""

    requests: int
    seconds: float
    cpu_s: float
    latencies_s: list[float]
    first_s: list[float]

    def as_dict(self) -> dict[str, Any]:
        ordered, first = sorted(self.latencies_s), sorted(self.first_s)
        return {
            "requests": self.requests,
            "per_second": round(self.requests / self.seconds),
            "cpu_us": round(self.cpu_s / self.requests * 1e6, 1),
            "p50_ms": round(_quantile(ordered, 0.5) * 1000, 3),
            "p99_ms": round(_quantile(ordered, 0.99) * 1000, 3),
            "first_byte_p50_ms": round(_quantile(first, 0.5) * 1000, 3),
        }


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def resident_mb(pid: int) -> float:
    line = next(each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in each)
    return round(int(line.split()[1]) / 1024, 1)


class _Connection(asyncio.Protocol):
    """Sends a request, waits for the whole answer, sends the next."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[None] | None = None
        self._received = bytearray()
        self.first = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes) -> None:
        self._received.clear()
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        await self._answer
        if not self._received.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(bytes(self._received[:500]).decode())

    def data_received(self, data: bytes) -> None:
        if not self._received:
            self.first = time.perf_counter()
        self._received += data
        if self._answer is not None and not self._answer.done() and _complete(self._received):
            self._answer.set_result(None)


def _complete(received: bytearray) -> bool:
    at = received.find(b"\r\n\r\n")
    if at < 0:
        return False
    head = bytes(received[:at]).lower()
    if b"transfer-encoding: chunked" in head:
        return received.endswith(_END_OF_STREAM)
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    return len(received) >= at + 4 + length


async def drive(url: str, pid: int, bodies: Iterator[bytes], *, connections: int, seconds: float) -> Load:
    """As many requests as fit, each connection with one under way at a time."""
    place, loop = urlsplit(url), asyncio.get_running_loop()
    latencies: list[float] = []
    first: list[float] = []
    opened = [
        (await loop.create_connection(_Connection, place.hostname, place.port))[1] for _ in range(connections)
    ]
    begun, spent = time.perf_counter(), cpu_seconds(pid)

    async def loop_until_over(connection: _Connection) -> None:
        while (asked := time.perf_counter()) < begun + seconds:
            await connection.ask(request(next(bodies)))
            latencies.append(time.perf_counter() - asked)
            first.append(connection.first - asked)

    await asyncio.gather(*map(loop_until_over, opened))
    took, cpu = time.perf_counter() - begun, cpu_seconds(pid) - spent
    for each in opened:
        each.transport.close()
    return Load(len(latencies), took, cpu, latencies, first)


def request(body: bytes) -> bytes:
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n%s" % (len(body), body)
    )
