"""The quick ways of reading a prompt find what the plain ways find."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.encode import HashedEncoder, spans_of
from sobrio.understand import surface, task
from sobrio.understand.language import language_of_text
from sobrio.understand.reading import read

FORMULA = re.compile(r"\\[a-zA-Z]+|\$[^$]+\$|\b[a-z]\s*[\^=]\s*[-\d(]")
CODE = re.compile(
    r"```|\bdef \w+\(|\bclass \w+[:({]|#include|;\s*\n|\)\s*\{|\bSELECT\b.+\bFROM\b|=>|</\w+>|\bf\([^)]*\) =="
)
PIECES = ["x", "a b", "é", " ", "\n", "\t", "=", "^", "$", "\\", "\\frac", "(", ")", "{", "-", "1", "23", ";"]
PIECES += [
    "_",
    "=>",
    "</p>",
    "def f",
    "class A",
    ":",
    "SELECT",
    "FROM",
    "f(1) ==",
    "`",
    "#include",
    "A)",
    "- ",
]

written = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(written)
def test_formulas_are_those_of_the_whole_pattern(text: str) -> None:
    assert task._holds_formula(text) == (FORMULA.search(text) is not None)


@given(written)
def test_code_is_that_of_the_whole_pattern(text: str) -> None:
    assert task._holds_code(text) == (CODE.search(text) is not None)


@given(written)
def test_counts_are_those_of_the_bytes(text: str) -> None:
    found = dict(zip(surface.NAMES, np.expm1(surface.surface(read(text))).tolist(), strict=True))
    assert found["numbers"] == pytest.approx(len(re.findall(r"[0-9]+", text)), abs=1e-3)
    assert found["digits"] == pytest.approx(len(re.findall(r"[0-9]", text)), abs=1e-3)
    assert found["lines"] == pytest.approx(text.strip().count("\n"), abs=1e-3)
    assert found["round brackets"] == pytest.approx(len(re.findall(r"[()]", text)), abs=1e-3)


@given(st.text(max_size=80))
def test_a_sparse_row_holds_the_shares_of_its_ngrams(text: str) -> None:
    encoder = HashedEncoder(256)
    sparse = encoder.encode_spans(spans_of(text))
    assert (np.diff(sparse.places) > 0).all()
    assert (sparse.values > 0).all()
    whole = np.zeros(256, np.float32)
    whole[sparse.places] = sparse.values
    assert np.array_equal(whole, encoder.encode([text])[0])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the capital of France, and why was it chosen?", "en"),
        ("Quelle est la capitale de l'Italie ?", "fr"),
        ("Où êtes-vous né, à Besançon ?", "fr"),
        ("Warum ist der Himmel blau und nicht grün?", "de"),
        ("¿Cuál es el río más largo de España?", "es"),
        ("Какая самая длинная река?", "ru"),
        ("日本で一番高い山は何ですか", "ja"),
        ("世界上最长的河流是什么", "zh"),
        ("세계에서 가장 긴 강은 무엇입니까", "ko"),
        ("12 + 30", "und"),
    ],
)
def test_language_by_words_letters_and_scripts(text: str, language: str) -> None:
    assert language_of_text(text) == language


def test_lengths_are_counted_in_characters() -> None:
    latin, cyrillic = (surface.surface(read(text)) for text in ("privet", "привет"))
    assert np.array_equal(latin, cyrillic)
