"""Calling upstreams: the lean path and litellm, behind one port."""

from __future__ import annotations

from sobrio.call.aside import Aside
from sobrio.call.direct import Direct
from sobrio.call.dispatch import Dispatch
from sobrio.call.limits import Limits
from sobrio.call.through_litellm import ThroughLitellm

__all__ = ["Aside", "Direct", "Dispatch", "Limits", "ThroughLitellm"]
