"""The life of a request."""

from __future__ import annotations

import asyncio

from sobrio.errors import ClientGone, NotCalled, NotKept, SobrioError
from sobrio.route.account import book_abandoned_call
from sobrio.route.addresses import refuse_in
from sobrio.route.allowance import ask_at_the_door, reserve
from sobrio.route.along import along
from sobrio.route.attempt import begin_answer
from sobrio.route.decide import decide
from sobrio.route.deliver import deliver
from sobrio.route.failure import book
from sobrio.route.journey import Journey
from sobrio.route.remember import recalled
from sobrio.route.reply import Reply
from sobrio.route.rooms import Rooms
from sobrio.route.stored import refuse_others
from sobrio.terms.decision import Decision
from sobrio.terms.request import Request


async def live(request: Request, rooms: Rooms) -> Reply:
    """Recall, decide, call, account: one request, from received to booked.

    Raises a `SobrioError` whose receipt is already in the ledger.
    """
    journey = Journey.begin(request, rooms)
    try:
        refuse_in(request, journey.policy)
        await refuse_others(request, rooms, journey.policy)
        await ask_at_the_door(journey)
        if reply := await recalled(journey):
            return reply
        if request.options.only_cached:
            raise NotKept("nothing is kept for this request; leave 'only-if-cached' away to ask a model")
        return await _collapsed(journey)
    except SobrioError as error:
        raise book(journey, error) from error.__cause__
    except asyncio.CancelledError:
        book_abandoned_call(journey)
        book(journey, ClientGone("the client left before the answer began"))
        raise


async def _collapsed(journey: Journey) -> Reply:
    """Of identical requests at the same moment one is called; the others ride along with its stream, or find
    its answer in the cache."""
    key, rooms = journey.cache_key, journey.rooms
    if key is None:
        return await _answered(journey)
    if reply := await along(journey, key):
        return reply
    reply, shared = await rooms.flights.board(key, lambda: _answered(journey))
    if shared or reply is None:
        return await along(journey, key) or await recalled(journey) or await _answered(journey)
    return reply


async def _answered(journey: Journey) -> Reply:
    decision = decide(journey)
    _must_be_callable(decision, journey)
    await reserve(journey, decision)
    journey.rooms.ledger.open(journey.id, journey.at)
    return await deliver(journey, await begin_answer(journey, decision))


def _must_be_callable(decision: Decision, journey: Journey) -> None:
    if not decision.callable:
        deployment = journey.policy.deployments[decision.deployment]
        raise NotCalled(
            f"decided for '{decision.model}', which cannot be called from here; "
            f"{deployment.unbacked or 'give it an upstream in the policy'}"
        )
