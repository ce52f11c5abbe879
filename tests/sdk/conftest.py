"""Clients of all four kinds: sync and async, in process and over HTTP, before one loopback upstream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from sobrio import sdk
from sobrio.assemble import open_rooms
from sobrio.gateway import application, running
from sobrio.testing import LoopbackUpstream

POLICY = """
version: 1
name: test
defaults:
  baseline: {{model: gpt-5, since: 2026-01-01, reason: The model of these tests.}}
  fallback: small
upstreams:
  loopback: {{kind: openai, base_url: "{url}"}}
models:
  - {{model: gpt-5-nano, name: small, upstream: loopback, upstream_model: loopback}}
  - {{model: gpt-5-mini, name: busy, upstream: loopback, upstream_model: error-429}}
  - {{model: gpt-5-mini, name: reset, upstream: loopback, upstream_model: reset-mid-stream}}
  - {{model: gpt-5-mini, name: endless, upstream: loopback, upstream_model: endless}}
  - {{model: gpt-5-mini, name: hang, upstream: loopback, upstream_model: hang}}
rules:
  - {{name: as named, when: {{requested_model: [busy, reset, endless, hang]}}, use: {{fallbacks: []}}}}
  - {{name: the small one, use: {{candidates: [small]}}}}
callers:
  concrete_name: pin
"""


@pytest.fixture(scope="session")
def upstream() -> Iterator[LoopbackUpstream]:
    with LoopbackUpstream({"capital": "Paris, of course"}) as server:
        yield server


@pytest.fixture(scope="session")
def policy(tmp_path_factory: pytest.TempPathFactory, upstream: LoopbackUpstream) -> Path:
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    path.write_text(POLICY.format(url=upstream.base_url))
    return path


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory, policy: Path) -> Iterator[str]:
    with (
        open_rooms(policy, data_dir=tmp_path_factory.mktemp("gateway")) as rooms,
        running(application(rooms)) as base_url,
    ):
        yield base_url


class Here(sdk.Sobrio):
    _open_rooms = staticmethod(partial(open_rooms))


class AsyncHere(sdk.AsyncSobrio):
    _open_rooms = staticmethod(partial(open_rooms))


@pytest.fixture(params=["in process", "over HTTP"])
def client(request: pytest.FixtureRequest, tmp_path: Path, policy: Path) -> Iterator[sdk.Sobrio]:
    here = request.param == "in process"
    opened: AbstractContextManager[sdk.Sobrio] = (
        Here(policy, data_dir=tmp_path) if here else sdk.Sobrio(base_url=request.getfixturevalue("url"))
    )
    with opened as sobrio:
        yield sobrio


@pytest.fixture(params=["in process", "over HTTP"])
def async_client(request: pytest.FixtureRequest, tmp_path: Path, policy: Path) -> sdk.AsyncSobrio:
    if request.param == "in process":
        return AsyncHere(policy, data_dir=tmp_path)
    return sdk.AsyncSobrio(base_url=request.getfixturevalue("url"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def here() -> type[sdk.Sobrio]:
    return Here
