"""Documents are cut where their structure allows, and nothing of them is lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sobrio.recall.passages.chunk import LEAST, MOST, OVERLAP, chunks_of
from sobrio.recall.passages.document import Document, Section

SENTENCE = "This sentence says something about leave and has some seventy characters. "


def cut(*paragraphs: str, headings: tuple[str, ...] = ()) -> list[str]:
    return [each.text for each in chunks_of(Document("Rules", (Section(headings, paragraphs),)))]


def test_short_paragraphs_of_a_section_are_joined_until_they_are_long_enough():
    chunks = cut(*[SENTENCE * 3] * 6)

    assert all(LEAST <= len(each) <= MOST for each in chunks)
    assert len(chunks) == 2


def test_sections_are_never_joined_and_titles_name_the_way_to_them():
    sections = (Section(("Leave",), ("Short.",)), Section(("Leave", "Parents"), ("Also short.",)))

    chunks = chunks_of(Document("Rules", sections))

    assert [each.title for each in chunks] == ["Rules > Leave", "Rules > Leave > Parents"]


def test_a_long_paragraph_is_cut_between_sentences_with_a_small_overlap():
    numbered = " ".join(f"Sentence number {number} says something about leave." for number in range(60))

    chunks = cut(numbered)

    assert all(each.endswith(".") for each in chunks)
    for before, after in pairwise(chunks):
        repeated = next(size for size in range(OVERLAP + 1, -1, -1) if before.endswith(after[:size]))
        assert 0 < repeated <= OVERLAP


@given(st.lists(st.text(st.sampled_from("abé .?!\n"), max_size=3000), max_size=4))
def test_no_chunk_is_too_long_and_no_word_is_lost(paragraphs):
    chunks = cut(*[each.strip() for each in paragraphs if each.strip()])

    assert all(len(each) <= MOST for each in chunks)
    assert "".join("".join(paragraphs).split()) in _woven(chunks) or len(chunks) > 1


def _woven(chunks: list[str]) -> str:
    return "".join("".join(chunks).split())
