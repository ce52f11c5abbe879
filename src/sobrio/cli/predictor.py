"""`sobrio predictor`: the shipped predictor, how it is made, and what labels add to it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sobrio.cli import output
from sobrio.cli.fits import fitted_on, in_force, read_by_the_gateway, say_ages, say_next_step
from sobrio.cli.options import DataDir, Json
from sobrio.cli.promise import promise

if TYPE_CHECKING:
    from sobrio.understand.evaluation import Evaluation

app = typer.Typer(help="The predictor of quality and output length.", no_args_is_help=True)
app.command()(promise)

Labels = Annotated[
    Path,
    typer.Argument(
        help="JSON lines: prompt (or messages), model, score, output_tokens, at; - is standard input."
    ),
]
Fit = Annotated[Path | None, typer.Option("--fit", help="A fit other than the one in force.")]

LEARNT = {"labels": "ranking and level", "both": "ranking in part, level", "default": "level only"}
COLUMNS = ("model", "prompts", "score", "expected", "calibration error", "APGR against the best")


@app.callback()
def predictor() -> None:
    """The predictor of quality and output length."""


@app.command()
def train(
    data: Annotated[Path, typer.Option("--data", help="Folder that holds routing/ and models.csv.")],
    out: Annotated[Path, typer.Option("--out", help="File to write, such as predictor.npz.")],
    json: Json = False,
) -> None:
    """Train the shipped predictor anew; the same data give the same file."""
    from sobrio.understand.train import train as trained

    report = asdict(trained(data, out))
    if json:
        output.document(report)
    else:
        output.table(f"wrote {out}", ("", ""), ((name, str(value)) for name, value in report.items()))


@app.command()
def fit(
    labels: Labels,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to write; where the gateway reads it (fit.npz) when left out."),
    ] = None,
    onto: Annotated[Path | None, typer.Option("--onto", help="An earlier fit to add to.")] = None,
    half_life_days: Annotated[
        float | None,
        typer.Option(
            "--half-life-days", min=0.1, help="A label this much older than the latest counts half."
        ),
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Teach the predictor with your own scores. The file holds no text of any prompt."""
    from sobrio.understand import Predictor
    from sobrio.understand.label_lines import must_be_known
    from sobrio.understand.labelled import read_labelled
    from sobrio.understand.outcomes import keys_of

    known = read_labelled(labels, apart=True)
    must_be_known(labels, known.firsts)
    prompts = len(set(keys_of(known.prompts)))
    before = Predictor.default() if onto is None else Predictor.default().with_fit(onto)
    fitted = before.fit(known.prompts, known.models, known.scores, known.output_tokens, known.weights,
                        days=known.days, half_life_days=half_life_days)  # fmt: skip
    file = out or read_by_the_gateway(data_dir)
    fitted.save_fit(file)
    if json:
        counts = {"lines": known.lines, "prompts": prompts, "worth": fitted.labels.worth}
        output.document({"file": str(file), "predictor": fitted.version, **counts, "models": fitted.lessons(),
                         "kept": [{**asdict(each), "kept": each.kept, "why": each.why}
                                  for each in fitted.verdicts()]})  # fmt: skip
    else:
        rows = ((model, LEARNT[each.kept], each.why) for each in fitted.verdicts() for model in each.models)
        read = f"{known.lines} lines on {prompts} prompts"
        output.table(f"wrote {file} ({fitted.version}) from {read}", ("model", "learnt", "why"), rows)
    say_ages(fitted)
    say_next_step(file, data_dir)


@app.command()
def evaluate(labels: Labels, fit: Fit = None, data_dir: DataDir = None, json: Json = False) -> None:
    """How far expectations of the predictor in force hold on labelled prompts that nothing was fitted on."""
    from sobrio.understand import Predictor
    from sobrio.understand.evaluation import evaluate as evaluated
    from sobrio.understand.label_lines import must_be_known
    from sobrio.understand.labelled import read_labelled

    known = read_labelled(labels)
    must_be_known(labels, known.firsts)
    predictor = in_force(data_dir) if fit is None else Predictor.default().with_fit(fit)
    found, seen = evaluated(predictor, known), fitted_on(known.prompts, predictor)
    if json:
        about = {"predictor": predictor.version, "fitted_on": seen}
        output.document([asdict(each) | about for each in found])
    else:
        output.table(f"predictor {predictor.version}", COLUMNS, (_row(each) for each in found))
    if seen:
        _say_fitted_on(seen, len(known.prompts))


def _say_fitted_on(seen: int, prompts: int) -> None:
    output.prose().print(
        f"{seen} of {prompts} labelled prompts were fitted on: of these it says what is remembered, not how "
        "far expectations hold; give others",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _row(found: Evaluation) -> tuple[str, ...]:
    ranking = "" if found.against_best is None else f"{found.against_best:.3f}"
    figures = (found.score, found.expected, found.calibration_error)
    return (found.model, str(found.prompts), *(f"{each:.3f}" for each in figures), ranking)
