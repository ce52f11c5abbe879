"""Realised and avoided by team, model or any other dimension."""

from __future__ import annotations

from collections.abc import Sequence

from sobrio.report.books import Books, Cell
from sobrio.report.document import Breakdown, Row
from sobrio.report.tally import Tally, merged
from sobrio.report.valuation import Valuation
from sobrio.terms.impacts import Impacts


def breakdowns(books: Books, valuation: Valuation, by: tuple[str, ...]) -> tuple[Breakdown, ...]:
    """One for each dimension, and one across all of them when there are several."""
    single = tuple(_breakdown(books, valuation, by, (i,)) for i in range(len(by)))
    return single if len(by) < 2 else (*single, _breakdown(books, valuation, by, tuple(range(len(by)))))


def _breakdown(
    books: Books, valuation: Valuation, by: tuple[str, ...], positions: tuple[int, ...]
) -> Breakdown:
    rows = (_row(labels, cells, valuation) for labels, cells in books.groups(positions))
    return Breakdown(tuple(by[i] for i in positions), tuple(sorted(rows, key=_heaviest_first)))


def _row(labels: tuple[str, ...], cells: Sequence[tuple[Cell, Tally]], valuation: Valuation) -> Row:
    whole = merged(tally for _, tally in cells)
    verified = merged(tally for cell, tally in cells if cell.standing == "verified")
    realised = valuation.total(whole)
    output = float(sum(each.output_tokens for each in whole.realised))
    return Row(
        labels=labels,
        requests=whole.requests,
        cached=whole.outcomes["exact"] + whole.outcomes["semantic"],
        uncovered=whole.uncovered,
        input_tokens=float(sum(each.input_tokens for each in whole.realised)),
        output_tokens=output,
        realised=realised,
        verified=verified.requests,
        avoided=valuation.comparison(verified).avoided,
        g_per_million_output_tokens=_intensity(realised, output),
    )


def _intensity(realised: Impacts, output_tokens: float) -> float | None:
    if realised.ghg_g is None or not output_tokens:
        return None
    return float(realised.ghg_g.central / output_tokens * 1e6)


def _heaviest_first(row: Row) -> tuple[float, tuple[str, ...]]:
    energy = row.realised.energy_wh
    return (-float(energy.central) if energy else 0.0, row.labels)
