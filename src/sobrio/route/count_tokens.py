"""How many tokens a message would be read as: only the tokenizer of the model it goes to can tell."""

from __future__ import annotations

from contextlib import aclosing
from typing import Final

import msgspec

from sobrio.errors import InputError
from sobrio.policy import Plan, Policy
from sobrio.route.addresses import refuse_in
from sobrio.route.forward import joined
from sobrio.route.reply import JSON, Reply
from sobrio.route.rooms import Rooms
from sobrio.terms.answer import Call
from sobrio.terms.model import Backing, Deployment
from sobrio.terms.request import Request
from sobrio.terms.shape import PATHS, spoken
from sobrio.wire.messages import without_unsigned

_PATH: Final = f"{PATHS['messages']}/count_tokens"


async def count_tokens(request: Request, rooms: Rooms) -> Reply:
    """The count of the one deployment the message can mean, as its upstream says it.

    Raises `InputError` (501) where it could go to several, or to one that has no such endpoint: a guess of
    ours would be taken for a count. It is no call of a model: nothing is booked but the request.
    """
    policy = rooms.policy()
    refuse_in(request, policy)
    deployment = _the_one(policy, policy.plan(request, None), request)
    backing = _counting(deployment)
    if rooms.quotas is not None and policy.limits:
        rooms.quotas.settle(await rooms.quotas.reserve(request.caller, {"requests": 1}), {"requests": 1})
    fields = without_unsigned({name: raw for name, raw in request.fields.items() if name != "sobrio"})
    fields["model"] = msgspec.json.encode(backing.model)
    call = Call(_PATH, joined(fields), False, backing.timeouts, request.headers)
    answered = await rooms.upstream.call(backing, call)
    async with aclosing(answered.chunks):
        body = b"".join([chunk async for chunk in answered.chunks])
    return Reply(200, (JSON, ("x-sobrio-model", deployment.model.name)), "", body=body)


def _the_one(policy: Policy, plan: Plan, request: Request) -> Deployment:
    """The deployment named, where the policy lets the message go there; else the only one it may go to."""
    named = policy.names.get(request.model)
    meant = [each for each in plan.deployments if named is not None and each.name in named.deployments]
    allowed = meant or plan.deployments
    if len(allowed) != 1:
        names = ", ".join(each.name for each in allowed)
        what = f"could go to {names}; name one of them" if names else "may go nowhere; see `sobrio explain`"
        raise _not_counted(f"each model counts in its own way, and '{request.model}' {what}")
    return allowed[0]


def _counting(deployment: Deployment) -> Backing:
    backing = deployment.backing
    if backing is None or spoken("messages", backing) != "messages":
        raise _not_counted(
            f"'{deployment.name}' has no upstream that counts tokens without answering; "
            "send the message with a small max_tokens and read usage.input_tokens"
        )
    return backing


def _not_counted(message: str) -> InputError:
    return InputError(f"no count of tokens: {message}", status=501, code="count_tokens_unavailable")
