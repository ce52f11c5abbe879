"""Validation problems of a policy file, put into words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from sobrio.errors import PolicyError
from sobrio.policy.document import Document, keys_at
from sobrio.policy.source import Source, did_you_mean
from sobrio.policy.text import Trail

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_RANK: Final = {"extra_forbidden": 0, "missing": 2}
_SINGULAR: Final = {"rules": "rule", "models": "model", "upstreams": "upstream", "aliases": "alias"}


def document(source: Source) -> Document:
    """Raises `PolicyError` for the one problem that is best mended first."""
    value = source.text.value
    if not isinstance(value, dict):
        raise source.error((), "a policy is a mapping that begins with 'version: 1'")
    try:
        return Document.model_validate(value)
    except ValidationError as error:
        raise _first(source, error.errors(include_url=False, include_context=False)) from None


def _first(source: Source, details: list[ErrorDetails]) -> PolicyError:
    """Unknown keys first and missing ones last, since a typo makes both; else from the top of the file."""
    first = min(details, key=lambda each: (_RANK.get(each["type"], 1), source.text.line(each["loc"])))
    return source.error(first["loc"], _words(first, source.text.value))


def _words(problem: ErrorDetails, value: object) -> str:
    *around, key = problem["loc"]
    place = _place(tuple(problem["loc"]), value)
    if problem["type"] == "extra_forbidden":
        return f"unknown key '{key}'{place}{did_you_mean(str(key), keys_at(tuple(around)))}"
    if problem["type"] == "missing":
        return f"key '{key}' is missing{place}"
    message = problem["msg"].removeprefix("Value error, ")
    if message.startswith("Input should"):
        return f"'{_last_word(problem['loc'])}'{place}{message.removeprefix('Input')}"
    return f"'{_last_word(problem['loc'])}'{place}: {message}"


def _last_word(where: Trail) -> str | int:
    return next((step for step in reversed(where) if isinstance(step, str)), where[-1])


def _place(where: Trail, value: object) -> str:
    """Such as ` in rule 'code'`: the nearest thing that has a name."""
    match where:
        case ("rules" | "models" as section, int(index), _, *_):
            return f" in {_SINGULAR[section]} {_name_of(value, section, index)}"
        case ("upstreams" | "aliases" as section, name, _, *_):
            return f" in {_SINGULAR[section]} '{name}'"
        case (section, _, *_):
            return f" in '{section}'"
    return ""


def _name_of(value: object, section: str, index: int) -> str:
    items = value.get(section) if isinstance(value, dict) else None
    item = items[index] if isinstance(items, list) else None
    name = (item.get("name") or item.get("model")) if isinstance(item, dict) else None
    return f"'{name}'" if name else f"number {index + 1}"
