"""A request as it was received: the bytes untouched, and the little that is read from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

import msgspec

from sobrio.terms.enclosure import Enclosure
from sobrio.terms.shape import Shape

CacheWish: TypeAlias = Literal["default", "semantic", "exact", "refresh", "no-store", "off"]
Ability: TypeAlias = Literal["tools", "vision", "json", "audio", "documents", "video"]
"""What a model may be able to do, or to take."""
Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


class Message(msgspec.Struct, frozen=True):
    """One turn: its role and its text. Images, audio and tool calls are counted, not kept."""

    role: Role
    text: str
    images: int = 0
    tool_calls: int = 0
    files: int = 0
    """Parts that are neither text nor images: documents, sound, moving pictures."""
    enclosed: tuple[Enclosure, ...] = ()
    """Those of them that take an ability."""


class Needs(msgspec.Struct, frozen=True):
    """What the request cannot do without."""

    tools: bool = False
    vision: bool = False
    json: bool = False
    context_tokens: int = 0
    """Estimated input tokens plus the output asked for."""
    audio: bool = False
    documents: bool = False
    video: bool = False

    @property
    def abilities(self) -> frozenset[str]:
        return frozenset(name for name in get_args(Ability) if getattr(self, name))

    @property
    def unread(self) -> bool:
        """Whether it asks about something that nobody looks into before choosing."""
        return self.vision or self.audio or self.documents or self.video


class Caller(msgspec.Struct, frozen=True):
    """Who asks. `tenant` separates caches; no user identity is kept in the clear."""

    tenant: str = "default"
    team: str | None = None
    app: str | None = None
    key_id: str | None = None
    team_claimed: bool = False
    """The request named the team, no key did: good for bookkeeping, not for access."""
    account: str | None = None
    """The first key of the line, where the key came of a rotation: its limits go on."""


class Options(msgspec.Struct, frozen=True):
    """Per-request options, from the body's `sobrio` field or the `x-sobrio-*` headers."""

    team: str | None = None
    quality_floor: float | None = None
    max_latency_ms: float | None = None
    cache: CacheWish = "default"
    """`exact`: no like question's answer; `semantic`: one of those will do, where the policy waits to be
    asked; `refresh`: nothing kept, and the new answer in its place; `no-store`: keep nothing; `off`."""
    pin: bool = False
    explain: bool = False
    conversation: str | None = None
    debug: bool = False
    max_age_s: float | None = None
    """No kept answer older than this."""
    only_cached: bool = False
    """A kept answer or none: no model is called."""


class Request(msgspec.Struct, frozen=True):
    """One request. `fields` maps each top-level field of the body to its raw JSON bytes, unparsed.

    `fields` keeps the order of the body and everything sobrio does not understand; only `model`
    (and `sobrio`, which is ours) ever change on the way to the upstream.
    """

    model: str
    messages: tuple[Message, ...]
    fields: Mapping[str, bytes]
    stream: bool = False
    max_output_tokens: int | None = None
    temperature: float | None = None
    caller: Caller = msgspec.field(default_factory=Caller)
    options: Options = msgspec.field(default_factory=Options)
    include_usage: bool = False
    """The client asked for the stream's usage chunk itself."""
    shape: Shape = "chat"
    """In which `fields` are written, and in which the answer goes back."""
    headers: tuple[tuple[str, str], ...] = ()
    """The client's headers that belong to the shape, such as `anthropic-version`."""
    choices: int = 1
    """Answers, or pictures, asked for at once (`n`); `max_output_tokens` is of each."""
