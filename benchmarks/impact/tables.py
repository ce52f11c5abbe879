"""The tables of docs/method.md, written between their markers."""

from __future__ import annotations

import re
from typing import Any


def rewrite(page: str, results: dict[str, Any]) -> str:
    """`page` with every marked table replaced. Raises `ValueError` when a marker is missing."""
    tables = {
        "forms": _forms(results["forms"]),
        "intervals": _intervals(results["intervals"]),
        "sparse": _sparse(results["sparse_beside_dense"]),
        "anchors": _anchors(results["anchors"]),
        "speed": _markdown(("what", "measured"), [(k, f"{v:g}") for k, v in results["speed"].items()]),
    }
    for name, table in tables.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        page, found = marked.subn(lambda match, table=table: f"{match[1]}\n{table}\n{match[2]}", page)  # type: ignore[misc]
        if found != 1:
            raise ValueError(f"docs/method.md needs one pair of markers <!-- {name} --> and <!-- /{name} -->")
    return page


def _forms(forms: dict[str, Any]) -> str:
    head = ("form", "median error, runs", "median error, networks", "Spearman", "P90 factor", "sd of ln")
    rows = [
        (
            name,
            f"{each['median_abs_error']:.1%}",
            f"{each['median_abs_error_by_network']:.1%}",
            f"{each['spearman']:.3f}",
            f"{each['p90_factor']:.2f}",
            f"{each['sd_ln']:.2f}",
        )
        for name, each in forms.items()
    ]
    return _markdown(head, rows)


def _intervals(intervals: dict[str, Any]) -> str:
    pairs = intervals["pairs"]
    rows = [
        (
            f"{name}: 90 % interval covers",
            f"{each['covered']:.1%} of {each['runs']} runs ({each['covered_by_network']:.1%} by network), "
            f"median span x{each['median_span']:g}",
        )
        for name, each in intervals.items()
        if name != "pairs"
    ]
    rows += [
        (
            "pairs of size ratio >= 4: sign of the saving right",
            f"{pairs['sign_right']:.1%} of {pairs['pairs']}",
        ),
        ("pairs: 90 % interval of the difference covers", f"{pairs['difference_covered']:.1%}"),
        ("pairs: 90 % interval of the ratio covers", f"{pairs['ratio_covered']:.1%}"),
        ("pairs: 90 % interval contains zero", f"{pairs['contains_zero']:.1%}"),
    ]
    return _markdown(("check", "measured"), rows)


def _sparse(rows: list[dict[str, Any]]) -> str:
    head = (
        "accelerator, batch",
        "J per token: sparse, dense",
        "ratio per token",
        "Wh per answer: sparse, dense",
        "ratio per answer",
        "P(sparse answer takes less)",
    )
    cells = [
        (
            f"{row['gpu']}, {row['batch']}",
            _three(row["joules per token"]),
            _ratio(row["per token, ratio"]),
            _three(row["Wh per answer"]),
            _ratio(row["per answer, ratio"]),
            _chance(row["chance that the sparse answer takes less"]),
        )
        for row in rows
    ]
    return _markdown(head, cells)


def _chance(share: float) -> str:
    """Scenarios know no certainty."""
    return "> 99.9%" if share > 0.999 else f"{share:.1%}"


def _ratio(levels: list[float]) -> str:
    low, central, high = levels
    return f"{central:g} ({low:g} to {high:g})"


def _anchors(anchors: list[dict[str, Any]]) -> str:
    head = (
        "case",
        "criterion",
        "published",
        "ours: P5, P50, P95",
        "EcoLogits formula",
        "inside ours",
        "note",
    )
    rows = [
        (
            row["case"],
            row["criterion"].replace("_", " "),
            f"{row['published']:g}",
            _three(row["ours"]),
            _three(row["ecologits"]),
            "yes" if row["inside"] else "**no**",
            row["note"],
        )
        for row in anchors
    ]
    return _markdown(head, rows)


def _three(levels: list[float] | None) -> str:
    return "unknown" if levels is None else ", ".join(f"{each:g}" for each in levels)


def _markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
