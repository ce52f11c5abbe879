"""JSON objects read by attribute, as openai's result objects are; nothing in them is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn, TypeAlias

import msgspec

Parts: TypeAlias = Mapping[str, "type[View]"]


class View:
    """A JSON object. A field that its class declares and the object lacks reads as `None`.

    Fields that nobody declared are kept and can be read too. Views cannot be changed.
    """

    __slots__ = ("_fields",)
    _fields: Mapping[str, Any]
    _parts: ClassVar[Parts] = {}
    """The classes of the fields that hold objects, or lists of them."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_fields", fields)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._fields:
            return _seen(self._fields[name], self._parts.get(name, View))
        if name in type(self).__annotations__:
            return None
        raise AttributeError(f"{type(self).__name__} has no field {name!r}")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._fields]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and self._fields == other._fields

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._fields.items())
        return f"{type(self).__name__}({fields})"

    def to_dict(self) -> dict[str, Any]:
        """The JSON object, whole."""
        return dict(self._fields)

    def to_json(self) -> str:
        return msgspec.json.encode(self._fields).decode()


def _seen(value: Any, kind: type[View]) -> Any:
    if isinstance(value, Mapping):
        return kind(value)
    if isinstance(value, list):
        return tuple(_seen(each, kind) for each in value)
    return value
