"""Token counts as each provider reports them, to the one meaning of `Usage`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from sobrio.terms.answer import Usage

UNKNOWN = Usage()


_NOTHING = msgspec.Raw(b"")
_MOST_TOKENS = 10**12


class _Details(msgspec.Struct):
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    thinking_tokens: int | None = None
    """Anthropic's word for it."""


class _Counts(msgspec.Struct):
    """The names in use: OpenAI chat, OpenAI responses, Anthropic, DeepSeek and Moonshot."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    prompt_cache_hit_tokens: int | None = None
    cached_tokens: int | None = None


class _Timings(msgspec.Struct):
    """llama.cpp's own: milliseconds of wall time on all its threads."""

    prompt_ms: float
    predicted_ms: float
    cache_n: int | None = None


class _Answer(msgspec.Struct):
    usage: _Counts | None = None
    timings: _Timings | None = None
    message: msgspec.Raw = _NOTHING
    response: msgspec.Raw = _NOTHING


_decoder = msgspec.json.Decoder(_Answer, strict=False)
_usage = msgspec.json.Decoder(_Counts | None, strict=False)
_timings = msgspec.json.Decoder(_Timings | None, strict=False)


def usage_of_json(body: bytes, *, threads: int | None = None) -> Usage:
    """The counts of an answer, or of a stream's event that carries them; unknown where it has none.

    Input includes cached tokens and output includes reasoning, whatever the provider's habit:
    Anthropic leaves cached tokens out of the input; xAI and Gemini leave reasoning out of the
    output but not out of the total. With `threads`, llama.cpp's `timings` give processor seconds
    (derived, not measured).
    """
    try:
        answer = _decoder.decode(body)
        begun = answer.usage is None and bytes(answer.message)
        if answer.usage is None and (inner := begun or bytes(answer.response)):
            answer = _decoder.decode(inner)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UNKNOWN
    counted = _counted(answer.usage or _Counts())
    if begun:
        counted = _so_far(counted)
    return _plausible(_timed(counted, answer.timings, threads))


def usage_of_fields(fields: Mapping[str, msgspec.Raw], *, threads: int | None = None) -> Usage:
    """The same of an answer whose fields have been told apart."""
    try:
        counts = _usage.decode(fields["usage"]) if "usage" in fields else None
        timings = _timings.decode(fields["timings"]) if "timings" in fields else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UNKNOWN
    return _plausible(_timed(_counted(counts or _Counts()), timings, threads))


def usage_of_events(payloads: Iterable[bytes], *, threads: int | None = None) -> Usage:
    """The counts of a stream: the latest of each that any event, or any tail of the events, carries."""
    usage = UNKNOWN
    for payload in payloads:
        if b'"usage"' in payload or b'"timings"' in payload:
            usage = _latest(usage, usage_of_json(payload, threads=threads))
    return _plausible(usage)


def _so_far(counted: Usage) -> Usage:
    """Anthropic's first event: what will be written is not known yet, and nought read means not counted."""
    return replace(counted, input_tokens=counted.input_tokens or None, output_tokens=None)


def _plausible(usage: Usage) -> Usage:
    """Counts below zero are unknown, and no more is cached than was read: energy is never negative."""
    read, written = _count(usage.input_tokens), _count(usage.output_tokens)
    most = max(0, usage.cached_tokens)
    cached = most if read is None else min(most, read)
    if (read, written, cached) == (usage.input_tokens, usage.output_tokens, usage.cached_tokens):
        return usage
    return replace(usage, input_tokens=read, output_tokens=written, cached_tokens=cached)


def _count(tokens: int | None) -> int | None:
    """A count that no call can reach is a defect of the upstream, and unknown."""
    return None if tokens is None or not 0 <= tokens <= _MOST_TOKENS else tokens


def _counted(counts: _Counts) -> Usage:
    if counts.prompt_tokens is None and counts.completion_tokens is None:
        return _counted_as_input_and_output(counts)
    cached = _detail(counts.prompt_tokens_details).cached_tokens
    reasoning = _detail(counts.completion_tokens_details).reasoning_tokens or 0
    unlisted = _unlisted(counts)
    return Usage(
        input_tokens=counts.prompt_tokens,
        output_tokens=_written(counts, unlisted),
        cached_tokens=cached or counts.prompt_cache_hit_tokens or counts.cached_tokens or 0,
        reasoning_tokens=max(reasoning, unlisted),
    )


def _written(counts: _Counts, unlisted: int) -> int | None:
    """Embeddings count a prompt and the same total: nothing was written."""
    if counts.completion_tokens is None:
        return None if counts.total_tokens is None or counts.prompt_tokens is None else unlisted
    return counts.completion_tokens + unlisted


def _unlisted(counts: _Counts) -> int:
    """Tokens in the total that are neither prompt nor completion: reasoning, at xAI and Gemini."""
    listed = (counts.prompt_tokens or 0) + (counts.completion_tokens or 0)
    return max(0, (counts.total_tokens or listed) - listed)


def _counted_as_input_and_output(counts: _Counts) -> Usage:
    """OpenAI's responses, whose input includes what was cached, and Anthropic, whose input does not."""
    read, written = counts.cache_read_input_tokens or 0, counts.cache_creation_input_tokens or 0
    fresh, thought = counts.input_tokens, _detail(counts.output_tokens_details)
    return Usage(
        input_tokens=None if fresh is None else fresh + read + written,
        output_tokens=counts.output_tokens,
        cached_tokens=read or _detail(counts.input_tokens_details).cached_tokens or 0,
        reasoning_tokens=thought.reasoning_tokens or thought.thinking_tokens or 0,
    )


def _detail(details: _Details | None) -> _Details:
    return details or _Details()


def _timed(usage: Usage, timings: _Timings | None, threads: int | None) -> Usage:
    if timings is None:
        return usage
    seconds = (timings.prompt_ms + timings.predicted_ms) / 1000
    return replace(
        usage,
        cached_tokens=usage.cached_tokens or timings.cache_n or 0,
        cpu_seconds=None if threads is None else seconds * threads,
    )


def _latest(before: Usage, now: Usage) -> Usage:
    """Anthropic counts the input in its first event and the output in its last."""
    return Usage(
        input_tokens=before.input_tokens if now.input_tokens is None else now.input_tokens,
        output_tokens=before.output_tokens if now.output_tokens is None else now.output_tokens,
        cached_tokens=max(before.cached_tokens, now.cached_tokens),
        reasoning_tokens=max(before.reasoning_tokens, now.reasoning_tokens),
        cpu_seconds=before.cpu_seconds if now.cpu_seconds is None else now.cpu_seconds,
    )
