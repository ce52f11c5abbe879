"""Ingesting: a folder of documents becomes passages of one scope, and stays in step with it."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from sobrio.errors import DocumentError
from sobrio.recall.passages.chunk import Chunk, chunks_of
from sobrio.recall.passages.library import Library
from sobrio.recall.passages.near import signature
from sobrio.recall.passages.reading import READERS, content_of, read
from sobrio.recall.passages.volume import Piece, Volume
from sobrio.terms.ports import Encoder

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told the file under way, how many of its passages are ready, and of how many."""

_AT_ONCE: Final = 500
"""Passages between two words of progress: a second or less."""


@dataclass(frozen=True, slots=True)
class Ingestion:
    """What came of one run; `failed` pairs a file with the reason, and its earlier text stays."""

    scope: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    dropped: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    passages: int
    """New passages of this run."""
    skipped: tuple[tuple[str, int], ...] = ()
    """Files that are no documents: how many of each kind, the most frequent first."""


def _untold(_name: str, _ready: int, _of: int) -> None:
    """Where nobody watches."""


def ingest(
    library: Library, docs: Path, *, scope: str, encoder: Encoder, progress: Progress = _untold
) -> Ingestion:
    """Takes in what is new or changed below `docs` (or the one file) and drops what vanished from it.

    Raises `DocumentError` when `docs` is not there, or neither holds a file of a known kind nor did, and
    `CacheError`.
    """
    root = str(docs.resolve())
    known = library.digests(scope, root)
    _check_there(docs, scope, len(known))
    files, others = _sorted(docs.resolve())
    if not files and not known:
        reason = "no document in it" if docs.is_dir() else "not a known kind of document"
        raise DocumentError(f"{docs}: {reason}; known kinds: {', '.join(READERS)}")
    volumes: list[Volume] = []
    failed: list[tuple[str, str]] = []
    for name, path in files.items():
        try:
            content = content_of(path)
            digest = blake2b(content, digest_size=16).digest()
            if known.get(name) != digest:
                chunks = chunks_of(read(path, content))
                volumes.append(_volume(name, digest, chunks, (scope, root), encoder, progress))
        except DocumentError as error:
            failed.append((name, error.message))
    dropped = tuple(name for name in known if name not in files)
    if volumes or dropped:
        library.write(scope, root, volumes, dropped)
    return Ingestion(
        scope=scope,
        added=tuple(each.name for each in volumes if each.name not in known),
        changed=tuple(each.name for each in volumes if each.name in known),
        unchanged=len(files) - len(volumes) - len(failed),
        dropped=dropped,
        failed=tuple(failed),
        passages=sum(len(each.pieces) for each in volumes),
        skipped=tuple(others.most_common()),
    )


def drop(library: Library, docs: Path, *, scope: str) -> Ingestion:
    """Drops whatever came from `docs`, which need not be there any more.

    Raises `DocumentError` when nothing of it is kept, and `CacheError`.
    """
    root = str(docs.resolve())
    known = tuple(library.digests(scope, root))
    if not known:
        raise DocumentError(f"{docs}: nothing of it is kept in scope '{scope}'; name it as it was taken in")
    library.write(scope, root, (), known)
    return Ingestion(scope, added=(), changed=(), unchanged=0, dropped=known, failed=(), passages=0)


def _check_there(docs: Path, scope: str, kept: int) -> None:
    """A folder that is gone may be a disk that is not mounted: nothing is dropped unasked."""
    if docs.exists():
        return
    if kept:
        command = f"sobrio cache ingest --drop {shlex.quote(str(docs))} --scope {shlex.quote(scope)}"
        raise DocumentError(
            f"{docs}: no such file or folder any more, but {kept} of its documents are kept; "
            f"to drop them: {command}"
        )
    raise DocumentError(f"{docs}: no such file or folder")


def _sorted(root: Path) -> tuple[dict[str, Path], Counter[str]]:
    """The documents below `root` by relative name, in order, and the kinds of all other files."""
    if not root.is_dir():
        return ({root.name: root} if _is_document(root) else {}), Counter()
    below = list(_below(root))
    files = sorted((path.relative_to(root).as_posix(), path) for path in below if _is_document(path))
    return dict(files), Counter(_kind(path) for path in below if not _is_document(path))


def _below(root: Path) -> Iterator[Path]:
    """Hidden files and symbolic links are left out: a link may lead to what is not meant to be read."""
    for folder, folders, names in os.walk(root):
        folders[:] = [each for each in folders if not each.startswith(".")]
        paths = (Path(folder, name) for name in names if not name.startswith("."))
        yield from (path for path in paths if not path.is_symlink())


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in READERS


def _kind(path: Path) -> str:
    return path.suffix.lower() or "without a suffix"


def _volume(
    name: str,
    digest: bytes,
    chunks: Sequence[Chunk],
    place: tuple[str, str],
    encoder: Encoder,
    progress: Progress,
) -> Volume:
    pieces: list[Piece] = []
    for begin in range(0, len(chunks), _AT_ONCE):
        pieces += _pieces(name, chunks[begin : begin + _AT_ONCE], place, encoder)
        progress(name, len(pieces), len(chunks))
    return Volume(name, digest, tuple(pieces))


def _pieces(name: str, chunks: Sequence[Chunk], place: tuple[str, str], encoder: Encoder) -> list[Piece]:
    vectors = encoder.encode([indexed(each.title, each.text) for each in chunks]).astype(np.float16)
    return [
        Piece(
            _identity((*place, name, each.text)),
            each.title,
            each.text,
            signature(each.text),
            encoder.fingerprint,
            vector,
        )
        for each, vector in zip(chunks, vectors, strict=True)
    ]


def indexed(title: str, text: str) -> str:
    """What is searched: the headings say what the piece below them is about."""
    return f"{title}\n{text}"


def _identity(parts: Sequence[str]) -> str:
    digest = blake2b(digest_size=9)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part.encode())
    return f"psg_{digest.hexdigest()}"
