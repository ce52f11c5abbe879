"""What a user's prompts came to: scores and lengths by prompt and model, of one fit or of all together."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sobrio.encode import spans_of
from sobrio.understand.conversation import Prompt, beside_text, messages_of
from sobrio.understand.labelled import ages, recency, sums
from sobrio.understand.views import Floats, Prompts

_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
"""Soft hyphens, letters of no width, marks of direction and of variants."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Labelled prompts; NaN is unknown."""

    names: tuple[str, ...]
    prompts: Prompts
    traits: Floats
    """Facts about each model, then its ability: what it is expected to do before any label."""
    scores: Floats
    """Shape (prompts, models)."""
    ln_errors: Floats
    """ln tokens minus the prior's, shape (prompts, models)."""
    weights: Floats
    """Shape (prompts,)."""
    days: Floats | None = None
    """When labelled, counted from any one day, shape (prompts,); NaN is unknown, and never ages."""
    keys: tuple[str, ...] | None = None
    """What tells prompts apart, one each; `None`: no two are the same."""
    ln_tokens: Floats | None = None
    """Of the lengths that `ln_errors` are about, shape (prompts, models)."""

    @property
    def known_days(self) -> Floats:
        return np.full(len(self.prompts), np.nan) if self.days is None else self.days

    @property
    def known_ln_tokens(self) -> Floats:
        return np.full_like(self.ln_errors, np.nan) if self.ln_tokens is None else self.ln_tokens


def keys_of(prompts: Iterable[Prompt]) -> tuple[str, ...]:
    """16 hexadecimal digits for each, the same in other spacing and capitals: nobody can read the prompt
    from them.

    Pictures and files of a message list count; a `Request` keeps none, so its text alone does.
    """
    return tuple(map(_key, prompts))


def _key(prompt: Prompt) -> str:
    turns = "\0".join(f"{each.role}\0{_plain(each.text)}" for each in messages_of(prompt))
    digest = hashlib.blake2b(turns.encode("utf-8", "surrogatepass"), digest_size=8)
    for part in beside_text(prompt):
        digest.update(msgspec.json.encode(part, enc_hook=str, order="deterministic"))
    return digest.hexdigest()


def _plain(text: str) -> str:
    """What is said, however it is spaced and spelt in capitals."""
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).casefold().split())


def stems_of(prompts: Iterable[Prompt]) -> tuple[str, ...]:
    """The same for the same words and numbers in any order, such as options that changed places."""
    return tuple(map(_stem, prompts))


def _stem(prompt: Prompt) -> str:
    said = "\n".join(_plain(each.text) for each in messages_of(prompt))
    words = np.sort(spans_of(said).with_digits().words)
    return hashlib.blake2b(words.tobytes(), digest_size=8).hexdigest()


def together(outcomes: Sequence[Outcomes], half_life_days: float | None) -> Outcomes:
    """Every prompt once, sorted by key: labels of the same prompt are measurements of one thing.

    The same in whichever order, and in however many files, they came, but for the order of models: ages are
    told from the latest label of all, and of several spellings always the same one stays.
    """
    names = tuple(dict.fromkeys(name for each in outcomes for name in each.names))
    traits = {name: row for each in outcomes for name, row in zip(each.names, each.traits, strict=True)}
    weights = np.concatenate([each.weights for each in outcomes])
    if half_life_days is not None:
        days = np.concatenate([each.known_days for each in outcomes])
        weights = weights * recency(ages(days), half_life_days)
    scores, ln_errors, ln_tokens = (
        np.concatenate([_aligned(getattr(each, part), each.names, names) for each in outcomes])
        for part in ("scores", "ln_errors", "known_ln_tokens")
    )
    keys, place = np.unique(_all_keys(outcomes), return_inverse=True)
    prompts = _joined([each.prompts for each in outcomes])
    return Outcomes(
        names,
        prompts.at(_spelt(prompts, place)),
        np.array([traits[name] for name in names]),
        _mean(scores, weights, place),
        _mean(ln_errors, weights, place),
        _merged_weights(scores, weights, place),
        keys=tuple(keys.tolist()),
        ln_tokens=_mean(ln_tokens, weights, place),
    )


def arrivals(outcomes: Sequence[Outcomes]) -> NDArray[np.intp]:
    """The number of each prompt of `together` in the order they came, from 1."""
    first = np.unique(_all_keys(outcomes), return_index=True)[1]
    return first.argsort().argsort() + 1


def fingerprint(known: Outcomes) -> bytes:
    """Which outcomes of `together` these are, whatever the order of models.

    What is computed of prompts in batches is left out: it differs in its last digits from batch to batch.
    """
    columns = np.argsort(known.names)
    found = "\0".join((*sorted(known.names), *(known.keys or ()))).encode()
    tables = known.scores[:, columns], known.known_ln_tokens[:, columns], known.weights
    spelt = (_spelling(known.prompts, row) for row in range(len(known.prompts)))
    return b"\0".join((found, *(each.round(6).tobytes() for each in tables), *spelt))


def _joined(parts: Sequence[Prompts]) -> Prompts:
    return Prompts(
        np.concatenate([each.surface for each in parts]),
        tuple(hashed for each in parts for hashed in each.hashed),
        np.concatenate([each.worth for each in parts]),
        np.concatenate([each.subjects for each in parts]),
    )


def row_keys(outcomes: Outcomes, number: int) -> Sequence[object]:
    """What tells prompts of fit `number` apart, a row each; without keys each is a prompt of its own."""
    return outcomes.keys or [(number, row) for row in range(len(outcomes.prompts))]


def _all_keys(outcomes: Sequence[Outcomes]) -> list[str]:
    return [str(key) for number, each in enumerate(outcomes) for key in row_keys(each, number)]


def _spelt(prompts: Prompts, place: NDArray[np.intp]) -> NDArray[np.intp]:
    """The row whose spelling stands for each place."""
    order = sorted(range(len(place)), key=lambda row: (place[row], _spelling(prompts, row)))
    return np.array(order, np.intp)[np.unique(place[order], return_index=True)[1]]


def _spelling(prompts: Prompts, row: int) -> bytes:
    """What tells one spelling of a prompt from another."""
    places, surface = prompts.hashed[row].places.astype(np.int32), prompts.surface[row]
    return b"".join((places.tobytes(), surface.tobytes()))


def _mean(table: Floats, weights: Floats, place: NDArray[np.intp]) -> Floats:
    """Of every cell's measurements; NaN where there is none."""
    known = np.isfinite(table) * weights[:, None]
    total, found = _sums(known, place), _sums(np.nan_to_num(table) * known, place)
    return np.asarray(np.divide(found, total, out=np.full(total.shape, np.nan), where=total > 0))


def _merged_weights(scores: Floats, weights: Floats, place: NDArray[np.intp]) -> Floats:
    """Measurements that a prompt has per model measured; as given where none is."""
    counts = _sums(np.isfinite(scores) * weights[:, None], place)
    given = _sums(weights[:, None], place)[:, 0]
    measured = (counts > 0).sum(axis=1)
    return np.where(measured > 0, counts.sum(axis=1) / np.maximum(measured, 1), given)


def _sums(rows: Floats, place: NDArray[np.intp]) -> Floats:
    count = int(place.max(initial=-1)) + 1
    return np.column_stack([sums(column, place, count) for column in rows.T])


def _aligned(table: Floats, has: Sequence[str], wanted: Sequence[str]) -> Floats:
    empty = np.full(len(table), np.nan)
    return np.column_stack([table[:, has.index(name)] if name in has else empty for name in wanted])
