"""An upstream's whole answer: the fields as they came, and the little of them that booking needs."""

from __future__ import annotations

import math

import msgspec

from sobrio.errors import UpstreamBroken

CHARACTERS_PER_TOKEN = 4
"""A rule of thumb for English text, used only where the upstream gives no counts; carries a caveat."""


class _Message(msgspec.Struct, gc=False):
    content: msgspec.Raw = msgspec.Raw()


class _Choice(msgspec.Struct, gc=False):
    finish_reason: str | None = None
    message: _Message | None = None


class _Anything(msgspec.Struct, gc=False):
    """Any object: nothing is read of it."""


class Answer(msgspec.Struct, frozen=True):
    """`fields` maps each top-level field to its raw JSON, in the answer's own order."""

    body: bytes
    fields: dict[str, msgspec.Raw]
    finish_reason: str | None
    characters: int
    """Length of what was said, as JSON writes it."""
    units: int = 1
    """Images that were made; one of anything else."""

    @property
    def estimated_tokens(self) -> int:
        return math.ceil(self.characters / CHARACTERS_PER_TOKEN)


_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_anything = msgspec.json.Decoder(_Anything)
_choices = msgspec.json.Decoder(list[_Choice])


def read_answer(body: bytes) -> Answer:
    """Raises `UpstreamBroken` for anything but a JSON object with `choices`, at least one."""
    try:
        fields = _object.decode(body)
        choices = _choices.decode(fields["choices"])
    except KeyError:
        raise UpstreamBroken("the upstream's answer has no 'choices'") from None
    except msgspec.ValidationError as error:
        raise UpstreamBroken(f"the upstream's answer has the wrong shape: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamBroken("the upstream answered with something that is not a JSON object") from None
    if not choices:
        raise UpstreamBroken("the upstream's answer has no choice in its 'choices'")
    finish = next((each.finish_reason for each in choices if each.finish_reason), None)
    return Answer(body, fields, finish, sum(map(_characters, choices)))


def must_be_text(data: bytes) -> None:
    """JSON that is taken apart without being read hides bytes that are no text. Raises `UpstreamBroken`."""
    try:
        if not data.isascii():
            data.decode()
    except UnicodeDecodeError:
        raise UpstreamBroken("the upstream's answer is not UTF-8 text") from None


def must_be_object(payload: bytes) -> None:
    """An event that is passed on unread. Raises `UpstreamBroken`."""
    try:
        _anything.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        raise UpstreamBroken("the upstream sent an event that is not JSON") from None


def _characters(choice: _Choice) -> int:
    """Of a text; a refusal or a tool call has none."""
    text = bytes(choice.message.content) if choice.message else b""
    return len(text) - 2 if text.startswith(b'"') else 0
