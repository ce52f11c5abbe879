"""Sets of models labelled on different prompts, asked together: each says what it says by itself."""

from __future__ import annotations

import numpy as np
import pytest

from sobrio.terms.model import Model
from sobrio.understand import Predictor

PAIR = (Model("small house model", 8.0, 8.0), Model("large house model", 70.0, 70.0))
OTHER = (Model("middle house model", 32.0, 32.0),)
ASKED = [
    "Rewrite letter 7 in a kinder tone.",
    "Which parcel of client 9 is late?",
    "Translate letter 3 into French.",
    "$\\int_0^1 x^2 dx$",
]


def orders(count: int) -> list[str]:
    return [
        f"Rewrite letter {n} in a kinder tone." if n % 2 else f"Which parcel of client {n} is late?"
        for n in range(count)
    ]


def translations(count: int) -> list[str]:
    return [f"Translate {'letter' if n % 3 else 'law'} {n} into French." for n in range(count)]


@pytest.fixture(scope="module")
def pair() -> Predictor:
    scores = np.column_stack([np.arange(80) % 2 == 0, np.ones(80)]).astype(float)
    return Predictor.default().fit(orders(80), PAIR, scores)


@pytest.fixture(scope="module")
def both(pair: Predictor) -> Predictor:
    return pair.fit(translations(50), OTHER, (np.arange(50)[:, None] % 3 > 0).astype(float))


def test_labels_of_other_models_change_nothing_near_labels_of_its_own(
    pair: Predictor, both: Predictor
) -> None:
    near, elsewhere = ASKED[:2], ASKED[2:3]
    assert both.quality(near, PAIR) == pytest.approx(pair.quality(near, PAIR), abs=1e-5)
    moved = both.quality(elsewhere, PAIR) > pair.quality(elsewhere, PAIR)
    assert moved.all()


def test_the_other_set_is_heard_as_well(both: Predictor) -> None:
    alone = Predictor.default().fit(translations(50), OTHER, (np.arange(50)[:, None] % 3 > 0).astype(float))
    near = ASKED[2:3]
    assert both.quality(near, OTHER) == pytest.approx(alone.quality(near, OTHER), abs=1e-5)


def test_many_prompts_at_once_are_expected_to_go_as_one_by_one(both: Predictor) -> None:
    many = orders(300) + translations(300)
    table = both.quality(many, (*PAIR, *OTHER))
    for place in (0, 1, 255, 256, 257, 301, 599):
        assert table[place] == pytest.approx(both.quality([many[place]], (*PAIR, *OTHER))[0], abs=1e-5)
