"""Calling upstreams: the lean path and litellm, behind one port."""

from __future__ import annotations

from sobrio.call.direct import Direct
from sobrio.call.dispatch import Dispatch
from sobrio.call.limits import Limits

__all__ = ["Direct", "Dispatch", "Limits"]
