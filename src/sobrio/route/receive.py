"""Receive: the body is read, never rebuilt. What sobrio does not understand stays raw bytes."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar

import msgspec

from sobrio.errors import InputError
from sobrio.terms.request import Caller, Message, Options, Request, Role

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_IMAGE_PARTS = frozenset({"image_url", "image", "input_image"})
_HEADER = "x-sobrio-"


class _Part(msgspec.Struct):
    type: str = ""
    text: str | None = None


class _Turn(msgspec.Struct):
    role: str
    content: str | list[_Part] | None = None
    tool_calls: list[msgspec.Raw] | None = None


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class _BodyOptions(msgspec.Struct, forbid_unknown_fields=True):
    team: str | None = None
    quality_floor: float | None = None
    max_latency_ms: float | None = None
    cache: Literal["default", "no-store", "off"] | None = None
    pin: bool | None = None
    explain: bool | None = None
    conversation: str | None = None
    debug: bool | None = None


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_turns = msgspec.json.Decoder(list[_Turn])
_options = msgspec.json.Decoder(_BodyOptions)

T = TypeVar("T")


def receive(body: bytes, headers: Mapping[str, str], caller: Caller) -> Request:
    """An OpenAI-shaped chat body and its headers (lower-case names) as a request.

    Raises `InputError` for anything that is not a JSON object with a model and messages.
    """
    raw = _decoded(_fields.decode, body, "the body")
    fields = {name: bytes(value) for name, value in raw.items()}
    options = _read_options(fields, headers)
    return Request(
        model=_required_model(fields),
        messages=_read_messages(fields),
        fields=fields,
        stream=bool(_field(fields, "stream", bool | None)),
        max_output_tokens=_output_cap(fields),
        temperature=_field(fields, "temperature", float | None),
        caller=_with_team(caller, options.team),
        options=options,
        include_usage=_wants_usage(fields),
    )


def _decoded(decode: Any, data: bytes, what: str) -> Any:
    try:
        return decode(data)
    except msgspec.ValidationError as error:
        raise InputError(f"{what} has the wrong shape: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{what} is not valid JSON: {error}") from None
    except RecursionError:
        raise InputError(f"{what} is nested too deeply") from None


def _field(fields: Mapping[str, bytes], name: str, kind: type[T] | Any) -> Any:
    if name not in fields:
        return None
    return _decoded(lambda data: msgspec.json.decode(data, type=kind), fields[name], f"'{name}'")


def _required_model(fields: Mapping[str, bytes]) -> str:
    model = _field(fields, "model", str | None)
    if not model:
        raise InputError("'model' is missing; name a model, or 'sobrio/auto' to let the policy choose")
    return str(model)


def _read_messages(fields: Mapping[str, bytes]) -> tuple[Message, ...]:
    if "messages" not in fields:
        raise InputError("'messages' is missing; send a list of turns with 'role' and 'content'")
    turns = _decoded(_turns.decode, fields["messages"], "'messages'")
    if not turns:
        raise InputError("'messages' is empty; send at least one turn")
    return tuple(_message(turn) for turn in turns)


def _message(turn: _Turn) -> Message:
    role = _ROLES.get(turn.role)
    if role is None:
        raise InputError(f"'messages' has the unknown role {turn.role!r}; use one of {', '.join(_ROLES)}")
    parts = turn.content if isinstance(turn.content, list) else []
    text = turn.content if isinstance(turn.content, str) else "\n".join(p.text for p in parts if p.text)
    return Message(
        role=role,
        text=text or "",
        images=sum(part.type in _IMAGE_PARTS for part in parts),
        tool_calls=len(turn.tool_calls or ()),
    )


def _output_cap(fields: Mapping[str, bytes]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        cap = _field(fields, name, int | None)
        if cap is not None:
            if cap < 1:
                raise InputError(f"'{name}' must be at least 1")
            return int(cap)
    return None


def _wants_usage(fields: Mapping[str, bytes]) -> bool:
    asked = _field(fields, "stream_options", _StreamOptions | None)
    return bool(asked and asked.include_usage)


def _with_team(caller: Caller, team: str | None) -> Caller:
    """A key that belongs to a team keeps it: a request cannot book on another team's account."""
    if team is None or caller.team is not None:
        return caller
    return replace(caller, team=team)


def _read_options(fields: Mapping[str, bytes], headers: Mapping[str, str]) -> Options:
    """The body's `sobrio` field first, then the headers of the same names."""
    said = _body_options(fields)

    def either(name: str, parse: Any) -> Any:
        value = getattr(said, name)
        header = headers.get(_HEADER + name.replace("_", "-"))
        return value if value is not None or header is None else parse(name, header)

    floor = either("quality_floor", _number)
    if floor is not None and not 0 <= floor <= 1:
        raise InputError("'sobrio.quality_floor' must lie between 0 and 1")
    return Options(
        team=either("team", _text),
        quality_floor=floor,
        max_latency_ms=either("max_latency_ms", _number),
        cache=either("cache", _cache) or "default",
        pin=bool(either("pin", _truth)),
        explain=bool(either("explain", _truth)),
        conversation=either("conversation", _text),
        debug=bool(either("debug", _truth)),
    )


def _body_options(fields: Mapping[str, bytes]) -> _BodyOptions:
    if "sobrio" not in fields:
        return _BodyOptions()
    names = _decoded(_fields.decode, fields["sobrio"], "'sobrio'")
    for name in names:
        if name not in _BodyOptions.__struct_fields__:
            near = difflib.get_close_matches(name, _BodyOptions.__struct_fields__, n=1)
            hint = (
                f"did you mean '{near[0]}'?"
                if near
                else f"known: {', '.join(_BodyOptions.__struct_fields__)}"
            )
            raise InputError(f"unknown option 'sobrio.{name}'; {hint}")
    options: _BodyOptions = _decoded(_options.decode, fields["sobrio"], "'sobrio'")
    return options


def _text(_name: str, value: str) -> str:
    return value


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"header '{_HEADER}{name.replace('_', '-')}' is not a number: {value!r}")
    return number


def _truth(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false", "1", "0"):
        raise InputError(f"header '{_HEADER}{name}' must be true or false, not {value!r}")
    return value.lower() in ("true", "1")


def _cache(name: str, value: str) -> str:
    if value not in ("default", "no-store", "off"):
        raise InputError(f"header '{_HEADER}{name}' must be default, no-store or off, not {value!r}")
    return value
