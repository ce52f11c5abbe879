"""Arena-Hard v0.1: 500 real hard requests with each model's published mean, for want of single outcomes.

Scores are win rates against gpt-4-0314, and tokens are mean answer lengths, from the README of
lmarena/arena-hard-auto (table of 29 June 2024, Apache-2.0). They say how hard such requests are on the whole
and how long the answers get; they say nothing about one request against another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from sobrio.terms.model import Model
from sobrio.understand.train.names import released_of
from sobrio.understand.train.outcomes import Source

_TABLE: Final[tuple[tuple[str, float, float, float, int], ...]] = (
    # name, total and active billions, win rate, mean tokens
    ("gpt-4o-2024-05-13", 200, 60, 0.792, 696),
    ("gpt-4-0125-preview", 880, 220, 0.780, 619),
    ("claude-3-opus-20240229", 400, 400, 0.604, 541),
    ("deepseek-coder-v2", 236, 21, 0.623, 578),
    ("gemma-2-27b-it", 27, 27, 0.575, 577),
    ("gpt-4-0314", 1760, 280, 0.500, 423),
    ("qwen2-72b-instruct", 72, 72, 0.469, 515),
    ("claude-3-haiku-20240307", 20, 20, 0.415, 505),
    ("meta-llama-3-70b-instruct", 70, 70, 0.411, 583),
    ("open-mixtral-8x22b", 141, 39, 0.364, 430),
    ("qwen1.5-72b-chat", 72, 72, 0.361, 474),
    ("command-r-plus", 104, 104, 0.331, 541),
    ("gpt-3.5-turbo-0125", 20, 20, 0.233, 329),
    ("mixtral-8x7b-instruct-v0.1", 46.7, 12.9, 0.234, 457),
    ("yi-34b-chat", 34, 34, 0.231, 611),
    ("meta-llama-3-8b-instruct", 8, 8, 0.206, 585),
    ("starling-lm-7b-alpha", 7.2, 7.2, 0.128, 483),
    ("mistral-7b-instruct-v0.2", 7.3, 7.3, 0.126, 541),
    ("llama-2-70b-chat", 70, 70, 0.116, 595),
    ("vicuna-33b-v1.3", 33, 33, 0.086, 451),
    ("gemma-7b-it", 8.5, 8.5, 0.075, 378),
    ("llama-2-7b-chat", 7, 7, 0.046, 561),
    ("gemma-2b-it", 2.5, 2.5, 0.030, 369),
)


def published(data: Path) -> tuple[Source, ...]:
    """The one such source, when its prompts are below `data`; else none."""
    file = data / "prompts" / "unlabelled.parquet"
    if not file.exists():
        return ()
    import pandas as pd

    rows = pd.read_parquet(file)
    prompts = tuple(rows[rows.source == "arena_hard_v0.1"].prompt)
    return (_source(prompts),)


def _source(prompts: tuple[str, ...]) -> Source:
    models = tuple(
        Model(name, total, active, released=released_of(name, "")) for name, total, active, _, _ in _TABLE
    )
    return Source(
        name="arena_hard_published",
        prompts=prompts,
        datasets=("arena_hard",) * len(prompts),
        groups=tuple(f"arena hard {place}" for place in range(len(prompts))),
        models=models,
        scores=np.tile([row[3] for row in _TABLE], (len(prompts), 1)),
        tokens=np.tile([float(row[4]) for row in _TABLE], (len(prompts), 1)),
        levelled=True,
    )
