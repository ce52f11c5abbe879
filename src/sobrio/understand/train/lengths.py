"""How long answers to open requests get: measured means, and what the form of a text usually takes.

Public outcomes hold few lengths of open answers. ML.ENERGY v3 served chat requests of LM Arena to ten
models and measured the mean answer of each; the open requests at hand (Arena-Hard, ComparIA) stand for
them, all together. How one open request differs from another is written down in `lengths.txt`, and for
graded requests by level and task. Those lengths are ASSUMED, see `docs/model-card.md`; nothing here says
anything about quality.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.terms.assessment import Task
from sobrio.terms.model import Model
from sobrio.understand.train.names import released_of
from sobrio.understand.train.outcomes import Source
from sobrio.understand.train.parallel import TOPICS, levelled

_TASK: Final = "lm-arena-chat"
_MEDIAN_OF_MEAN: Final = 0.8
"""Answers to open requests are spread by about 0.7 in ln tokens."""
_USUAL: Final = (20.0, 45.0, 180.0, 400.0, 550.0, 850.0, 1_500.0)
_BRIEF: Final = (15.0, 25.0, 70.0, 120.0, 250.0, 500.0, 1_000.0)
"""Tokens by level from 1."""
_ANSWERED_BRIEFLY: Final = (
    "translation",
    "classification",
    "extraction",
    "rewriting",
    "arithmetic",
    "summarisation",
)


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
    medians = _MEDIAN_OF_MEAN * means.to_numpy(np.float64)
    return (_source("open chat, lengths", prompts, models, np.tile(medians, (len(prompts), 1)), pooled=True),)


def form_lengths() -> tuple[Source, ...]:
    """Every form of `lengths.txt` with every topic, in four languages."""
    forms = levelled(Path(__file__).with_name("lengths.txt"))
    asked = [
        (tokens, form.format(word))
        for (tokens, four), topic in product(forms, TOPICS)
        for form, word in zip(four, topic, strict=True)
    ]
    tokens, prompts = zip(*asked, strict=True)
    models = tuple(Model(f"assumed {size:g}B", size, size, released="2024-07") for size in (1.0, 8.0, 70.0))
    lengths = np.tile(np.array(tokens, np.float64)[:, None], (1, len(models)))
    return (_source("forms, lengths", prompts, models, lengths),)


def usual_tokens(level: int, task: Task) -> float:
    """Assumed of the answer to a graded request."""
    return (_BRIEF if task in _ANSWERED_BRIEFLY else _USUAL)[level - 1]


def _source(
    name: str,
    prompts: tuple[str, ...],
    models: tuple[Model, ...],
    tokens: NDArray[np.float64],
    *,
    pooled: bool = False,
) -> Source:
    return Source(
        name=name,
        prompts=prompts,
        datasets=(name,) * len(prompts),
        groups=tuple(f"{name} {place}" for place in range(len(prompts))),
        models=models,
        scores=np.full(tokens.shape, np.nan),
        tokens=tokens,
        levelled=True,
        pooled=pooled,
        at_home=pooled,
    )
