"""Does an answer pass its acceptance check?"""

from sobrio.verify.check import Check, Kind, passes

__all__ = ["Check", "Kind", "passes"]
