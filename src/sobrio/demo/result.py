"""What a demo run found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sobrio.demo.exchange import Exchange
from sobrio.report import Report
from sobrio.terms.impacts import Avoided, Impacts


@dataclass(frozen=True, slots=True)
class DemoResult:
    exchanges: Sequence[Exchange]
    report: Report
    files: tuple[Path, ...]
    """The report, HTML first."""
    policy: Path
    data_dir: Path
    where: str
    seconds: Mapping[str, float]
    """By part of the run."""

    def as_dict(self) -> dict[str, Any]:
        """The contract's JSON. `avoided` and `reference` count verified answers alone."""
        verified = self.report.avoided.verified
        return {
            "requests": len(self.exchanges),
            "outcomes": dict(Counter(each.receipt.outcome for each in self.exchanges)),
            "checks": self.checks(),
            "realised": self.report.realised.as_dict(),
            "reference": _figures(verified.reference),
            "avoided": _figures(verified.avoided),
            "router_overhead_wh": sum(each.receipt.router_energy_wh for each in self.exchanges),
            "report": str(self.files[0]),
            "data_dir": str(self.data_dir),
            "policy": str(self.policy),
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
        }

    def checks(self) -> dict[str, int]:
        """Answers by what their check said."""
        answered = [each.passed for each in self.exchanges if each.answer is not None]
        words = {True: "passed", False: "failed", None: "unchecked"}
        return {word: answered.count(passed) for passed, word in words.items()}


def _figures(figures: Impacts | Avoided | None) -> dict[str, Any] | None:
    return None if figures is None else figures.as_dict()
