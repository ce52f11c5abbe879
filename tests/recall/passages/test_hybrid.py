"""Words, runs of letters and vectors together find what was meant, in English and in French."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.encode import static_encoder
from sobrio.recall.passages.hybrid import build
from sobrio.recall.passages.inverted import invert

TEXTS = {
    "leave": "Employees may take twenty-five days of leave each year.",
    "congés": "Les salariés ont droit à vingt-cinq jours de congés par an.",
    "canteen": "The canteen serves lunch from eleven to two.",
    "cantine": "La cantine sert le déjeuner de onze heures à quatorze heures.",
    "visitors": "Visitors sign in at the desk and wear a badge.",
}


def find(question: str, limit: int = 2, texts: dict[str, str] = TEXTS) -> list[str]:
    rows = static_encoder().encode(list(texts.values()))
    return build(list(texts), list(texts.values()), rows, static_encoder()).find(question, limit)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How many days of leave can an employee take?", "leave"),
        ("combien de jours de CONGES par an ?", "congés"),
        ("When is lunch served in the canteen?", "canteen"),
        ("À quelle heure la cantine sert-elle les déjeuners ?", "cantine"),
        ("Do visitors need badges?", "visitors"),
    ],
)
def test_the_best_passage_comes_first(question, found):
    assert find(question)[0] == found


def test_a_question_without_a_word_in_common_finds_nothing():
    assert find("xyzzy") == []
    assert find("?!") == []


def test_of_passages_that_say_the_same_the_second_waits_behind_another():
    texts = {f"leave {number}": TEXTS["leave"] + " Ask." * number for number in range(3)}
    found = find("days of leave for employees", 5, TEXTS | texts)

    assert found[0].startswith("leave")
    assert len(set(found)) == len(found) == 5


def bm25(bags: list[list[str]], terms: list[str]) -> list[float]:
    """The formula, word for word."""
    mean = sum(map(len, bags)) / len(bags)
    scores = []
    for bag in bags:
        score = 0.0
        for term in set(terms):
            spread = sum(term in each for each in bags)
            if spread:
                count = Counter(bag)[term]
                rarity = math.log(1 + (len(bags) - spread + 0.5) / (spread + 0.5))
                score += rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(bag) / max(mean, 1)))
        scores.append(score)
    return scores


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=12), min_size=1, max_size=8),
    st.lists(st.sampled_from("abcdefg"), max_size=5),
)
def test_the_index_scores_by_the_formula(bags, terms):
    np.testing.assert_allclose(invert(bags).scores(terms), bm25(bags, terms), rtol=1e-5, atol=1e-6)
