"""Reports over a ledger: what was realised, and apart from it what was avoided."""

from sobrio.report.builder import build
from sobrio.report.document import Baseline, Declarations, Report
from sobrio.report.everyday import with_equivalences
from sobrio.report.page import to_html
from sobrio.report.record import from_json, to_json

__all__ = [
    "Baseline",
    "Declarations",
    "Report",
    "build",
    "from_json",
    "to_html",
    "to_json",
    "with_equivalences",
]
