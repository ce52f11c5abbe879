"""`sobrio serve` as a process: ready, used by the official client, asked to stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import pytest

from sobrio.testing import LoopbackUpstream

POLICY = """\
version: 1
name: served
defaults:
  baseline: {{model: gpt-5, since: 2026-11-01, reason: Used before.}}
  quality_floor: 0.0
  fallback: small
upstreams:
  loopback: {{kind: openai, base_url: "{base_url}"}}
models:
  - {{name: small, model: llama-3.2-3b-instruct, upstream: loopback, upstream_model: loopback}}
"""


def policy_for(base_url: str, tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.format(base_url=base_url))
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def command(policy: Path, tmp_path: Path, *more: str) -> list[str]:
    data = ("--data-dir", str(tmp_path / "data"))
    return [sys.executable, "-m", "sobrio", "serve", "--policy", str(policy), *data, *more]


@contextmanager
def serving(policy: Path, tmp_path: Path, *more: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    arguments = command(policy, tmp_path, "--port", "0", "--json", *more)
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, process.stderr and process.stderr.read()
        ready = json.loads(first)
        try:
            yield ready["ready"], process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, process.stderr and process.stderr.read()


def test_the_official_client_works_by_base_url_alone_and_receipts_outlive_the_process(tmp_path):
    with LoopbackUpstream() as upstream:
        policy = policy_for(upstream.base_url, tmp_path)
        with serving(policy, tmp_path) as (url, _), openai.OpenAI(base_url=url, api_key="none") as client:
            answer = client.chat.completions.create(
                model="sobrio/auto", messages=[{"role": "user", "content": "hello"}]
            )
            raw = client.chat.completions.with_raw_response.create(
                model="sobrio/auto", messages=[{"role": "user", "content": "hello"}]
            )
            names = [model.id for model in client.models.list()]

    assert answer.choices[0].message.content
    assert answer.usage.model_extra["sobrio"]["energy_wh"]["central"] > 0
    assert raw.headers["x-sobrio-cache"] == "exact"
    assert {"sobrio/auto", "small"} <= set(names)

    receipt_id = answer.model_extra["sobrio"]["receipt"]
    from sobrio.assemble import open_ledger

    ledger = open_ledger(tmp_path / "data")
    try:
        assert ledger.find(receipt_id).outcome == "routed"
        assert ledger.verify().whole
    finally:
        ledger.shutdown()


def test_an_upstream_that_is_not_there_is_named(tmp_path):
    policy = policy_for(f"http://127.0.0.1:{free_port()}/v1", tmp_path)
    with serving(policy, tmp_path) as (url, _):
        client = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
        with client, pytest.raises(openai.InternalServerError) as unreachable:
            client.chat.completions.create(model="small", messages=[{"role": "user", "content": "hello"}])

    assert unreachable.value.status_code == 502
    assert "cannot reach 127.0.0.1" in unreachable.value.body["message"]


def test_a_port_in_use_is_one_clear_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken, LoopbackUpstream() as upstream:
        port = str(taken.getsockname()[1])
        arguments = command(policy_for(upstream.base_url, tmp_path), tmp_path, "--port", port)
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert port in done.stderr and "--port" in done.stderr


def test_beyond_loopback_a_key_is_needed(tmp_path, monkeypatch):
    monkeypatch.delenv("SOBRIO_API_KEY", raising=False)
    arguments = command(policy_for("http://127.0.0.1:9/v1", tmp_path), tmp_path, "--host", "0.0.0.0")
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == 2
    assert "SOBRIO_API_KEY" in done.stderr


def test_several_workers_share_a_port_the_counters_and_the_ledger_and_a_killed_one_is_replaced(tmp_path):
    with LoopbackUpstream() as upstream:
        policy = policy_for(upstream.base_url, tmp_path)
        with serving(policy, tmp_path, "--workers", "2") as (url, process):
            workers = children_of(process.pid)
            assert len(workers) == 2
            ask_many(url, 20)
            counted_by(url, 20)
            os.kill(workers[0], signal.SIGKILL)
            ask_many(url, 20)
            counted_by(url, 40)

    from sobrio.assemble import open_ledger

    ledger = open_ledger(tmp_path / "data")
    try:
        assert len(list(ledger.receipts())) == 40
        assert ledger.verify().whole
    finally:
        ledger.shutdown()


def test_limits_that_several_workers_cannot_count_together_are_refused(tmp_path):
    policy = policy_for("http://127.0.0.1:9/v1", tmp_path)
    policy.write_text(policy.read_text() + "limits: [{name: pace, requests: 5, per: minute}]\n")
    arguments = command(policy, tmp_path, "--port", "0", "--workers", "2")
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "SOBRIO_REDIS_URL" in done.stderr


def test_a_poisoned_litellm_is_never_started_beside_and_never_imported(tmp_path):
    packages = tmp_path / "packages"
    (packages / "litellm").mkdir(parents=True)
    (packages / "litellm" / "__init__.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w')")
    facts = packages / "litellm-1.107.3.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: litellm\nVersion: 1.107.3\n")
    arguments = command(policy_for("http://127.0.0.1:9/v1", tmp_path), tmp_path, "--port", "0")
    environ = os.environ | {"PYTHONPATH": str(packages)}
    done = subprocess.run(arguments, env=environ, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "litellm 1.107.3 carried malicious code" in done.stderr
    assert not (tmp_path / "imported").exists()


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ask_many(url: str, count: int) -> None:
    """Each on a connection of its own, so that every worker gets some; one lost to a kill is repeated."""
    for number in range(count):
        with openai.OpenAI(base_url=url, api_key="none", max_retries=3) as client:
            client.chat.completions.create(
                model="small", messages=[{"role": "user", "content": f"question {number} of {time.time()}"}]
            )


def counted_by(url: str, requests: int) -> None:
    """Each worker tells the others what it has counted within a second."""
    pause = threading.Event()
    for _ in range(1200):
        if metric(url, "sobrio_requests_total") == requests:
            return
        pause.wait(0.05)
    raise AssertionError(f"{metric(url, 'sobrio_requests_total')} requests counted instead of {requests}")


def metric(url: str, name: str) -> float:
    with urllib.request.urlopen(url.removesuffix("/v1") + "/metrics", timeout=60) as answer:
        text = answer.read().decode()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name + "{"))
