"""What a running gateway tells, and what it never does."""

from __future__ import annotations

import http.client
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sobrio.gateway.logs import Lines
from sobrio.ledger import SqliteLedger
from sobrio.route.journey import UNDER_WAY
from sobrio.terms.receipt import Receipt
from sobrio.testing import LoopbackUpstream

OWN_KEY, UPSTREAM_KEY, WRONG_KEY = "sk-of-the-client-8c1f", "sk-of-the-upstream-77d2", "sk-guessed-5f0a"
PROMPT = "my-diagnosis-is-a-secret"
POLICY = """
version: 1
name: told
defaults:
  baseline: {{model: gpt-5, since: 2026-01-01, reason: Used before.}}
  fallback: small
  quality_floor: 0.0
upstreams:
  loopback: {{kind: openai, base_url: "{url}", api_key_env: UPSTREAM_KEY}}
models:
  - {{model: gpt-5-nano, name: small, upstream: loopback, upstream_model: loopback}}
  - {{model: gpt-5-mini, name: reset, upstream: loopback, upstream_model: reset-mid-stream}}
  - {{model: gpt-5-mini, name: garbage, upstream: loopback, upstream_model: garbage}}
  - {{model: gpt-5-mini, name: refusing, upstream: loopback, upstream_model: error-400}}
  - {{model: gpt-5-mini, name: hang, upstream: loopback, upstream_model: hang}}
  - {{model: gpt-5-mini, name: endless, upstream: loopback, upstream_model: endless}}
rules:
  - name: as named
    when: {{requested_model: [small, reset, garbage, refusing, hang, endless]}}
    use: {{fallbacks: []}}
callers: {{concrete_name: pin}}
"""


@dataclass
class Run:
    """One gateway's life: its answers while it ran, and what it said."""

    url: str
    folder: Path
    process: subprocess.Popen[str]
    exchange: Callable[..., object]
    answers: list[bytes] = field(default_factory=list)
    told: str = ""
    upstream: LoopbackUpstream = field(kw_only=True)

    def ask(self, path: str, body: object, *, key: str = OWN_KEY) -> dict[str, str]:
        sent = json.dumps(body).encode()
        answer = self.exchange(self.url, "POST", path, sent, {"authorization": f"Bearer {key}"})
        self.answers.append(answer.body)
        return answer.headers

    def get(self, path: str) -> bytes:
        answer = self.exchange(self.url, "GET", path, None, {"x-api-key": OWN_KEY})
        self.answers.append(answer.body)
        return answer.body

    def receipts(self) -> list[Receipt]:
        """As another process reads them beside the gateway."""
        ledger = SqliteLedger(self.folder / "data" / "ledger.sqlite", self.folder / "data" / "spool")
        try:
            return list(ledger.receipts())
        finally:
            ledger.shutdown()

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.told.splitlines()]


