"""Acceptance checks: would a careful person accept this answer?

A check reads the answer alone and never runs it. It is a sample's test, not a proof: an answer can say
the right word for the wrong reason, so prompts with a check ask for something short and unambiguous.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import msgspec

from sobrio.verify.text import normal, numbers, says

Kind: TypeAlias = Literal["contains", "one_of", "equals", "number", "regex", "json"]


@dataclass(frozen=True, slots=True)
class Check:
    """What an answer must satisfy. Words are compared without case, accents and punctuation.

    `contains`: every expected phrase occurs. `one_of`: at least one does. `equals`: the whole answer
    is one of them. `number`: the answer's conclusion is the expected number. `regex`: the pattern is
    found, case ignored. `json`: the answer's JSON object has at least the expected members.
    """

    kind: Kind
    expected: tuple[str, ...]
    absent: tuple[str, ...] = ()
    """Phrases of wrong answers: none may occur, so that naming every option does not pass."""
    given: tuple[float, ...] = ()
    """For `number`: the question's own numbers, which an answer may repeat without meaning them."""
    tolerance: float = 0.0
    """For `number`: allowed difference, relative to the expected number."""
    max_words: int | None = None
    """Longer answers fail, for a prompt that asks for a word or a sentence."""


def passes(check: Check, text: str) -> bool:
    """Whether the answer passes. An empty answer never does.

    Raises `ValueError` when the check itself is wrong (a number or a pattern that is none).
    """
    if not normal(text) or any(says(text, phrase) for phrase in check.absent):
        return False
    if check.max_words is not None and len(normal(text).split()) > check.max_words:
        return False
    return _TESTS[check.kind](check, text)


def _contains(check: Check, text: str) -> bool:
    return all(says(text, phrase) for phrase in check.expected)


def _one_of(check: Check, text: str) -> bool:
    return any(says(text, phrase) for phrase in check.expected)


def _equals(check: Check, text: str) -> bool:
    return normal(text) in {normal(phrase) for phrase in check.expected}


def _number(check: Check, text: str) -> bool:
    """The last number that the question did not already contain is the conclusion."""
    wanted = float(check.expected[0])
    repeated = set(check.given) - {wanted}
    found = [value for value in numbers(text) if value not in repeated]
    return bool(found) and math.isclose(found[-1], wanted, rel_tol=check.tolerance, abs_tol=1e-9)


def _regex(check: Check, text: str) -> bool:
    try:
        return all(re.search(pattern, text, re.IGNORECASE) for pattern in check.expected)
    except re.error as error:
        raise ValueError(f"the check's pattern is wrong: {error}") from None


def _json(check: Check, text: str) -> bool:
    wanted = msgspec.json.decode(check.expected[0], type=dict[str, Any])
    return any(_covers(found, wanted) for found in _objects(text))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """JSON objects in the text, in fences or not; an outer one comes before those inside it."""
    decoder = json.JSONDecoder()
    for brace in re.finditer(r"\{", text):
        try:
            found, _ = decoder.raw_decode(text, brace.start())
        except (ValueError, RecursionError):
            continue
        yield found


def _covers(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            name in found and _covers(found[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, str):
        return isinstance(found, str) and normal(found) == normal(wanted)
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is wanted
    return bool(found == wanted)


_TESTS: dict[Kind, Callable[[Check, str], bool]] = {
    "contains": _contains,
    "one_of": _one_of,
    "equals": _equals,
    "number": _number,
    "regex": _regex,
    "json": _json,
}
