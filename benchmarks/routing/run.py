"""Every table about routing quality, with one command:

    python benchmarks/routing/run.py --data DIR [--only held_out,left_out,calibration,few_labels,…]

`DIR` holds `routing/` and `models.csv`. Results go to `benchmarks/results/routing-<table>.json`.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from battery import battery
from calibration import calibration, calibration_left_out
from closed import closed_questions
from cost import cost
from graded import graded as graded_requests
from lengths import answer_lengths
from noise import noise
from parity import DEVELOPMENT, SECOND, parity
from pool import pool
from ranking import World, few_labels, held_out_fifths, leave_one_source_out
from stated import stated_lengths
from trust import promised

from sobrio.understand.features import features_of
from sobrio.understand.train.anchors import anchors
from sobrio.understand.train.closed import closed
from sobrio.understand.train.graded import graded
from sobrio.understand.train.lengths import chat_lengths, form_lengths
from sobrio.understand.train.outcomes import load
from sobrio.understand.train.training import tied

RESULTS = Path(__file__).parents[1] / "results"
STRONG, WEAK = "gpt-4o-2024-05-13", "Meta-Llama-3-8B-Instruct"


def tables(data: Path, litellm: Path | None) -> dict[str, Callable[[], Any]]:
    @cache
    def world() -> World:
        sources = (*load(data), *chat_lengths(data), *anchors(), *graded(data), *closed(), *form_lengths())
        seen = [features_of(prompt) for source in sources for prompt in source.prompts]
        if litellm is None:
            return World(sources, seen, tied(data))
        return World(
            sources, seen, tied(data), np.array([score for _, score in json.loads(litellm.read_text())])
        )

    return {
        "cost": cost,
        "parity": parity,
        "parity_second": lambda: parity(SECOND),
        "parity_development": lambda: parity(DEVELOPMENT),
        "graded": graded_requests,
        "closed": closed_questions,
        "lengths": lambda: answer_lengths(world()),
        "stated": lambda: stated_lengths(world()),
        "few_labels": lambda: [
            few_labels(world(), "mmlu_pro", STRONG, WEAK, 1_500),
            few_labels(world(), "mmlu_pro", "gpt-4o-2024-05-13", "Mixtral-8x7B-Instruct-v0.1", 1_500),
            few_labels(world(), "routerbench", "gpt-4-1106-preview", "mistralai/mixtral-8x7b-chat", 1_500),
            few_labels(world(), "fasteval", "gpt-4-0613", "gpt-3.5-turbo-0613", 500),
            few_labels(world(), "zeroeval_crux", "gpt-4o-2024-08-06", "gemma-2-9b-it", 400),
        ],
        "battery": lambda: battery(world(), data),
        "noise": lambda: noise(world(), data),
        "promise": lambda: promised(world(), STRONG, WEAK),
        "pool": lambda: pool(world(), data),
        "calibration": lambda: calibration(world()),
        "calibration_left_out": lambda: calibration_left_out(world()),
        "held_out": lambda: held_out_fifths(world()),
        "left_out": lambda: leave_one_source_out(world()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--prompts", type=Path, help="only write the prompts there, for litellm_complexity.py"
    )
    parser.add_argument("--litellm", type=Path, help="scores written by litellm_complexity.py")
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    if chosen.prompts:
        asked = [prompt for source in load(chosen.data) for prompt in source.prompts]
        chosen.prompts.write_text(json.dumps(asked))
        return
    every = tables(chosen.data, chosen.litellm)
    for name in chosen.only.split(",") if chosen.only else every:
        begun = time.perf_counter()
        result = every[name]()
        environment = {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "machine": platform.machine(),
        }
        document = {"table": name, "environment": environment, "result": result}
        file = RESULTS / f"routing-{name}.json"
        file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{file.name}: {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
