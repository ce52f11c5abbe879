"""A request with passages before its question: everything else stays byte for byte as it came."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from sobrio.recall.passages.packing import Pack
from sobrio.terms.request import Request

_messages = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.encode
_QUESTION: Final = "\n\nQuestion: "
"""Parts the passages from the question. How to answer is for the user to say, not for us."""


def added(request: Request, pack: Pack) -> Request:
    """The passages go into the last message, before the question: system, history, passages, question.

    What precedes them is then the same as in the turn before, so that a provider's prompt cache holds,
    and no model is sent roles in an order it does not know.
    """
    *before, last = _messages.decode(request.fields["messages"])
    lead = pack.quoted(pack.sign_for(request.messages[-1].text)) + _QUESTION
    fields = _fields.decode(last)
    fields["content"] = msgspec.Raw(_encode(_led(msgspec.json.decode(fields["content"]), lead)))
    *spoken, question = request.messages
    return replace(
        request,
        messages=(*spoken, replace(question, text=lead + question.text)),
        fields={**request.fields, "messages": _encode([*before, msgspec.Raw(_encode(fields))])},
    )


def _led(content: Any, lead: str) -> Any:
    """Content is a text, or a list of parts."""
    return lead + content if isinstance(content, str) else [{"type": "text", "text": lead}, *content]
