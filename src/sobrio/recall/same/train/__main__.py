"""`python -m sobrio.recall.same.train --data DIR --pairs DIR --out FILE [--encoder NAME]`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from sobrio.encode import encoder_named
from sobrio.recall.same.parameters import save
from sobrio.recall.same.train.training import OVERLAP, train
from sobrio.recall.same.vectors import Remembered


def main() -> None:
    parser = ArgumentParser("python -m sobrio.recall.same.train", description="Fit the scorer of pairs.")
    parser.add_argument("--data", type=Path, required=True, help="the shared data's directory")
    parser.add_argument("--pairs", type=Path, required=True, help="the directory of training pairs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--encoder", default="static", help="as in docs/encoders.md; default: %(default)s")
    parser.add_argument(
        "--overlap", type=float, default=OVERLAP, help="how far shared words may speak against"
    )
    given = parser.parse_args()
    encoder = Remembered(encoder_named(given.encoder))
    save(train(given.data, given.pairs, encoder, given.overlap), given.out)


if __name__ == "__main__":
    main()
