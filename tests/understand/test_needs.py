"""Pictures, sound and documents are seen to be there, take what can read them, and are weighed by size."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sobrio.understand import Predictor
from sobrio.understand.needs import needs_of
from sobrio.understand.outcomes import keys_of

PDF = "data:application/pdf;base64," + base64.b64encode(bytes(120_000)).decode()
SOUND = base64.b64encode(bytes(960_000)).decode()
PARTS: dict[str, tuple[dict[str, Any], str]] = {
    "a PDF of a chat": ({"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}}, "documents"),
    "a PDF of responses": ({"type": "input_file", "filename": "a.pdf", "file_data": PDF}, "documents"),
    "a file by its id": ({"type": "file", "file": {"file_id": "file-1"}}, "documents"),
    "a document at an address": (
        {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}},
        "documents",
    ),
    "sound": ({"type": "input_audio", "input_audio": {"data": SOUND, "format": "wav"}}, "audio"),
    "sound sent as a file": (
        {"type": "file", "file": {"file_data": f"data:audio/mpeg;base64,{SOUND}"}},
        "audio",
    ),
    "a video": ({"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}}, "video"),
}
QUESTION = {"type": "text", "text": "What is said here?"}


def talk(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [QUESTION, *parts]}]


@pytest.mark.parametrize(("part", "ability"), PARTS.values(), ids=PARTS)
def test_what_comes_along_needs_a_model_that_takes_it(part: dict[str, Any], ability: str) -> None:
    assert needs_of(talk(part)).abilities == {ability}
    assert needs_of(talk()).abilities == frozenset()


def tokens(part: dict[str, Any]) -> int:
    return needs_of(talk(part)).context_tokens - needs_of(talk()).context_tokens


def test_its_size_is_counted() -> None:
    assert tokens(PARTS["a PDF of a chat"][0]) == pytest.approx(2.4 * 2_000, rel=0.01), "2.4 pages of 50 kB"
    assert tokens(PARTS["sound"][0]) == 2_000, "20 s are counted as a minute"
    assert tokens(PARTS["sound sent as a file"][0]) == 2_000, "a minute of MP3"
    assert tokens(PARTS["a file by its id"][0]) == 2_000
    notes = "data:text/plain;base64," + base64.b64encode(b"word " * 20_000).decode()
    assert tokens({"type": "file", "file": {"file_data": notes}}) == pytest.approx(25_000, rel=0.01)


def test_no_file_is_counted_as_longer_than_models_with_long_contexts_read() -> None:
    scans = "data:application/pdf;base64," + "A" * 20_000_000
    assert tokens({"type": "file", "file": {"file_data": scans}}) == 150_000


@pytest.mark.parametrize(
    "part",
    [
        *(part for part, _ in PARTS.values()),
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
    ],
    ids=[*PARTS, "a picture"],
)
def test_that_nobody_looked_into_it_is_said_and_makes_less_sure(part: dict[str, Any]) -> None:
    predictor = Predictor.default()
    plain, brought = (predictor.assess(talk(*parts), ["gpt-5.4"]) for parts in ((), (part,)))
    assert "unread-parts" in brought.caveats
    assert "unread-parts" not in plain.caveats
    assert brought.confidence == pytest.approx(plain.confidence / 2)
    assert brought.of("gpt-5.4").quality_sd > plain.of("gpt-5.4").quality_sd


def test_parts_that_are_not_json_are_still_seen() -> None:
    assert needs_of(talk({"type": "input_audio", "input_audio": {"data": object()}})).audio


def test_two_pictures_alone_are_two_labelled_prompts() -> None:
    def picture(data: str) -> list[dict[str, Any]]:
        part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
        return [{"role": "user", "content": [part]}]

    first, again, other, text, typed = keys_of(
        [picture("AAAA"), picture("AAAA"), picture("BBBB"), talk(), "What  is said HERE?"]
    )
    assert first == again
    assert len({first, other, text}) == 3
    assert text == typed
