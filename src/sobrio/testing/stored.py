"""Responses that the loopback upstream keeps, as OpenAI does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from sobrio.testing.exchange import Exchange
from sobrio.testing.speech import RESPONSES

_KEPT_AT: Final = re.compile(r"/responses/(?P<id>[^/]+)(?P<part>/cancel|/input_items)?")


class Stored:
    """By id, until they are deleted."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}

    def keep(self, exchange: Exchange) -> None:
        if exchange.speech is RESPONSES and exchange.body.get("store") is not False:
            answer = exchange.answer()
            self._kept[answer["id"]] = (exchange.body, answer)

    async def answer(self, exchange: Exchange, method: str, rest: str) -> bool:
        """Whether the request was one for a response that is kept, or might have been."""
        asked = _KEPT_AT.fullmatch(rest)
        if asked is None:
            return False
        found = self._kept.get(asked["id"])
        if found is None:
            await exchange.send_error(404)
        elif method == "DELETE":
            del self._kept[asked["id"]]
            await exchange.send_json(200, {"id": asked["id"], "object": "response", "deleted": True})
        elif asked["part"] == "/input_items":
            await exchange.send_json(200, {"object": "list", "data": _items(found[0]), "has_more": False})
        elif asked["part"] == "/cancel":
            await exchange.send_json(200, {**found[1], "status": "cancelled"})
        elif exchange.streamed:
            await exchange.send_events([_event(found[1])], RESPONSES.streams_as)
        else:
            await exchange.send_json(200, found[1])
        return True


def _items(body: Mapping[str, Any]) -> list[Any]:
    given = body["input"]
    return [{"type": "message", "role": "user", "content": given}] if isinstance(given, str) else given


def _event(response: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode({"type": "response.completed", "sequence_number": 0, "response": response})
