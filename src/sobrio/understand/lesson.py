"""What the labels of some models came to: how much each succeeds beyond their mean, and that mean.

Every view of the prompts teaches by a ridge regression of its own, and what they say is averaged. Then what
was taught, what was expected before any label and how easy the prompts are for all these models are blended
by their leave-one-out predictions: models differ most on prompts of middling ease, and two noisy scores say
more about ease than about their difference. Shares start from what is
likely before any label and move as far as labels carry them. How far the blend is believed, rather than the
ranking expected without labels, is up to the evidence that alike prompts agree (`evidence.py`). Where it is
not, the ranking stays, and how far it spreads prompts is up to the labels: all alike they leave little of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sobrio.understand.evidence import luck, surprises
from sobrio.understand.ridge import Floats, Singles, chosen_rows, ridge
from sobrio.understand.views import Prompts, Views, views_of

_TAUGHT, _PRIOR, _EASE, _CURVE = range(4)
"""What is blended."""
_START: Final = np.array([2.0, 1.0, 0.0, 0.0])
"""The taught is shrunk already, for errors rather than ranks: it counts double until labels say how much."""
_DOUBT: Final = 0.5 * np.array([1.0, 1.0, 0.25, 4.0])
"""How far, squared, shares may lie from the start before any label."""
_UNTAUGHT: Final = np.array([0.0, 1.0, 0.0, 0.0])
"""Shares that leave every ranking as it was."""
_SPREAD_DOUBT: Final = 0.1
"""How far, squared, the spread that public facts give prompts may lie from the true one before any label."""
_LEAST_NOISE: Final = 1e-3
PRIOR_LABELS: Final = 8.0
"""How many labels of one model the public facts are worth, for its level."""
_BELIEVED: Final = (0.02, 0.3)
"""Luck up to which labels are believed wholly, and from which not at all: of labels dealt out at random two
in a hundred are believed wholly."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of models labelled on the same prompts, all of it folded into few products."""

    names: tuple[str, ...]
    views: Views
    weights: Singles
    """As `Views.fold` gives them, shape (features, names + 1): scores, and last the ease of a prompt."""
    constants: Floats
    """Shape (names + 1,)."""
    curves: Floats
    """By how much the square of ease from one half moves each score, shape (names,)."""
    mixture: Floats
    """What of each model's prior goes into each score, shape (names, names)."""
    labels: float
    """How many prompts, as if all of them counted the same."""
    luck: float
    """Chance that labels dealt out at random would tell as much; NaN where that cannot be told."""
    believed: float
    """Share in [0, 1] that the ranking of prompts follows what was taught, not what was expected before."""


def chances(prompts: Prompts, traits: Floats) -> Floats:
    """What models are expected to do before any label, shape (prompts, models).

    `traits`, shape (models, facts + 1), are the facts about each model, then its ability in logits.
    """
    return np.asarray(1.0 / (1.0 + np.exp(-(prompts.worth @ traits[:, :-1].T + traits[:, -1]))))


def learn(
    names: tuple[str, ...], prompts: Prompts, traits: Floats, scores: Floats, weights: Floats
) -> Lesson:
    """`scores` have shape (prompts, names), all known; `weights`, shape (prompts,), are 1 on average."""
    views = views_of(prompts, weights)
    blocks = views.blocks(prompts)
    wanted, expected = _apart(scores), _apart(chances(prompts, traits))
    left_out, slopes, constants = zip(*(ridge(block, wanted, weights) for block in blocks), strict=True)
    rows = chosen_rows(len(prompts))
    parts = _parts(np.mean(left_out, axis=0), expected[rows])
    strange = surprises(wanted[rows], expected[rows], weights[rows])
    lucks = luck([block[rows] for block in blocks], strange)
    blend = [
        _blend(parts[:, column], wanted[rows, column], weights[rows], _believed(lucks[column == len(names)]))
        for column in range(len(names) + 1)
    ]
    return Lesson(
        names,
        views,
        *_folded(views.fold(*slopes) / np.float32(len(blocks)), np.mean(constants, axis=0), np.array(blend)),
        labels=float(np.square(weights.sum()) / np.square(weights).sum()),
        luck=lucks[0],
        believed=_believed(lucks[0]),
    )


