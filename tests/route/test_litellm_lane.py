"""The same life when litellm makes the call."""

from __future__ import annotations

import pytest

TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]


# litellm and its clients leave warnings of their own behind.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def lane(build):
    return build("openai/loopback", kind="litellm")


def test_an_answer_through_litellm_has_its_receipt(lane):
    answer = lane.answer("hello")

    assert answer["choices"][0]["message"]["content"]
    assert lane.booked(answer["sobrio"]["receipt"]).outcome == "routed"
    assert answer["usage"]["sobrio"]["energy_wh"]["central"] > 0


def test_tools_go_through_litellm(lane):
    answer = lane.answer("hello", tools=TOOLS)

    assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "f"


def test_a_stream_through_litellm_ends_with_its_receipt(lane):
    *chunks, done = lane.stream("hello there")

    assert done == "[DONE]"
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks) == "hello there"
    assert chunks[-1]["sobrio"]["receipt"]
