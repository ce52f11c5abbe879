"""A YAML text as plain values, with the line each value stands on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml
from yaml.reader import ReaderError

Trail: TypeAlias = tuple[str | int, ...]


_TEXT: Final = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
_MOST_VALUES: Final = 100_000


class _Loader(yaml.SafeLoader):
    """YAML 1.1 reads `NO` as false; here it stays Norway. Only true and false are booleans.

    Dates stay text, so that a wrong one is told like any other wrong value.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """A value that its tag promises and that is none, such as `!!int x`, is told with its place."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, OverflowError):
            problem = "a value that cannot be read"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _TEXT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


@dataclass(frozen=True, slots=True)
class Text:
    """`lines` maps the path of every key and list item to its line, counted from 1."""

    value: Any
    lines: Mapping[Trail, int]

    def line(self, path: Trail) -> int:
        """The line of `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class Unreadable(Exception):
    """The text is not the YAML it should be."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


def read(text: str) -> Text:
    """Raises `Unreadable` on a syntax error, a repeated key or a value that cannot be built."""
    try:
        return _read(_Loader(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, str(error.problem or error.context)) from None
    except ReaderError as error:
        raise Unreadable(text.count("\n", 0, error.position) + 1, str(error).splitlines()[0]) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise Unreadable(1, str(error).splitlines()[0]) from None
    except RecursionError:
        raise Unreadable(1, "it is nested too deeply") from None


def _read(loader: _Loader) -> Text:
    try:
        node = loader.get_single_node()
        lines: dict[Trail, int] = {}
        if node is not None:
            _walk(node, (), lines, frozenset())
        return Text(loader.construct_document(node) if node is not None else None, lines)
    finally:
        loader.dispose()


def _walk(node: yaml.Node, path: Trail, lines: dict[Trail, int], above: frozenset[int]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(lines) > _MOST_VALUES:  # few lines become many values where anchors stand for anchors
        raise Unreadable(node.start_mark.line + 1, f"it has more than {_MOST_VALUES:,} values")
    if id(node) in above:
        raise Unreadable(node.start_mark.line + 1, "an anchor contains itself")
    above |= {id(node)}
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*path, index), lines, above)
    elif isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            _enter(key, path, lines)
            _walk(item, (*path, str(key.value)), lines, above)


def _enter(key: yaml.Node, path: Trail, lines: dict[Trail, int]) -> None:
    here = (*path, str(key.value))
    if here in lines:
        raise Unreadable(key.start_mark.line + 1, f"key '{key.value}' is written twice")
    lines[here] = key.start_mark.line + 1
