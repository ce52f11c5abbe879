"""The page for people: behind a key, of one's own tenant, and with nothing in it that runs."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from sobrio.gateway import keys_from

KEYS = {"SOBRIO_API_KEY": "owner", "SOBRIO_API_KEYS": "red:rose,blue:sky"}
BODY = json.dumps({"model": "small", "messages": [{"role": "user", "content": "hello"}]}).encode()


def password(key: str, name: str = "me") -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"{name}:{key}".encode()).decode()}


def test_a_page_shows_what_was_asked(gateway) -> None:
    assert gateway.raw("POST", "/v1/chat/completions", BODY).status == 200
    page = gateway.raw("GET", "/dashboard")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"gpt-5-nano" in page.body
    assert b'lang="fr"' in gateway.raw("GET", "/dashboard?lang=fr").body


def test_nothing_in_it_runs_is_fetched_framed_or_kept(gateway) -> None:
    page = gateway.raw("GET", "/dashboard")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    assert not [sign for sign in (b"<script", b"<img", b"<link", b"javascript:") if sign in page.body]


def test_names_of_callers_are_text_in_it(gateway) -> None:
    named = json.loads(BODY) | {"sobrio": {"team": "<img src=x>"}}
    assert gateway.raw("POST", "/v1/chat/completions", json.dumps(named).encode()).status == 200
    page = gateway.raw("GET", "/dashboard").body
    assert b"&lt;img src=x&gt;" in page and b"<img src=x>" not in page


def test_a_browser_asks_for_the_key_as_a_password(opened) -> None:
    with opened(keys=keys_from(KEYS)) as house:
        asked = house.raw("GET", "/dashboard")
        assert (asked.status, asked.headers["www-authenticate"][:5]) == (401, "Basic")
        for headers in (password("rose"), {"authorization": "Bearer rose"}, {"x-api-key": "rose"}):
            assert house.raw("GET", "/dashboard", None, headers).status == 200
        for wrong in (password("thorn"), {"authorization": "Basic rose"}, {"authorization": "Basic ????"}):
            assert house.raw("GET", "/dashboard", None, wrong).status == 401


def test_a_password_opens_nothing_else(opened) -> None:
    """A browser sends it along with whatever another page makes it ask."""
    with opened(keys=keys_from(KEYS)) as house:
        answer = house.raw("POST", "/v1/chat/completions", BODY, password("rose"))
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_tenant_sees_its_own_and_the_owner_everyone_s(opened) -> None:
    with opened(keys=keys_from(KEYS)) as house:
        for key in ("rose", "sky"):
            assert house.raw("POST", "/v1/chat/completions", BODY, {"x-api-key": key}).status == 200
        own = house.raw("GET", "/dashboard", None, password("rose")).body
        every = house.raw("GET", "/dashboard", None, password("owner")).body
    assert (b">red<" in own, b">blue<" in own) == (True, False)
    assert b">red<" in every and b">blue<" in every


@pytest.mark.parametrize(
    ("query", "says"),
    [("lang=xx", "no page in 'xx'"), ("by=team", "unknown parameter 'by'"), ("from=x", "not a day")],
)
def test_a_wrong_question_is_a_bad_request(gateway, query: str, says: str) -> None:
    answer = gateway.raw("GET", f"/dashboard?{query}")
    assert answer.status == 400
    assert says in answer.error["message"]
