"""Receive: the body is read, never rebuilt. What sobrio does not understand stays raw bytes."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, get_args

import msgspec
from msgspec.structs import replace

from sobrio.errors import InputError
from sobrio.recall.wish import strictest
from sobrio.route.cache_control import Control, control_of
from sobrio.route.pictures import without_pictures
from sobrio.route.turns import TURNS
from sobrio.terms.enclosure import Enclosure, enclosure_of
from sobrio.terms.request import CacheWish, Caller, Message, Options, Request, Role
from sobrio.terms.shape import Shape
from sobrio.wire import reading as wire

_ROLES: Final[dict[str, Role]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_IMAGE_PARTS: Final = frozenset({"image_url", "image", "input_image"})
_TEXT_PARTS: Final = frozenset({"", "text", "refusal", "input_text", "output_text"})
_HEADER: Final = "x-sobrio-"
_NO_OPTIONS: Final = Options()
_NO_CONTROL: Final = Control()
_MOST_FIELDS: Final = 1_000
_MOST_CHOICES: Final = 1_024
_ANTHROPICS: Final = ("anthropic-version", "anthropic-beta")


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None


class _Turn(msgspec.Struct, gc=False):
    role: str
    content: str | list[_Part] | None = None
    tool_calls: list[msgspec.Raw] | None = None


class _Packed(msgspec.Struct, gc=False):
    """A turn whose parts are not opened."""

    content: str | list[msgspec.Raw] | None = None


class _Kind(msgspec.Struct, gc=False):
    type: str = ""


class _Object(msgspec.Struct, gc=False):
    """Of any fields: whoever is sent it knows them."""


class _StreamOptions(msgspec.Struct, gc=False):
    include_usage: bool | None = None


class _BodyOptions(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    team: str | None = None
    quality_floor: float | None = None
    max_latency_ms: float | None = None
    cache: CacheWish | None = None
    pin: bool | None = None
    explain: bool | None = None
    conversation: str | None = None
    debug: bool | None = None


class _OtherBody(msgspec.Struct, gc=False):
    """The fields sobrio reads; the others are skipped."""

    model: str | None = None
    stream: bool | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    n: Annotated[int, msgspec.Meta(ge=1, le=_MOST_CHOICES)] | None = None
    tools: list[_Object] | None = None
    tool_choice: str | _Object | None = None
    stream_options: _StreamOptions | None = None
    sobrio: _BodyOptions | None = None


class _Body(_OtherBody, gc=False):
    """Of a chat."""

    messages: list[_Turn] | msgspec.UnsetType = msgspec.UNSET
    functions: list[_Object] | None = None
    response_format: _Object | None = None


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_body = msgspec.json.Decoder(_Body)
_other_body = msgspec.json.Decoder(_OtherBody)
_packed = msgspec.json.Decoder(list[_Packed])
_kind = msgspec.json.Decoder(_Kind)
_place = re.compile(r"at `\$\.(\w+)")
_unknown = re.compile(r"unknown field `(.*?)` - at `\$\.sobrio`", re.DOTALL)


def receive(body: bytes, headers: Mapping[str, str], caller: Caller, shape: Shape = "chat") -> Request:
    """A body of that shape and its headers (lower-case names) as a request.

    Raises `InputError` for anything that is not a JSON object with a model and something to answer.
    """
    try:
        fields = _apart(body)
        read = (_body if shape == "chat" else _other_body).decode(without_pictures(body))
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the body is not valid JSON: {error}") from None
    except RecursionError:
        raise InputError("the body is nested too deeply") from None
    if read.stream and shape in ("embeddings", "images"):
        raise InputError(f"'stream' is not possible for {shape}; leave it out")
    options = _options(read.sobrio, headers)
    return Request(
        model=_named(read.model),
        messages=_messages(read.messages, fields) if isinstance(read, _Body) else TURNS[shape](fields),
        fields=fields,
        stream=bool(read.stream),
        max_output_tokens=_output_cap(read, fields, shape),
        temperature=read.temperature,
        caller=_with_team(caller, options.team),
        options=options,
        include_usage=bool(read.stream_options and read.stream_options.include_usage),
        shape=shape,
        headers=_passed(headers) if shape == "messages" else (),
        choices=read.n or 1,
    )


def _apart(body: bytes) -> dict[str, bytes]:
    """Fields that are not read would hide bytes that are no text, so these are looked for first."""
    if not body.isascii():
        body.decode()
    fields = _fields.decode(body)
    wire.must_be_few("the body", "fields", len(fields), _MOST_FIELDS)
    return {name: bytes(raw) for name, raw in fields.items()}


def _misshapen(problem: str) -> InputError:
    """In terms of the field that is wrong."""
    unknown = _unknown.search(problem)
    if unknown:
        return _unknown_option(unknown[1])
    place = _place.search(problem)
    return InputError(f"{_quoted(place[1]) if place else 'the body'} has the wrong shape: {problem}")


def _quoted(name: str) -> str:
    return f"'{name}'"


def _unknown_option(name: str) -> InputError:
    known = _BodyOptions.__struct_fields__
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"
    return InputError(f"unknown option 'sobrio.{name}'; {hint}")


def _named(model: str | None) -> str:
    if not model:
        raise InputError("'model' is missing; name a model, or 'sobrio/auto' to let the policy choose")
    return model


def _messages(turns: list[_Turn] | msgspec.UnsetType, fields: Mapping[str, bytes]) -> tuple[Message, ...]:
    if turns is msgspec.UNSET:
        raise InputError("'messages' is missing; send a list of turns with 'role' and 'content'")
    if not turns:
        raise InputError("'messages' is empty; send at least one turn")
    wire.must_be_few("'messages'", "turns", len(turns), wire.MOST_TURNS)
    parts = sum(len(each.content) for each in turns if isinstance(each.content, list))
    wire.must_be_few("'messages'", "parts", parts, wire.MOST_PARTS)
    messages = tuple(map(_message, turns))
    return _with_files(messages, fields["messages"]) if any(each.files for each in messages) else messages


def _message(turn: _Turn) -> Message:
    role = _ROLES.get(turn.role)
    if role is None:
        raise InputError(f"'messages' has the unknown role {turn.role!r}; use one of {', '.join(_ROLES)}")
    tool_calls = len(turn.tool_calls) if turn.tool_calls else 0
    if not isinstance(turn.content, list):
        return Message(role, turn.content or "", 0, tool_calls)
    text = "\n".join(part.text for part in turn.content if part.text)
    kinds = [part.type for part in turn.content if part.type not in _TEXT_PARTS]
    images = sum(kind in _IMAGE_PARTS for kind in kinds)
    return Message(role, text, images, tool_calls, len(kinds) - images)


def _with_files(messages: tuple[Message, ...], raw: bytes) -> tuple[Message, ...]:
    """`raw` holds the turns with all that came along in them."""
    held = (each.content if isinstance(each.content, list) else [] for each in _packed.decode(raw))
    enclosed = (tuple(found for part in parts if (found := _enclosure(part))) for parts in held)
    return tuple(replace(message, enclosed=each) for message, each in zip(messages, enclosed, strict=True))


def _enclosure(part: msgspec.Raw) -> Enclosure | None:
    return enclosure_of(_kind.decode(part).type, memoryview(part))


def _passed(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What Anthropic's API wants to know besides the body."""
    return tuple((name, headers[name]) for name in _ANTHROPICS if name in headers)


