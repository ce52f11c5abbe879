"""`AsyncSobrio`: chat completions with their receipts, in process or against a gateway."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Literal, Self, Unpack, overload

import msgspec

from sobrio.errors import InputError, UpstreamBroken, UpstreamTimeout
from sobrio.sdk.completion import ChatCompletion, Look
from sobrio.sdk.fork import heed_forks
from sobrio.sdk.lane import Answer, Lane
from sobrio.sdk.params import AUTO, ChatParams, Options, Prompt, Turn, chat_body, request_of
from sobrio.sdk.place import OpenRooms, Place, open_lane
from sobrio.sdk.stream import AsyncStream
from sobrio.sdk.tags import tagging, tags_of
from sobrio.sdk.use import Use
from sobrio.terms.ports import Retriever
from sobrio.terms.receipt import Receipt
from sobrio.terms.request import Caller


class AsyncCompletions:
    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    @overload
    async def create(
        self,
        *,
        messages: Sequence[Turn],
        model: str = AUTO,
        stream: Literal[False] = False,
        **params: Unpack[ChatParams],
    ) -> ChatCompletion: ...

    @overload
    async def create(
        self,
        *,
        messages: Sequence[Turn],
        model: str = AUTO,
        stream: Literal[True],
        **params: Unpack[ChatParams],
    ) -> AsyncStream: ...

    async def create(
        self, *, messages: Sequence[Turn], model: str = AUTO, stream: bool = False, **params: Any
    ) -> ChatCompletion | AsyncStream:
        """Like openai's, with the receipt in `.sobrio`. Raises children of `SobrioError`."""
        extra = params.pop("extra_body", None) or {}
        headers = params.pop("extra_headers", None) or {}
        limit = params.pop("timeout", None)
        fields = {"model": model, "messages": messages, **params, **extra}
        if stream:
            fields["stream"] = True
        return await self._client._complete(fields, headers, limit)


class AsyncChat:
    def __init__(self, client: AsyncClient) -> None:
        self.completions = AsyncCompletions(client)


class AsyncClient:
    """Everything a client does, whichever lane leads to the rooms."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._closed = weakref.finalize(self, lane.close)
        self._use = Use()
        self.chat = AsyncChat(self)

    async def explain(self, request: Prompt | Mapping[str, Any]) -> dict[str, Any]:
        """What would be decided for a prompt, a list of turns or a whole request. Nothing is called."""
        return await self._reached().explain(chat_body(request_of(request), tags_of(self)))

    async def receipt(self, receipt_id: str) -> Receipt | None:
        """The whole receipt of an earlier answer; `None` when there is none of that id."""
        return await self._reached().receipt(receipt_id)

    def tagged(self, **options: Unpack[Options]) -> AbstractContextManager[None]:
        """`with client.tagged(team="hr"):` sets options for every call inside."""
        return tagging(self, options)

    async def close(self) -> None:
        """Ends what is still streamed, and flushes receipts."""
        await self._use.end_streams()
        await self._lane.aclose()
        self._closed()

    async def rest(self) -> bool:
        """Lets go of everything, to be opened again by the next call; not where something is under way."""
        if self._use.unless_any(lambda: None):
            await self._lane.aclose()
        return self.put_away()

    def put_away(self) -> bool:
        """The same without an event loop, whose connections stay its own."""
        return self._use.unless_any(self._lane.put_away)

    def leave(self) -> None:
        """In a child: what is under way is so in the parent."""
        self._use = Use()
        self._lane.leave()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _complete(
        self, fields: Mapping[str, Any], headers: Mapping[str, str], limit_s: float | None
    ) -> ChatCompletion | AsyncStream:
        lane = self._reached()
        body = chat_body(fields, tags_of(self))
        named = {name.lower(): value for name, value in headers.items()}
        with self._use.asking():
            answer = await _within(limit_s, lane.chat(body, named))
            if answer.events is not None:
                self._use.reading(answer.events)
        look = partial(lane.at_hand, answer.receipt_id)
        return AsyncStream(answer, look) if answer.events is not None else _completion(answer, look)

    def _reached(self) -> Lane:
        """Raises `InputError` once closed."""
        if not self._closed.alive:
            raise InputError("this client is closed; open another", code="client_closed")
        return self._lane


class AsyncSobrio(AsyncClient):
    """The rooms in this process, or a gateway's with `base_url` (which ends in `/v1`).

    `policy` and `data_dir` are those of `sobrio serve`; `api_key` is the gateway's and defaults to
    `$SOBRIO_API_KEY`; `retriever` finds passages in the place of those taken in. Close it (`async with`,
    or `await close()`), so that receipts are flushed. Raises `PolicyError`, `LedgerError` or
    `CatalogError` at once when something is wrong with them.
    """

    _open_rooms: ClassVar[OpenRooms | None] = None

    def __init__(
        self,
        policy: Path | str | None = None,
        *,
        data_dir: Path | str | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        caller: Caller | None = None,
        retriever: Retriever | None = None,
    ) -> None:
        who = caller or Caller()
        place = Place(self._open_rooms, policy, data_dir, base_url, api_key, who, retriever)
        super().__init__(open_lane(place))
        heed_forks(self)

    def before_fork(self) -> None:
        self.put_away()

    def after_fork(self) -> None:
        self.leave()


async def _within(limit_s: float | None, answer: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        async with asyncio.timeout(limit_s):
            return await answer
    except TimeoutError:
        raise UpstreamTimeout(f"no answer began within {limit_s:g} s") from None


def _completion(answer: Answer, look: Look) -> ChatCompletion:
    try:
        return ChatCompletion(msgspec.json.decode(answer.body or b"", type=dict[str, Any]), look)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamBroken("the answer is not a JSON object") from None
