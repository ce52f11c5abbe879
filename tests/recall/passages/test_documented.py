"""The documented retriever of one's own does what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sobrio.testing import LoopbackUpstream

PAGE = Path(__file__).parents[3] / "docs" / "passages.md"
POLICY = """\
version: 1
defaults:
  baseline: {{model: llama-3.1-8b-instruct, since: 2026-11-01, reason: Used before.}}
  fallback: one
  passages: {{enabled: true, always: true}}
upstreams: {{here: {{kind: openai, base_url: "{url}"}}}}
models: [{{name: one, model: llama-3.1-8b-instruct, upstream: here}}]
"""


def test_the_page_s_own_retriever_runs_and_is_cited(tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOBRIO_HOME", str(tmp_path / "home"))
    with LoopbackUpstream() as upstream:
        (tmp_path / "policy.yaml").write_text(POLICY.format(url=upstream.base_url))
        exec(compile(code, str(PAGE), "exec"), {"__name__": "documented"})
        (sent,) = upstream.requests
    assert capsys.readouterr().out.startswith("Leave https://wiki.example/Leave ")
    assert "thirty days of leave" in json.loads(sent.body)["messages"][0]["content"]
