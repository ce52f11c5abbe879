"""litellm's complexity router on a list of prompts; run it where litellm is installed.

python litellm_complexity.py PROMPTS.json SCORES.json
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"


def main(prompts: Path, scores: Path) -> None:
    from litellm import Router
    from litellm.router_strategy.complexity_router.complexity_router import ComplexityRouter

    models = [{"model_name": "any", "litellm_params": {"model": "openai/any", "api_key": "none"}}]
    router = ComplexityRouter("complexity", Router(model_list=models), default_model="any")
    found = [router.classify(prompt) for prompt in json.loads(prompts.read_text())]
    scores.write_text(json.dumps([[str(tier.value), score] for tier, score, _ in found]))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
