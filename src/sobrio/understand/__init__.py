"""What is asked, how hard it is, and what each model is expected to make of it."""

from __future__ import annotations

from sobrio.understand.predictor import Predictor

__all__ = ["Predictor"]
