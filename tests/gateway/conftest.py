"""The real application on a real server, with real rooms and a loopback upstream behind it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import openai
import pytest

from sobrio.assemble import open_rooms
from sobrio.gateway import Keys, Limits, application, running
from sobrio.route import Rooms
from sobrio.testing import LoopbackUpstream

# litellm and the newest official client exclude each other; an environment without litellm leaves it out.
collect_ignore = [] if find_spec("litellm") else ["test_providers.py"]

POLICY = """
version: 1
name: test
defaults:
  baseline: {model: gpt-5, since: 2026-01-01, reason: The model of these tests.}
  fallback: small
upstreams:
  loopback: {kind: openai, base_url_env: LOOPBACK_URL}
  elsewhere: {kind: openai, base_url: "https://models.example/v1", api_key_env: ABSENT_KEY}
models:
  - {model: gpt-5-nano, name: small, upstream: loopback, upstream_model: loopback}
  - {model: gpt-5-mini, name: hang, upstream: loopback, upstream_model: hang}
  - {model: gpt-5-mini, name: mute, upstream: loopback, upstream_model: mute}
  - {model: gpt-5-mini, name: endless, upstream: loopback, upstream_model: endless}
  - {model: gpt-5-mini, name: reset, upstream: loopback, upstream_model: reset-mid-stream}
  - {model: gpt-5-mini, name: slow, upstream: loopback, upstream_model: slow-first-token}
  - {model: gpt-5-mini, name: busy, upstream: loopback, upstream_model: error-429}
  - {model: gpt-5-mini, name: refusing, upstream: loopback, upstream_model: error-400}
  - {model: gpt-5-mini, name: broken, upstream: loopback, upstream_model: error-500}
  - {model: gpt-5, name: absent, upstream: elsewhere}
aliases:
  tests: {why: A name of our own., candidates: [small]}
rules:
  - name: as named
    when: {requested_model: [hang, mute, endless, reset, slow, busy, refusing, broken]}
    use: {fallbacks: []}
  - name: the small one
    why: Everything else goes to the small model.
    use: {candidates: [small]}
callers:
  concrete_name: pin
"""


@dataclass(frozen=True)
class House:
    """What a test may look at."""

    url: str
    rooms: Rooms
    upstream: LoopbackUpstream

    def client(self, **options: object) -> openai.OpenAI:
        return openai.OpenAI(**{"base_url": self.url, "api_key": "none", "max_retries": 0} | options)

    def raw(self, method: str, path: str, *sent: object) -> Response:
        return ask(self.url, method, path, *sent)


@contextmanager
def house(folder: Path, upstream: LoopbackUpstream, **options: Keys | Limits) -> Iterator[House]:
    policy = folder / "policy.yaml"
    policy.write_text(POLICY)
    environ = {"LOOPBACK_URL": upstream.base_url}
    with (
        open_rooms(policy, data_dir=folder / "data", environ=environ) as rooms,
        running(application(rooms, **options), limits=options.get("limits")) as url,
    ):
        yield House(url, rooms, upstream)


@pytest.fixture(scope="session")
def upstream() -> Iterator[LoopbackUpstream]:
    with LoopbackUpstream({"capital": "Paris, of course"}) as server:
        yield server


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory, upstream: LoopbackUpstream) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("gateway"), upstream) as open_house:
        yield open_house


@pytest.fixture
def client(gateway: House) -> Iterator[openai.OpenAI]:
    with gateway.client() as openai_client:
        yield openai_client


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, object]:
        error: dict[str, object] = json.loads(self.body)["error"]
        return error


def ask(
    url: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Response:
    """One raw exchange with the gateway at `url` (which ends in /v1)."""
    place = urlsplit(url)
    assert place.hostname is not None
    with closing(http.client.HTTPConnection(place.hostname, place.port, timeout=60)) as connection:
        sent = {"content-type": "application/json"} if body is not None else {}
        connection.request(method, path, body, sent | (headers or {}))
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, named, response.read())


Ask = Callable[..., Response]


@pytest.fixture
def request_raw(gateway: House) -> Ask:
    return partial(ask, gateway.url)


@pytest.fixture
def post(gateway: House) -> Ask:
    return partial(ask, gateway.url, "POST")


@pytest.fixture
def opened(tmp_path: Path, upstream: LoopbackUpstream) -> Callable[..., AbstractContextManager[House]]:
    """Another gateway, for tests with keys or limits of their own."""
    return partial(house, tmp_path, upstream)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def exchange() -> Ask:
    return ask
