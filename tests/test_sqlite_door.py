from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sobrio.sqlite_door import batches


@given(st.lists(st.integers(), max_size=700))
def test_all_rows_come_in_order(rows: list[int]) -> None:
    assert [row for some in batches(rows) for row in some] == rows


def test_they_come_in_few_sizes_and_in_few_batches() -> None:
    cut = [[len(some) for some in batches(range(count))] for count in range(700)]
    assert len({size for sizes in cut for size in sizes}) == 4
    assert max(map(len, cut)) <= 20
