"""The text of an answer, whatever its shape."""

from __future__ import annotations

import msgspec
import pytest

from sobrio.route.said import said


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"choices": [{"message": {"content": "Paris"}}, {"message": {"content": "Lyon"}}]}, "Paris"),
        ({"choices": [{"message": {"content": None, "tool_calls": [{}]}}]}, ""),
        ({"choices": [{"message": None}]}, ""),
        ({"choices": []}, ""),
        ({"content": [{"type": "text", "text": "Par"}, {"type": "text", "text": "is"}]}, "Paris"),
        ({"content": [{"type": "tool_use", "id": "1", "input": {}}]}, ""),
        ({"data": []}, ""),
    ],
)
def test_what_was_said(answer, text):
    assert said({name: msgspec.Raw(msgspec.json.encode(value)) for name, value in answer.items()}) == text
