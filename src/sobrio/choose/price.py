"""What one request is expected to cost at one deployment."""

from __future__ import annotations

import math

import msgspec

from sobrio.terms.assessment import Expectation
from sobrio.terms.impacts import Rates


class Price(msgspec.Struct, frozen=True):
    """Central expectation of one call, accelerator to facility, without the router."""

    output_tokens: float
    energy_wh: float
    ghg_g: float


def price(
    expected: Expectation,
    rates: Rates,
    *,
    input_tokens: int,
    cap: int | None,
    cached_tokens: int = 0,
    choices: int = 1,
) -> Price:
    """`cap` is the caller's own limit on the output tokens of each choice; `cached_tokens` of the input are
    kept upstream."""
    output_tokens = choices * mean_output_tokens(expected, cap)
    return price_of(output_tokens, rates, input_tokens=input_tokens, cached_tokens=cached_tokens)


def price_of(output_tokens: float, rates: Rates, *, input_tokens: int, cached_tokens: int = 0) -> Price:
    """Of a call of that length, all its choices together."""
    energy_wh = (
        rates.wh_per_request
        + rates.wh_per_output_token * output_tokens
        + rates.wh_per_input_token * (input_tokens - cached_tokens)
        + rates.wh_per_cached_token * cached_tokens
    )
    return Price(output_tokens, energy_wh, energy_wh * (rates.g_per_wh + rates.g_embodied_per_wh))


def mean_output_tokens(expected: Expectation, cap: int | None) -> float:
    """The mean of a lognormal length: long answers weigh more than the median says."""
    mean = expected.output_tokens * math.exp(expected.output_tokens_ln_sd**2 / 2)
    return mean if cap is None else min(mean, float(cap))
