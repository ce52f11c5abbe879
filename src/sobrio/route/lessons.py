"""What a request that has ended teaches the next ones."""

from __future__ import annotations

from sobrio.route.allowance import settle_accounts
from sobrio.route.journey import Journey
from sobrio.terms.activity import Activity
from sobrio.terms.receipt import Receipt


def learn(journey: Journey, answered: Activity | None, receipt: Receipt) -> None:
    settle_accounts(journey, receipt)
    for listener in journey.rooms.listeners:
        listener(receipt)
    if answered is None:
        return
    _remember_who(journey, answered)
    rooms = journey.rooms
    if journey.first_byte_ms is not None and not journey.failures:
        rooms.paces.note(
            answered.deployment,
            first_byte_ms=journey.first_byte_ms - journey.route_ms,
            total_ms=receipt.latency.total_ms - journey.route_ms,
            output_tokens=answered.output_tokens,
        )


def _remember_who(journey: Journey, answered: Activity) -> None:
    place, decision = journey.conversation, journey.decision
    if place is None or decision is None:
        return
    tokens = int(answered.input_tokens + answered.output_tokens)
    journey.rooms.conversations.note(place, decision, answered.deployment, answered.model.name, tokens)
