"""The shapes of a chat answer and of one chunk of a streamed one, as openai names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from sobrio.sdk.view import Parts, View
from sobrio.terms.receipt import Receipt


class Function(View):
    __slots__ = ()
    name: str
    arguments: str


class ToolCall(View):
    __slots__ = ()
    _parts: ClassVar[Parts] = {"function": Function}
    id: str
    index: int
    type: str
    function: Function


class Message(View):
    __slots__ = ()
    _parts: ClassVar[Parts] = {"tool_calls": ToolCall}
    role: str
    content: str | None
    refusal: str | None
    tool_calls: tuple[ToolCall, ...] | None


class Delta(Message):
    """A piece of a message; every field but the first chunk's role may be missing."""

    __slots__ = ()
    role: str | None  # type: ignore[assignment]
    content: str | None
    refusal: str | None
    tool_calls: tuple[ToolCall, ...] | None


class Choice(View):
    __slots__ = ()
    _parts: ClassVar[Parts] = {"message": Message}
    index: int
    message: Message
    finish_reason: str
    logprobs: View | None


class ChunkChoice(View):
    __slots__ = ()
    _parts: ClassVar[Parts] = {"delta": Delta}
    index: int
    delta: Delta
    finish_reason: str | None
    logprobs: View | None


class Usage(View):
    """Token counts, and in `sobrio` the impact: energy_wh, ghg_g, water_ml, each low, central, high."""

    __slots__ = ()
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    sobrio: View | None


class ReceiptView(View):
    """The part of a receipt that travels in the answer; `receipt` is the id of the whole one."""

    __slots__ = ()
    receipt: str
    outcome: str
    cache: str
    decision: View | None
    realised: View | None
    reference: View | None
    avoided: View | None
    method: str
    caveats: tuple[str, ...]

    @property
    def id(self) -> str:
        """As the whole receipt names it."""
        return self.receipt


AnyReceipt: TypeAlias = Receipt | ReceiptView
Look: TypeAlias = Callable[[], Receipt | None]
"""Finds the whole receipt, where it is at hand."""


class _Answer(View):
    __slots__ = ("_look",)
    _look: Look

    def __init__(self, fields: Mapping[str, Any], look: Look) -> None:
        super().__init__(fields)
        object.__setattr__(self, "_look", look)

    @property
    def sobrio(self) -> AnyReceipt | None:
        """In process the `Receipt`; over HTTP what of it came with the answer."""
        if "sobrio" not in self._fields:
            return None
        return self._look() or ReceiptView(self._fields["sobrio"])


class ChatCompletion(_Answer):
    __slots__ = ()
    _parts: ClassVar[Parts] = {"choices": Choice, "usage": Usage}
    id: str
    object: str
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: Usage
    system_fingerprint: str | None
    service_tier: str | None


class ChatCompletionChunk(_Answer):
    """The last chunk carries `usage.sobrio` and `sobrio`."""

    __slots__ = ()
    _parts: ClassVar[Parts] = {"choices": ChunkChoice, "usage": Usage}
    id: str
    object: str
    created: int
    model: str
    choices: tuple[ChunkChoice, ...]
    usage: Usage | None
    system_fingerprint: str | None
    service_tier: str | None
