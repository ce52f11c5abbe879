"""A loopback upstream, a server that says what it is told to, and no way out but through them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec

import pytest

from sobrio.testing import LoopbackUpstream

Script = Callable[..., AbstractAsyncContextManager[str]]

# litellm and the newest official client exclude each other; an environment without litellm leaves it out.
collect_ignore = [] if find_spec("litellm") else ["test_through_litellm.py"]


def pytest_report_header() -> str | None:
    return f"not collected, for want of litellm: {collect_ignore}" if collect_ignore else None


@pytest.fixture
def upstream() -> Iterator[LoopbackUpstream]:
    with LoopbackUpstream({"capital of France": "Paris"}, slow_s=0.3) as loopback:
        yield loopback


@asynccontextmanager
async def _scripted(*answers: bytes | None) -> AsyncIterator[str]:
    """Answers the n-th request with the n-th of `answers`, whatever was asked; `None` = closes."""
    left = list(answers)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while left and await reader.read(65536):
            answer = left.pop(0)
            if answer is None:
                break
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


@pytest.fixture
def scripted() -> Script:
    return _scripted
