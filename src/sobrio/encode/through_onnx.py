"""Transformer encoders as ONNX files, through onnxruntime: no torch, no hub."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode.door import imported, well_formed
from sobrio.errors import InputError

_MOST_TOKENS: Final = 512
_TOKENIZER: Final = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class OnnxEncoder:
    """The mean of a model's token vectors, as the MiniLM, e5, bge and gte families are meant to be read."""

    fingerprint: str
    session: Any
    tokenizer: Any
    inputs: frozenset[str]

    @classmethod
    def load(cls, where: str) -> OnnxEncoder:
        """`where` is MODEL or MODEL,TOKENIZER: each a file, a folder that holds one, or an installed package.

        Raises `InputError` when a file or an extra is missing.
        """
        model, _, tokenizer = where.partition(",")
        weights, words = _file(model, "*.onnx"), _file(tokenizer or model, _TOKENIZER)
        runtime = imported("onnxruntime", "onnx")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = runtime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        reader = imported("tokenizers", "onnx").Tokenizer.from_file(str(words))
        reader.enable_truncation(_MOST_TOKENS)
        reader.no_padding()
        digest = hashlib.sha256(weights.read_bytes() + words.read_bytes()).hexdigest()[:12]
        return cls(f"onnx-{digest}", session, reader, frozenset(each.name for each in session.get_inputs()))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions); an empty text is a row of zeros.

        One at a time: eight-bit models round by batch, and a vector must not depend on its neighbours.
        """
        rows = [self._row(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, len(self._row(""))), np.float32)

    def _row(self, text: str) -> NDArray[np.float32]:
        read = self.tokenizer.encode(well_formed(text))
        columns = {
            "input_ids": read.ids,
            "attention_mask": read.attention_mask,
            "token_type_ids": read.type_ids,
        }
        feed = {name: np.array([ids], np.int64) for name, ids in columns.items() if name in self.inputs}
        vector = self.session.run(None, feed)[0][0].astype(np.float32)
        mean = vector.mean(axis=0) if vector.ndim == 2 else vector
        return np.asarray(mean / np.linalg.norm(mean) if text.strip() else 0.0 * mean, np.float32)


def _file(where: str, pattern: str) -> Path:
    """The one file of that pattern at a path or in an installed package."""
    place = Path(where).expanduser()
    if place.is_file():
        return place
    folder = place if place.is_dir() else _package(where)
    found = sorted(folder.rglob(pattern)) if folder else []
    if len(found) == 1:
        return found[0]
    raise InputError(
        f"'{where}' holds {len(found) or 'no'} files of the form {pattern}, one is needed; "
        "give its path, as in 'onnx:MODEL.onnx,tokenizer.json'"
    )


def _package(name: str) -> Path | None:
    module = name.replace("-", "_")
    spec = find_spec(module) if module.isidentifier() else None
    return Path(spec.origin).parent if spec and spec.origin else None
