"""Which semantic cache is put together, and what keeps it from being so."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import msgspec
import pytest

from sobrio.assemble import open_rooms
from sobrio.encode import encoder_named, static_encoder
from sobrio.errors import InputError
from sobrio.recall import SameAnswer
from sobrio.recall.passages import Library, ingest
from sobrio.route import receive
from sobrio.terms.request import Caller

POLICY = """\
version: 1
defaults: {fallback: one, baseline: {model: gpt-5, since: 2026-11-01, reason: Used before.}}
upstreams: {here: {kind: openai, base_url: "http://127.0.0.1:9/v1"}}
models: [{name: one, model: llama-3.2-3b-instruct, upstream: here}]
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY + "caches: {semantic: {enabled: true}}\n")
    return path


def request(question: str):
    document = {"model": "sobrio/auto", "temperature": 0, "messages": [{"role": "user", "content": question}]}
    return receive(msgspec.json.encode(document), {}, Caller())


def loaded(rooms) -> None:
    """A request that could use it comes, and what it began to load is there."""
    rooms.similar()
    rooms.similar.settle()


def test_a_policy_that_turns_it_on_has_one(policy, tmp_path):
    with open_rooms(policy, data_dir=tmp_path, environ={}) as rooms:
        loaded(rooms)
        assert rooms.similar() is not None
        assert not any(trouble() for trouble in rooms.troubles)


def test_nothing_waits_for_the_judge_to_load(policy, tmp_path, monkeypatch):
    loadable = Event()

    def slow() -> SameAnswer:
        loadable.wait()
        return SameAnswer.static()

    monkeypatch.setattr(SameAnswer, "default", staticmethod(slow))
    with open_rooms(policy, data_dir=tmp_path, environ={}) as rooms:
        assert rooms.similar() is None
        loadable.set()
        loaded(rooms)
        assert rooms.similar() is not None


def test_a_policy_names_the_encoder_that_finds_like_questions_and_passages(policy, tmp_path):
    library = Library(tmp_path / Library.FILE)
    (tmp_path / "leave.md").write_text("# Leave\n\nEverybody has twenty-five days off a year.")
    ingest(library, tmp_path / "leave.md", scope="default", encoder=static_encoder())
    library.close()
    policy.write_text(POLICY + "caches: {semantic: {enabled: true}, encoder: use}\n")

    with open_rooms(policy, data_dir=tmp_path, environ={}) as rooms:
        loaded(rooms)
        question, _ = rooms.similar().question(request("How many days off are there?"), "1")
        assert len(question.vector) == encoder_named("use").encode(["any"]).shape[1]
        found = rooms.retriever.find("How many days off are there?", scope="default", limit=1)
        assert "twenty-five" in found[0].text


def test_an_encoder_that_is_not_installed_is_a_trouble_and_no_outage(policy, tmp_path):
    policy.write_text(POLICY + "caches: {semantic: {enabled: true}, encoder: 'onnx:no_such_package'}\n")
    with open_rooms(policy, data_dir=tmp_path, environ={}) as rooms:
        loaded(rooms)
        assert rooms.similar() is None
        assert any("no_such_package" in (trouble() or "") for trouble in rooms.troubles)


def test_a_policy_that_says_nothing_keeps_no_question(policy, tmp_path):
    policy.write_text(POLICY)
    with open_rooms(policy, data_dir=tmp_path, environ={}) as rooms:
        assert rooms.similar() is None
        assert rooms.cache is not None


def test_a_running_policy_may_turn_it_on_and_off(policy, tmp_path):
    policy.write_text(POLICY)
    with open_rooms(policy, data_dir=tmp_path, environ={}) as rooms:
        policy.write_text(POLICY + "caches: {semantic: {enabled: true}}\n")
        rooms.policy.look()
        loaded(rooms)
        assert rooms.similar() is not None
        policy.write_text(POLICY)
        rooms.policy.look()
        assert rooms.similar() is None


def test_a_running_policy_may_turn_the_exact_cache_on(policy, tmp_path):
    policy.write_text(POLICY + "caches: {exact: {enabled: false}}\n")
    with open_rooms(policy, data_dir=tmp_path, environ={}) as rooms:
        policy.write_text(POLICY)
        rooms.policy.look()
        assert rooms.policy().cache.exact
        assert rooms.cache is not None


def test_a_judge_made_for_another_encoder_is_a_trouble_and_no_outage(policy, tmp_path, monkeypatch):
    def mismatched() -> SameAnswer:
        raise InputError("same.npz is for another encoder")

    monkeypatch.setattr(SameAnswer, "default", staticmethod(mismatched))
    with open_rooms(policy, data_dir=tmp_path, environ={}) as rooms:
        loaded(rooms)
        assert rooms.similar() is None
        assert "no semantic cache: same.npz is for another encoder" in [each() for each in rooms.troubles]
        policy.write_text(POLICY)
        rooms.policy.look()
        assert not any(trouble() for trouble in rooms.troubles)
