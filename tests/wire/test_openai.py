"""What is taken out of a translated request on its way to OpenAI and servers like it."""

from __future__ import annotations

import pytest
from msgspec.json import decode, encode

from sobrio.wire.bridge import BRIDGES, raw_fields
from sobrio.wire.openai import for_openai

MARK = {"type": "ephemeral"}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "s"}
ASKED = {
    "model": "m",
    "max_tokens": 5,
    "top_k": 3,
    "system": [{"type": "text", "text": "long", "cache_control": MARK}],
    "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [THOUGHT, {"type": "text", "text": "ho"}]},
    ],
    "tools": [{"name": "f", "input_schema": {"type": "object"}, "cache_control": MARK}],
}


def sent(base_url: str | None) -> dict[str, object]:
    chat = BRIDGES["messages", "chat"].request({name: encode(value) for name, value in ASKED.items()})
    return {name: decode(raw) for name, raw in for_openai(raw_fields(chat), base_url).items()}


@pytest.mark.parametrize(
    "base_url", [None, "https://api.openai.com/v1", "https://mine.openai.azure.com/openai/v1"]
)
def test_openai_gets_nothing_it_would_refuse(base_url):
    body = sent(base_url)
    assert body["max_completion_tokens"] == 5
    assert not {"max_tokens", "top_k"} & body.keys()
    assert "cache_control" not in str(body)
    assert "thinking" not in str(body)
    assert body["messages"][0] == {"role": "system", "content": [{"type": "text", "text": "long"}]}
    assert body["messages"][2] == {"role": "assistant", "content": "ho"}


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000/v1", "https://openai.com.example/v1"])
def test_others_get_the_older_limit_and_their_own_parameters(base_url):
    body = sent(base_url)
    assert (body["max_tokens"], body["top_k"]) == (5, 3)
    assert "cache_control" not in str(body)
