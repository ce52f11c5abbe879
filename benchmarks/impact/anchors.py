"""Published figures beside our estimate of the same case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sobrio.catalog import Catalog
from sobrio.impact import Estimator
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Impacts
from sobrio.terms.model import Hardware, Model

Criterion: TypeAlias = Literal["energy_wh", "ghg_g", "water_ml", "water site_ml", "adpe_mg_sb"]

ALONE = Hardware(gpu="A100", gpu_count=1, batch=1, weight_bits=16)
"""One request at a time, as in arXiv 2311.16863."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """One published case and how we put it to the estimator."""

    name: str
    published: dict[Criterion, float]
    model: str | Model
    input_tokens: int
    output_tokens: int
    zone: str | None
    note: str
    provider: str = ""
    hardware: Hardware | None = None
    pixels: float | None = None
    steps: float | None = None


ANCHORS = (
    Anchor(
        "Google, median Gemini Apps text prompt, May 2025 (arXiv 2508.15734)",
        {"energy_wh": 0.24, "water site_ml": 0.26},
        "gemini-2.5-flash",
        100,
        250,
        "USA",
        "model and lengths are our guesses; its own accelerators (TPU) are not in our runs",
        "google",
    ),
    Anchor(
        "OpenAI, average ChatGPT query, June 2025 (no method published)",
        {"energy_wh": 0.34, "water site_ml": 0.32},
        "gpt-4o",
        100,
        300,
        "USA",
        "model, size and lengths are guesses",
        "openai",
    ),
    Anchor(
        "Mistral Large 2, 400-token answer, July 2025",
        {"ghg_g": 1.14, "water_ml": 45.0, "adpe_mg_sb": 0.16},
        "mistral-large-2407",
        100,
        400,
        "FRA",
        "theirs amortises training over 18 months of use; ours leaves training out",
        "mistral",
    ),
    Anchor(
        "Luccioni et al. 2023, text generation, mean per inference",
        {"energy_wh": 0.047},
        Model("text generation, 7B", 7.1, 7.1),
        20,
        10,
        "USA",
        "10 new tokens, one request at a time; theirs averages 0.1-7B models on a whole machine",
        "",
        ALONE,
    ),
    Anchor(
        "Luccioni et al. 2023, SDXL, per image",
        {"energy_wh": 11.49},
        "stable-diffusion-xl-base-1.0",
        0,
        0,
        "USA",
        "our image figures are scaled from this very measurement, so agreement says nothing",
        pixels=1024**2,
        steps=50,
    ),
    Anchor(
        "Luccioni et al. 2023, image generation, mean per image",
        {"energy_wh": 2.907},
        Model("image", kind="image"),
        0,
        0,
        "USA",
        "our figure for models of unknown size is read from this study, so agreement says nothing",
    ),
    Anchor(
        "Li et al. 2023, GPT-3, 10-50 answers per 500 mL (25 mL each)",
        {"water_ml": 25.0},
        Model("GPT-3", 175, 175),
        300,
        300,
        "USA",
        "hardware and water use of 2020; on-site and off-site",
    ),
    Anchor(
        "Press: 7,832 GWh a year for 2.5 billion requests a day",
        {"energy_wh": 8.6},
        "gpt-5",
        100,
        500,
        "USA",
        "implies 8.6 Wh a request, 25 times OpenAI's own figure",
        "openai",
    ),
)


def table() -> list[dict[str, Any]]:
    ours, theirs = Estimator(), Estimator("ecologits")
    return [row for anchor in ANCHORS for row in _rows(anchor, ours, theirs)]


def _rows(anchor: Anchor, ours: Estimator, theirs: Estimator) -> list[dict[str, Any]]:
    estimate, formula = _estimate(anchor, ours), _estimate(anchor, theirs)
    return [
        {
            "case": anchor.name,
            "criterion": criterion,
            "published": value,
            "ours": (found := _levels(estimate, criterion)),
            "ecologits": _levels(formula, criterion),
            "inside": found is not None and found[0] <= value <= found[2],
            "note": anchor.note,
        }
        for criterion, value in anchor.published.items()
    ]


def _estimate(anchor: Anchor, estimator: Estimator) -> Impacts:
    return estimator.estimate(
        model=anchor.model,
        input_tokens=anchor.input_tokens,
        output_tokens=anchor.output_tokens,
        zone=anchor.zone,
        provider=anchor.provider,
        hardware=anchor.hardware,
        pixels=anchor.pixels,
        steps=anchor.steps,
    )


def _levels(impacts: Impacts, criterion: Criterion) -> list[float] | None:
    name, _, part = criterion.partition(" ")
    quantity = impacts.water_ml if part else getattr(impacts, name)
    if quantity is None:
        return None
    found = quantity.parts["site"] if part else quantity
    return [float(f"{value:.3g}") for value in (found.low, found.central, found.high)]


def sparse_against_dense() -> dict[str, Any]:
    """Hard questions answered by gpt-oss-120b in 2,200 tokens and by an 8B dense thinker in 7,000."""
    catalog, estimator = Catalog.default(), Estimator()
    sparse, dense = catalog.model("gpt-oss-120b"), catalog.model("qwen3-8b")
    avoided = estimator.avoided([Activity(sparse, 200, 2200)], Activity(dense, 200, 7000))
    assert avoided.energy_wh is not None
    levels = (avoided.energy_wh.low, avoided.energy_wh.central, avoided.energy_wh.high)
    return {"avoided_wh": [round(float(each), 4) for each in levels], "p_positive": avoided.p_positive}
