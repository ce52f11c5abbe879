"""Pairs with their labels: blocks written by hand, and what the shared data say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from sobrio.terms.ports import Encoder


@dataclass(frozen=True, slots=True)
class Pair:
    """`family` says what makes it the same or another answer; `block` keeps what belongs together."""

    a: str
    b: str
    same: bool
    source: str
    family: str
    block: str


def blocks(file: Path) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """(lines with one answer, (family, line with another answer)) per block of the file."""
    for chunk in re.split(r"\n\s*\n", file.read_text("utf-8")):
        same = re.findall(r"^= (.+)$", chunk, re.M)
        other = re.findall(r"^!(\w*) (.+)$", chunk, re.M)
        if same:
            yield same, other


def from_blocks(file: Path) -> list[Pair]:
    """Every two lines of one answer, and each of them with each line of another answer."""
    found, source = [], file.stem
    for number, (same, other) in enumerate(blocks(file)):
        block = f"{source}-{number}"
        found += [Pair(a, b, True, source, "same", block) for a, b in combinations(same, 2)]
        found += [Pair(a, b, False, source, family or "near", block) for a in same for family, b in other]
    return found


def across(
    texts: Sequence[str], labels: Sequence[str], encoder: Encoder, source: str, each: int = 2
) -> list[Pair]:
    """Each text with its nearest neighbours of another label: other answers that sound alike."""
    vectors = encoder.encode(texts)
    found, ids = [], np.unique(np.array(labels), return_inverse=True)[1]
    for place, text in enumerate(texts):
        likeness = vectors @ vectors[place]
        likeness[ids == ids[place]] = -1.0
        nearest, block = np.argsort(-likeness, kind="stable")[:each], f"{source}-{labels[place]}"
        found += [Pair(text, texts[int(k)], False, source, "neighbour", block) for k in nearest]
    return found


def earlier(
    texts: Sequence[str], labels: Sequence[str], encoder: Encoder, source: str, each: int = 3
) -> list[Pair]:
    """Each text after the first quarter with its nearest among those before it: what a cache would offer."""
    vectors, found = encoder.encode(texts), []
    for place in range(len(texts) // 4, len(texts)):
        likeness = vectors[:place] @ vectors[place]
        for near in np.argsort(-likeness, kind="stable")[:each]:
            same = labels[int(near)] == labels[place]
            found.append(Pair(texts[place], texts[int(near)], same, source, "traffic", f"{source}-{place}"))
    return found


def within(texts: Sequence[str], labels: Sequence[str], source: str, count: int, seed: int = 0) -> list[Pair]:
    """`count` random pairs of one label."""
    chance = np.random.default_rng(seed)
    groups: dict[str, list[str]] = {}
    for text, label in zip(texts, labels, strict=True):
        groups.setdefault(label, []).append(text)
    names = sorted(name for name, members in groups.items() if len(members) > 1)
    found = []
    for name in chance.choice(names, count):
        one, other = chance.choice(len(groups[name]), 2, replace=False)
        found.append(Pair(groups[name][one], groups[name][other], True, source, "same", f"{source}-{name}"))
    return found
