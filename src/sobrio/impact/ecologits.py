"""Method `ecologits`: the published EcoLogits 0.11 formula (a MPL-2.0 project; this code is our own).

Energy of output tokens only, a batch of 64 on 80 GB accelerators at 16 bits, ranges instead of
distributions. Factors of grids come from our catalogue: the project's own have cells that cannot be (0 g CO2e
per kWh, less primary energy than electricity); `docs/method.md` names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.impact.draws import Levels, Spread
from sobrio.impact.place import Place
from sobrio.impact.profile import ROWS, Profile
from sobrio.terms.model import Billions, Evidence, Hardware, Model

BATCH: Final = 64
GPU_WH_PER_TOKEN_PER_B: Final = 1.1665273170451914e-06 * np.exp(-0.011205921025579175 * BATCH)
GPU_WH_PER_TOKEN: Final = 4.052928146734005e-05
SECONDS_PER_TOKEN_PER_B: Final = 0.0006785088094353663
SECONDS_PER_TOKEN: Final = 0.019473717579473387 + 0.0003119310311688259 * BATCH
SERVER_WATTS: Final = 1200.0
SERVER_GPUS: Final = 8
GPU_MEMORY_GB: Final = 80.0
BITS: Final = 16
LIFE_SECONDS: Final = 3 * 365 * 24 * 3600
GPU_MADE: Final = {"ghg_embodied": 273e3, "adpe_embodied": 0.00895e6, "primary_embodied": 3721.0}
"""g CO2e, mg Sb eq and MJ of one accelerator."""
SERVER_MADE: Final = {"ghg_embodied": 5700e3, "adpe_embodied": 0.37e6, "primary_embodied": 70000.0}
"""The same of a server without its accelerators."""

BUILDINGS: Final[dict[str, tuple[Spread, Spread]]] = {
    "anthropic": ((1.09, 1.14), (0.13, 0.999)),
    "cohere": ((1.09, 1.09), (0.999, 0.999)),
    "google": ((1.09, 1.09), (0.999, 0.999)),
    "mistral": ((1.16, 1.16), (0.09, 0.09)),
    "openai": ((1.20, 1.20), (0.569, 0.569)),
}
"""PUE and WUE (L per kWh) by provider."""
ELSEWHERE: Final[tuple[Spread, Spread]] = ((1.09, 1.14), (0.13, 0.99))


@dataclass(frozen=True, slots=True)
class Grid:
    """Factors of one kilowatt-hour: g CO2e, mg Sb eq, MJ, L."""

    ghg_g: float
    adpe_mg: float
    primary_mj: float
    water_l: float


def gpus_needed(total_b: ArrayLike) -> NDArray[np.float64]:
    """Accelerators that hold the weights and a fifth more, rounded up to a power of two."""
    gigabytes = 1.2 * np.asarray(total_b, float) * BITS / 8
    return np.asarray(2.0 ** np.ceil(np.log2(np.ceil(gigabytes / GPU_MEMORY_GB))))


def per_token(
    total_b: ArrayLike, active_b: ArrayLike, pue: ArrayLike, wue: ArrayLike, grid: Grid
) -> NDArray[np.float64]:
    """Impacts of one output token, shape (len(ROWS), ...); arguments broadcast."""
    total, active, building, site = np.broadcast_arrays(
        *(np.asarray(each, float) for each in (total_b, active_b, pue, wue))
    )
    gpus = gpus_needed(total)
    seconds = SECONDS_PER_TOKEN_PER_B * active + SECONDS_PER_TOKEN
    server = seconds / 3600 * SERVER_WATTS * gpus / SERVER_GPUS / BATCH
    it_wh = server + gpus * (GPU_WH_PER_TOKEN_PER_B * active + GPU_WH_PER_TOKEN)
    wh = it_wh * building
    made = {row: gpus / SERVER_GPUS * SERVER_MADE[row] + gpus * GPU_MADE[row] for row in GPU_MADE}
    rows = {
        "energy": wh,
        "ghg_use": wh * grid.ghg_g / 1e3,
        "water_site": it_wh * site,
        "water_offsite": wh * grid.water_l,
        "adpe_use": wh * grid.adpe_mg / 1e3,
        "primary_use": wh * grid.primary_mj / 1e3,
    } | {row: seconds * whole / (LIFE_SECONDS * BATCH) for row, whole in made.items()}
    return np.stack([rows[name] for name in ROWS])


def profile(model: Model, hardware: Hardware | None, place: Place) -> Profile | None:
    """Low, central and high; `None` for an unknown size, and for images and embeddings."""
    if model.kind != "chat" or (model.total_params_b is None and model.active_params_b is None):
        return None
    total = _ends(model.total_params_b or model.active_params_b)
    active = np.minimum(_ends(model.active_params_b or model.total_params_b), total)
    pue, wue = BUILDINGS.get(place.company, ELSEWHERE)
    low, high = np.moveaxis(per_token(total, active, pue, wue, _grid(place)), -1, 0)
    rows = np.stack([low, (low + high) / 2, high], axis=-1)
    nothing = np.zeros(Levels.count)
    guessed = model.evidence == "estimate" or isinstance(model.total_params_b, tuple)
    holds = {"estimated-size": guessed, "extrapolated": hardware is not None and hardware.kind == "cpu"}
    caveats = ("input-not-counted", *(code for code, true in holds.items() if true), *place.caveats)
    evidence: Evidence = "estimate" if guessed else "modelled"
    return Profile(rows[0], nothing, nothing, nothing, rows / rows[0], evidence, caveats)


def _grid(place: Place) -> Grid:
    zone = place.zone
    return Grid(
        zone.ghg_g_per_kwh.value,
        *(
            float("nan") if factor is None else factor.value
            for factor in (zone.adpe, zone.primary_energy_mj_per_kwh, zone.water_l_per_kwh)
        ),
    )


def _ends(size: Billions | None) -> NDArray[np.float64]:
    return np.asarray(size if isinstance(size, tuple) else (size, size), float)
