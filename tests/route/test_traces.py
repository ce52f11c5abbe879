"""Agents at work: twenty turns with tools, through real rooms. A conversation moves up or stays."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sobrio.assemble import open_rooms
from sobrio.route import live, receive
from sobrio.route.conversation import Conversations
from sobrio.terms.request import Caller, Request
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
  fallback: {top}
upstreams:
  loopback: {{kind: openai, base_url: "{url}", zone: FRA}}
models:
{models}
caches: {{exact: {{enabled: false}}}}
"""
TOOLS = [{"type": "function", "function": {"name": "run", "parameters": {"type": "object"}}}]
ASKED = (
    "Thanks, go on.",
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
    def held(self, request: Request, key: bytes) -> None:
        return None


def replay(folder: Path, conversations: Conversations) -> list[list[int]]:
    """For each trace, the place on the ladder of each turn's model."""
    with LoopbackUpstream() as upstream:
        models = "\n".join(
            f"  - {{model: {name}, upstream: loopback, upstream_model: loopback}}" for name in LADDER
        )
        policy = folder / "policy.yaml"
        policy.write_text(POLICY.format(url=upstream.base_url, models=models, top=LADDER[-1]))
        with open_rooms(policy, data_dir=folder, environ={}) as opened, asyncio.Runner() as runner:
            rooms = replace(opened, conversations=conversations)

            async def decided(turns: list[dict[str, Any]]) -> int:
                body = {"model": "sobrio/auto", "messages": turns, "tools": TOOLS}
                reply = await live(receive(json.dumps(body).encode(), {}, Caller()), rooms)
                return LADDER.index(dict(reply.headers)["x-sobrio-model"])

            chosen = [[runner.run(decided(turns)) for turns in trace(seed)] for seed in range(8)]
            runner.run(rooms.aclose())
            return chosen


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> list[list[int]]:
    return replay(tmp_path_factory.mktemp("traces"), Conversations())


def test_no_conversation_ever_moves_down(replayed: list[list[int]]) -> None:
    assert all(steps == sorted(steps) for steps in replayed)


def test_without_a_memory_they_would(tmp_path: Path) -> None:
    assert any(steps != sorted(steps) for steps in replay(tmp_path, Forgetful()))


def test_they_do_not_all_start_at_the_top_and_some_have_to_move_up(replayed: list[list[int]]) -> None:
    assert any(steps[0] < len(LADDER) - 1 for steps in replayed)
    assert any(steps[0] < steps[-1] for steps in replayed)
