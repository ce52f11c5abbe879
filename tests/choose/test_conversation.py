"""In a conversation, and in haste."""

from __future__ import annotations

from dataclasses import replace

from sobrio.choose import Allowed, Haste, choose
from sobrio.terms.assessment import Assessment, Expectation
from sobrio.terms.conversation import Held
from sobrio.terms.impacts import Rates
from sobrio.terms.model import Backing, Deployment, Model
from sobrio.terms.request import Needs
from sobrio.terms.speed import Speed

BACKING = Backing(kind="openai", model="m", base_url="http://127.0.0.1:1/v1")
NAMES = ("small", "middle", "large")
QUALITY = dict(zip(NAMES, (0.7, 0.8, 0.9), strict=True))
RATES = {
    name: Rates(wh, wh / 10, wh / 1000, 0.0, 0.4, 0.0)
    for name, wh in zip(NAMES, (0.001, 0.004, 0.02), strict=True)
}
ALLOWED = Allowed(
    "rule",
    "p0",
    [Deployment(name=name, model=Model(name), backing=BACKING) for name in NAMES],
    [],
    "large",
    0.5,
    0.5,
    "energy_wh",
)


def assessed(input_tokens: int = 50, sd: float = 0.0, **quality: float) -> Assessment:
    known = QUALITY | quality
    expectations = tuple(Expectation(name, known[name], sd, 100.0, 0.0) for name in NAMES)
    return Assessment("agent", "general", "en", 0.3, Needs(), input_tokens, 1.0, expectations)


def refused(decision) -> dict[str, str | None]:
    return {each.model: each.refused for each in decision.candidates}


def test_a_conversation_never_moves_down() -> None:
    decision = choose(ALLOWED, assessed(), RATES, held=Held("middle", "middle"))
    assert decision.model == "middle"
    assert refused(decision)["small"] == "this conversation was answered by middle, expected to do better"


def test_it_moves_to_a_lesser_model_only_where_that_one_is_surely_as_good() -> None:
    """Near equals change places from turn to turn; a conversation does not."""
    careful, held = replace(ALLOWED, confidence=0.9), Held("middle", "middle")
    decision = choose(careful, assessed(small=0.81, sd=0.05), RATES, held=held)
    assert decision.model == "middle"
    assert "not surely as good" in (refused(decision)["small"] or "")
    assert choose(careful, assessed(small=0.95, sd=0.05), RATES, held=held).model == "small"
    assert choose(careful, assessed(small=0.81, sd=0.05), RATES).model == "small"
    bold = replace(ALLOWED, confidence=0.5)
    assert choose(bold, assessed(small=0.81, sd=0.05), RATES, held=held).model == "middle"


def test_it_moves_up_when_the_next_turn_needs_more() -> None:
    hard = assessed(small=0.1, middle=0.2)
    assert choose(ALLOWED, hard, RATES, held=Held("middle", "middle")).model == "large"


def test_what_lies_in_a_prompt_cache_counts_in_the_price_of_moving() -> None:
    """Equally good elsewhere and cheaper by the token, but the long beginning would be read anew."""
    equal = assessed(20_000, small=0.8)
    warm = choose(ALLOWED, equal, RATES, held=Held("middle", "middle", cached_tokens=19_900))
    cold = choose(ALLOWED, equal, RATES, held=Held("middle", "middle"))
    assert (warm.model, cold.model) == ("middle", "small")


def test_a_model_nobody_can_compare_with_any_more_binds_nothing() -> None:
    assert choose(ALLOWED, assessed(), RATES, held=Held("gone", "gone")).model == "small"


def test_in_haste_whoever_is_known_to_be_too_slow_is_left_out() -> None:
    haste = Haste(1000, {"small": Speed(200, 20), "middle": Speed(100, 5)})
    decision = choose(ALLOWED, assessed(), RATES, haste=haste)
    assert decision.model == "middle"
    assert refused(decision)["small"] == "expected to take 2200 ms, 1000 allowed"


def test_in_haste_the_best_of_the_quick_is_taken_when_nobody_is_adequate() -> None:
    haste = Haste(1000, {"large": Speed(200, 50)})
    strict = replace(ALLOWED, quality_floor=1.0, confidence=0.99)
    weak = assessed(small=0.1, middle=0.2)
    assert choose(strict, weak, RATES, haste=haste).model == "middle"
