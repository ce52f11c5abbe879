"""Encoders by the names that settings give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from sobrio.encode.hashed import HashedEncoder
from sobrio.encode.static import static_encoder
from sobrio.encode.through_onnx import OnnxEncoder
from sobrio.encode.through_sentence_transformers import SentenceTransformersEncoder
from sobrio.encode.through_use import UseEncoder
from sobrio.errors import InputError

if TYPE_CHECKING:
    from sobrio.terms.ports import Encoder

_OWN: Final[Mapping[str, Callable[[], Encoder]]] = {
    "static": static_encoder,
    "hashed": HashedEncoder,
    "use": UseEncoder.load,
}
_LOADED: Final[Mapping[str, Callable[[str], Encoder]]] = {
    "onnx": OnnxEncoder.load,
    "sentence-transformers": SentenceTransformersEncoder.load,
}


@cache
def encoder_named(name: str) -> Encoder:
    """`static`, `hashed`, `use`, `onnx:MODEL[,TOKENIZER]` or `sentence-transformers:MODEL`;
    each is loaded once.

    Raises `InputError` when there is no such encoder, or what it needs is not installed.
    """
    kind, _, where = name.partition(":")
    if kind in _OWN and not where:
        return _OWN[kind]()
    if kind in _LOADED and where:
        return _LOADED[kind](where)
    raise InputError(
        f"there is no encoder '{name}'; choose 'static', 'hashed', 'use', 'onnx:FOLDER_OR_PACKAGE' "
        "or 'sentence-transformers:NAME_OR_FOLDER'"
    )
