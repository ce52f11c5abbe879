"""One request at the loopback upstream and the connection to answer it on."""

from __future__ import annotations

import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import msgspec

from sobrio.testing import wire
from sobrio.testing.completion import Completion, complete
from sobrio.testing.speech import CHAT, Speech


@dataclass(frozen=True, slots=True)
class Exchange:
    reader: StreamReader
    writer: StreamWriter
    body: Mapping[str, Any]
    answers: Mapping[str, str]
    slow_s: float
    speech: Speech = CHAT

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def streamed(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def _asked(self) -> Mapping[str, Any]:
        """In the words in which completions are asked for."""
        return self.speech.asked(self.body)

    @property
    def _said(self) -> Mapping[str, Any]:
        """What the answer is made from: the request, its turns readable for counting."""
        return {**self.body, "messages": self._asked["messages"]} if "messages" in self._asked else self.body

    def completions(self) -> list[Completion]:
        return [complete(self._asked, self.answers)] * int(self.body.get("n") or 1)

    def answer(self) -> dict[str, Any]:
        return self.speech.answer(self._said, self.completions())

    def events(self) -> list[bytes]:
        """The payloads of the stream, `[DONE]` included where the format has it."""
        events = self.speech.events(self._said, self.completions())
        return [*(msgspec.json.encode(each) for each in events), *self.speech.ending]

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def send_json(self, status: int, answer: object, headers: Iterable[tuple[str, str]] = ()) -> None:
        await self.send(wire.whole(status, msgspec.json.encode(answer), headers=headers))

    async def send_events(self, events: Iterable[bytes], content_type: str | None = None) -> None:
        await self.begin_events(content_type)
        for each in events:
            await self.send_event(each)
        await self.send(wire.LAST_CHUNK)

    async def begin_events(self, content_type: str | None = None) -> None:
        kind = content_type or self.speech.streams_as
        await self.send(wire.head(200, kind, [("transfer-encoding", "chunked")]))

    async def send_event(self, event: bytes) -> None:
        await self.send(wire.chunk(self.speech.framed(event)))

    async def send_error(self, status: int, headers: Iterable[tuple[str, str]] = ()) -> None:
        await self.send_json(status, self.speech.error(status), headers)

    async def send_answer(self) -> None:
        if self.streamed:
            await self.send_events(self.events())
        else:
            await self.send_json(200, self.answer())

    async def wait_for_the_end(self) -> NoReturn:
        """Waits for the client to close its side."""
        while await self.reader.read(65536):
            pass
        raise ConnectionResetError("the client left")

    def reset(self) -> None:
        """Drops the connection as a crashing server does (RST, not FIN)."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()
