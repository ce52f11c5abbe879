"""The door to optional packages: imported late; when missing, the command that installs them is told."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Literal, TypeAlias

from sobrio.errors import InputError

Extra: TypeAlias = Literal["onnx", "same", "sentence-transformers"]


def well_formed(text: str) -> str:
    """Halves of characters, which JSON can carry and UTF-8 cannot, as question marks."""
    return text.encode("utf-8", "replace").decode()


def imported(module: str, extra: Extra) -> ModuleType:
    """Raises `InputError` when the extra is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        raise InputError(
            f"an encoder of the kind '{extra}' needs the package '{missing.name}'; "
            f"install it with: pip install 'sobrio[{extra}]'"
        ) from None