def _folded(slopes: Singles, constants: Floats, blend: Floats) -> tuple[Singles, Floats, Floats, Floats]:
    """(weights, constants, curves, mixture) of a `Lesson`.

    `slopes` and `constants` say what was taught of each column, `blend` has shape (columns, 5).
    """
    count = len(blend) - 1
    mixing = np.zeros((count + 1, count + 1))
    """From what was taught of each column to each score, and to the ease of a prompt."""
    mixing[:count, :count] = np.diag(blend[:-1, _TAUGHT])
    mixing[count, :count] = blend[:-1, _EASE] + blend[-1, _TAUGHT]
    mixing[count, count] = 1.0
    of_prior = blend[:-1, _PRIOR] * (np.eye(count) - 1.0 / count) + blend[-1, _PRIOR] / count
    fixed = np.append(blend[:-1, -1] + blend[-1, -1], 0.0)
    return slopes @ mixing.astype(np.float32), constants @ mixing + fixed, blend[:-1, _CURVE], of_prior


def _apart(scores: Floats) -> Floats:
    """Each model's score above the models' mean, and that mean, shape (prompts, models + 1)."""
    mean = scores.mean(axis=1, keepdims=True)
    return np.hstack([scores - mean, mean])


def _parts(taught: Floats, prior: Floats) -> Floats:
    """What is blended for each column, shape (prompts, columns, 4); the mean's own ease is no news."""
    parts = np.zeros((*taught.shape, 4))
    parts[..., _TAUGHT], parts[..., _PRIOR] = taught, prior
    parts[:, :-1, _EASE] = taught[:, -1:]
    parts[:, :-1, _CURVE] = np.square(taught[:, -1:] - 0.5)
    return parts


def _believed(by_luck: float) -> float:
    """From 1 to 0 between the two ends of `_BELIEVED`; nothing where luck is not known."""
    sure, doubtful = _BELIEVED
    if np.isnan(by_luck):
        return 0.0
    return min(max((doubtful - by_luck) / (doubtful - sure), 0.0), 1.0)


def _blend(parts: Floats, wanted: Floats, weights: Floats, believed: float) -> Floats:
    """Shares of the parts, then a constant. Neither the taught nor the prior is ever turned round."""
    middle = np.average(parts, axis=0, weights=weights)
    away = (parts - middle) * np.sqrt(weights)[:, None]
    targets = (wanted - np.average(wanted, weights=weights)) * np.sqrt(weights)
    stakes = max(float(np.square(targets).mean()), _LEAST_NOISE) / _DOUBT
    moment, pull = away.T @ away + np.diag(stakes), away.T @ targets + stakes * _START
    shares = np.linalg.solve(moment, pull)
    kept = np.array([shares[_TAUGHT] > 0, shares[_PRIOR] > 0, True, True])
    shares = np.zeros(len(_START))
    shares[kept] = np.linalg.solve(moment[np.ix_(kept, kept)], pull[kept])
    shares = believed * shares + (1.0 - believed) * _UNTAUGHT
    shares *= believed + (1.0 - believed) * _spread(away @ shares, targets, weights)
    surprise = weights @ (wanted - parts[:, _PRIOR]) / (weights.sum() + PRIOR_LABELS)
    return np.append(shares, middle[_PRIOR] + surprise - middle @ shares)


def _spread(said: Floats, targets: Floats, weights: Floats) -> float:
    """How far apart what is said leaves prompts, from the public facts' own share to 1: by least squares."""
    stake = max(float(np.square(targets).mean()), _LEAST_NOISE) / _SPREAD_DOUBT
    least = PRIOR_LABELS / (weights.sum() + PRIOR_LABELS)
    return float(np.clip((said @ targets + stake) / (said @ said + stake), least, 1.0))
