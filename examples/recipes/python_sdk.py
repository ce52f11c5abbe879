"""The SDK in this process, without a server: `python python_sdk.py [POLICY]`."""

from __future__ import annotations

import sys

from sobrio import Sobrio

policy = sys.argv[1] if len(sys.argv) > 1 else None

with Sobrio(policy) as client:
    explained = client.explain("Prove that the square root of two is irrational.")
    print("would go to", explained["decision"]["model"], "because:", explained["decision"]["why"])

    with client.tagged(team="docs"):
        answer = client.chat.completions.create(
            messages=[{"role": "user", "content": "What is the capital of France?"}]
        )
    print(answer.choices[0].message.content)
    print(f"{answer.sobrio.outcome} by {answer.sobrio.decision.model}, receipt {answer.sobrio.id}")
    print("energy, Wh:", answer.usage.sobrio.energy_wh)