def _output_cap(read: _OtherBody, fields: Mapping[str, bytes], shape: Shape) -> int | None:
    if shape == "responses":
        return wire.read(fields, "max_output_tokens", int, 0) or None
    for name in ("max_completion_tokens", "max_tokens"):
        cap: int | None = getattr(read, name)
        if cap is not None:
            if cap < 1:
                raise InputError(f"'{name}' must be at least 1")
            return cap
    return None


def _with_team(caller: Caller, team: str | None) -> Caller:
    """A key that belongs to a team keeps it: a request cannot book on another team's account."""
    if team is None or caller.team is not None:
        return caller
    return replace(caller, team=team, team_claimed=True)


def _options(said: _BodyOptions | None, headers: Mapping[str, str]) -> Options:
    """The body's `sobrio` field first, then the headers of the same names; of the cache the stricter wish."""
    given = {name: headers[header] for name, header in _HEADERS.items() if header in headers}
    control = control_of(headers["cache-control"]) if "cache-control" in headers else _NO_CONTROL
    if said is None and not given and control == _NO_CONTROL:
        return _NO_OPTIONS
    in_headers: dict[str, Any] = {name: _PARSE[name](name, value) for name, value in given.items()}
    in_body = {} if said is None else _set(said)
    wanted = {**in_headers, **in_body, "max_age_s": control.max_age_s, "only_cached": control.only_cached}
    said_of_it = [each["cache"] for each in (in_headers, in_body) if "cache" in each]
    wanted["cache"] = strictest([*said_of_it, *control.wishes] or ["default"])
    floor = wanted.get("quality_floor")
    if floor is not None and not 0 <= floor <= 1:
        raise InputError("'sobrio.quality_floor' must lie between 0 and 1")
    longest = wanted.get("max_latency_ms")
    if longest is not None and longest <= 0:
        raise InputError("'sobrio.max_latency_ms' must be more than 0")
    return Options(**wanted)


def _set(said: _BodyOptions) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(said).items() if value is not None}


def _text(_name: str, value: str) -> str:
    return value


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"header '{_HEADERS[name]}' is not a number: {value!r}")
    return number


def _truth(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false", "1", "0"):
        raise InputError(f"header '{_HEADERS[name]}' must be true or false, not {value!r}")
    return value.lower() in ("true", "1")


def _cache(name: str, value: str) -> str:
    known = get_args(CacheWish)
    if value not in known:
        raise InputError(f"header '{_HEADERS[name]}' must be one of {', '.join(known)}, not {value!r}")
    return value


_PARSE: Final[dict[str, Callable[[str, str], Any]]] = {
    "team": _text,
    "quality_floor": _number,
    "max_latency_ms": _number,
    "cache": _cache,
    "pin": _truth,
    "explain": _truth,
    "conversation": _text,
    "debug": _truth,
}
_HEADERS: Final = {name: _HEADER + name.replace("_", "-") for name in _PARSE}
