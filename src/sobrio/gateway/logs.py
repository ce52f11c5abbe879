"""What the process logs: JSON, one line an event, on standard error."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from typing import Any

import msgspec

from sobrio.route.journey import UNDER_WAY


class Lines(logging.Formatter):
    """Of an exception its kind and where it was, not its message, which may quote a request."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if receipt := UNDER_WAY.get():
            line["receipt"] = receipt
        error = record.exc_info[1] if record.exc_info else None
        return msgspec.json.encode(line if error is None else line | _shown(error)).decode()


def log_lines() -> None:
    """Everything that is logged in this process from now on comes out so: ours from `info`, other
    packages' from `warning`."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("sobrio").setLevel(logging.INFO)


def _shown(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "trace": [f"{each.filename}:{each.lineno} {each.name}" for each in frames],
    }
