"""sobrio: model-routing middleware that uses the smallest adequate model and shows the receipt."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sobrio.assemble import AsyncSobrio, Sobrio
    from sobrio.terms.model import Model

__all__ = ["AsyncSobrio", "Model", "Sobrio", "__version__"]


def __getattr__(name: str) -> object:
    """Public names are loaded on first use, so that `import sobrio` costs next to nothing."""
    if name == "Model":
        from sobrio.terms.model import Model

        return Model
    if name in ("Sobrio", "AsyncSobrio"):
        # Not an import statement: rooms that ask for `__version__` must not seem to import `assemble`.
        return getattr(import_module("sobrio.assemble"), name)
    raise AttributeError(f"module 'sobrio' has no attribute {name!r}")
