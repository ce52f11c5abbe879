"""What of a chat request is read, and how one is written.

`reasoning_content`, `thinking_blocks` and `cache_control` are not OpenAI's: litellm, vLLM and others
use these names, and with them a translated conversation loses nothing of Anthropic's.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import UNSET, Raw, Struct, UnsetType, field

Maybe: TypeAlias = Raw | UnsetType
"""Raw JSON that is passed on unread, where there is any."""


class ImageUrl(Struct, omit_defaults=True):
    url: str
    detail: str | None = None


class File(Struct, omit_defaults=True):
    file_data: str | None = None
    filename: str | None = None
    file_id: str | None = None


class Part(Struct, omit_defaults=True):
    """A piece of a message's content: `text`, `image_url`, `file` or `refusal`."""

    type: str
    text: str | None = None
    image_url: ImageUrl | None = None
    file: File | None = None
    refusal: str | None = None
    cache_control: Maybe = UNSET


class Function(Struct):
    name: str = ""
    arguments: str | None = ""


class ToolCall(Struct):
    """Of a custom tool's call, only the type is read."""

    id: str | None = None
    function: Function = field(default_factory=Function)
    type: str = "function"


class Thinking(Struct, omit_defaults=True):
    """One of Anthropic's `thinking` or `redacted_thinking` blocks, as litellm hands them through chat."""

    type: str
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    index: int | None = None
    """In a stream, its place among the thoughts, without which OpenAI's clients refuse a list."""


class Turn(Struct, omit_defaults=True):
    role: str
    content: str | list[Part] | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    name: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    thinking_blocks: list[Thinking] | None = None
    function_call: dict[str, Any] | None = None
    """What tools were before there were tools."""
    audio: dict[str, Any] | None = None

    @property
    def parts(self) -> list[Part]:
        """The content as parts; no text is no part."""
        if isinstance(self.content, str):
            return [Part("text", text=self.content)] if self.content else []
        return self.content or []


class Declared(Struct, omit_defaults=True):
    """A function that may be called."""

    name: str
    description: str | None = None
    parameters: Maybe = UNSET
    strict: bool | None = None


class Tool(Struct, omit_defaults=True):
    type: str
    function: Declared | None = None
    cache_control: Maybe = UNSET


class Named(Struct):
    name: str


class Choice(Struct):
    """Which tool to call, where it is not said in one word."""

    type: str = "function"
    function: Named | None = None


class JsonSchema(Struct, omit_defaults=True):
    name: str | None = None
    schema: Maybe = UNSET
    strict: bool | None = None
    description: str | None = None


class Format(Struct, omit_defaults=True):
    type: str = "text"
    json_schema: JsonSchema | None = None
