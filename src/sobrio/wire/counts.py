"""Token counts in the words of each shape. Unknown counts are left out, not nought."""

from __future__ import annotations

from typing import Any

from sobrio.terms.answer import Usage


def known(usage: Usage) -> bool:
    return usage.input_tokens is not None and usage.output_tokens is not None


def chat_counts(usage: Usage) -> dict[str, Any]:
    read, written = usage.input_tokens or 0, usage.output_tokens or 0
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def messages_counts(usage: Usage) -> dict[str, Any]:
    """Anthropic leaves what was cached out of the input."""
    return {
        "input_tokens": max(0, (usage.input_tokens or 0) - usage.cached_tokens),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens or 0,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
    }


def responses_counts(usage: Usage) -> dict[str, Any]:
    read, written = usage.input_tokens or 0, usage.output_tokens or 0
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": read + written,
    }
