"""An index follows its store: a little at a time, and without what has left."""

from __future__ import annotations

from collections.abc import Sequence

from sobrio.recall.replica import CATCH_UP, Replica, Row


class Rows:
    """A log in a dictionary, which counts how often everything was asked for."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.whole = 0

    def write(self, *numbers: int) -> None:
        self.rows |= {number: Row(number, 100.0, number.to_bytes(8, "big")) for number in numbers}

    def since(self, context: bytes, number: int, limit: int) -> Sequence[Row]:
        return [row for each, row in sorted(self.rows.items()) if each > number][:limit]

    def numbers(self, context: bytes) -> Sequence[int]:
        self.whole += 1
        return sorted(self.rows)


def size(replica: Replica, context: bytes = b"c", generation: int = 0, now: float = 0.0) -> int:
    return len(replica.caught_up(context, 8, generation=generation, now=now))


def test_a_fresh_process_reads_a_bounded_number_per_look_up():
    log = Rows()
    log.write(*range(1, 3 * CATCH_UP))
    replica = Replica(log)
    assert [size(replica) for _ in range(4)] == [CATCH_UP, 2 * CATCH_UP, 3 * CATCH_UP - 1, 3 * CATCH_UP - 1]
    assert log.whole == 0


def test_what_has_left_the_store_leaves_the_index_when_it_has_doubled():
    log = Rows()
    log.write(*range(1, 11))
    replica = Replica(log)
    assert size(replica) == 10
    log.rows.clear()
    log.write(*range(11, 1_100))
    size(replica)
    assert size(replica) == 1_089
    assert log.whole == 1


def test_a_cleared_scope_empties_every_index():
    log = Rows()
    log.write(1, 2, 3)
    replica = Replica(log)
    assert size(replica) == 3
    log.rows.clear()
    assert size(replica, generation=1) == 0


def test_the_contexts_asked_least_recently_are_dropped_first():
    log = Rows()
    log.write(*range(1, 101))
    replica = Replica(log, max_entries=250)
    for context in (b"a", b"b", b"a", b"c"):
        assert size(replica, context) == 100
    assert list(replica._held) == [b"a", b"c"]
