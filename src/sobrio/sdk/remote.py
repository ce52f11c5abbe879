"""The life of a request in a gateway, over HTTP."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from sobrio.call import Direct
from sobrio.call.sse import payloads
from sobrio.errors import UpstreamBroken, UpstreamError
from sobrio.sdk.failure import raised
from sobrio.sdk.fork import leave_alone
from sobrio.sdk.lane import Answer
from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing, Timeouts
from sobrio.terms.receipt import Receipt
from sobrio.terms.record import from_json

_PATIENCE = Timeouts(total_s=600.0)
"""As openai's client waits; the gateway has limits of its own."""
_LOOKUP_S = 10.0


class Remote:
    """`base_url` ends in `/v1`, as for openai's client."""

    def __init__(self, base_url: str, api_key: str | None) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._client = Direct()

    async def chat(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        answered = await self._post("/chat/completions", body, headers)
        receipt_id = answered.headers.get("x-sobrio-receipt", "")
        if "event-stream" in answered.headers.get("content-type", ""):
            return Answer(receipt_id, events=payloads(answered.chunks))
        return Answer(receipt_id, body=await _whole(answered))

    async def explain(self, body: bytes) -> dict[str, Any]:
        answered = await self._post("/explain", body, {})
        explained: dict[str, Any] = msgspec.json.decode(await _whole(answered))
        return explained

    async def receipt(self, receipt_id: str) -> Receipt | None:
        return await asyncio.to_thread(self._fetch, receipt_id)

    def at_hand(self, _receipt_id: str) -> Receipt | None:
        return None

    async def aclose(self) -> None:
        await self._client.aclose()

    def close(self) -> None:
        """There is nothing to flush here."""

    def put_away(self) -> None:
        """Connections belong to an event loop, which lets go of them itself."""

    def leave(self) -> None:
        leave_alone(self._client)
        self._client = Direct()

    async def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        backing = Backing("openai", "", self._base_url, self._api_key, headers)
        try:
            return await self._client.call(backing, Call(path, body, stream=False, timeouts=_PATIENCE))
        except UpstreamError as error:
            raise raised(error) from None

    def _fetch(self, receipt_id: str) -> Receipt | None:
        request = urllib.request.Request(f"{self._base_url}/receipts/{quote(receipt_id, safe='')}")
        if self._api_key:
            request.add_header("authorization", f"Bearer {self._api_key}")
        try:
            with urllib.request.urlopen(request, timeout=_LOOKUP_S) as response:
                return from_json(response.read())
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return None
                said = UpstreamError(f"HTTP {error.code}", status=error.code, body=error.read())
            raise raised(said) from None
        except (OSError, msgspec.DecodeError) as error:
            raise UpstreamBroken(f"the receipt cannot be fetched: {error}") from None


async def _whole(answered: Answered) -> bytes:
    return b"".join([chunk async for chunk in answered.chunks])
