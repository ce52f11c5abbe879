"""A report as JSON: every figure, and the activity it was computed from."""

from __future__ import annotations

import msgspec

from sobrio.report.document import Report


def to_json(report: Report) -> bytes:
    """UTF-8 JSON with sorted keys: the same report gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(report, order="deterministic"), indent=1) + b"\n"


def from_json(data: bytes) -> Report:
    """Raises `msgspec.ValidationError` when `data` is not a report of this version."""
    return msgspec.json.decode(data, type=Report)
