"""A streamed answer as one JSON document, and one JSON document as a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from sobrio.wire.chat.calls import Told, begins_another

DONE = b"data: [DONE]\n\n"
_NUMBERED: Final = ("tool_calls", "thinking_blocks")
"""Lists whose elements a stream numbers: OpenAI's clients refuse them otherwise."""
_SAID_ONCE: Final = ("role", "id", "type", "name")
"""Strings that do not grow, whether a stream repeats them or leaves them empty later on."""


def framed(payloads: Iterable[bytes]) -> bytes:
    """As server-sent events."""
    return b"".join([b"data: %s\n\n" % lines(payload) for payload in payloads])


def lines(payload: bytes) -> bytes:
    """Each line of an event's data says again that it is data."""
    return payload.replace(b"\n", b"\ndata: ")


def assembled(payloads: Iterable[bytes | msgspec.Raw]) -> dict[str, Any]:
    """`chat.completion.chunk` payloads, in order, as the `chat.completion` they stand for; the chunks of a
    plain completion likewise."""
    chunks = [msgspec.json.decode(payload) for payload in payloads]
    choices: dict[int, dict[str, Any]] = {}
    whole: dict[str, Any] = {}
    for chunk in chunks:
        whole.update({k: v for k, v in chunk.items() if k != "choices" and v is not None})
        for part in chunk.get("choices") or ():
            _add(choices.setdefault(part.get("index", 0), _empty_choice(part)), part)
    whole["object"] = str(whole.get("object", "chat.completion")).removesuffix(".chunk")
    whole["choices"] = [_without_places(choices[index]) for index in sorted(choices)]
    return whole


def _empty_choice(part: dict[str, Any]) -> dict[str, Any]:
    said = {"text": ""} if "text" in part else {"message": {"role": "assistant", "content": None}}
    return {"index": part.get("index", 0), **said, "finish_reason": None}


def _without_places(choice: dict[str, Any]) -> dict[str, Any]:
    """A stream numbers the calls of tools and the thoughts, a message does not."""
    for name in _NUMBERED:
        for each in choice.get("message", {}).get(name) or ():
            each.pop("index", None)
    return choice


def _add(choice: dict[str, Any], part: dict[str, Any]) -> None:
    if "text" in part:
        choice["text"] += part["text"] or ""
    else:
        _merge(choice["message"], part.get("delta") or {})
    if part.get("finish_reason") is not None:
        choice["finish_reason"] = part["finish_reason"]
    if part.get("logprobs"):
        _merge(choice.setdefault("logprobs", {}), part["logprobs"])


def _merge(into: dict[str, Any], delta: dict[str, Any]) -> None:
    """Strings grow but for those said once, lists of indexed pieces merge by index, other lists grow,
    the rest replaces."""
    for name, piece in delta.items():
        there = into.get(name)
        if name == "tool_calls" and isinstance(piece, list):
            into[name] = _merged_calls(there or [], piece)
        elif isinstance(piece, list):
            into[name] = _merged_list(there or [], piece)
        elif isinstance(piece, str) and isinstance(there, str):
            into[name] = (there or piece) if name in _SAID_ONCE else there + piece
        elif isinstance(piece, dict) and isinstance(there, dict):
            _merge(there, piece)
        elif piece is not None:
            into[name] = piece


def _merged_list(there: list[Any], pieces: list[Any]) -> list[Any]:
    for piece in pieces:
        index = piece.get("index") if isinstance(piece, dict) else None
        same = next((e for e in there if index is not None and e.get("index") == index), None)
        if same is None:
            there.append(piece)
        else:
            _merge(same, piece)
    return there


def _merged_calls(there: list[Any], pieces: list[Any]) -> list[Any]:
    """By index, which some servers leave out or repeat."""
    for piece in pieces:
        if not isinstance(piece, dict):
            continue
        same = next((e for e in reversed(there) if _place(e) == _place(piece)), None)
        if same is None or begins_another(_told(piece), _told(same)):
            there.append(piece)
        else:
            _merge(same, piece)
    return there


def _place(call: dict[str, Any]) -> Any:
    return call.get("index") or 0


def _told(call: dict[str, Any]) -> Told:
    """As far as it is of the API's types."""
    match call.get("function"):
        case dict(function):
            return Told(*map(_text, (call.get("id"), function.get("name"), function.get("arguments"))))
        case _:
            return Told(_text(call.get("id")), "", "")


def _text(given: object) -> str:
    return given if isinstance(given, str) else ""


def as_chunks(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A `chat.completion` as chunks: per choice its message, then its finish reason; the usage last. A plain
    completion likewise, whose chunks are called as it is."""
    head = {k: v for k, v in answer.items() if k not in ("choices", "usage", "sobrio")}
    plain = any("text" in each for each in answer.get("choices") or ())
    head["object"] = "text_completion" if plain else "chat.completion.chunk"
    for choice in answer.get("choices") or ():
        index = choice.get("index", 0)
        said = {"text": choice["text"]} if plain else _said(choice)
        nothing: dict[str, Any] = {"text": ""} if plain else {"delta": {}}
        part = {"index": index, **said, "finish_reason": None}
        yield {
            **head,
            "choices": [part | ({"logprobs": choice["logprobs"]} if choice.get("logprobs") else {})],
        }
        yield {
            **head,
            "choices": [{"index": index, **nothing, "finish_reason": choice.get("finish_reason")}],
        }
    if answer.get("usage"):
        yield {**head, "choices": [], "usage": answer["usage"]}


def _said(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice.get("message") or {}
    numbered = {
        name: [{"index": index, **each} for index, each in enumerate(message[name])]
        for name in _NUMBERED
        if message.get(name)
    }
    return {"delta": message | numbered}
