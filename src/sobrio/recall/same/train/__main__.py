"""`python -m sobrio.recall.same.train --data DIR --pairs DIR --out FILE [--encoder MODULE:FACTORY]`."""

from __future__ import annotations

from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path

from sobrio.encode import static_encoder
from sobrio.recall.same.parameters import save
from sobrio.recall.same.train.training import train
from sobrio.terms.ports import Encoder


def _encoder(name: str | None) -> Encoder:
    if name is None:
        return static_encoder()
    module, _, factory = name.partition(":")
    found: Encoder = getattr(import_module(module), factory)()
    return found


def main() -> None:
    parser = ArgumentParser("python -m sobrio.recall.same.train", description="Fit the scorer of pairs.")
    parser.add_argument("--data", type=Path, required=True, help="the shared data's directory")
    parser.add_argument("--pairs", type=Path, required=True, help="the directory of training pairs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--encoder", help="MODULE:FACTORY of another encoder; default: the one that ships")
    given = parser.parse_args()
    save(train(given.data, given.pairs, _encoder(given.encoder)), given.out)


if __name__ == "__main__":
    main()
