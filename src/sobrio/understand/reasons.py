"""Reasons: what the prompt is like, and the few features that moved its difficulty most, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.features import NAMES
from sobrio.understand.labels import Labels
from sobrio.understand.nearby import Nearby
from sobrio.understand.parameters import Parameters
from sobrio.understand.prior import LEAST_WORTH, View
from sobrio.understand.views import Prompts

_SHOWN: Final = 3
_SHOWN_BESIDE_LABELS: Final = 1
_ALIKE: Final = 0.2
"""Likeness from which a labelled prompt is worth showing."""
_LABELS_SHOWN: Final = 2
_LEAST_MOVED: Final = 0.005
"""Less would be shown as nothing."""

Moves = NDArray[np.float32] | NDArray[np.float64]


def neighbours(
    parameters: Parameters, nearest: int | None, hindered: str | None, *, familiar: bool
) -> tuple[str, ...]:
    """Such as `like competition mathematics (92% of the training prompts in its neighbourhood)`.

    Nothing for a text too short to have neighbours; far from all, what is least unlike; and where it is
    hindered, by what, for its neighbourhood tells little then.
    """
    if hindered is not None:
        return (f"hard to judge: {hindered}",)
    if nearest is None:
        return ()
    kind, share = parameters.kinds[nearest], float(parameters.kind_shares[nearest])
    if not familiar:
        return (f"unlike every kind of training prompt, {kind} the least",)
    return (f"like {kind} ({share:.0%} of the training prompts in its neighbourhood)",)


def of_labels(labels: Labels, prompt: Prompts, moved: NDArray[np.float64]) -> tuple[str, ...]:
    """The labelled prompts that one is near to, whom labels move most there, and by which features.

    `moved`, shape (labelled models,), is by how much. Prompts are named by their number among the distinct
    labelled ones, in the order they came: no text is kept. Nothing without labels.
    """
    if labels.nearby is None or labels.levels is None or not len(labels.nearby.numbers):
        return ()
    alike = labels.nearby.nearest(prompt.hashed[0], _LABELS_SHOWN)
    shown = [_label(labels.nearby, *each) for each in alike if each[1] >= _ALIKE]
    most = int(np.abs(moved).argmax())
    name = labels.levels.names[most]
    return (
        *(shown or ["unlike every labelled prompt"]),
        f"labels move {name} by {moved[most]:+.2f} here",
        *_pulled(labels, prompt, name),
    )


def _label(known: Nearby, row: int, alike: float) -> str:
    scored = zip(known.names, known.scores[row].tolist(), strict=True)
    told = ", ".join(f"{name} {score:.2g}" for name, score in scored if not math.isnan(score))
    return f"like labelled prompt {known.numbers[row]} (likeness {alike:.2f}): {told}"


def _pulled(labels: Labels, prompt: Prompts, name: str) -> Iterator[str]:
    """Such as `easier for a house model by labels: words above the usual (+0.12)`: score."""
    lesson = next((each for each in labels.lessons if name in each.names and each.believed > 0), None)
    if lesson is None:
        return
    pulls = lesson.views.pulls(prompt, lesson.weights[:, lesson.names.index(name)])
    beyond = prompt.surface[0] - lesson.views.middle
    for fact, moved in _greatest(pulls, beyond, _LABELS_SHOWN):
        side = "easier" if moved > 0 else "harder"
        yield f"{side} for {name} by labels: {fact} ({moved:+.2f})"


def reasons(
    parameters: Parameters, view: View, facts: NDArray[np.float64], *, labelled: bool = False
) -> tuple[str, ...]:
    """Such as `harder: options above the usual (-0.32)`: logits of the success of a model of these facts.

    Of one prompt, by the weights that its expectations are made of. Fewer where labels have reasons of their
    own.
    """
    moved, count = contributions(parameters, view, facts), _SHOWN_BESIDE_LABELS if labelled else _SHOWN
    return tuple(
        f"{'easier' if much > 0 else 'harder'}: {fact} ({much:+.2f})"
        for fact, much in _greatest(moved, view.prompts.surface[0], count)
    )


def contributions(parameters: Parameters, view: View, facts: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each feature of one prompt adds to the logit of a model's success, shape (len(NAMES) + 1,).

    Against a prompt usual in training; the last is what its n-grams add in all.
    """
    quality, trust = view.quality[0], view.trust.item(0)
    decided = np.where(quality > LEAST_WORTH, facts, 0.0)
    """Where what a fact is worth stands at its bound, no feature moves it."""
    with_ngrams, without = (parameters.slopes @ decided).reshape(2, -1)
    slopes = trust * with_ngrams + (1.0 - trust) * without
    moved: NDArray[np.float64] = slopes.copy()
    moved[:-1] *= view.prompts.surface[0]
    moved[-1] = quality @ decided - np.add.reduce(moved) if trust else 0.0
    return moved


def _greatest(moved: Moves, beyond: Moves, count: int) -> Iterator[tuple[str, float]]:
    """The facts that moved most, and by how much: the sum of the features that say the same.

    `beyond` says of every feature by how much it is above the usual.
    """
    sums = np.bincount(_FACTS[: len(moved)], moved)
    for fact in np.abs(sums).argsort()[: -count - 1 : -1].tolist():
        if abs(much := sums.item(fact)) >= _LEAST_MOVED:
            yield _named(fact, moved, beyond), much


def _named(fact: int, moved: Moves, beyond: Moves) -> str:
    """By the task it is, else by the feature that moved most of those that say it."""
    if fact == _NGRAMS:
        return "its very words and word pairs"
    place, *others = _SAYING[fact]
    if others:
        of = beyond if fact == _TASK else np.abs(moved)
        place = max(_SAYING[fact], key=of.item)
    return _WORDS[beyond.item(place) > 0][place]


def _fact(feature: str) -> str:
    return "task" if feature.startswith("task ") else _SAME.get(feature, feature)


_SAME: Final = {
    "brevity": "length",
    "share of digits": "digits",
    "numbers": "digits",
    "long words on average": "long words",
}
"""What else says a fact; and one task is not the others."""
_NAMED: Final = tuple(dict.fromkeys(map(_fact, NAMES)))
_TASK: Final = _NAMED.index("task")
_NGRAMS: Final = len(_NAMED)
_FACTS: Final = np.array([*(_NAMED.index(_fact(each)) for each in NAMES), _NGRAMS])
"""The fact that each feature says; n-grams are the last."""
_SAYING: Final = tuple(np.flatnonzero(fact == _FACTS).tolist() for fact in range(_NGRAMS))
_BELOW: Final = tuple(f"{name} below the usual" for name in NAMES)
_ABOVE: Final = tuple(
    f"the {name}" if name.startswith("task ") else f"{name} above the usual" for name in NAMES
)
_WORDS: Final = (_BELOW, _ABOVE)
