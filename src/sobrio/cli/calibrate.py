"""`sobrio models calibrate`: make one model known from a few labelled prompts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sobrio.cli import output
from sobrio.cli.fits import say_next_step
from sobrio.cli.options import DataDir, Json
from sobrio.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sobrio.understand import Predictor
    from sobrio.understand.conversation import Prompt
    from sobrio.understand.evaluation import Evaluation
    from sobrio.understand.labelled import Labelled

_TESTED_PART = 4
"""One labelled prompt in so many tests what the others taught."""
_LEAST = 20


def calibrate(
    model: str,
    on: Annotated[
        Path | None, typer.Option("--on", help="Labelled prompts: JSON lines of prompt, model, score.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the fit there, such as fit.npz.")] = None,
    onto: Annotated[Path | None, typer.Option("--onto", help="An earlier fit to add to.")] = None,
    choose_from: Annotated[
        Path | None, typer.Option("--choose-from", help="Prompts, one a line: say which to label next.")
    ] = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many to choose.")] = 20,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Teach what MODEL does with your prompts; about 100 labels are enough."""
    from sobrio.understand.labelled import read_labelled

    if on is None and choose_from is None:
        raise InputError("give --on labelled.jsonl, or --choose-from prompts.txt to be told which to label")
    known = None if on is None else read_labelled(on).of(model)
    if choose_from is not None:
        _say_next(choose_from, known, count, json=json)
        return
    if known is not None:
        _teach(known, out, onto, json=json)
        say_next_step(out, data_dir)


def _say_next(file: Path, known: Labelled | None, count: int, *, json: bool) -> None:
    from sobrio.understand.calibrate import next_prompts

    labelled = () if known is None else known.prompts
    prompts = _unlabelled(file, labelled)
    chosen = [prompts[place] for place in next_prompts(prompts, count, labelled)]
    if json:
        output.document(chosen)
    else:
        for prompt in chosen:
            output.line(prompt)


def _unlabelled(file: Path, labelled: Sequence[Prompt]) -> list[str]:
    """The file's prompts, each once."""
    from sobrio.understand.outcomes import keys_of

    prompts = dict.fromkeys(line.strip() for line in _text(file).splitlines() if line.strip())
    if not prompts:
        raise InputError(f"{file} holds no prompt; write one a line")
    known = set(keys_of(labelled))
    left = [prompt for prompt, key in zip(prompts, keys_of(prompts), strict=True) if key not in known]
    if not left:
        raise InputError(f"every prompt of {file} is labelled; give others to choose from")
    return left


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{file} is no text in UTF-8; write one prompt a line") from None


def _teach(known: Labelled, out: Path | None, onto: Path | None, *, json: bool) -> None:
    """Before and after on prompts kept out of the teaching; what is written knows all of them."""
    from sobrio.understand import Predictor
    from sobrio.understand.facts import canonical

    if len(known.prompts) < _LEAST:
        raise InputError(f"{len(known.prompts)} labelled prompts are too few, give at least {_LEAST}")
    before = Predictor.default() if onto is None else Predictor.default().with_fit(onto)
    tested, found = _tried(before, known, "from public facts" if onto is None else "before")
    fitted = before.fit(known.prompts, known.models, known.scores, known.output_tokens, known.weights,
                        days=known.days)  # fmt: skip
    verdict = next(each for each in fitted.verdicts() if canonical(known.models[0]) in each.models)
    if out is not None:
        fitted.save_fit(out)
    if json:
        output.document({"tested": tested, **found, "kept": verdict.kept, "why": verdict.why})
    else:
        rows = ((name, *(f"{each[part]:.3f}" for part in ("score", "expected", "calibration_error")))
                for name, each in found.items())  # fmt: skip
        columns = ("", "score", "expected", "calibration error")
        output.table(f"{known.models[0]}, on {tested} prompts not taught", columns, rows)
        output.line(verdict.why)


def _tried(before: Predictor, known: Labelled, untaught: str) -> tuple[int, dict[str, dict[str, Any]]]:
    import numpy as np

    from sobrio.understand.evaluation import evaluate

    kept = np.array(_taught(known.prompts, before))
    if kept.all():
        raise InputError("nearly every prompt was fitted on; label others to see what they bring")
    taught, tested = known.at(np.flatnonzero(kept)), known.at(np.flatnonzero(~kept))
    after = before.fit(taught.prompts, taught.models, taught.scores, taught.output_tokens, taught.weights)
    found: dict[str, Evaluation] = {
        untaught: evaluate(before, tested)[0],
        "calibrated": evaluate(after, tested)[0],
    }
    return len(tested.prompts), {name: asdict(each) for name, each in found.items()}


def _taught(prompts: Sequence[Prompt], before: Predictor) -> list[bool]:
    """Of every `_TESTED_PART` questions all but one, and what is known already; wordings stay together.

    Questions are drawn by their hash, so that a file whose kinds of prompts take turns is tested on all.
    """
    from sobrio.understand.outcomes import keys_of, stems_of

    questions, fitted = stems_of(prompts), before.labels.keys
    known = {each for each, key in zip(questions, keys_of(prompts), strict=True) if key in fitted}
    tested = set(sorted(set(questions) - known)[_TESTED_PART - 1 :: _TESTED_PART])
    return [each not in tested for each in questions]
