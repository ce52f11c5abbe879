"""Anthropic's messages, to and from chat."""

from sobrio.wire.messages.answer_from_chat import answer_from_chat, events_of
from sobrio.wire.messages.answer_to_chat import answer_to_chat
from sobrio.wire.messages.errors import error_from_chat
from sobrio.wire.messages.request_from_chat import request_from_chat
from sobrio.wire.messages.request_to_chat import request_to_chat
from sobrio.wire.messages.stream_from_chat import StreamFromChat
from sobrio.wire.messages.stream_to_chat import StreamToChat
from sobrio.wire.messages.turns import turns_of
from sobrio.wire.messages.unsigned import without_unsigned
from sobrio.wire.messages.whole import assembled

__all__ = [
    "StreamFromChat",
    "StreamToChat",
    "answer_from_chat",
    "answer_to_chat",
    "assembled",
    "error_from_chat",
    "events_of",
    "request_from_chat",
    "request_to_chat",
    "turns_of",
    "without_unsigned",
]