@pytest.fixture
def told(tmp_path: Path, exchange) -> Callable[..., object]:
    @contextmanager
    def start(*more: str) -> Iterator[Run]:
        with LoopbackUpstream({PROMPT: "It will pass."}, api_key=UPSTREAM_KEY) as upstream:
            (tmp_path / "policy.yaml").write_text(POLICY.format(url=upstream.base_url))
            places = ("--policy", str(tmp_path / "policy.yaml"), "--data-dir", str(tmp_path / "data"))
            command = [sys.executable, "-m", "sobrio", "serve", *places, "--port", "0", "--json", *more]
            environ = os.environ | {"UPSTREAM_KEY": UPSTREAM_KEY, "SOBRIO_API_KEY": OWN_KEY}
            with subprocess.Popen(
                command, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as process:
                assert process.stdout is not None
                run = Run(
                    json.loads(process.stdout.readline())["ready"],
                    tmp_path,
                    process,
                    exchange,
                    upstream=upstream,
                )
                try:
                    yield run
                finally:
                    process.send_signal(signal.SIGTERM)
                    out, err = process.communicate(timeout=30)
            assert out == ""
            run.told = err

    return start


def chat(model: str, **more: object) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": PROMPT}], **more}


def test_every_request_is_one_line_with_its_receipt(told) -> None:
    with told() as run:
        receipt = run.ask("/v1/chat/completions", chat("small"))["x-sobrio-receipt"]
        run.ask("/v1/chat/completions", chat("small"), key=WRONG_KEY)
        run.get("/v1/nothing")
    called, refused, lost = run.lines
    assert (called["status"], called["path"], called["receipt"]) == (200, "/v1/chat/completions", receipt)
    assert called["method"] == "POST" and called["ms"] > 0 and called["key_id"]
    assert (refused["status"], refused["key_id"]) == (401, None)
    assert lost["status"] == 404


@pytest.mark.parametrize("model", ["hang", "endless"])
def test_the_line_of_a_client_that_left_names_its_receipt(told, model: str) -> None:
    """Whether it left before the first byte or in the middle of a stream."""
    with told() as run:
        place, body = urlsplit(run.url), json.dumps(chat(model, stream=True)).encode()
        with closing(http.client.HTTPConnection(place.hostname, place.port, timeout=60)) as connection:
            headers = {"content-type": "application/json", "authorization": f"Bearer {OWN_KEY}"}
            connection.request("POST", "/v1/chat/completions", body, headers)
            assert run.upstream.wait_until(lambda upstream: upstream.requests)
            if model == "endless":
                connection.getresponse().read(10)
        assert run.upstream.wait_until(lambda upstream: upstream.abandoned)
        while not (booked := run.receipts()):
            run.get("/healthz")
    left = next(line for line in run.lines if line.get("path") == "/v1/chat/completions")
    assert (left["status"], left["receipt"]) == (499, booked[0].id)


def test_what_happens_on_a_requests_way_names_its_receipt() -> None:
    def told() -> dict[str, object]:
        record = logging.LogRecord("sobrio", logging.WARNING, __file__, 1, "routing failed", (), None)
        return json.loads(Lines().format(record))

    def on_the_way() -> dict[str, object]:
        UNDER_WAY.set("rcpt_1")
        return told()

    assert Context().run(on_the_way)["receipt"] == "rcpt_1"
    assert "receipt" not in Context().run(told)


def test_the_access_log_can_be_left_out(told) -> None:
    with told("--no-access-log") as run:
        run.ask("/v1/chat/completions", chat("small"))
    assert run.told == ""


def test_neither_keys_nor_prompts_are_anywhere_but_in_the_answers_asked_for(told) -> None:
    """Standard output and error, errors, receipts, metrics, ledger, spool, cache and key store."""
    turns = [{"role": PROMPT, "content": PROMPT}]
    with told() as run:
        for model in ("small", "reset", "garbage", "refusing"):
            for stream in (False, True):
                headers = run.ask("/v1/chat/completions", chat(model, stream=stream))
                run.get(f"/v1/receipts/{headers['x-sobrio-receipt']}")
        run.ask("/v1/messages", chat("small", max_tokens=9))
        run.ask("/v1/responses", {"model": "small", "input": PROMPT})
        run.ask("/v1/explain", chat("sobrio/auto"))
        run.ask("/v1/chat/completions", chat("small"), key=WRONG_KEY)
        run.get("/metrics")
        run.get("/readyz")
        answers = b"".join(run.answers)
        run.ask("/v1/chat/completions", {"model": "small", "messages": turns})  # quotes what was wrong
        (run.folder / "policy.yaml").write_text("version: 1\nbroken: true\n")
        pause = threading.Event()
        while b"degraded" not in run.get("/readyz"):
            pause.wait(0.1)
    kept = b"".join(each.read_bytes() for each in (run.folder / "data").rglob("*") if each.is_file())
    assert kept
    for secret in (OWN_KEY, UPSTREAM_KEY, WRONG_KEY, PROMPT):
        assert secret not in run.told
        assert secret.encode() not in answers
        assert secret.encode() not in kept
    assert "the changed policy is not in force" in [line.get("message", "")[:34] for line in run.lines]


def test_an_exception_is_told_by_its_kind_and_place_and_not_in_its_words() -> None:
    try:
        raise ValueError(PROMPT)
    except ValueError:
        record = logging.LogRecord("sobrio", logging.ERROR, __file__, 1, "a defect", (), sys.exc_info())
    line = json.loads(Lines().format(record))
    assert (line["level"], line["message"], line["error"]) == ("error", "a defect", "ValueError")
    assert line["trace"][0].endswith("_in_its_words")
    assert PROMPT not in json.dumps(line)
