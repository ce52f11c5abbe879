"""What training data and public facts say of prompts, before any label of the user's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sobrio.terms.model import Model
from sobrio.understand.facts import FACTS, HASHED_FACTS, facts_of
from sobrio.understand.features import NAMES, Features
from sobrio.understand.legible import legible
from sobrio.understand.parameters import Parameters, standardise
from sobrio.understand.roster import Roster
from sobrio.understand.views import Prompts

_RISING: Final = {"size": 0.3, "tiny": 0.3, "sparsity": 0.0, "date": 0.0, "reasoning": 0.0}
LEAST_WORTH: Final = np.array([_RISING.get(fact, -np.inf) for fact in FACTS], np.float32)
"""Logits per tenfold active size, tenfold sparsity, year: a larger, later or reasoning model is never
expected to be worse than another of the same kind."""
_SIZE, _SPARSITY = FACTS.index("size"), FACTS.index("sparsity")
MID_SIZE: Final = Model("a mid-size model", 14.0, 14.0, released="2024-07")
"""What the difficulty of a request is told by."""
_MID_FACTS: Final = facts_of(MID_SIZE)
_LEAST_LN_TOKENS: Final = math.log(3.0)
_MOST_LN_TOKENS: Final = math.log(2_800.0)
"""What most models write at most in one answer, see `stated.py`."""
_LN_THOUGHTS: Final = math.log(2_500.0)
"""At a request that a mid-size model answers half right, as GPQA's: the reasoning models to which
ML.ENERGY v3 served those wrote 2,200 to 9,200 tokens on average."""
_LN_THOUGHTS_PER_LOGIT: Final = 1.4
_MOST_LN_THOUGHTS: Final = math.log(12_000.0)
_STATED_LN_SD: Final = 0.35
"""Of answers whose length is stated or implied, see the model card."""

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


class View(msgspec.Struct, frozen=True):
    """Prompts as the predictor weighs them; one row or entry per prompt."""

    prompts: Prompts
    """Their surface is standardised."""
    likeness: Floats
    """Confidence by n-grams alone."""
    confidence: Floats
    """The same, as far as the text is legible."""
    trust: NDArray[np.float32]
    """How far n-grams are believed, from 0 to 1."""
    nearest: tuple[int | None, ...]
    """The landmark that each lies nearest to; `None` for a text too short to lie anywhere."""
    quality: NDArray[np.float32]
    """What each fact about a model is worth there, shape (prompts, facts)."""
    hard: Floats
    """Logits by which a mid-size model is likelier to fail than not, as far as the text is legible."""
    length: NDArray[np.float32]
    """What each fact is worth for ln tokens."""
    ln_stated: Floats
    """Of the visible answer, where the prompt states its length; else NaN."""


def view_of(known: Parameters, seen: Sequence[Features], *, subjects: bool = True) -> View:
    """Without `subjects`, which labels alone ask for, it takes less time."""
    located = [known.located(each.hashed) for each in seen]
    legibility = [legible(each.reading) for each in seen]
    plain = np.array(legibility, np.float32)
    likeness = np.array([each.confidence for each in located])
    surface = standardise(_rows([each.dense for each in seen], len(NAMES)), known.mean, known.scale)
    for row, each in enumerate(seen):
        if not len(each.reading.spans.words):
            surface[row] = 0.0
    both = (surface @ known.weights + known.usual_worth).reshape(len(seen), 2, 2, len(FACTS))
    near, worth = both[:, 0], both[:, 1]
    trust = plain * np.array([each.trust for each in located], np.float32)
    near[:, :, : len(HASHED_FACTS)] += _rows([each.worth for each in located], 2, len(HASHED_FACTS))
    worth += (near - worth) * np.array([trust, plain]).T[:, :, None]
    brief = [each.nearest is None for each in located]
    usual = known.usual_worth.reshape(both.shape[1:])[1]
    lasting = _for_lengths(worth, usual, legibility, brief)
    quality = np.maximum(worth[:, 0], LEAST_WORTH)
    quality[:, _SPARSITY] = np.minimum(quality[:, _SPARSITY], quality[:, _SIZE])
    """Nor is a mixture of experts expected to be better than if it used all of them for every token."""
    hashed = tuple(each.hashed for each in seen)
    about = known.about(hashed) if subjects else np.zeros((len(seen), 0), np.float32)
    prompts = Prompts(surface, hashed, quality, about)
    return View(
        prompts,
        likeness,
        plain * likeness,
        trust,
        tuple(each.nearest for each in located),
        quality,
        -(np.maximum(lasting[:, 0], LEAST_WORTH) @ _MID_FACTS),
        lasting[:, 1],
        np.log([each.stated for each in seen]),
    )


def _for_lengths(worth: Singles, usual: Singles, plain: Sequence[float], brief: Sequence[bool]) -> Singles:
    """The worths that lengths go by: the usual ones so far as a text is not legible.

    And no longer answers than usual where few n-grams speak for them: nobody knows what one word asks for.
    Shape (prompts, 2, facts), `usual` (2, facts): for quality, then for ln tokens.
    """
    if min(plain, default=1.0) == 1.0 and not any(brief):
        return worth
    beyond = (worth - usual) * np.array(plain, np.float32)[:, None, None]
    if any(brief):
        beyond[np.array(brief) & (beyond[:, 1] @ _MID_FACTS > 0), 1] = 0.0
    return np.asarray(usual + beyond)


def chances(view: View, roster: Roster) -> Floats:
    """Expected scores, shape (prompts, models)."""
    return np.asarray(1.0 / (1.0 + np.exp(-(view.quality @ roster.facts.T + roster.ability))))


def ln_tokens(view: View, roster: Roster, moved: Floats | float = 0.0) -> Floats:
    """Of the whole answer, hidden reasoning included, shape (prompts, models).

    What is learnt is `moved` by labels: a length that the request states or implies is not.
    """
    learnt = view.length @ roster.plain_facts.T + roster.verbosity + moved
    spoken = np.minimum(np.maximum(learnt, _LEAST_LN_TOKENS), _MOST_LN_TOKENS)
    stated = view.ln_stated[:, None]
    answer = np.where(np.isnan(stated), spoken, stated)
    if not roster.thinks.any():
        return answer
    return np.asarray(np.log(np.exp(answer) + _thoughts(view, moved) * roster.thinks))


def ln_sd(view: View, whole: Floats, usual: float) -> Floats:
    """Standard deviation of `whole`, the answers' ln tokens, by prompt and model.

    `usual`, but less of an answer whose length is stated or implied. Answer and thoughts weigh by their
    tokens, as if both erred alike: nobody measured them apart.
    """
    unknown = np.isnan(view.ln_stated)
    if unknown.all():
        return np.full_like(whole, usual)
    stated = np.where(unknown[:, None], 0.0, np.exp(view.ln_stated[:, None] - whole))
    return np.asarray(usual + (_STATED_LN_SD - usual) * stated)


def _thoughts(view: View, moved: Floats | float) -> Floats:
    """Tokens of hidden reasoning: they follow how hard the request is, not how long its answer may be."""
    ln_thoughts = (_LN_THOUGHTS + _LN_THOUGHTS_PER_LOGIT * view.hard)[:, None] + moved
    return np.asarray(np.exp(np.minimum(ln_thoughts, _MOST_LN_THOUGHTS)))


def _rows(rows: Sequence[NDArray[np.float32]], *shape: int) -> NDArray[np.float32]:
    """Shape (len(rows), *shape), also for no row."""
    return np.array(rows, np.float32).reshape(len(rows), *shape)
