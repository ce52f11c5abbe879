"""What of a chat answer, or of one chunk of a streamed one, is read."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType, field

from sobrio.wire.chat.calls import Told
from sobrio.wire.chat.terms import Thinking, ToolCall


class Said(Struct):
    """A part of content where a server gives it in parts, as Mistral's reasoning models do."""

    type: str = "text"
    text: str = ""
    thinking: list[Said] | None = None


Content: TypeAlias = str | list[Said] | None


def text_of(content: Content) -> str:
    if isinstance(content, list):
        return "".join(part.text for part in content)
    return content or ""


def thought_in(content: Content) -> str:
    parts = content if isinstance(content, list) else []
    return "".join(inner.text for part in parts for inner in part.thinking or ())


class Piece(Struct):
    """A piece of a tool call's function."""

    name: str | None = None
    arguments: str | None = None


class CallPiece(Struct):
    """A piece of a tool call; servers with one call at a time leave the index out, or null."""

    index: int | None = 0
    id: str | None = None
    function: Piece | None = None

    @property
    def told(self) -> Told:
        function = self.function or Piece()
        return Told(self.id or "", function.name or "", function.arguments or "")


class Delta(Struct):
    content: Content = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    """OpenRouter's and newer vLLM's name for `reasoning_content`."""
    thinking_blocks: list[Thinking] | None = None
    tool_calls: list[CallPiece] | None = None

    @property
    def thought(self) -> str:
        return self.reasoning_content or self.reasoning or thought_in(self.content)


class Logprobs(Struct):
    content: list[Raw] | None = None


class ChunkChoice(Struct):
    index: int = 0
    delta: Delta | None = None
    finish_reason: str | None = None
    logprobs: Logprobs | None = None


class Chunk(Struct):
    id: str = ""
    model: str = ""
    created: int = 0
    choices: list[ChunkChoice] = []
    usage: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET


class Message(Struct):
    content: Content = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    thinking_blocks: list[Thinking] | None = None
    tool_calls: list[ToolCall] | None = None

    @property
    def thought(self) -> str:
        return self.reasoning_content or self.reasoning or thought_in(self.content)


class AnswerChoice(Struct):
    index: int = 0
    message: Message = field(default_factory=Message)
    finish_reason: str | None = None
    logprobs: Logprobs | None = None


class Answer(Struct):
    id: str = ""
    model: str = ""
    created: int = 0
    choices: list[AnswerChoice] = []

    @property
    def first(self) -> AnswerChoice:
        """Raises `msgspec.DecodeError` where there is no choice."""
        if not self.choices:
            raise DecodeError("an answer without a choice")
        return self.choices[0]
