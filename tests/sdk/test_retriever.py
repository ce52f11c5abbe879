"""A retriever of the user's own, through the client."""

from __future__ import annotations

from pathlib import Path

from sobrio import Sobrio
from sobrio.terms.passage import Passage
from sobrio.testing import LoopbackUpstream

POLICY = """
version: 1
name: own
defaults:
  baseline: {{model: gpt-5, since: 2026-11-01, reason: Used before.}}
  quality_floor: 0.0
  fallback: small
  passages: {{enabled: true, always: true}}
upstreams:
  loopback: {{kind: openai, base_url: "{url}"}}
models:
  - {{name: small, model: llama-3.2-3b-instruct, upstream: loopback, upstream_model: loopback}}
"""


class Wiki:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def find(self, question: str, *, scope: str, limit: int) -> list[Passage]:
        self.asked.append(scope)
        text = "Annual leave is thirty-two days for everyone at the lighthouse."
        return [Passage(id="42", text=text, title="Leave", source="https://wiki.example/leave", scope=scope)]


def test_its_passages_are_sent_and_cited(tmp_path: Path) -> None:
    wiki = Wiki()
    with LoopbackUpstream() as upstream:
        policy = tmp_path / "policy.yaml"
        policy.write_text(POLICY.format(url=upstream.base_url))
        with Sobrio(policy, data_dir=tmp_path / "data", retriever=wiki) as client:
            turns = [{"role": "user", "content": "How many days of annual leave at the lighthouse?"}]
            answer = client.chat.completions.create(messages=turns)
        sent = upstream.requests[-1].body
    assert wiki.asked
    assert b"thirty-two days" in sent
    assert [each.title for each in answer.sobrio.passages] == ["Leave"]
