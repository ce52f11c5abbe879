"""Answers are compared only where a comparison can also say no."""

from __future__ import annotations

import json

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
        ('{"city": "Paris", "people": 2}', '{"people": 2.0, "city": "paris"}', True),
        ('{"city": "Paris"}', '{"city": "Lyon"}', False),
        ('{"city": "Paris"}', '{"city": "Paris", "people": 2}', False),
        (json.dumps({"words": ["word"] * 40}), json.dumps({"words": ["word"] * 40}), True),
        (json.dumps({"words": ["word"] * 40}), json.dumps({"words": ["word"] * 39}), False),
        ('```json\n{"city": "Paris"}\n```', '{"city": "Paris"}', True),
        ('{"city": "Paris"}', "Paris", False),
        ('{"text": "' + "word " * 13 + '"}', '{"text": "' + "other " * 13 + '"}', None),
        ('{"text": "' + "word " * 13 + '"}', '{"text": "' + "word " * 13 + '"}', None),
        ('{"text": ""}', '{"text": "Paris"}', False),
        ("C#", "C++", False),
        ("C", "C++", False),
        ("-40 °C", "40 °C", False),
        ("−40 °C", "-40 °C", True),
        ("$5", "€5", False),
        ("$5", "5 dollars", False),
        ("5 mW", "5 MW", False),
        ("10 Mb/s", "10 MB/s", False),
        ("5 PM", "5 pm", True),
        ("5 %", "5", False),
        ("5 %", "5%", True),
        ("x > 5", "x < 5", False),
        ("1/2", "1 2", False),
        ("2^3", "2*3", False),
        ('{"profit": "-3"}', '{"profit": "3"}', False),
        ("Vitamin A", "Vitamin", False),
        ("It is vitamin C.", "Vitamin C", True),
        ("**42**", "42!", True),
        ("- Paris", "Paris", True),
        ("", "Paris", None),
        ("…", "…", None),
    ],
)
def test_same_answers(one: str, other: str, same: bool | None) -> None:
    assert same_answer_text(one, other) is same
    assert same_answer_text(other, one) is same
