"""How long answers to open requests get: measured means, for want of single lengths.

ML.ENERGY v3 served chat requests of LM Arena to ten models and measured the mean answer of each; the open
requests at hand (Arena-Hard, ComparIA) stand for them. They say how long such answers are on the whole,
nothing about one request against another, and nothing about quality.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.terms.model import Model
from sobrio.understand.train.names import released_of
from sobrio.understand.train.outcomes import Source

_TASK: Final = "lm-arena-chat"


def chat_lengths(data: Path) -> tuple[Source, ...]:
    """The one such source, when requests and measurements are below `data`; else none."""
    requests = data / "prompts" / "unlabelled.parquet"
    measured = data / "impact" / "ml_energy_v3_calibration.csv"
    if not (requests.exists() and measured.exists()):
        return ()
    import pandas as pd

    prompts = tuple(pd.read_parquet(requests).prompt)
    runs = pd.read_csv(measured)
    runs = runs[runs.task == _TASK]
    means = runs.groupby(["model_id", "total_params_b", "active_params_b"]).avg_output_tokens.mean()
    models = tuple(
        Model(name, total, active, released=released_of(name, "")) for name, total, active in means.index
    )
    return (_source(prompts, models, means.to_numpy(np.float64)),)


def _source(prompts: tuple[str, ...], models: tuple[Model, ...], means: NDArray[np.float64]) -> Source:
    return Source(
        name="open chat, lengths",
        prompts=prompts,
        datasets=("open chat",) * len(prompts),
        groups=tuple(f"open chat {place}" for place in range(len(prompts))),
        models=models,
        scores=np.full((len(prompts), len(models)), np.nan),
        tokens=np.tile(means, (len(prompts), 1)),
        levelled=True,
    )
