"""The estimation core: what a call costs, what it would have cost, and what was avoided."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sobrio.impact.escalation import break_even_rate
    from sobrio.impact.estimator import Estimator, PeriodImpacts
    from sobrio.impact.length import LengthRatio
    from sobrio.impact.machine import Machine
    from sobrio.impact.scenarios import Scenarios

__all__ = ["Estimator", "LengthRatio", "Machine", "PeriodImpacts", "Scenarios", "break_even_rate"]

_MODULES = {
    "Estimator": "estimator",
    "LengthRatio": "length",
    "Machine": "machine",
    "PeriodImpacts": "estimator",
    "Scenarios": "scenarios",
    "break_even_rate": "escalation",
}


def __getattr__(name: str) -> object:
    """Public names are loaded on first use: numpy alone takes longer to import than a program may wait."""
    if name not in _MODULES:
        raise AttributeError(f"module 'sobrio.impact' has no attribute {name!r}")
    return getattr(import_module(f"sobrio.impact.{_MODULES[name]}"), name)
