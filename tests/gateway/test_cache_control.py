"""`Cache-Control` reaches the caches over HTTP, in one line or in several."""

from __future__ import annotations

from typing import Any

import httpx

CHAT = "/chat/completions"
HELLO = {"model": "sobrio/auto", "messages": [{"role": "user", "content": "Whose cache is controlled?"}]}


def asked(gateway: Any, *wishes: str) -> httpx.Response:
    headers = [("cache-control", wish) for wish in wishes]
    return httpx.post(gateway.url + CHAT, json=HELLO, headers=headers)


def test_the_header_is_heeded_over_http(gateway) -> None:
    refused = asked(gateway, "only-if-cached")
    assert (refused.status_code, refused.json()["error"]["code"]) == (504, "not_cached")
    wishes = [("no-store",), (), ("max-age=600", "no-store"), ("only-if-cached",)]
    found = [asked(gateway, *each).headers["x-sobrio-cache"] for each in wishes]
    assert found == ["miss", "miss", "miss", "exact"]
