"""Each provider's counts come to mean the same."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.call.usage import usage_of_events, usage_of_json
from sobrio.terms.answer import Usage


def counted(usage: Any, **more: Any) -> Usage:
    return usage_of_json(msgspec.json.encode({"usage": usage, **more}))


@pytest.mark.parametrize(
    ("provider", "usage", "meaning"),
    [
        ("OpenAI chat", {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}, Usage(9, 5)),
        (
            "OpenAI chat, cached and reasoning",
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": None},
                "completion_tokens_details": {"reasoning_tokens": 2},
            },
            Usage(9, 5, 4, 2),
        ),
        (
            "OpenAI responses",
            {
                "input_tokens": 9,
                "output_tokens": 5,
                "input_tokens_details": {"cached_tokens": 4},
                "output_tokens_details": {"reasoning_tokens": 2},
            },
            Usage(9, 5, 4, 2),
        ),
        (
            "Anthropic leaves cached tokens out of its input",
            {
                "input_tokens": 9,
                "output_tokens": 5,
                "cache_read_input_tokens": 100,
                "cache_creation_input_tokens": 20,
            },
            Usage(129, 5, 100),
        ),
        (
            "Anthropic through litellm, which has put them in",
            {"prompt_tokens": 129, "completion_tokens": 5, "cache_read_input_tokens": 100,
             "prompt_tokens_details": {"cached_tokens": 100}},
            Usage(129, 5, 100),
        ),
        (
            "DeepSeek",
            {"prompt_tokens": 9, "completion_tokens": 5, "prompt_cache_hit_tokens": 4},
            Usage(9, 5, 4),
        ),
        ("Moonshot", {"prompt_tokens": 9, "completion_tokens": 5, "cached_tokens": 4}, Usage(9, 5, 4)),
        (
            "xAI and Gemini leave reasoning out of the completion",
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "total_tokens": 34,
                "completion_tokens_details": {"reasoning_tokens": 20},
            },
            Usage(9, 25, 0, 20),
        ),
        ("embeddings", {"prompt_tokens": 9, "total_tokens": 9}, Usage(9, 0)),
        ("nothing", None, Usage()),
        ("empty", {}, Usage()),
        ("not numbers", {"prompt_tokens": "many"}, Usage()),
        ("of another shape", [1, 2], Usage()),
    ],
)  # fmt: skip
def test_counts_are_normalised(provider: str, usage: Any, meaning: Usage) -> None:
    assert counted(usage) == meaning


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null", b'{"choices":[]}', b'"usage"'])
def test_what_carries_no_counts_is_unknown(body: bytes) -> None:
    assert usage_of_json(body) == Usage()


@given(st.binary(max_size=50))
def test_no_bytes_are_an_error(body: bytes) -> None:
    usage_of_json(body)
    usage_of_json(b'{"usage":' + body + b"}")


def test_llama_cpp_timings_give_processor_seconds() -> None:
    timings = {"prompt_ms": 500.0, "predicted_ms": 1500.0, "cache_n": 3, "predicted_n": 5}
    body = msgspec.json.encode({"usage": {"prompt_tokens": 9, "completion_tokens": 5}, "timings": timings})
    assert usage_of_json(body, threads=4) == Usage(9, 5, 3, 0, cpu_seconds=8.0, cpu_seconds_measured=False)
    assert usage_of_json(body).cpu_seconds is None


def test_a_stream_is_counted_by_its_last_word() -> None:
    events = [
        b'{"choices":[{"delta":{"content":"hi"}}],"usage":null}',
        b'{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5}}',
        b"[DONE]",
    ]
    assert usage_of_events(events) == Usage(9, 5)


def test_anthropic_counts_the_input_first_and_the_output_last() -> None:
    events = [
        b'{"type":"message_start","message":{"usage":{"input_tokens":9,"cache_read_input_tokens":1,'
        b'"output_tokens":1}}}',
        b'{"type":"content_block_delta","delta":{"text":"\\"usage\\""}}',
        b'{"type":"message_delta","usage":{"output_tokens":5}}',
    ]
    assert usage_of_events(events) == Usage(10, 5, 1)


def test_the_responses_format_nests_its_counts() -> None:
    event = b'{"type":"response.completed","response":{"usage":{"input_tokens":9,"output_tokens":5}}}'
    assert usage_of_events([event]) == Usage(9, 5)


def test_a_tail_cut_anywhere_still_counts() -> None:
    tail = [b'oices":[{"delta":{}}],"usage":null}', b'{"usage":{"prompt_tokens":9,"completion_tokens":5}}']
    assert usage_of_events(tail) == Usage(9, 5)


def test_counts_that_cannot_be_true_never_make_energy_negative():
    more_cached_than_read = (
        b'{"usage": {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 500}}}'
    )
    negative = b'{"usage": {"prompt_tokens": -10, "completion_tokens": -1}}'
    absurd = b'{"usage": {"prompt_tokens": 10, "completion_tokens": 9000000000000000000}}'

    assert usage_of_json(more_cached_than_read).cached_tokens == 10
    assert usage_of_json(negative) == Usage()
    assert usage_of_json(absurd) == Usage(10, None)
