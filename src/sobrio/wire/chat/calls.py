"""Which pieces of a stream belong to one call of a tool.

Not every server numbers its calls: Gemini's `/v1beta/openai` sends parallel calls whole and without an index,
others all under the same (https://github.com/googleapis/python-genai/issues/2868,
NousResearch/hermes-agent/issues/62937), some without ids, and some repeat the name in each piece.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Told(NamedTuple):
    """What a piece says of its call, or what was said so far; "" is nothing."""

    call_id: str
    name: str
    arguments: str


def begins_another(piece: Told, there: Told) -> bool:
    """Whether `piece` is of another call than the latest in its place: a name under another id or another
    name begins one, and the same name does where the call there is complete."""
    if not piece.name:
        return False
    if piece.call_id and there.call_id:
        return piece.call_id != there.call_id
    if there.name and piece.name != there.name:
        return True
    return bool(piece.arguments) and _is_json(there.arguments)


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True
