"""Schemathesis on the gateway's own OpenAPI document: `.venv/bin/python .ci/fuzz.py`, part of `.ci/run deep`.

The real server, with a key, in front of a loopback upstream. What a body may hold is for the upstream to
judge, so neither is asked whether every body the document allows is taken, nor whether every other is not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sobrio.gateway.openapi import document
from sobrio.testing import LoopbackUpstream

PACKAGE = "schemathesis==4.32.5"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,ignored_auth,unsupported_method"
)
KEY = "sk-of-the-fuzzer"
POLICY = """
version: 1
name: fuzz
defaults:
  baseline: {{model: gpt-5, since: 2026-01-01, reason: The model of this run.}}
  fallback: small
  quality_floor: 0.0
upstreams:
  loopback: {{kind: openai, base_url: "{url}"}}
  anthropic: {{kind: anthropic, base_url: "{url}"}}
models:
  - {{model: gpt-5-nano, name: small, upstream: loopback, upstream_model: loopback}}
  - {{model: claude-haiku-4-5, name: claude, upstream: anthropic, upstream_model: loopback}}
  - {{model: bge-m3, name: vectors, upstream: loopback, upstream_model: loopback}}
  - {{model: flux.1-schnell, name: pictures, upstream: loopback, upstream_model: loopback}}
"""


NAMES = ["sobrio/auto", "small", "claude", "vectors", "pictures"]
COUNTING = ["claude"]
"""Models whose upstream counts tokens: for all others the answer is 501, as it should be."""


def document_with_names(path: Path) -> Path:
    """The gateway's document, and in it the models that there are: most of the requests get past the door."""
    said = document()
    for at, operations in said["paths"].items():
        body = operations.get("post", {}).get("requestBody")
        if body is not None and "model" in (
            fields := body["content"]["application/json"]["schema"]["properties"]
        ):
            fields["model"] = {"enum": COUNTING if at.endswith("/count_tokens") else NAMES}
    path.write_text(json.dumps(said))
    return path


def installed(folder: Path) -> Path:
    """The command, in an environment of its own."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "-q", PACKAGE], check=True)
    return folder / "bin" / "schemathesis"


@contextmanager
def served(folder: Path, upstream: LoopbackUpstream) -> Iterator[str]:
    (folder / "policy.yaml").write_text(POLICY.format(url=upstream.base_url))
    places = ("--policy", str(folder / "policy.yaml"), "--data-dir", str(folder / "data"))
    command = [sys.executable, "-m", "sobrio", "serve", *places, "--port", "0", "--json", "--no-access-log"]
    environ = os.environ | {"SOBRIO_API_KEY": KEY}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["ready"].removesuffix("/v1")
        finally:
            process.terminate()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, LoopbackUpstream() as upstream:
        command = installed(Path(folder) / "venv")
        said = document_with_names(Path(folder) / "openapi.json")
        with served(Path(folder), upstream) as url:
            place = ("--url", url, "-H", f"Authorization: Bearer {KEY}")
            how = (
                "--checks",
                CHECKS,
                "--max-examples",
                "25",
                "--seed",
                "1",
                "--suppress-health-check",
                "all",
            )
            return subprocess.run([command, "run", said, *place, *how], cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
