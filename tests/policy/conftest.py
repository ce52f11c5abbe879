"""A catalogue of five models and a way to write policies beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from sobrio.catalog import Catalog, Entry
from sobrio.policy import Policy, load_policy
from sobrio.terms.model import Model

ALL = frozenset({"tools", "vision", "json"})

MODELS = (
    Model("tiny", active_params_b=1.0, context_tokens=4_000),
    Model("small", active_params_b=8.0, context_tokens=32_000, abilities=frozenset({"json"})),
    Model("middle", active_params_b=30.0, context_tokens=128_000, abilities=ALL),
    Model("large", active_params_b=(100.0, 300.0), context_tokens=200_000, abilities=ALL),
    Model("embedder", kind="embedding"),
)

BASE = """\
version: 1
defaults:
  baseline: {model: large, since: 2026-01-01, reason: It answered everything last year.}
  fallback: middle
upstreams:
  here: {kind: openai, base_url: "http://127.0.0.1:9/v1", zone: FRA}
  there: {kind: openai, base_url: "https://example.org/v1", api_key_env: THERE_KEY, zone: USA}
models:
  - {model: tiny, upstream: here}
  - {model: small, upstream: here}
  - {model: middle, upstream: here}
  - {model: large, upstream: there}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    today = date(2026, 11, 1)
    return Catalog([Entry(each, (f"{each.name}-2026",), {}, "none", today) for each in MODELS])


@pytest.fixture
def policy_of(tmp_path: Path, catalog: Catalog) -> Callable[..., Policy]:
    def load(more: str = "", environ: Mapping[str, str] | None = None, *, defaults: str = "") -> Policy:
        path = tmp_path / "policy.yaml"
        path.write_text(BASE.replace("upstreams:", f"{defaults}upstreams:") + more)
        return load_policy(path, catalog, {"THERE_KEY": "k"} if environ is None else environ)

    return load
