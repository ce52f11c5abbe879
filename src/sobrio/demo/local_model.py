"""A real local model behind real OpenAI-compatible HTTP, in a process of its own.

A process of its own, so that its processor seconds can be read apart from the router's. It ends when
its standard input does: the system closes that pipe when this process ends, however it ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Timer

from sobrio.errors import SobrioError

CONTEXT_TOKENS = 4096
THREADS = 1
"""A second thread makes a model this small 1.7 times as fast on idle cores and more than ten times as
slow on busy ones, where the two wait for each other; and it costs more processor seconds either way."""
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


class LocalModelError(SobrioError):
    """The local model's server did not start."""

    status = 503
    code = "local_model_error"


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A running server: where it listens (up to and with `/v1`), and which process it is."""

    base_url: str
    pid: int
    threads: int


def must_be_installed() -> None:
    """Raises `LocalModelError` when there is nothing to run a local model with."""
    if find_spec("xllamacpp") is None:
        raise LocalModelError(
            "xllamacpp is missing; run `pip install 'sobrio[demo]'`, or use your own server with --base-url"
        )


@contextmanager
def local_model(weights: Path, log: Path, threads: int = THREADS) -> Iterator[LocalModel]:
    """Serves `weights` on a free loopback port until the block ends; its output goes to `log`.

    Raises `LocalModelError` when it is not ready within a minute.
    """
    command = [sys.executable, "-m", "sobrio.demo.local_model", str(weights), str(threads)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=out,
            start_new_session=True,  # Ctrl-C in the terminal is for us; we then end it
        )
    try:
        yield LocalModel(_ready(process, log), process.pid, threads)
    finally:
        _end(process)


def _ready(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address the server prints once its weights are loaded; ended early or late, it prints none."""
    assert process.stdout is not None
    deadline = Timer(START_TIMEOUT_S, process.kill)
    deadline.start()
    try:
        line = process.stdout.readline()
    finally:
        deadline.cancel()
    if not line:
        raise LocalModelError(f"the local model did not start: {_last_line(log)} (all of it in {log})")
    base_url = f"{line.decode().strip()}/v1"
    _ask(f"{base_url}/models", log)
    return base_url


def _ask(url: str, log: Path) -> None:
    try:
        with urllib.request.urlopen(url, timeout=START_TIMEOUT_S) as answer:
            answer.read()
    except (urllib.error.URLError, OSError) as error:
        raise LocalModelError(f"the local model does not answer at {url}: {error}; see {log}") from None


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it gave no reason")


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _serve(weights: str, threads: int) -> None:
    """The child's side: print the address when ready, then live as long as standard input does."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = weights
    settings.n_ctx = CONTEXT_TOKENS
    settings.n_parallel = 1
    settings.cpuparams.n_threads = threads
    settings.cpuparams.poll = 0  # waiting threads sleep: only work is charged
    settings.port = 0
    server = xllamacpp.Server(settings)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
