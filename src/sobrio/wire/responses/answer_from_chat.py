"""A whole answer in chat as a response, and a response as the stream it might have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from sobrio.call.usage import usage_of_json
from sobrio.wire.chat.answer import Answer
from sobrio.wire.chat.segments import segments_of
from sobrio.wire.counts import known, responses_counts
from sobrio.wire.responses.items import ended, head_of, item_id, item_of

_decoder = msgspec.json.Decoder(Answer)


def answer_from_chat(body: bytes, fields: Mapping[str, bytes]) -> dict[str, Any]:
    """`fields`: the request's. Raises `msgspec.DecodeError` for what is not a chat answer."""
    answer = _decoder.decode(body)
    choice = answer.first
    usage = usage_of_json(body)
    head = head_of(fields, answer.id, answer.model, answer.created)
    logprobs: list[Any] = list((choice.logprobs.content if choice.logprobs else None) or ())
    output = [
        item_of(each, item_id(each, head["id"], index), "completed", logprobs)
        for index, each in enumerate(segments_of(choice.message))
    ]
    return ended(head, output, choice.finish_reason, responses_counts(usage) if known(usage) else None)


def events_of(response: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A whole response as a stream, its sequence numbered."""
    for number, event in enumerate(_events(response)):
        yield event | {"sequence_number": number}


def _events(response: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    begun = {name: value for name, value in response.items() if name != "sobrio"}
    begun |= {"status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(response.get("output") or ()):
        yield from _item(item, index)
    yield {"type": f"response.{response.get('status', 'completed')}", "response": response}


def _item(item: Mapping[str, Any], index: int) -> Iterator[dict[str, Any]]:
    at = {"output_index": index}
    within = at | {"item_id": item.get("id", "")}
    whole = item.get("type") not in ("message", "function_call")
    emptied: dict[str, Any] = {"content": []} if item.get("type") == "message" else {"arguments": ""}
    opened = item if whole else {**item, **emptied, "status": "in_progress"}
    yield {"type": "response.output_item.added", **at, "item": opened}
    if item.get("type") == "function_call":
        said = item.get("arguments", "")
        yield {"type": "response.function_call_arguments.delta", **within, "delta": said}
        yield {"type": "response.function_call_arguments.done", **within, "arguments": said}
    for place, part in enumerate(item.get("content") or () if not whole else ()):
        yield from _part(part, within | {"content_index": place})
    yield {"type": "response.output_item.done", **at, "item": item}


def _part(part: Mapping[str, Any], within: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name = {"output_text": "text", "refusal": "refusal"}.get(part.get("type", ""))
    if name is None:
        return
    kind, said = f"response.{part['type']}", part.get(name, "")
    more: dict[str, Any] = {"logprobs": part.get("logprobs") or []} if name == "text" else {}
    yield {"type": "response.content_part.added", **within, "part": {**part, name: ""}}
    yield {"type": f"{kind}.delta", **within, "delta": said, **more}
    yield {"type": f"{kind}.done", **within, name: said, **more}
    yield {"type": "response.content_part.done", **within, "part": part}
