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


def test_one_who_says_yes_over_and_over_has_one_vote() -> None:
    crowd = Evidence(0.05).extended((0.99, True, f"pair {number}") for number in range(100))
    one = Evidence(0.05).extended((0.99, True, "one pair") for _ in range(10_000))
    assert crowd.threshold is not None
    assert (len(one.scores), one.threshold) == (1, None)
    assert crowd.add(0.99, True, "pair 7") == crowd


def test_a_wrong_answer_counts_each_time_it_is_given() -> None:
    evidence = Evidence(0.05).extended((0.99, False, "one pair") for _ in range(7))
    assert evidence.right == (False,) * 7


def test_votes_added_one_by_one_are_those_read_at_once() -> None:
    labels = [(0.9, number % 5 > 0, f"pair {number % 11}") for number in range(60)]
    one_by_one = Evidence(0.1)
    for label in labels:
        one_by_one = one_by_one.add(*label)
    assert one_by_one == Evidence(0.1).extended(labels)
