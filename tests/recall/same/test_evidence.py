"""Evidence of one stream."""

from __future__ import annotations

from sobrio.recall import Evidence


def after(count: int, score: float = 0.9) -> Evidence:
    return Evidence(0.05, (score,) * count, (True,) * count)


def test_nothing_is_served_before_the_first_judgement() -> None:
    assert Evidence().threshold is None
    assert Evidence().missing == 368
    assert after(71).missing == 1
    assert after(71).threshold is None


def test_enough_right_labels_open_the_stream() -> None:
    evidence = after(71).add(0.9, True)
    assert evidence.missing == 0
    assert evidence.threshold is not None
    assert evidence.threshold <= 0.9


def test_a_wrong_hit_closes_its_own_level_at_once() -> None:
    evidence = after(72).add(0.93, False)
    assert evidence.threshold is not None
    assert evidence.threshold > 0.93


def test_many_wrong_hits_close_the_stream_at_the_next_look() -> None:
    evidence = after(72)
    for _ in range(40):
        evidence = evidence.add(0.9, False)
    assert evidence.threshold is None
