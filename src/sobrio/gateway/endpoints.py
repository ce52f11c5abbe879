"""What each endpoint answers."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Literal

import msgspec

from sobrio.errors import InputError, UnknownModel
from sobrio.gateway import openapi
from sobrio.gateway.dashboard import Dashboard
from sobrio.gateway.impact import Impact
from sobrio.gateway.readiness import readiness
from sobrio.gateway.routes import Endpoint, Route, Table, Visit
from sobrio.route import Rooms, explain_aside, live, receive
from sobrio.route.count_tokens import count_tokens
from sobrio.route.feedback import take_feedback
from sobrio.route.reply import JSON, Reply
from sobrio.route.stored import Part, ask_where_it_is
from sobrio.terms.record import to_json
from sobrio.terms.shape import PATHS, Shape

AUTO = "sobrio/auto"
_EXPOSITION = ("content-type", "text/plain; version=0.0.4; charset=utf-8")


def table(rooms: Rooms) -> Table:
    here = Endpoints(rooms)
    return Table.of(
        *(Route("POST", f"/v1{path}", here.asked(shape)) for shape, path in PATHS.items()),
        Route("POST", "/v1/explain", here.explain),
        Route("POST", "/v1/feedback", here.feedback),
        Route("GET", "/v1/models", here.models),
        Route("GET", "/v1/models/{name}", here.model),
        Route("POST", "/v1/messages/count_tokens", here.count_tokens),
        Route("POST", "/v1/responses/{name}/cancel", here.stored("POST", "/cancel"), bodiless=True),
        Route("GET", "/v1/responses/{name}/input_items", here.stored("GET", "/input_items")),
        Route("GET", "/v1/responses/{name}", here.stored("GET")),
        Route("DELETE", "/v1/responses/{name}", here.stored("DELETE")),
        Route("GET", "/v1/receipts/{name}", here.receipt, "read"),
        Route("GET", "/v1/impact", Impact(rooms.totals), "read"),
        Route("GET", "/dashboard", Dashboard(rooms.page), "read", browsed=True),
        Route("GET", "/metrics", here.metrics, "admin"),
        Route("GET", "/openapi.json", here.openapi, None),
        Route("GET", "/healthz", here.health, None),
        Route("GET", "/readyz", here.ready, None),
    )


class Endpoints:
    """The HTTP face of the rooms."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._listed_since = int(time.time())

    def asked(self, shape: Shape) -> Endpoint:
        """The endpoint at which requests of that shape are answered."""

        async def answer(visit: Visit) -> Reply:
            request = receive(visit.body, visit.headers, visit.caller, shape)
            visit.must_be_allowed(request.model)
            return await live(request, self._rooms)

        return answer

    def stored(self, method: Literal["GET", "POST", "DELETE"], part: Part = "") -> Endpoint:
        """The endpoint for a response that an upstream keeps."""

        async def answer(visit: Visit) -> Reply:
            models = visit.admission.models
            return await ask_where_it_is(
                self._rooms, visit.caller, method, visit.name, part, visit.query, models=models
            )

        return answer

    async def count_tokens(self, visit: Visit) -> Reply:
        request = receive(visit.body, visit.headers, visit.caller, "messages")
        visit.must_be_allowed(request.model)
        return await count_tokens(request, self._rooms)

    async def explain(self, visit: Visit) -> Reply:
        request = receive(visit.body, visit.headers, visit.caller, _shape_of(visit))
        visit.must_be_allowed(request.model)
        return _json(await explain_aside(request, self._rooms))

    async def feedback(self, visit: Visit) -> Reply:
        return _json(await asyncio.to_thread(take_feedback, visit.body, visit.caller, self._rooms))

    async def models(self, visit: Visit) -> Reply:
        listed = [model for name, model in self._models().items() if visit.is_allowed(name)]
        return _json({"object": "list", "data": listed})

    async def model(self, visit: Visit) -> Reply:
        visit.must_be_allowed(visit.name)
        model = self._models().get(visit.name)
        if model is None:
            raise UnknownModel(f"there is no model {visit.name[:200]!r}; GET /v1/models lists them")
        return _json(model)

    async def receipt(self, visit: Visit) -> Reply:
        """A caller sees the receipts of its own tenant; another's do not exist for it."""
        receipt = await asyncio.to_thread(self._rooms.ledger.find, visit.name)
        if receipt is None or receipt.caller.tenant != visit.caller.tenant:
            message = f"there is no receipt {visit.name[:200]!r}; its id is in the x-sobrio-receipt header"
            raise InputError(message, status=404, code="receipt_not_found")
        return Reply(200, (JSON,), receipt.id, body=to_json(receipt))

    async def health(self, _visit: Visit) -> Reply:
        return _json({"status": "ok"})

    async def ready(self, _visit: Visit) -> Reply:
        return _json(readiness(self._rooms))

    async def metrics(self, _visit: Visit) -> Reply:
        if self._rooms.metrics is None:
            raise InputError("no metrics are kept here", status=404, code="not_found")
        return Reply(200, (_EXPOSITION,), "", body=self._rooms.metrics())

    async def openapi(self, _visit: Visit) -> Reply:
        return Reply(200, (JSON,), "", body=openapi.to_json())

    def _models(self) -> dict[str, dict[str, Any]]:
        """`sobrio/auto`, the aliases and the deployments, in OpenAI's shape, by name."""
        policy = self._rooms.policy()
        owners = {AUTO: "sobrio"} | dict.fromkeys(policy.aliases, "sobrio")
        owners |= {each.name: each.provider or "unknown" for each in policy.deployments.values()}
        return {
            name: {"id": name, "object": "model", "created": self._listed_since, "owned_by": owner}
            for name, owner in owners.items()
        }


class _Told(msgspec.Struct):
    input: msgspec.Raw = msgspec.Raw(b"")


_told = msgspec.json.Decoder(_Told)


def _shape_of(visit: Visit) -> Shape:
    """Anthropic's clients say that they are; `input` is a word of responses alone."""
    if "anthropic-version" in visit.headers:
        return "messages"
    try:
        return "responses" if bytes(_told.decode(visit.body).input) else "chat"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "chat"  # where it is refused with a reason


def _json(document: object) -> Reply:
    return Reply(200, (JSON,), "", body=msgspec.json.encode(document))
