"""A storm of failures is not answered with a storm of repeats: over HTTP, at an overloaded provider."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sobrio.assemble import open_rooms
from sobrio.gateway import application, running
from sobrio.route import attempt
from sobrio.testing import LoopbackUpstream

PLACES = 40
"""Each has a circuit of its own, which three failures do not open: what holds repeats back is the budget."""
ROUNDS = 3
RESERVE = 10
SHARE = 0.1


@pytest.fixture
def overloaded() -> Iterator[LoopbackUpstream]:
    with LoopbackUpstream() as server:
        yield server


@pytest.fixture
def url(tmp_path: Path, overloaded: LoopbackUpstream) -> Iterator[str]:
    models = "".join(
        f"  - {{name: place-{n}, model: gpt-5-nano, upstream: here, upstream_model: error-529}}\n"
        for n in range(PLACES)
    )
    names = ", ".join(f"place-{n}" for n in range(PLACES))
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"""
version: 1
defaults:
  baseline: {{model: gpt-5, since: 2026-01-01, reason: The model of these tests.}}
  fallback: sound
upstreams:
  here: {{kind: openai, base_url: "{overloaded.base_url}"}}
models:
{models}  - {{name: sound, model: gpt-5-nano, upstream: here, upstream_model: loopback}}
rules:
  - name: alone
    when: {{requested_model: [{names}]}}
    use: {{fallbacks: []}}
callers: {{concrete_name: pin}}
""")
    with (
        open_rooms(policy, data_dir=tmp_path / "data", environ={}) as rooms,
        running(application(rooms)) as at,
    ):
        yield at


async def storm(url: str, models: list[str]) -> list[int]:
    """The statuses of as many requests, all under way at the same time."""
    async with httpx.AsyncClient(timeout=120) as client:

        async def ask(number: int, model: str) -> int:
            body = {"model": model, "messages": [{"role": "user", "content": f"question {number}"}]}
            return (await client.post(f"{url}/chat/completions", json=body)).status_code

        return await asyncio.gather(*(ask(number, model) for number, model in enumerate(models)))


def calls(upstream: LoopbackUpstream) -> int:
    return sum(json.loads(each.body)["model"] == "error-529" for each in upstream.requests)


def test_an_overloaded_provider_sees_no_more_repeats_than_the_budget_allows(
    url: str, overloaded: LoopbackUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def noted(attempts: int, retry_after_s: float | None, *, chance: float, longest_s: float) -> float | None:
        pause = wait_s(attempts, retry_after_s, chance=chance, longest_s=longest_s)
        pauses.append(pause or 0.0)
        return pause

    wait_s = attempt.wait_s
    monkeypatch.setattr(attempt, "wait_s", noted)
    models = [f"place-{n}" for n in range(PLACES)] * ROUNDS

    answered = Counter(asyncio.run(storm(url, models)))

    assert answered == {529: len(models)}
    repeats = calls(overloaded) - len(models)
    assert RESERVE <= repeats <= RESERVE + SHARE * len(models)
    assert all(0.125 <= each < 0.25 for each in pauses)
    assert len(set(pauses)) > len(pauses) / 2, "those who failed together do not come back together"


def test_one_overloaded_place_is_left_alone(url: str, overloaded: LoopbackUpstream) -> None:
    answered = [asyncio.run(storm(url, ["place-0"]))[0] for _ in range(30)]

    assert set(answered) == {529, 503}, "it rests, and this rule has no fallback"
    assert calls(overloaded) < len(answered)
