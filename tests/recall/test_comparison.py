"""Answers are compared only where a comparison can also say no."""

from __future__ import annotations

import pytest

from sobrio.recall import same_answer_text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Paris", "Paris.", True),
        ("Paris", "It is Paris.", True),
        ("C'est Paris", "paris", True),
        ("42", "42", True),
        ("Yes.", "yes", True),
        ("Paris", "Lyon", False),
        ("It is Paris", "It is not Paris", False),
        ("42 km", "42 miles", False),
        ("1.5", "15", False),
        ("Yes", "No", False),
        ("from Paris to Lyon", "from Lyon to Paris", False),
        ("word " * 13, "word " * 13, None),
        ("Yes", "Yes, because " + "word " * 13, None),
        ("", "Paris", None),
        ("…", "…", None),
    ],
)
def test_same_answers(one: str, other: str, same: bool | None) -> None:
    assert same_answer_text(one, other) is same
    assert same_answer_text(other, one) is same
