"""A streamed chat answer cut into segments that follow one another.

Chat deltas may mix text and several tool calls in any order. Anthropic's content blocks and the items
of OpenAI's responses come one after the other, each opened, grown and shut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Literal, TypeAlias
from uuid import uuid4

from sobrio.wire.chat.answer import Delta, Message, text_of
from sobrio.wire.chat.calls import Told, begins_another

Kind: TypeAlias = Literal["thought", "text", "refusal", "call"]
Move: TypeAlias = Literal["open", "grow", "sign", "shut"]


@dataclass(slots=True)
class Segment:
    """`pieces` are of the text, or of a call's arguments."""

    kind: Kind
    index: int = 0
    """Of a call among the calls."""
    call_id: str = ""
    server_id: str = ""
    """The call's id where its server gave one."""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    signature: str = ""

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def told(self) -> Told:
        return Told(self.server_id, self.name, self.text)


Step: TypeAlias = tuple[Move, Segment, str]

NO_ARGUMENTS: Final = "{}"
"""Of a call whose arguments never came: clients read them as JSON."""


class Segments:
    """Only one segment is open at a time.

    What comes for another while a call is open waits until the end: nothing says when a call is
    complete, and the next call's first piece does not, where a server mixes them.
    """

    __slots__ = ("_calls", "_open", "_places", "_signed", "_waiting")

    def __init__(self) -> None:
        self._open: Segment | None = None
        self._calls: dict[int, Segment] = {}
        """By the server's index, the latest call there."""
        self._places = count()
        self._signed = ""
        """The last signature, which some servers say twice."""
        self._waiting: dict[Kind | int, Segment] = {}

    def feed(self, delta: Delta) -> Iterator[Step]:
        for kind, piece in (
            ("thought", delta.thought),
            ("text", text_of(delta.content)),
            ("refusal", delta.refusal),
        ):
            if piece:
                yield from self._grow(Segment(kind), piece)  # type: ignore[arg-type]
        for block in delta.thinking_blocks or ():
            if block.signature:
                yield from self._sign(block.signature)
        for call in delta.tool_calls or ():
            told = call.told
            yield from self._grow(self._call(call.index or 0, told), told.arguments)

    def close(self) -> Iterator[Step]:
        """Shuts what is open, then gives what had to wait."""
        yield from self._shut()
        for segment in self._waiting.values():
            yield "open", segment, ""
            if segment.text:
                yield "grow", segment, segment.text
            self._open = segment
            yield from self._shut()
        self._waiting.clear()

    def _call(self, index: int, piece: Told) -> Segment:
        """The call that a piece belongs to."""
        there = self._calls.get(index)
        if there is None or (piece.name and begins_another(piece, there.told)):
            call_id = piece.call_id or _new_id()
            there = self._calls[index] = Segment("call", next(self._places), call_id)
        there.server_id = there.server_id or piece.call_id
        there.name = there.name or piece.name
        return there

    def _sign(self, signature: str) -> Iterator[Step]:
        """A thought ends with its signature; one that is not shown has nothing else."""
        there = self._open
        if signature == self._signed or (there is not None and there.kind == "call"):
            return
        if there is None or there.kind != "thought":
            yield from self._shut()
            there = self._open = Segment("thought")
            yield "open", there, ""
        there.signature = self._signed = signature
        yield "sign", there, signature
        yield from self._shut()

    def _grow(self, segment: Segment, piece: str) -> Iterator[Step]:
        there = self._open
        if there is not None and there.kind == "call" and _place(there) != _place(segment):
            self._waiting.setdefault(_place(segment), segment).pieces.append(piece)
            return
        if there is None or _place(there) != _place(segment):
            yield from self._shut()
            there = self._open = segment
            yield "open", there, ""
        if piece:
            there.pieces.append(piece)
            yield "grow", there, piece

    def _shut(self) -> Iterator[Step]:
        segment, self._open = self._open, None
        if segment is None:
            return
        if segment.kind == "call" and not segment.text:
            segment.pieces.append(NO_ARGUMENTS)
            yield "grow", segment, NO_ARGUMENTS
        yield "shut", segment, ""


def _place(segment: Segment) -> Kind | int:
    return segment.index if segment.kind == "call" else segment.kind


def _new_id() -> str:
    """For a call that its server gave none."""
    return f"call_{uuid4().hex[:24]}"


def segments_of(message: Message) -> Iterator[Segment]:
    """The segments of a whole answer, in the order in which they stream."""
    signed = [each for each in message.thinking_blocks or () if each.type == "thinking"]
    for each in signed:
        yield Segment("thought", pieces=[each.thinking or ""], signature=each.signature or "")
    thought = "" if signed else message.thought
    for kind, text in (
        ("thought", thought),
        ("text", text_of(message.content)),
        ("refusal", message.refusal),
    ):
        if text:
            yield Segment(kind, pieces=[text])  # type: ignore[arg-type]
    for index, call in enumerate(message.tool_calls or ()):
        arguments = call.function.arguments or NO_ARGUMENTS
        yield Segment("call", index, call.id or _new_id(), name=call.function.name, pieces=[arguments])
