"""The end of a streamed chat: what waits there for its receipt, and what the stream has shown by then."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.route.answer import must_be_object
from sobrio.route.complaint import complaint_in
from sobrio.route.stamp import Stamp, stamped
from sobrio.terms.answer import Usage

_DONE = b"[DONE]"

_COUNTS = re.compile(rb'"usage"\s*:\s*\{')
_NO_CHOICES = re.compile(rb'"choices"\s*:\s*\[\s*\]')
_FINISHED = re.compile(rb'"finish_reason"\s*:\s*"(\w+)"')
_ANOTHER = re.compile(rb'"index"\s*:\s*[1-9]')
"""Of a choice or of a tool's call."""
# None of these can match inside a JSON string, where every quote is escaped.

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Choice(msgspec.Struct, gc=False):
    index: int = 0
    finish_reason: Any = None


class _Chunk(msgspec.Struct, gc=False):
    choices: list[_Choice] = []


_chunk = msgspec.json.Decoder(_Chunk)


class Tail:
    """From the first finish chunk on, the last one waits for the token counts that follow it, so that the
    receipt can ride on it and clients that never asked for a usage chunk never meet one without choices.

    Some servers (OpenRouter) send one more chunk with choices, and the counts in it.
    """

    __slots__ = ("_ended", "_held", "_seen", "_usage_chunk", "count", "done", "finish_reason", "kept")

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        """Every payload so far, `[DONE]` excepted."""
        self.count = 0
        """Payloads with choices: about one for each token."""
        self.finish_reason: str | None = None
        self.done = False
        self._held: bytes | None = None
        self._usage_chunk: bytes | None = None
        self._seen = {0}
        """Choices that have begun."""
        self._ended: set[int] = set()

    @property
    def complete(self) -> bool:
        """Whether every choice that has begun has ended, or the server says that this was all."""
        return self.finish_reason is not None and (self.done or self._seen <= self._ended)

    def take(self, payloads: Iterable[bytes]) -> list[bytes]:
        """The payloads that may go out now that these have arrived."""
        ready: list[bytes] = []
        for payload in payloads:
            if payload == _DONE:
                self.done = True
                break
            self.kept.append(payload)
            if b'"usage"' in payload and _COUNTS.search(payload) and _NO_CHOICES.search(payload):
                self._usage_chunk = _whole(payload)
            else:
                self._add(payload, ready)
        return ready

    def _add(self, payload: bytes, ready: list[bytes]) -> None:
        if (complaint := complaint_in(payload)) is not None:
            raise complaint
        self.count += 1
        if self._held is not None:
            ready.append(self._held)
        finish = _FINISHED.search(payload)
        if finish is not None:
            self.finish_reason = finish[1].decode()
        if finish is not None or _ANOTHER.search(payload) is not None:
            self._follow(payload)
        if self.finish_reason is None:
            must_be_object(payload)
            ready.append(payload)
        else:
            self._held = _whole(payload)

    def _follow(self, payload: bytes) -> None:
        """Choices of a form that is not known count as ended when the first of them is."""
        try:
            choices = _chunk.decode(payload).choices
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._ended |= self._seen
            return
        self._seen.update(each.index for each in choices)
        self._ended.update(each.index for each in choices if each.finish_reason)

    def whole(self) -> bytes:
        """All of it as one JSON array."""
        return b"[%s]" % b",".join(self.kept)

    def last(self, stamp: Stamp, usage: Usage, *, include_usage: bool) -> list[bytes]:
        """The finish chunk and, where the client asked for it, the usage chunk; the receipt on the last."""
        if self._held is None:
            return []
        if self._usage_chunk is None:
            return [stamped(_object.decode(self._held), stamp, usage)]
        counted = _object.decode(self._usage_chunk)
        if include_usage:
            return [self._held, stamped(counted, stamp, usage)]
        counts = {name: raw for name, raw in counted.items() if name == "usage"}
        return [stamped(_object.decode(self._held) | counts, stamp, usage)]


def _whole(payload: bytes) -> bytes:
    """The receipt is going to ride on it."""
    try:
        _object.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UpstreamBroken("the upstream sent an event that is not JSON") from None
    return payload
