"""What of Anthropic's messages is read, and how they are written (API version 2023-06-01)."""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET, Raw, Struct, UnsetType

from sobrio.wire.chat.terms import Maybe

STOPS: Final = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
"""Anthropic's stop reasons as chat's finish reasons."""
REASONS: Final = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
"""And back; which stop sequence ended an answer, chat does not say."""


class Source(Struct, omit_defaults=True):
    """Where an image or a document is: `base64`, `url`, `text` or `file`."""

    type: str = ""
    media_type: str | None = None
    data: str | None = None
    url: str | None = None


class Block(Struct, omit_defaults=True):
    type: str = ""
    text: str | None = None
    source: Source | str | None = None
    title: str | None = None
    id: str | None = None
    name: str | None = None
    input: Maybe = UNSET
    tool_use_id: str | None = None
    content: str | list[Block] | dict[str, Raw] | None = None
    is_error: bool | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    cache_control: Maybe = UNSET

    @property
    def inner(self) -> list[Block]:
        """What a result consists of. Hosted tools give objects, which only their upstream reads."""
        return self.content if isinstance(self.content, list) else []


class Turn(Struct):
    role: str
    content: str | list[Block]

    @property
    def blocks(self) -> list[Block]:
        if isinstance(self.content, str):
            return [Block("text", text=self.content)] if self.content else []
        return self.content


class Tool(Struct, omit_defaults=True):
    name: str
    type: str | None = None
    description: str | None = None
    input_schema: Maybe = UNSET
    strict: bool | None = None
    cache_control: Maybe = UNSET


class ToolChoice(Struct, omit_defaults=True):
    type: str
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Thinking(Struct, omit_defaults=True):
    type: str
    budget_tokens: int | None = None
    display: str | None = None


class OutputFormat(Struct):
    type: str
    schema: Maybe = UNSET


class OutputConfig(Struct, omit_defaults=True):
    effort: str | None = None
    format: OutputFormat | None = None


class Metadata(Struct, omit_defaults=True):
    user_id: str | None = None


class Message(Struct):
    """An answer."""

    id: str = ""
    model: str = ""
    content: list[Block] = []
    stop_reason: str | None = None


class Delta(Struct):
    type: str = ""
    text: str = ""
    partial_json: str = ""
    thinking: str = ""
    signature: str = ""
    stop_reason: str | None = None


class Event(Struct):
    """One event of a stream."""

    type: str = ""
    message: Message | None = None
    index: int = 0
    content_block: Block | None = None
    delta: Delta | None = None
    error: Raw | UnsetType = UNSET


def tool_input(block: Block) -> Any:
    """The JSON of a call's input; an object without fields where there is none."""
    return Raw(b"{}") if isinstance(block.input, UnsetType) else block.input
