"""The Python SDK: openai's calling conventions, and a receipt with every answer."""

from sobrio.sdk.client import AsyncClient, AsyncSobrio
from sobrio.sdk.completion import ChatCompletion, ChatCompletionChunk, ReceiptView
from sobrio.sdk.stream import AsyncStream
from sobrio.sdk.sync import Sobrio, Stream

__all__ = [
    "AsyncClient",
    "AsyncSobrio",
    "AsyncStream",
    "ChatCompletion",
    "ChatCompletionChunk",
    "ReceiptView",
    "Sobrio",
    "Stream",
]
