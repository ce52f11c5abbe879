"""What a key may do, over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sobrio.errors import UpstreamError
from sobrio.gateway import keys_from
from sobrio.gateway.keystore import KeyStore

DOWN = UpstreamError("503", status=503, retry_after_s=60)
BROKEN = UpstreamError("500", status=500)
BODY = json.dumps({"model": "small", "messages": [{"role": "user", "content": "hello"}]}).encode()


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys.sqlite")


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_an_issued_key_opens_books_on_its_team_and_stops_when_revoked(opened, store) -> None:
    key, text = store.issue("ci", team="research")
    with opened(keys=keys_from({}, store)) as house:
        answer = house.raw("POST", "/v1/chat/completions", BODY, bearer(text))
        receipt = house.rooms.ledger.find(answer.headers["x-sobrio-receipt"])
        assert (receipt.caller.team, receipt.caller.key_id) == ("research", key.id)
        assert house.raw("POST", "/v1/chat/completions", BODY).status == 401
        store.revoke(key.id)
        refused = house.raw("POST", "/v1/chat/completions", BODY, bearer(text))
        assert (refused.status, refused.error["code"]) == (401, "invalid_api_key")


def test_the_first_key_that_is_issued_to_a_running_gateway_closes_the_door(opened, store) -> None:
    with opened(keys=keys_from({}, store)) as house:
        assert house.raw("POST", "/v1/chat/completions", BODY).status == 200
        _, text = store.issue("first", rights=["call", "read", "admin"])
        for method, path in (("POST", "/v1/chat/completions"), ("GET", "/v1/impact"), ("GET", "/metrics")):
            body = BODY if method == "POST" else None
            assert house.raw(method, path, body).status == 401
            assert house.raw(method, path, body, bearer(text)).status == 200


def test_a_key_that_may_only_call_reads_no_receipts(opened, store) -> None:
    _, text = store.issue("app", rights=["call"])
    with opened(keys=keys_from({}, store)) as house:
        answer = house.raw("POST", "/v1/chat/completions", BODY, bearer(text))
        receipt = answer.headers["x-sobrio-receipt"]
        refused = house.raw("GET", f"/v1/receipts/{receipt}", None, bearer(text))
        assert (refused.status, refused.error["code"]) == (403, "right_missing")


def test_a_key_for_some_models_gets_no_others(opened, store) -> None:
    _, text = store.issue("app", models=["tests"])
    with opened(keys=keys_from({}, store)) as house:
        refused = house.raw("POST", "/v1/chat/completions", BODY, bearer(text))
        assert (refused.status, refused.error["code"]) == (403, "model_not_allowed")
        allowed = BODY.replace(b'"small"', b'"tests"')
        assert house.raw("POST", "/v1/chat/completions", allowed, bearer(text)).status == 200


def test_a_key_for_some_models_is_shown_no_others(opened, store) -> None:
    _, text = store.issue("app", models=["tests", "long gone"])
    with opened(keys=keys_from({"SOBRIO_API_KEY": "owner"}, store)) as house:
        listed = json.loads(house.raw("GET", "/v1/models", None, bearer(text)).body)["data"]
        assert [each["id"] for each in listed] == ["tests"]
        assert house.raw("GET", "/v1/models/tests", None, bearer(text)).status == 200
        hidden = house.raw("GET", "/v1/models/small", None, bearer(text))
        assert (hidden.status, hidden.error["code"]) == (403, "model_not_allowed")
        everything = json.loads(house.raw("GET", "/v1/models", None, bearer("owner")).body)["data"]
        assert {"sobrio/auto", "tests", "small"} <= {each["id"] for each in everything}


def test_a_key_for_some_models_is_told_no_decision_on_others(opened, store) -> None:
    _, text = store.issue("app", models=["tests"])
    with opened(keys=keys_from({}, store)) as house:
        refused = house.raw("POST", "/v1/explain", BODY, bearer(text))
        assert (refused.status, refused.error["code"]) == (403, "model_not_allowed")
        allowed = BODY.replace(b'"small"', b'"tests"')
        explained = house.raw("POST", "/v1/explain", allowed, bearer(text))
        assert json.loads(explained.body)["decision"]["deployment"] == "small"


def test_metrics_are_for_administrators(opened, store) -> None:
    _, user = store.issue("app")
    _, admin = store.issue("scraper", rights=["admin"])
    with opened(keys=keys_from({"SOBRIO_API_KEY": "owner"}, store)) as house:
        house.raw("POST", "/v1/chat/completions", BODY, bearer(user))
        assert house.raw("GET", "/metrics").status == 401
        assert house.raw("GET", "/metrics", None, bearer(user)).status == 403
        for key in (admin, "owner"):
            text = house.raw("GET", "/metrics", None, bearer(key))
            assert text.status == 200
            assert b'sobrio_requests_total{model="gpt-5-nano"' in text.body
            assert user.encode() not in text.body


def test_readiness_says_that_nothing_can_be_called(opened, tmp_path) -> None:
    with opened() as house:
        policy = tmp_path / "policy.yaml"
        policy.write_text(policy.read_text().replace("LOOPBACK_URL", "NOBODY_SET_THIS"))
        house.rooms.policy.look()
        ready = house.raw("GET", "/readyz")
        state = json.loads(ready.body)
        assert (ready.status, state["status"], state["deployments"]["callable"]) == (200, "degraded", 0)
        assert "no deployment can be called" in state["troubles"][0]


def test_readiness_says_what_is_wrong_without_being_down(opened, tmp_path) -> None:
    with opened() as house:
        assert json.loads(house.raw("GET", "/readyz").body)["troubles"] == []
        policy = tmp_path / "policy.yaml"
        policy.write_text(policy.read_text().replace("fallback: small", "fallback: nobody"))
        house.rooms.policy.look()
        ready = house.raw("GET", "/readyz")
        state = json.loads(ready.body)
        assert (ready.status, state["status"]) == (200, "degraded")
        assert "nobody" in state["troubles"][0]
        assert house.raw("POST", "/v1/chat/completions", BODY).status == 200


def test_readiness_says_which_places_rest_and_where_nothing_else_can_answer(opened) -> None:
    with opened() as house:

        def look() -> dict[str, object]:
            return json.loads(house.raw("GET", "/readyz").body)

        for _ in range(5):
            house.rooms.breakers.failed("busy", DOWN)
        assert look()["status"] == "degraded"
        assert look()["deployments"]["resting"] == 1
        (trouble,) = look()["troubles"]
        assert trouble.startswith("left alone after failures: busy (") and ";" not in trouble
        for _ in range(5):
            house.rooms.breakers.failed("small", DOWN)
        (trouble,) = look()["troubles"]
        assert trouble.endswith("; nothing else can answer under the small one")
        for name in house.rooms.policy().deployments:
            for _ in range(5):
                house.rooms.breakers.failed(name, DOWN)
        (trouble,) = look()["troubles"]
        assert trouble.endswith("; nothing else can be called from here")
        for name in house.rooms.policy().deployments:
            house.rooms.breakers.succeeded(name)
        assert (look()["status"], look()["troubles"]) == ("ready", [])


def test_a_place_that_rests_for_one_key_alone_is_noted_and_no_trouble(opened) -> None:
    with opened() as house:

        def look() -> dict[str, object]:
            return json.loads(house.raw("GET", "/readyz").body)

        for _ in range(5):
            house.rooms.breakers.failed("busy", BROKEN, "the one")
        state = look()
        assert (state["status"], state["troubles"], state["deployments"]["resting"]) == ("ready", [], 0)
        (note,) = state["notes"]
        assert note.startswith("left alone for one key only: busy (")
        house.rooms.breakers.failed("busy", BROKEN, "another")
        state = look()
        assert (state["status"], state["notes"], state["deployments"]["resting"]) == ("degraded", [], 1)


def test_a_changed_policy_takes_over_while_a_stream_goes_on(opened, tmp_path) -> None:
    with opened() as house, house.client() as client:
        turns = [{"role": "user", "content": "hello"}]
        stream = client.chat.completions.create(model="endless", messages=turns, stream=True)
        events = iter(stream)
        next(events)
        before = house.rooms.policy().version
        policy = tmp_path / "policy.yaml"
        policy.write_text(policy.read_text() + "\n# changed\n")
        assert house.rooms.policy.look()
        after = house.raw("POST", "/v1/chat/completions", BODY).headers["x-sobrio-policy"]
        assert after == house.rooms.policy().version != before
        assert next(events).choices
        stream.close()
