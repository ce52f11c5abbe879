"""A gateway on loopback, in front of upstreams that speak real wire formats, for real clients."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import anthropic
import openai
import pytest

from sobrio.assemble import open_rooms
from sobrio.gateway import application, running
from sobrio.route import Rooms
from sobrio.terms.receipt import Receipt
from sobrio.testing import LoopbackUpstream

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
"""litellm would fetch its price list otherwise, in a thread that stands in the way of its own import."""

_APART = {
    "test_langchain.py": find_spec("langchain_openai"),
    "test_llama_index.py": find_spec("llama_index"),
    "test_pydantic_ai.py": find_spec("pydantic_ai"),
    "test_litellm.py": find_spec("litellm"),
    "test_node.py": (Path(__file__).parent / "node" / "node_modules").is_dir(),
}
collect_ignore = [name for name, there in _APART.items() if not there]
"""These clients are many packages; `.ci/clients` installs them in a place of their own."""

POLICY = """
version: 1
name: clients
defaults:
  baseline: {model: gpt-5, since: 2026-01-01, reason: The model of these tests.}
  fallback: small
upstreams:
  loopback: {kind: openai, base_url_env: LOOPBACK_URL}
  responding: {kind: openai, base_url_env: LOOPBACK_URL, speaks: [responses]}
  anthropic: {kind: anthropic, base_url_env: LOOPBACK_URL, api_key_env: LOOPBACK_KEY}
models:
  - {model: gpt-5-nano, name: small, upstream: loopback, upstream_model: loopback}
  - {model: gpt-5-nano, name: thinking, upstream: loopback, upstream_model: reasoning}
  - {model: gpt-5-nano, name: cached, upstream: loopback, upstream_model: cached}
  - {model: gpt-5-nano, name: busy, upstream: loopback, upstream_model: error-429}
  - {model: gpt-5-nano, name: broken, upstream: loopback, upstream_model: error-500}
  - {model: gpt-5-nano, name: reset, upstream: loopback, upstream_model: reset-mid-stream}
  - {model: gpt-5-nano, name: endless, upstream: loopback, upstream_model: endless}
  - {model: gpt-5-nano, name: uncounted, upstream: loopback, upstream_model: no-usage}
  - {model: claude-haiku-4-5, name: claude-endless, upstream: anthropic, upstream_model: endless}
  - {model: claude-haiku-4-5, name: claude-uncounted, upstream: anthropic, upstream_model: no-usage}
  - {model: gpt-5-mini, name: responder, upstream: responding, upstream_model: loopback}
  - {model: claude-haiku-4-5, name: claude, upstream: anthropic, upstream_model: loopback}
  - {model: claude-haiku-4-5, name: claude-thinking, upstream: anthropic, upstream_model: reasoning}
  - {model: claude-haiku-4-5, name: claude-busy, upstream: anthropic, upstream_model: error-529}
  - {model: bge-m3, name: vectors, upstream: loopback, upstream_model: loopback}
  - {model: flux.1-schnell, name: pictures, upstream: loopback, upstream_model: loopback}
rules:
  - name: as named
    when:
      requested_model:
        [thinking, cached, busy, broken, reset, endless, uncounted, responder, claude, claude-thinking,
         claude-busy, claude-endless, claude-uncounted]
    use: {fallbacks: []}
  - name: the small one
    why: Everything else goes to the small model.
    use: {candidates: [small]}
aliases:
  embed: {why: A name of our own., candidates: [vectors]}
callers:
  concrete_name: pin
"""


@dataclass(frozen=True)
class House:
    """What a test may look at. `url` ends in /v1."""

    url: str
    rooms: Rooms
    upstream: LoopbackUpstream

    @property
    def root(self) -> str:
        return self.url.removesuffix("/v1")

    def booked(self, receipt_id: str) -> Receipt:
        receipt = self.rooms.ledger.find(receipt_id)
        assert receipt is not None
        return receipt

    def eventually(self, receipt_id: str) -> Receipt:
        """The upstream notices first that a client has left; the receipt follows a turn of the loop later."""
        with openai.OpenAI(base_url=self.url, api_key="none") as client:
            for _ in range(200):
                if (receipt := self.rooms.ledger.find(receipt_id)) is not None:
                    return receipt
                client.models.list()
        raise AssertionError("the abandoned stream was not booked")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("clients")
    (folder / "policy.yaml").write_text(POLICY)
    with LoopbackUpstream({"capital": "Paris, of course"}) as upstream:
        environ = {"LOOPBACK_URL": upstream.base_url, "LOOPBACK_KEY": "upstream-secret"}
        with (
            open_rooms(folder / "policy.yaml", data_dir=folder / "data", environ=environ) as rooms,
            running(application(rooms)) as url,
        ):
            yield House(url, rooms, upstream)


@pytest.fixture
def openai_client(house: House) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=house.url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
def anthropic_client(house: House) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=house.root, api_key="client-secret", max_retries=0) as client:
        yield client
