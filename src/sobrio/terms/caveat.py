"""Caveats: stable codes that say what a figure or a decision does not know.

Each code has a heading of the same name in `docs/caveats.md`; a test checks it.
"""

from __future__ import annotations

from typing import Final

CAVEATS: Final[dict[str, str]] = {
    "router-bypassed": "Routing failed; the requested model or the policy's fallback was called.",
    "unknown-model": "The catalogue does not know the model's size; its impact is unknown.",
    "unknown-zone": "The electricity zone is unknown; the world average and its spread were used.",
    "unknown-hour": "No grid intensity is known for that hour; the zone's annual average was used.",
    "implausible-intensity": "An hour's grid intensity lies outside 5 to 1,300 g CO2e/kWh; check it.",
    "unknown-factor": "The zone has no published factor for a criterion; that criterion is unknown.",
    "input-not-counted": "The method's formula counts output tokens only; reading the request is left out.",
    "estimated-size": "The model's size is a published guess; it was drawn over the guess.",
    "extrapolated": "The model lies outside the measured range; the interval is wider.",
    "deployment-unknown": "Batch, accelerator and precision are unknown; they were drawn.",
    "unmeasured-accelerator": "No run was measured on this accelerator; the interval is wider.",
    "consumer-hardware": "Consumer hardware: charged by what it reads and computes, with a wide interval.",
    "declared-energy": "Energy per token is as declared; nobody has checked it.",
    "cpu-charged": "Answered on a processor: charged by measured processor seconds.",
    "cpu-time-approximate": "Processor seconds were derived from elapsed time and thread count.",
    "unmetered": "A call was made whose tokens nobody counted; its impact, and so the sum, is unknown.",
    "usage-estimated": "The upstream gave no token counts; they were estimated from the text.",
    "out-of-distribution": "The request is unlike the predictor's training data; it fell back to the prior.",
    "unread-parts": "Pictures, sound, video or documents came along; nobody looked into them beforehand.",
    "unverified": "Nobody checked that the answer is as good as the reference's.",
    "not-comparable": "The answer failed its check, so nothing counts as avoided.",
    "stale-facts": "The catalogue entry is more than a year old.",
    "training-excluded": "Training is left out on both sides of the comparison.",
    "receipt-in-memory": "The ledger's disk was full; the receipt waits in memory for room.",
    "truncated": "The answer was cut off before its end.",
    "no-reference": "The policy declares no reference model, so avoided impact is unknown.",
    "passages-unavailable": "The passages could not be searched; the request went on without them.",
    "limits-alone": "The shared accounts could not be reached; this replica counted on its own.",
    "limit-unmeasured": "A price or an impact is unknown, so a limit on it could not be held.",
    "thinking-left-out": "The called model could not think as was asked, here; it answered without.",
    "cache-unavailable": "The cache did not answer in time; the request went on without it.",
    "fit-not-in-force": "What labels taught could not be read; the predictor before them judged.",
}
