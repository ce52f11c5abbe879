"""Where a caller says several things of the caches, none of them is overstepped."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.recall.eligible import may_keep, may_recall
from sobrio.recall.wish import strictest
from sobrio.terms.request import CacheWish, Options, Request

WISHES: list[CacheWish] = list(get_args(CacheWish))


@pytest.mark.parametrize(
    ("wishes", "counts"),
    [
        (("default", "semantic"), "default"),
        (("semantic", "exact"), "exact"),
        (("exact", "default"), "exact"),
        (("default", "refresh"), "refresh"),
        (("semantic", "no-store"), "no-store"),
        (("refresh", "no-store"), "off"),
        (("exact", "no-store"), "off"),
        (("exact", "refresh"), "off"),
        (("refresh", "off"), "off"),
        (("default", "no-store", "refresh"), "off"),
    ],
)
def test_the_stricter_counts_whichever_comes_first(wishes: tuple[CacheWish, ...], counts: CacheWish) -> None:
    assert {strictest(order) for order in permutations(wishes)} == {counts}


@pytest.mark.parametrize("wish", WISHES)
def test_one_wish_counts_as_it_is(wish: CacheWish) -> None:
    assert strictest([wish]) == strictest([wish, wish]) == wish


@given(st.lists(st.sampled_from(WISHES), min_size=1))
def test_nothing_is_kept_or_read_that_one_of_them_forbids(wishes: list[CacheWish]) -> None:
    asked = [Request("m", (), {}, options=Options(cache=wish)) for wish in wishes]
    counts = Request("m", (), {}, options=Options(cache=strictest(wishes)))
    assert may_keep(counts) <= all(map(may_keep, asked))
    assert may_recall(counts, 1.0) <= all(may_recall(each, 1.0) for each in asked)
