"""Servers that speak OpenAI's interface, each with an accent of its own, on the direct lane."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import openai
import pytest

from sobrio.assemble import open_rooms
from sobrio.gateway import application, running

KEY = "sk-of-the-provider"


@dataclass(frozen=True)
class Accent:
    """Where a provider is asked, what it answers besides OpenAI's fields, and how it streams."""

    base: str
    whole: dict[str, Any]
    """Laid over an ordinary answer's choice."""
    around: dict[str, Any]
    """Laid over the answer itself."""
    stream: list[str]


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps(
        {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        | more
    )


COUNTS = {"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13}
USAGE_LAST = json.dumps({"id": "c1", "object": "chat.completion.chunk", "choices": [], "usage": COUNTS})
ACCENTS = {
    "azure": Accent(
        "/openai/v1",
        {"content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}},
        {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]},
        [
            chunk({}, choices=[], prompt_filter_results=[{"prompt_index": 0}]),
            chunk({"role": "assistant", "content": ""}, content_filter_results={}),
            chunk({"content": "Paris"}),
            chunk({"content": "."}),
            chunk({}, "stop"),
            USAGE_LAST,
        ],
    ),
    "vllm": Accent(
        "/v1",
        {"stop_reason": 151645, "token_ids": None},
        {"prompt_logprobs": None, "kv_transfer_params": None, "service_tier": None},
        [
            chunk({"role": "assistant", "content": ""}, usage=None, prompt_token_ids=None),
            chunk({"reasoning": "hm"}),
            chunk({"content": "Paris"}, usage={**COUNTS, "completion_tokens": 1}),
            chunk({"content": "."}),
            chunk({}, "stop", usage=None),
            USAGE_LAST,
        ],
    ),
    "ollama": Accent(
        "/v1",
        {},
        {"system_fingerprint": "fp_ollama"},
        [
            chunk({"role": "assistant", "content": "Paris"}),
            chunk({"role": "assistant", "content": "."}),
            chunk({"role": "assistant", "content": ""}, "stop"),
            USAGE_LAST,
        ],
    ),
    "mistral": Accent(
        "/v1",
        {},
        {"usage": {**COUNTS, "num_cached_tokens": 0}},
        [
            chunk({"role": "assistant", "content": ""}, p="abc"),
            chunk({"content": "Paris"}, p="abcdef"),
            chunk({"content": "."}, "stop", usage=COUNTS),
        ],
    ),
    "gemini": Accent(
        "/v1beta/openai",
        {},
        {"created": 1},
        [
            chunk({"role": "assistant", "content": "Paris"}, usage={**COUNTS, "completion_tokens": 1}),
            chunk({"role": "assistant", "content": "."}, "stop", usage=COUNTS),
        ],
    ),
    "openrouter": Accent(
        "/api/v1",
        {"native_finish_reason": "stop", "reasoning": None},
        {"provider": "Somebody", "usage": {**COUNTS, "cost": 0.00012}},
        [
            chunk({"role": "assistant", "content": "Paris"}, provider="Somebody"),
            chunk({"role": "assistant", "content": "."}),
            chunk({"role": "assistant", "content": ""}, "stop", native_finish_reason="stop"),
            chunk({"role": "assistant", "content": ""}, usage={**COUNTS, "cost": 0.00012}),
        ],
    ),
}


class Speaker(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        asked = json.loads(body)
        accent = ACCENTS[asked["model"]]
        if asked.get("stream"):
            lines = [": PROCESSING", *(f"data: {each}" for each in (*accent.stream, "[DONE]"))]
            self._send("text/event-stream", "".join(f"{each}\n\n" for each in lines))
        else:
            self._send("application/json; charset=utf-8", json.dumps(whole(accent)))

    def _send(self, kind: str, text: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_said: object) -> None:
        """Says nothing."""


def whole(accent: Accent) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Paris.", "tool_calls": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", **accent.whole}
    answer = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return {**answer, "usage": COUNTS, **accent.around}


POLICY = """
version: 1
name: compatible
defaults:
  baseline: {{model: gpt-5, since: 2026-01-01, reason: Used before.}}
  fallback: vllm
  quality_floor: 0.0
upstreams:
{upstreams}
models:
{models}
callers: {{concrete_name: pin}}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    Speaker.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Speaker) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening
        listening.shutdown()


@pytest.fixture(scope="module")
def house(server, tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("compatible")
    root = f"http://127.0.0.1:{server.server_port}"
    upstreams = [
        f'  {name}: {{kind: openai, base_url: "{root}{each.base}", api_key_env: KEY}}'
        for name, each in ACCENTS.items()
    ]
    models = [
        f"  - {{name: {each}, model: gpt-5-mini, upstream: {each}, upstream_model: {each}}}"
        for each in ACCENTS
    ]
    text = POLICY.format(upstreams="\n".join(upstreams), models="\n".join(models))
    (folder / "policy.yaml").write_text(text)
    with (
        open_rooms(folder / "policy.yaml", data_dir=folder / "data", environ={"KEY": KEY}) as rooms,
        running(application(rooms)) as url,
        openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client,
    ):
        yield client, rooms


PROVIDERS = pytest.mark.parametrize("provider", ACCENTS)
ASKED = {"messages": [{"role": "user", "content": "What is the capital of France?"}]}


@PROVIDERS
def test_an_answer_keeps_every_field_of_the_provider_s_own(house, provider) -> None:
    client, rooms = house
    answer = client.post("/chat/completions", body={"model": provider, **ASKED}, cast_to=object)
    sent = whole(ACCENTS[provider])
    assert {**answer, "usage": sent["usage"]} == sent | {"sobrio": answer["sobrio"]}
    assert {name: answer["usage"][name] for name in sent["usage"]} == sent["usage"]
    activity = rooms.ledger.find(answer["sobrio"]["receipt"]).activities[0]
    assert (activity.input_tokens, activity.output_tokens) == (11, 2)


@PROVIDERS
def test_a_stream_is_counted_as_the_provider_counts(house, provider) -> None:
    client, rooms = house
    text, last = "", None
    fresh = {"sobrio": {"cache": "off"}}
    for last in client.chat.completions.create(model=provider, stream=True, extra_body=fresh, **ASKED):
        text += "".join(choice.delta.content or "" for choice in last.choices)
    assert text == "Paris."
    receipt = rooms.ledger.find(last.model_extra["sobrio"]["receipt"])
    assert (receipt.activities[0].input_tokens, receipt.activities[0].output_tokens) == (11, 2)
    assert receipt.finish_reason == "stop"
    assert "usage-estimated" not in receipt.caveats


@PROVIDERS
def test_it_is_asked_at_its_own_address_and_fields_of_its_own_arrive(house, provider) -> None:
    client, _ = house
    own = {
        "guided_choice": ["Paris", "Lyon"],
        "chat_template_kwargs": {"enable_thinking": False},
        "safe_prompt": True,
    }
    body = {"model": provider, **ASKED, **own, "sobrio": {"cache": "no-store"}}
    client.post("/chat/completions", body=body, cast_to=object)
    path, headers, arrived = Speaker.seen[-1]
    assert path == f"{ACCENTS[provider].base}/chat/completions"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(arrived) == {"model": provider, **ASKED, **own}
