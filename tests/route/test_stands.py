from __future__ import annotations

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from sobrio.route.stands import MARK_BYTES, Stand, Stands


def mark(number: int) -> bytes:
    return blake2b(number.to_bytes(8, "big"), digest_size=MARK_BYTES).digest()


def test_what_stands_there_is_found_and_replaced() -> None:
    stands = Stands(64)
    stands.put(mark(1), Stand("small at home", "small", 12, 0.5))
    stands.put(mark(1), Stand("large", "large", 2**40, 1.5))
    assert stands.get(mark(1)) == Stand("large", "large", 2**32 - 1, 1.5)
    assert stands.get(mark(2)) is None and len(stands) == 1


def test_however_many_are_put_the_table_is_as_large_as_at_first() -> None:
    stands = Stands(1_000)
    size = stands.nbytes
    for number in range(5_000):
        stands.put(mark(number), Stand("a", "b", 1, float(number)))
    assert stands.nbytes == size == 32_000 and len(stands) <= 1_000
    kept = [number for number in range(5_000) if stands.get(mark(number))]
    assert len(kept) > 950 and sum(kept) / len(kept) > 4_000


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 9)), max_size=60))
def test_of_those_that_share_their_places_the_oldest_goes(puts: list[tuple[int, int]]) -> None:
    stands, latest = Stands(8), dict[int, tuple[float, int]]()
    for moment, (name, tokens) in enumerate(puts):
        latest[name] = float(moment), tokens
        stands.put(mark(name), Stand("a", "b", tokens, float(moment)))
        if len(latest) > 8:
            del latest[min(latest, key=lambda each: latest[each])]
    found = {name: (stand.at, stand.tokens) for name in range(13) if (stand := stands.get(mark(name)))}
    assert found == latest
