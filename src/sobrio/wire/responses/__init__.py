"""OpenAI's responses, to and from chat."""

from sobrio.wire.responses.answer_from_chat import answer_from_chat, events_of
from sobrio.wire.responses.request_to_chat import request_to_chat
from sobrio.wire.responses.stream_from_chat import StreamFromChat
from sobrio.wire.responses.turns import turns_of

__all__ = ["StreamFromChat", "answer_from_chat", "events_of", "request_to_chat", "turns_of"]
