"""What an upstream keeps is found there again, by the tenant it was made for; tokens are counted where one
model can be meant."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from sobrio.assemble import open_rooms
from sobrio.gateway import application, running
from sobrio.gateway.keys import keys_from
from sobrio.gateway.keystore import KeyStore
from sobrio.recall import SqliteStore
from sobrio.route import Rooms
from sobrio.terms.ports import AnswerStore
from sobrio.testing import LoopbackUpstream
from sobrio.testing.fakes import MemoryStore

POLICY = """
version: 1
defaults:
  baseline: {model: gpt-5, since: 2026-01-01, reason: The model of these tests.}
  fallback: plain
upstreams:
  keeping: {kind: openai, base_url_env: KEEPING_URL, speaks: [responses]}
  plain: {kind: openai, base_url_env: PLAIN_URL}
  claude: {kind: anthropic, base_url_env: PLAIN_URL, zone: USA}
models:
  - {model: gpt-5-nano, name: keeping, upstream: keeping, upstream_model: kept}
  - {model: gpt-5-mini, name: plain, upstream: plain, upstream_model: plain}
  - {model: claude-haiku-4-5, name: haiku, upstream: claude, upstream_model: upstream-haiku}
  - {model: claude-sonnet-4-5, name: sonnet, upstream: claude, upstream_model: upstream-sonnet}
aliases:
  small-claude: {why: One model under another name., candidates: [haiku]}
rules:
  - name: french
    why: This team's data stays in France.
    when: {team: french}
    use: {zones: [FRA]}
