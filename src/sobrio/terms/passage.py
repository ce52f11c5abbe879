"""Passages: pieces of the user's own documents that can be read before a question is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of one document, as a retriever found it."""

    id: str
    """Stable as long as the text is the same and stays in the same document and scope."""
    text: str
    title: str = ""
    """The document's title and the headings above the piece."""
    source: str = ""
    """Where the document is: a path below the folder that was ingested, or an address."""
    scope: str = ""
    """Whose passage it is; only callers who may read that scope ever get it."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that was added to a request, for its receipt: never its text."""

    id: str
    title: str
    source: str
    scope: str
    sha256: str
    """Of the text that was added."""
    tokens: int
    """Estimated from its length."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What was left out of a request, for its receipt: never its text."""

    kind: Literal["passage", "turn"]
    name: str
    """The passage's id, or the turn's role and its place in the conversation, such as `user 3`."""
    sha256: str
    tokens: int
    """Estimated from its length."""
    why: str
