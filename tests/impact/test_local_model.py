"""A real model on this machine's processor is charged the processor time it took."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sobrio.demo.local_model import LocalModel, local_model
from sobrio.demo.weights import weights
from sobrio.impact import Estimator
from sobrio.terms.activity import Activity
from sobrio.terms.model import Hardware, Model

SMOLLM = Model("smollm2-135m-instruct", 0.135, 0.135, weight_bits=4)
PROCESSOR = Hardware(kind="cpu", threads=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModel]:
    folder = tmp_path_factory.mktemp("model")
    with local_model(weights(folder), folder / "model.log") as running:
        yield running


def processor_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def usage_of_an_answer(server: LocalModel) -> dict[str, int]:
    body = {
        "model": "any",
        "messages": [{"role": "user", "content": "Tell me about the sea."}],
        "max_tokens": 96,
        "temperature": 0,
    }
    request = urllib.request.Request(
        f"{server.base_url}/chat/completions",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        usage: dict[str, int] = json.loads(answer.read())["usage"]
    return usage


def test_a_real_answer_is_charged_its_processor_time(server: LocalModel):
    estimator = Estimator()
    before = processor_seconds(server.pid)
    usage = usage_of_an_answer(server)
    seconds = processor_seconds(server.pid) - before
    counts = usage["prompt_tokens"], usage["completion_tokens"]
    call = Activity(SMOLLM, *counts, hardware=PROCESSOR, cpu_seconds=seconds)
    charged = estimator.account([call], None, router_cpu_seconds=0, equivalence="unverified")[0].energy_wh
    assert charged is not None and seconds > 0
    assert float(charged.low) == pytest.approx(seconds * 5 / 3600, rel=0.01)
    assert float(charged.high) == pytest.approx(seconds * 12 / 3600, rel=0.01)
    predicted = estimator.estimate(
        model=SMOLLM, input_tokens=counts[0], output_tokens=counts[1], hardware=PROCESSOR
    ).energy_wh
    assert predicted is not None
    assert float(predicted.low) < float(charged.high) and float(charged.low) < float(predicted.high)