callers: {concrete_name: pin}
"""
SECRETS = {"SOBRIO_API_KEYS": "one:secret-of-one,two:secret-of-two,french:secret-of-french"}


class Place:
    def __init__(self, url: str, rooms: Rooms, keeping: LoopbackUpstream, plain: LoopbackUpstream) -> None:
        self.url, self.rooms, self.keeping, self.plain = url, rooms, keeping, plain

    def openai(self, team: str = "one") -> openai.OpenAI:
        return openai.OpenAI(base_url=self.url, api_key=f"secret-of-{team}", max_retries=0)

    def anthropic(self, team: str = "one") -> anthropic.Anthropic:
        url = self.url.removesuffix("/v1")
        return anthropic.Anthropic(base_url=url, api_key=f"secret-of-{team}", max_retries=2)


@pytest.fixture
def open_place(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    with ExitStack() as stack:

        def make(
            policy: str = POLICY, keys: KeyStore | None = None, cache: AnswerStore | None = None
        ) -> Place:
            keeping, plain = (stack.enter_context(LoopbackUpstream()) for _ in range(2))
            (tmp_path / "policy.yaml").write_text(policy)
            environ = {"KEEPING_URL": keeping.base_url, "PLAIN_URL": plain.base_url}
            rooms = stack.enter_context(
                open_rooms(tmp_path / "policy.yaml", data_dir=tmp_path / "data", environ=environ)
            )
            rooms = rooms if cache is None else replace(rooms, cache=cache)
            url = stack.enter_context(running(application(rooms, keys=keys_from(SECRETS, keys))))
            return Place(url, rooms, keeping, plain)

        yield make


@pytest.fixture
def place(open_place: Callable[[], Place]) -> Place:
    return open_place()


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_is_asked_for_again_where_it_was_made(place: Place, stream: bool) -> None:
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there", stream=stream)
        if stream:
            made = [*made][-1].response
        again = client.responses.retrieve(made.id)
        items = client.responses.input_items.list(made.id)

    assert (again.id, again.output_text) == (made.id, "hello there")
    assert [each.content for each in items.data] == ["hello there"]
    assert place.keeping.requests[-1].path == f"/v1/responses/{made.id}/input_items"
    assert not place.plain.requests


def test_a_response_is_streamed_again(place: Place) -> None:
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there")
        (event,) = client.responses.retrieve(made.id, stream=True, starting_after=0)

    assert event.response.output_text == "hello there"
    assert "starting_after=0" in place.keeping.requests[-1].path


def test_a_response_is_cancelled_while_it_streams(place: Place) -> None:
    with (
        place.openai() as client,
        client.responses.create(model="keeping", input="hi", stream=True) as events,
    ):
        begun = next(iter(events)).response
        assert client.responses.cancel(begun.id).status == "cancelled"


def test_a_deleted_response_is_gone_there_and_here(place: Place) -> None:
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there", temperature=0)
        client.responses.delete(made.id)
        with pytest.raises(openai.NotFoundError, match="there is no response"):
            client.responses.retrieve(made.id)
        again = client.responses.create(model="keeping", input="hello there", temperature=0)

    assert again.model_extra["sobrio"]["cache"] == "miss"


def test_to_another_tenant_it_does_not_exist(place: Place) -> None:
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there")
    before = len(place.keeping.requests)
    with place.openai("two") as other:
        for ask in (
            other.responses.retrieve,
            other.responses.delete,
            other.responses.cancel,
            other.responses.input_items.list,
        ):
            with pytest.raises(openai.NotFoundError) as refused:
                ask(made.id)
            assert refused.value.code == "response_not_found"

    assert len(place.keeping.requests) == before


def test_it_is_found_by_another_process_too(open_place: Callable[[], Place], tmp_path: Path) -> None:
    place = open_place()
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there")
    assert isinstance(place.rooms.cache, SqliteStore)
    place.rooms.cache.flush()
    environ = {"KEEPING_URL": place.keeping.base_url, "PLAIN_URL": place.plain.base_url}
    with (
        open_rooms(tmp_path / "policy.yaml", data_dir=tmp_path / "data", environ=environ) as rooms,
        running(application(rooms, keys=keys_from(SECRETS))) as url,
        openai.OpenAI(base_url=url, api_key="secret-of-one", max_retries=0) as client,
    ):
        assert client.responses.retrieve(made.id).id == made.id


@pytest.mark.parametrize(("model", "more"), [("plain", {}), ("haiku", {}), ("keeping", {"store": False})])
def test_what_no_upstream_keeps_is_not_there(place: Place, model: str, more: dict[str, Any]) -> None:
    with place.openai() as client:
        made = client.responses.create(model=model, input="hello there", **more)
        with pytest.raises(openai.NotFoundError, match="send the conversation itself"):
            client.responses.retrieve(made.id)


@pytest.mark.parametrize(
    "header", [{"cache-control": "no-store"}, {"x-sobrio-cache": "off"}, {"x-sobrio-cache": "no-store"}]
)
def test_who_wants_nothing_kept_may_go_on_all_the_same(place: Place, header: dict[str, str]) -> None:
    """Kept is whose it is and where, under a hash: not the answer."""
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there", extra_headers=header)
        assert continued(client, made.id, extra_headers=header)
        assert client.responses.retrieve(made.id).id == made.id
        assert isinstance(place.rooms.cache, SqliteStore)
        assert place.rooms.cache.stats().entries == 2
        again = client.responses.create(model="keeping", input="hello there")
    assert again.model_extra["sobrio"]["cache"] == "miss"


@pytest.mark.parametrize(
    ("models", "status"),
    [
        (["plain"], 404),
        (["small-claude"], 404),
        (["nobody"], 404),
        (["keeping"], 200),
        (["plain", "sobrio/auto"], 200),
        (["gpt-5-nano"], 200),
    ],
)
def test_a_key_for_some_models_finds_what_those_made(
    open_place: Callable[..., Place], tmp_path: Path, exchange: Callable[..., Any],
    models: list[str], status: int,
) -> None:  # fmt: skip
    keys = KeyStore(tmp_path / "keys.sqlite")
    _, text = keys.issue("limited", tenant="one", models=models)
    place = open_place(keys=keys)
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there")
    sent = {"authorization": f"Bearer {text}"}
    for method, part in (("GET", ""), ("GET", "/input_items"), ("POST", "/cancel"), ("DELETE", "")):
        answer = exchange(place.url, method, f"/v1/responses/{made.id}{part}", None, sent)
        assert answer.status == status
    if status == 404:
        assert answer.error["code"] == "response_not_found"
        assert len(place.keeping.requests) == 1


def test_a_larger_model_s_name_finds_what_it_led_to(
    open_place: Callable[..., Place], tmp_path: Path, exchange: Callable[..., Any]
) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite")
    small = "rules: [{name: small, why: It will do., use: {candidates: [keeping]}}]\n"
    place = open_place(POLICY.partition("rules:")[0] + small, keys=keys)
    found = {}
    for models in (["plain"], ["haiku"]):
        _, text = keys.issue(models[0], tenant="one", models=models)
        found[models[0]] = {"authorization": f"Bearer {text}"}
    body = b'{"model": "plain", "input": "hello there"}'
    made = exchange(place.url, "POST", "/v1/responses", body, found["plain"])
    assert (made.status, made.headers["x-sobrio-model"]) == (200, "gpt-5-nano")
    path = f"/v1/responses/{json.loads(made.body)['id']}"
    statuses = {name: exchange(place.url, "GET", path, None, sent).status for name, sent in found.items()}
    assert statuses == {"plain": 200, "haiku": 404}


def continued(client: openai.OpenAI, before: str, **more: Any) -> str:
    made = client.responses.create(model="keeping", input="and then?", previous_response_id=before, **more)
    return made.id


def test_a_conversation_is_continued_by_the_tenant_that_had_it(place: Place) -> None:
    with place.openai() as client, place.openai("two") as other:
        made = client.responses.create(model="keeping", input="hello there")
        assert continued(client, made.id)
        assert json.loads(place.keeping.requests[-1].body)["previous_response_id"] == made.id
        before = len(place.keeping.requests)
        for each, name in ((other, made.id), (client, "resp_of_somebody"), (client, "a b"), (client, 7)):
            with pytest.raises(openai.BadRequestError, match="send the conversation itself") as refused:
                continued(each, name)
            assert refused.value.code == "previous_response_not_found"
        with pytest.raises(openai.BadRequestError) as refused:
            client.responses.create(model="keeping", input="hello", conversation="conv_1")
        assert refused.value.code == "conversation_not_found"
    assert len(place.keeping.requests) == before


class Late(MemoryStore):
    """Shows nothing to the first look, as a store does that another process writes behind."""

    def __init__(self) -> None:
        super().__init__()
        self.looks: Counter[bytes] = Counter()
        self.hurried: list[tuple[bytes, float]] = []

    def get(self, key: bytes) -> bytes | None:
        self.looks[key] += 1
        return super().get(key) if self.looks[key] > 1 else None

    def settled(self, key: bytes, *, within_s: float) -> bool:
        self.hurried.append((key, within_s))
        return key in self.entries


def test_what_another_process_notes_only_just_now_is_looked_for_again(
    open_place: Callable[..., Place],
) -> None:
    store = Late()
    place = open_place(cache=store)
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there", temperature=0)
        assert continued(client, made.id)
        store.looks.clear()
        assert client.responses.retrieve(made.id).id == made.id


@pytest.mark.parametrize("stream", [False, True])
def test_a_note_waits_for_no_batch_and_nobody_for_the_note(
    open_place: Callable[..., Place], stream: bool
) -> None:
    store = Late()
    with open_place(cache=store).openai() as client:
        made = client.responses.create(model="keeping", input="hello there", stream=stream)
        assert [*made]
    noted = {key for key, _ in store.hurried}
    assert noted and noted <= store.entries.keys()
    assert {within_s for _, within_s in store.hurried} == {0.0}


def test_a_policy_may_let_anything_be_continued(open_place: Callable[..., Place]) -> None:
    place = open_place(POLICY.replace("concrete_name: pin", "concrete_name: pin, unknown_responses: pass"))
    with place.openai() as client:
        assert continued(client, "resp_of_somebody")


@pytest.mark.parametrize("name", ["..%2Fmodels", "a b", "a/../../files", "x" * 600, "%00"])
def test_an_id_that_is_none_leads_nowhere(place: Place, name: str, exchange: Callable[..., Any]) -> None:
    path = f"/v1/responses/{name.replace(' ', '%20')}"
    answer = exchange(place.url, "GET", path, None, {"authorization": "Bearer secret-of-one"})
    assert answer.status == 404
    assert not place.keeping.requests


def test_a_query_that_is_none_is_refused(place: Place, exchange: Callable[..., Any]) -> None:
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there")
    sent = {"authorization": "Bearer secret-of-one"}
    answer = exchange(place.url, "GET", f"/v1/responses/{made.id}?a=b'c", None, sent)
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")


def counted(place: Place, model: str, team: str = "one", **fields: Any) -> int:
    turns = [{"role": "user", "content": "four words are here"}]
    with place.anthropic(team) as client:
        return client.messages.count_tokens(model=model, messages=turns, **fields).input_tokens


@pytest.mark.parametrize("model", ["haiku", "claude-haiku-4-5", "small-claude"])
def test_tokens_are_counted_by_the_one_that_would_answer(place: Place, model: str) -> None:
    assert counted(place, model, system="Be kind.") > counted(place, model) > 0
    asked = place.plain.requests[0]
    assert asked.path == "/v1/messages/count_tokens"
    body = json.loads(asked.body)
    assert body["model"] == "upstream-haiku"
    assert "max_tokens" not in body and "sobrio" not in body
    assert asked.headers["anthropic-version"]


@pytest.mark.parametrize(
    ("model", "team", "says"),
    [
        ("sobrio/auto", "one", "could go to keeping, plain, haiku, sonnet"),
        ("plain", "one", "'plain' has no upstream that counts tokens"),
        ("haiku", "french", "may go nowhere"),
    ],
)
def test_where_nobody_can_count_it_says_so_and_is_asked_once(
    place: Place, model: str, team: str, says: str
) -> None:
    with pytest.raises(anthropic.APIStatusError) as refused:
        counted(place, model, team)
    assert refused.value.status_code == 501
    assert refused.value.body["type"] == "error"
    assert says in refused.value.body["error"]["message"]
    assert refused.value.response.headers["x-should-retry"] == "false"
    assert not place.plain.requests


def test_these_requests_count_against_limits_of_requests(open_place: Callable[..., Place]) -> None:
    limit = "limits: [{name: few, each: key, requests: 3, per: month}]\n"
    place = open_place(POLICY + limit)
    with place.openai() as client:
        made = client.responses.create(model="keeping", input="hello there")
        client.responses.retrieve(made.id)
        counted(place, "haiku")
        with pytest.raises(openai.RateLimitError):
            client.responses.retrieve(made.id)
