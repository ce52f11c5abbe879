"""The file a policy was read from, to say where something in it is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sobrio.errors import PolicyError
from sobrio.policy.text import Text, Trail

_SHORT: Final = 12


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    text: Text
    version: str
    """Short hash of the file's bytes."""

    def error(self, where: Trail, problem: str) -> PolicyError:
        return PolicyError(f"{self.path}:{self.text.line(where)}: {problem}")

    def unknown(self, where: Trail, kind: str, name: str, known: Iterable[str]) -> PolicyError:
        return self.error(where, f"unknown {kind} '{name}'{did_you_mean(name, known)}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or what there is to choose from when nothing is near and the list is short."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; known here: {', '.join(names)}" if 0 < len(names) <= _SHORT else ""
