"""Graded requests: open requests in four languages, from a greeting to large work under many constraints.

Public outcomes of open requests are few, so nothing in them says that a proof or a design gains more from a
larger model than a greeting or a summary. These were written and graded by hand. What a model of each size
would score at each level is ASSUMED, not measured: see `docs/model-card.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sobrio.terms.model import Model
from sobrio.understand.features import features_of
from sobrio.understand.train.lengths import usual_tokens
from sobrio.understand.train.outcomes import CHARS_PER_TOKEN, Source
from sobrio.understand.train.parallel import FRAME_LEVELS, FRAME_TOKENS, levelled, templated

Graded: TypeAlias = tuple[int, str, float]
"""(level from 1 to `HARDEST`, request, tokens of the answer)."""
_Form: TypeAlias = tuple[int, str, float | None]
"""(level, form, tokens of the answer); without them the answer is as long as the text."""

HARDEST: Final = 7
_FOLDER: Final = Path(__file__).parent
SIZES: Final = np.array([0.135, 0.5, 1.0, 3.0, 8.0, 30.0, 70.0, 200.0])
"""Billions of parameters."""
_EASIEST_SCORES: Final = np.array([0.45, 0.78, 0.88, 0.95, 0.97, 0.98, 0.985, 0.985])
_HARDEST_SCORES: Final = np.array([0.01, 0.03, 0.05, 0.10, 0.20, 0.38, 0.50, 0.68])
"""By size; levels between lie evenly between them in logits."""
_WEIGHT: Final = 4.0
_TEXTS: Final = 140
"""Of each language."""
_EVERY: Final = 3
_ON_TEXTS: Final[dict[str, tuple[_Form, ...]]] = {
    "en": (
        (3, "Correct the spelling and grammar of this text:\n\n{text}", None),
        (3, "Summarise the following text in two sentences.\n\n{text}", 60.0),
        (2, "{text}\n\nAnswer from the text: {question}", 20.0),
        (3, "Which names and dates occur in this text? {text}", 100.0),
        (3, "Rewrite the text below so that a child understands it.\n{text}", None),
        (4, "Translate into Italian: {text}", None),
        (5, "{text}\n\nFind the unstated assumptions and the gaps in the argument, and propose a study that "
            "could refute its main claim.", 600.0),
    ),
    "fr": (
        (3, "Corrige l'orthographe et la grammaire de ce texte :\n\n{text}", None),
        (3, "Résume le texte suivant en deux phrases.\n\n{text}", 60.0),
        (2, "{text}\n\nRéponds d'après le texte : {question}", 20.0),
        (3, "Quels noms et quelles dates figurent dans ce texte ? {text}", 100.0),
        (3, "Réécris le texte ci-dessous pour qu'un enfant le comprenne.\n{text}", None),
        (4, "Traduis en italien : {text}", None),
        (5, "{text}\n\nTrouve les hypothèses implicites et les failles du raisonnement, et propose une étude "
            "qui pourrait réfuter la thèse principale.", 600.0),
    ),
    "de": (
        (3, "Korrigiere Rechtschreibung und Grammatik dieses Textes:\n\n{text}", None),
        (3, "Fasse den folgenden Text in zwei Sätzen zusammen.\n\n{text}", 60.0),
        (2, "{text}\n\nAntworte nach dem Text: {question}", 20.0),
        (3, "Welche Namen und Daten kommen in diesem Text vor? {text}", 100.0),
        (3, "Schreibe den folgenden Text so um, dass ein Kind ihn versteht.\n{text}", None),
        (4, "Übersetze ins Italienische: {text}", None),
        (5, "{text}\n\nFinde die stillschweigenden Annahmen und die Lücken der Argumentation und schlage "
            "eine Studie vor, die die Hauptthese widerlegen könnte.", 600.0),
    ),
    "es": (
        (3, "Corrige la ortografía y la gramática de este texto:\n\n{text}", None),
        (3, "Resume el texto siguiente en dos frases.\n\n{text}", 60.0),
        (2, "{text}\n\nResponde según el texto: {question}", 20.0),
        (3, "¿Qué nombres y fechas aparecen en este texto? {text}", 100.0),
        (3, "Reescribe el texto siguiente para que lo entienda un niño.\n{text}", None),
        (4, "Traduce al italiano: {text}", None),
        (5, "{text}\n\nEncuentra los supuestos implícitos y las lagunas del argumento y propón un estudio "
            "que pueda refutar la tesis principal.", 600.0),
    ),
}  # fmt: skip


def graded(data: Path | None = None) -> tuple[Source, ...]:
    """The one such source; with requests about long texts, if there are any below `data`."""
    texts = data / "rag" / "qa.parquet" if data else None
    asked = [*_written(), *_parallel(), *_templated()]
    return (_source([*asked, *_on_texts(texts)] if texts and texts.exists() else asked),)


def expected_scores(levels: NDArray[np.int_]) -> NDArray[np.float64]:
    """What is assumed of models of `SIZES`, shape (levels, sizes)."""
    share = (levels[:, None] - 1) / (HARDEST - 1)
    logit = (1 - share) * log_odds(_EASIEST_SCORES) + share * log_odds(_HARDEST_SCORES)
    return np.asarray(1 / (1 + np.exp(-logit)))


def log_odds(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(chance / (1 - chance)))


def _written() -> Iterator[Graded]:
    """Lines of a level and a request; a line that begins with # or [ says something about them."""
    lines = (_FOLDER / "graded.txt").read_text(encoding="utf-8").splitlines()
    yield from (_of_level(int(each[0]), each[2:]) for each in lines if each and each[0] not in "#[")


def _parallel() -> Iterator[Graded]:
    for level, requests in levelled(_FOLDER / "parallel.txt"):
        yield from (_of_level(level, each) for each in requests)


def _of_level(level: int, request: str) -> Graded:
    return level, request, usual_tokens(level, features_of(request).task)


def _templated() -> Iterator[Graded]:
    for level, tokens, requests in zip(FRAME_LEVELS, FRAME_TOKENS, templated(), strict=True):
        yield from ((level, each, tokens) for each in requests)


def _on_texts(file: Path) -> Iterator[Graded]:
    """Long and easy, for the most part: length is not what makes a request hard."""
    import pandas as pd

    every = pd.read_parquet(file, columns=["lang", "context", "question"])
    once = every.drop_duplicates("context").sort_values("context", kind="stable")
    for language, forms in _ON_TEXTS.items():
        some = once[once.lang == language].iloc[::_EVERY][:_TEXTS]
        for (level, form, tokens), text, question in zip(
            cycle(forms), some.context, some.question, strict=False
        ):
            yield level, form.format(text=text, question=question), tokens or len(text) / CHARS_PER_TOKEN


def _source(asked: list[Graded]) -> Source:
    levels, prompts, tokens = zip(*asked, strict=True)
    scores = expected_scores(np.array(levels))
    return Source(
        name="graded requests",
        prompts=prompts,
        datasets=("graded",) * len(prompts),
        groups=tuple(f"graded {place}" for place in range(len(prompts))),
        models=tuple(Model(f"assumed {size:g}B", size, size, released="2024-07") for size in SIZES),
        scores=scores,
        tokens=np.tile(np.array(tokens, np.float64)[:, None], (1, len(SIZES))),
        weight=_WEIGHT,
        levelled=True,
    )
