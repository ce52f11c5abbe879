"""`python -m sobrio.recall.same.train --data DIR --pairs DIR --out DIR [--encoder NAME ...]`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from sobrio.encode import encoder_named
from sobrio.recall.same.answer import MINILM, USE
from sobrio.recall.same.parameters import save
from sobrio.recall.same.train.training import SHAPES, lessons, train
from sobrio.recall.same.vectors import Sentences

_SHIPPED: Final = {"static": "same.npz", USE: "use.npz", MINILM: "minilm.npz"}


def main() -> None:
    parser = ArgumentParser("python -m sobrio.recall.same.train", description="Fit the scorers of pairs.")
    parser.add_argument("--data", type=Path, required=True, help="the shared data's directory")
    parser.add_argument("--pairs", type=Path, required=True, help="the directory of training pairs")
    parser.add_argument("--out", type=Path, required=True, help="a directory")
    parser.add_argument(
        "--encoder", nargs="*", default=list(_SHIPPED), help="as in docs/encoders.md; default: what ships"
    )
    given = parser.parse_args()
    learnt = lessons(given.data, given.pairs)
    for name in given.encoder:
        kind = name.partition(":")[0]
        found = train(learnt, Sentences(encoder_named(name)), SHAPES.get(kind, SHAPES["onnx"]))
        save(found, given.out / _SHIPPED.get(name, f"{kind}.npz"))


if __name__ == "__main__":
    main()
