"""Patterns for any of many words find what trying word after word finds."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sobrio.understand.alternation import any_of

few_letters = st.text("ab", min_size=1, max_size=4)


@given(st.lists(few_letters, min_size=1, max_size=8), st.text("abc", max_size=12))
def test_a_branched_pattern_matches_as_the_plain_one_does(words: list[str], text: str) -> None:
    plain = re.compile(f"(?:{'|'.join(words)})")

    branched = re.compile(any_of(" ".join(words)))

    assert branched.findall(text) == plain.findall(text)


@given(st.lists(few_letters, min_size=1, max_size=8), st.text("abc", max_size=12))
def test_what_follows_makes_it_try_the_words_in_the_same_order(words: list[str], text: str) -> None:
    plain = re.compile(f"(?:{'|'.join(words)})(?:b|(c))")

    branched = re.compile(f"{any_of(' '.join(words))}(?:b|(c))")

    assert [each.span() for each in branched.finditer(text)] == [each.span() for each in plain.finditer(text)]
