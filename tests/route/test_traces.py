"""Agents at work: twenty turns with tools, through real rooms. A conversation moves up or stays."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sobrio.assemble import open_rooms
from sobrio.errors import UpstreamTimeout
from sobrio.route import live, receive
from sobrio.route.conversation import Conversations, Place
from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing
from sobrio.terms.ports import Upstream
from sobrio.terms.request import Caller
from sobrio.testing import LoopbackUpstream

LADDER = ("llama-3.2-3b-instruct", "llama-3.1-8b-instruct", "llama-3.3-70b-instruct")
"""Of one family: the larger is never surely worse."""
POLICY = """
version: 1
name: traces
defaults:
  baseline: {{model: llama-3.3-70b-instruct, since: 2026-11-01, reason: Used before.}}
  quality_floor: 0.9
  confidence: 0.5
  fallback: [{fallbacks}]
upstreams:
  loopback: {{kind: openai, base_url: "{url}", zone: FRA}}
models:
{models}
caches: {{exact: {{enabled: false}}}}
"""
TOOLS = [{"type": "function", "function": {"name": "run", "parameters": {"type": "object"}}}]
ASKED = (
    "Thanks, go on.",
    "Thank you!",
    "Now prove that the loop always terminates, and bound the number of steps in terms of n.",
    "Rename the variable.",
    "Why does the third test deadlock when two workers hold each other's lock? Fix the race condition.",
    "ok",
    "Derive the closed form of the recurrence and check it against the measured times.",
    "What is the file called?",
)


def trace(seed: int) -> list[list[dict[str, Any]]]:
    """The bodies' turns, one list a request: each holds the whole conversation so far."""
    chance = random.Random(seed)
    turns: list[dict[str, Any]] = [
        {"role": "system", "content": f"You are an engineer with a shell. Session {seed}."},
        {"role": "user", "content": "List the files."},
    ]
    requests = []
    for turn in range(20):
        requests.append(list(turns))
        call = {"id": f"c{turn}", "type": "function", "function": {"name": "run", "arguments": '{"c": "ls"}'}}
        turns.append({"role": "assistant", "content": None, "tool_calls": [call]})
        turns.append(
            {"role": "tool", "tool_call_id": f"c{turn}", "content": "a.py b.py\n" * chance.randint(1, 40)}
        )
        turns.append({"role": "user", "content": chance.choice(ASKED)})
    return requests


class Forgetful(Conversations):
    def held(self, place: Place) -> None:
        return None


class Outages:
    """The real upstream, whose first call of some turns comes to nothing."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self.next_fails = False

    async def call(self, backing: Backing, call: Call) -> Answered:
        fails, self.next_fails = self.next_fails, False
        if fails:
            raise UpstreamTimeout("no first byte in time")
        return await self._upstream.call(backing, call)

    async def aclose(self) -> None:
        await self._upstream.aclose()


def replay(
    folder: Path, conversations: Conversations, *, beside: bool = False, outages: tuple[int, ...] = ()
) -> list[list[int]]:
    """For each trace, the place on the ladder of each turn's model.

    `beside`: after each turn, another conversation begins in the same words. `outages`: turns whose first
    call fails.
    """
    with LoopbackUpstream() as upstream:
        models = "\n".join(
            f"  - {{model: {name}, upstream: loopback, upstream_model: loopback}}" for name in LADDER
        )
        policy = folder / "policy.yaml"
        fallbacks = f"{LADDER[0]}, {LADDER[-1]}"
        policy.write_text(POLICY.format(url=upstream.base_url, models=models, fallbacks=fallbacks))
        with open_rooms(policy, data_dir=folder, environ={}) as opened, asyncio.Runner() as runner:
            failing = Outages(opened.upstream)
            rooms = replace(opened, conversations=conversations, upstream=failing)

            async def answered_by(turns: list[dict[str, Any]]) -> int:
                body = {"model": "sobrio/auto", "messages": turns, "tools": TOOLS}
                reply = await live(receive(json.dumps(body).encode(), {}, Caller()), rooms)
                return LADDER.index(dict(reply.headers)["x-sobrio-model"])

            def steps(requests: list[list[dict[str, Any]]]) -> Iterator[int]:
                for turn, turns in enumerate(requests):
                    failing.next_fails = turn in outages
                    yield runner.run(answered_by(turns))
                    if beside:
                        runner.run(answered_by(requests[0]))

            chosen = [list(steps(trace(seed))) for seed in range(8)]
            runner.run(rooms.aclose())
            return chosen


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> list[list[int]]:
    return replay(tmp_path_factory.mktemp("traces"), Conversations())


def test_no_conversation_ever_moves_down(replayed: list[list[int]]) -> None:
    assert all(steps == sorted(steps) for steps in replayed)


def test_nor_where_others_begin_in_the_same_words(tmp_path: Path, replayed: list[list[int]]) -> None:
    assert replay(tmp_path, Conversations(), beside=True) == replayed


def test_a_lesser_model_that_helps_out_does_not_keep_the_conversation(tmp_path: Path) -> None:
    outages = (8, 15)
    replayed = replay(tmp_path, Conversations(), outages=outages)
    well = [[step for turn, step in enumerate(steps) if turn not in outages] for steps in replayed]
    assert any(steps != sorted(steps) for steps in replayed)
    assert all(steps == sorted(steps) for steps in well)


def test_without_a_memory_they_would(tmp_path: Path) -> None:
    assert any(steps != sorted(steps) for steps in replay(tmp_path, Forgetful()))


def test_they_do_not_all_start_at_the_top_and_some_have_to_move_up(replayed: list[list[int]]) -> None:
    assert any(steps[0] < len(LADDER) - 1 for steps in replayed)
    assert any(steps[0] < steps[-1] for steps in replayed)
