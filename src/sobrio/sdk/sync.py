"""`Sobrio`: the same as `AsyncSobrio`, driven on an event loop of its own."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final, Literal, Self, Unpack, overload

from sobrio.errors import UpstreamBroken
from sobrio.sdk.client import AsyncClient
from sobrio.sdk.completion import AnyReceipt, ChatCompletion, ChatCompletionChunk
from sobrio.sdk.fork import heed_forks
from sobrio.sdk.params import AUTO, ChatParams, Options, Prompt, Turn
from sobrio.sdk.place import OpenRooms, Place, open_lane
from sobrio.sdk.portal import Portal
from sobrio.sdk.stream import AsyncStream
from sobrio.terms.ports import Retriever
from sobrio.terms.receipt import Receipt
from sobrio.terms.request import Caller

_PATIENCE_S: Final = 5.0
"""A fork waits no longer for an event loop that is held up."""


class Stream:
    """Iterate over it; closing it early stops the upstream. `sobrio` is there after the last chunk."""

    def __init__(self, stream: AsyncStream, portal: Portal) -> None:
        self._stream = stream
        self._portal = portal
        self._epoch = portal.epoch

    @property
    def receipt_id(self) -> str:
        return self._stream.receipt_id

    @property
    def sobrio(self) -> AnyReceipt | None:
        return self._stream.sobrio

    def __iter__(self) -> Iterator[ChatCompletionChunk]:
        return self

    def __next__(self) -> ChatCompletionChunk:
        if self._out_of_reach:
            raise UpstreamBroken(
                "the stream has ended with its client, or belongs to the process before a fork"
            )
        chunk = self._portal.run(_next(self._stream))
        if chunk is None:
            raise StopIteration
        return chunk

    def close(self) -> None:
        if not self._out_of_reach:
            self._portal.run(self._stream.close())

    @property
    def _out_of_reach(self) -> bool:
        return self._portal.epoch != self._epoch

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _next(stream: AsyncStream) -> ChatCompletionChunk | None:
    return await anext(stream, None)


class Completions:
    def __init__(self, client: AsyncClient, portal: Portal) -> None:
        self._client = client
        self._portal = portal

    @overload
    def create(
        self,
        *,
        messages: Sequence[Turn],
        model: str = AUTO,
        stream: Literal[False] = False,
        **params: Unpack[ChatParams],
    ) -> ChatCompletion: ...

    @overload
    def create(
        self,
        *,
        messages: Sequence[Turn],
        model: str = AUTO,
        stream: Literal[True],
        **params: Unpack[ChatParams],
    ) -> Stream: ...

    def create(self, **params: Any) -> ChatCompletion | Stream:
        """Like openai's, with the receipt in `.sobrio`. Raises children of `SobrioError`."""
        coroutine = self._client.chat.completions.create(**params)
        result = self._portal.run(coroutine, params.get("timeout"))
        return Stream(result, self._portal) if isinstance(result, AsyncStream) else result


class Chat:
    def __init__(self, client: AsyncClient, portal: Portal) -> None:
        self.completions = Completions(client, portal)


class Sobrio:
    """The rooms in this process, or a gateway's with `base_url`; see `AsyncSobrio`.

    Close it (`with`, or `close()`), so that receipts are flushed; leaving the interpreter does it too.
    Opened before a fork, it works in the child as well.
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
        self._portal = Portal()
        try:
            self._client = self._portal.run(_opened(place))
        except BaseException:
            self._portal.close()
            raise
        self._closed = weakref.finalize(self, _close, self._client, self._portal)
        self.chat = Chat(self._client, self._portal)
        heed_forks(self)

    def explain(self, request: Prompt | Mapping[str, Any]) -> dict[str, Any]:
        """What would be decided for a prompt, a list of turns or a whole request. Nothing is called."""
        return self._portal.run(self._client.explain(request))

    def receipt(self, receipt_id: str) -> Receipt | None:
        """The whole receipt of an earlier answer; `None` when there is none of that id."""
        return self._portal.run(self._client.receipt(receipt_id))

    def tagged(self, **options: Unpack[Options]) -> AbstractContextManager[None]:
        """`with client.tagged(team="hr"):` sets options for every call inside."""
        return self._client.tagged(**options)

    def close(self) -> None:
        self._closed()

    def before_fork(self) -> None:
        portal = self._portal
        if portal.running and not portal.inside and portal.run(self._client.rest(), _PATIENCE_S):
            portal.rest()

    def after_fork(self) -> None:
        self._portal.leave()
        self._client.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _opened(place: Place) -> AsyncClient:
    """On the portal's thread, which is then the only one that uses the rooms."""
    return AsyncClient(open_lane(place))


def _close(client: AsyncClient, portal: Portal) -> None:
    """Without a loop there is nothing that one must close: none is begun while the interpreter ends."""
    if portal.running:
        portal.run(client.close())
    portal.close()
