"""`sobrio predictor promise`: what share of requests a small model may answer, at a bounded loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sobrio.cli import output
from sobrio.cli.fits import fitted_on, in_force
from sobrio.cli.options import DataDir, Json
from sobrio.errors import InputError

if TYPE_CHECKING:
    from sobrio.understand import Predictor
    from sobrio.understand.conversation import Prompt
    from sobrio.understand.promise import Promise


def promise(
    labels: Annotated[
        Path,
        typer.Argument(help="Scores of both models on prompts that nothing was fitted on: JSON lines, or -."),
    ],
    small: Annotated[str, typer.Option("--small", help="The model that is to answer where it may.")],
    reference: Annotated[str, typer.Option("--reference", help="The model that answers otherwise.")],
    loss: Annotated[float, typer.Option("--loss", help="Most of the reference's score to lose.")] = 0.05,
    confidence: Annotated[float, typer.Option("--confidence", help="That no more is lost.")] = 0.95,
    fit: Annotated[Path | None, typer.Option("--fit", help="A fit other than the one in force.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Find the boldest operating point whose loss can be promised. Exit 1 when there is none."""
    from sobrio.understand import Predictor
    from sobrio.understand.label_lines import name_of
    from sobrio.understand.labelled import read_labelled
    from sobrio.understand.outcomes import stems_of
    from sobrio.understand.promise import Promise
    from sobrio.understand.promise import promise as promised

    small, reference = name_of(small), name_of(reference)
    if small == reference:
        raise InputError(f"a promise is about two models, and both are {small}")
    known = read_labelled(labels).of(small, reference)
    predictor = in_force(data_dir) if fit is None else Predictor.default().with_fit(fit)
    _must_be_new(known.prompts, predictor)
    expected, scores = predictor.quality(known.prompts, known.models), known.scores
    found = promised(expected[:, 1] - expected[:, 0], scores[:, 0], scores[:, 1],
                     questions=stems_of(known.prompts), loss=loss, confidence=confidence)  # fmt: skip
    _say_wordings(len(known.prompts), found.labels)
    asked = {"small": small, "reference": reference, "at_most": loss, "confidence": confidence}
    granted = isinstance(found, Promise)
    if json:
        why = None if granted else str(found)
        output.document(
            {"granted": granted, "why": why, **asked, **asdict(found), "predictor": predictor.version}
        )
    elif isinstance(found, Promise):
        _print(found, asked)
        _say_next_step(found, asked, predictor.version)
    else:
        output.line(f"nothing can be promised: {found}")
    if not granted:
        raise typer.Exit(1)


def _must_be_new(prompts: Sequence[Prompt], predictor: Predictor) -> None:
    seen = fitted_on(prompts, predictor)
    if seen:
        raise InputError(
            f"{seen} of {len(prompts)} labelled prompts were fitted on; label others for a promise"
        )


def _say_wordings(prompts: int, questions: int) -> None:
    if questions < prompts:
        output.prose().print(
            f"{prompts} labelled prompts ask {questions} questions; each counts once, however worded",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def _print(found: Promise, asked: dict[str, Any]) -> None:
    output.line(
        f"{asked['small']} may answer where {asked['reference']} is expected to gain at most "
        f"{found.threshold:.4f}: {found.small_share:.0%} of {found.labels} labelled prompts"
    )
    output.line(
        f"measured loss: {100 * found.loss:.2f}% of the score of {asked['reference']}; promised: at most "
        f"{100 * asked['at_most']:g}%, with {100 * asked['confidence']:g}% confidence"
    )


def _say_next_step(found: Promise, asked: dict[str, Any], version: str) -> None:
    """The line that makes a policy keep the promise, on stderr.

    Rounded up: prompts at the threshold may be answered, and in a request's assessment they lie a hair off.
    """
    pair = f"model: {asked['small']}, reference: {asked['reference']}"
    max_gain = math.ceil(1e6 * found.threshold + 0.5) / 1e6
    line = f"  promises: [{{{pair}, max_gain: {max_gain:.6f}, predictor: '{version}'}}]"
    output.prose().print(
        f"in the policy, under defaults or a rule's use:\n{line}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
