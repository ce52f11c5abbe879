"""Real rooms around a loopback upstream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import pytest

from sobrio.assemble import open_rooms
from sobrio.route import Reply, Rooms, live, receive
from sobrio.terms.request import Caller
from sobrio.testing import LoopbackUpstream

T = TypeVar("T")

# litellm and the newest official client exclude each other; an environment without litellm leaves it out.
collect_ignore = [] if find_spec("litellm") else ["test_litellm_lane.py"]

POLICY = """\
version: 1
name: loopback
defaults:
  baseline: {{model: gpt-5, since: 2026-11-01, reason: Used before.}}
  quality_floor: 0.0
  fallback: second
  unbacked: {unbacked}
upstreams:
  loopback: {{kind: {kind}, base_url: "{base_url}", api_key_env: LOOPBACK_KEY}}
  elsewhere: {{kind: openai, base_url: "https://nowhere.invalid/v1", api_key_env: NO_SUCH_KEY}}
models:
  - {{name: first, model: llama-3.2-3b-instruct, upstream: loopback, upstream_model: "{upstream_model}"}}
  - {{name: second, model: llama-3.1-8b-instruct, upstream: loopback, upstream_model: loopback}}
  - {{name: far, model: gpt-5, upstream: elsewhere}}
rules:
  - name: careful
    why: This team asked for the best.
    when: {{team: careful}}
    use: {{candidates: [far]}}
  - name: french
    why: This team's data stays in France.
    when: {{team: french}}
    use: {{zones: [FRA]}}
  - name: pinned
    why: This team always gets the second.
    when: {{team: pinned}}
    use: {{pin: second}}
"""


class House:
    """Rooms, and the shortest way to send something through them."""

    def __init__(self, rooms: Rooms, upstream: LoopbackUpstream, runner: asyncio.Runner) -> None:
        self.rooms = rooms
        self.upstream = upstream
        self._runner = runner

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """On the house's one event loop, to which kept connections belong."""
        return self._runner.run(coroutine)

    async def send(self, text: str = "hello", *, caller: Caller | None = None, **fields: Any) -> Reply:
        body = {"model": "sobrio/auto", "messages": [{"role": "user", "content": text}], **fields}
        return await live(receive(json.dumps(body).encode(), {}, caller or Caller()), self.rooms)

    def answer(self, text: str = "hello", **fields: Any) -> dict[str, Any]:
        reply = self.run(self.send(text, **fields))
        assert reply.body is not None
        return json.loads(reply.body)

    def stream(self, text: str = "hello", **fields: Any) -> list[Any]:
        """The payloads of a streamed answer, `[DONE]` included."""
        whole = self.run(self._streamed(text, **fields))
        return [_payload(block) for block in whole.decode().split("\n\n") if block]

    async def _streamed(self, text: str, **fields: Any) -> bytes:
        reply = await self.send(text, stream=True, **fields)
        assert reply.stream is not None
        async with aclosing(reply.stream):  # type: ignore[type-var]
            return b"".join([piece async for piece in reply.stream])

    def booked(self, receipt_id: str):
        found = self.rooms.ledger.find(receipt_id)
        assert found is not None
        return found

    def without(self, **replaced: Any) -> House:
        return House(replace(self.rooms, **replaced), self.upstream, self._runner)


def _payload(block: str) -> Any:
    data = block.removeprefix("data: ")
    return data if data == "[DONE]" else json.loads(data)


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., House]]:
    with ExitStack() as stack:

        def make(upstream_model: str = "loopback", unbacked: str = "skip", kind: str = "openai") -> House:
            upstream = stack.enter_context(LoopbackUpstream())
            text = POLICY.format(
                base_url=upstream.base_url, upstream_model=upstream_model, unbacked=unbacked, kind=kind
            )
            policy = tmp_path / "policy.yaml"
            policy.write_text(text)
            rooms = stack.enter_context(
                open_rooms(policy, data_dir=tmp_path / "data", environ={"LOOPBACK_KEY": "k"})
            )
            runner = stack.enter_context(asyncio.Runner())
            stack.callback(lambda: runner.run(rooms.upstream.aclose()))
            return House(rooms, upstream, runner)

        yield make


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    return build()
