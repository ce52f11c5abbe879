"""Where a fit is written, and what makes a gateway read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sobrio.cli import output

if TYPE_CHECKING:
    from sobrio.understand import Predictor
    from sobrio.understand.conversation import Prompt


def read_by_the_gateway(data_dir: Path | None) -> Path:
    from sobrio.assemble import FIT, home

    return home(data_dir) / FIT


def in_force(data_dir: Path | None) -> Predictor:
    """The one that a gateway and `sobrio explain` read there."""
    from sobrio.assemble import predictor_of

    return predictor_of(read_by_the_gateway(data_dir))


def fitted_on(prompts: Sequence[Prompt], predictor: Predictor) -> int:
    """How many of the prompts labels taught it, in whatever spacing and capitals."""
    from sobrio.understand.outcomes import keys_of

    fitted = predictor.labels.keys
    return sum(key in fitted for key in keys_of(prompts))


def say_next_step(written: Path | None, data_dir: Path | None) -> None:
    """One line on stderr; `None` was a trial."""
    read = read_by_the_gateway(data_dir)
    if written is None:
        step = f"nothing was written; with --out {read} a gateway reads it"
    elif written.resolve() == read.resolve():
        step = f"a gateway reads {read} within a second; no restart is needed"
    else:
        step = f"a gateway reads only {read}; copy {written} there"
    output.prose().print(step, markup=False, highlight=False, soft_wrap=True)


def say_ages(fitted: Predictor) -> None:
    """One line on stderr, where labels are to count less with age."""
    labels = fitted.labels
    if labels.half_life_days is None:
        return
    told = f"with a half-life of {labels.half_life_days:g} days"
    if labels.worth is None:
        said = f"{told} nothing ages: no label has a date ('at')"
    else:
        said = f"{told} {labels.count} labelled prompts count as {labels.worth:.3g} of the latest day"
    output.prose().print(said, markup=False, highlight=False, soft_wrap=True)
