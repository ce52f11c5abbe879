"""The same in the same words is one; one other number or negation is another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sobrio.recall.passages.near import originals, signature

TEXT = (
    "Employees may take 25 days of leave each year. Leave is asked for two weeks ahead, in writing, and the "
    "manager answers within three working days. What is left at the end of the year is lost, but for five "
    "days that may be carried over until the end of March of the following year."
)


def repeats(one: str, other: str) -> bool:
    return originals([signature(one), signature(other)]) == [0, 0]


def test_case_accents_punctuation_and_a_few_other_words_do_not_matter():
    assert repeats(TEXT, TEXT.upper())
    assert repeats(TEXT, TEXT.replace(",", " –"))
    assert repeats(TEXT, "Please note. " + TEXT)


def test_another_number_or_a_negation_makes_another_text():
    assert not repeats(TEXT, TEXT.replace("25", "26"))
    assert not repeats(TEXT, TEXT.replace("may take", "may not take"))


def test_other_texts_are_kept_apart():
    assert not repeats(TEXT, "The canteen is open from eleven to two, and closed on public holidays.")


@given(st.lists(st.text(max_size=80), max_size=8))
def test_each_text_repeats_itself_or_one_that_repeats_nothing(texts):
    firsts = originals([signature(each) for each in texts])

    assert all(first <= place and firsts[first] == first for place, first in enumerate(firsts))
    assert all(firsts[place] == firsts[texts.index(each)] for place, each in enumerate(texts))
