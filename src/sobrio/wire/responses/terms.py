"""What of a request for a response is read."""

from __future__ import annotations

from msgspec import UNSET, Raw, Struct

from sobrio.wire.chat.terms import Maybe


class Part(Struct):
    """A piece of a message's content: `input_text`, `output_text`, `input_image`, `input_file`, `refusal`."""

    type: str = ""
    text: str | None = None
    image_url: str | None = None
    detail: str | None = None
    file_data: str | None = None
    filename: str | None = None
    file_id: str | None = None
    refusal: str | None = None
    input_audio: Maybe = UNSET


class Item(Struct):
    """One thing that happened: a message, a call, its result."""

    type: str = "message"
    role: str = ""
    content: str | list[Part] | dict[str, Raw] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | dict[str, Raw] | None = None
    output: str | list[Part] | dict[str, Raw] | None = None

    @property
    def said(self) -> str | list[Part] | None:
        """A message's content. Objects, which hosted tools have and give, only their upstream reads."""
        return None if isinstance(self.content, dict) else self.content

    @property
    def told(self) -> str | list[Part] | None:
        """What a function gave back."""
        return None if isinstance(self.output, dict) else self.output


class Tool(Struct):
    type: str
    name: str | None = None
    description: str | None = None
    parameters: Maybe = UNSET
    strict: bool | None = None


class Choice(Struct):
    type: str
    name: str | None = None


class Format(Struct):
    type: str = "text"
    name: str | None = None
    schema: Maybe = UNSET
    strict: bool | None = None
    description: str | None = None


class Text(Struct):
    format: Format | None = None
    verbosity: str | None = None


class Reasoning(Struct):
    effort: str | None = None
