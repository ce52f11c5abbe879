from __future__ import annotations

import pytest

from sobrio.route.pace import Paces


def test_a_first_answer_tells_the_speed_and_later_ones_move_it() -> None:
    paces = Paces()
    assert "a" not in paces.speeds
    paces.note("a", first_byte_ms=100, total_ms=1100, output_tokens=100)
    assert paces.speeds["a"].answer_ms(50) == 600
    paces.note("a", first_byte_ms=200, total_ms=3200, output_tokens=100)
    assert paces.speeds["a"].first_byte_ms == pytest.approx(120)
    assert paces.speeds["a"].ms_per_output_token == pytest.approx(14)


def test_an_answer_without_tokens_is_all_first_byte() -> None:
    paces = Paces()
    paces.note("a", first_byte_ms=100, total_ms=150, output_tokens=0)
    assert paces.speeds["a"].ms_per_output_token == 0
