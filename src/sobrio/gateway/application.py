"""The gateway as a raw ASGI 3 application."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sobrio.errors import Refused, SobrioError
from sobrio.gateway.access import Access, AccessLog
from sobrio.gateway.asgi import Application, Headers, Limits, Receive, Scope, Send
from sobrio.gateway.body import Gone, headers_of, json_body
from sobrio.gateway.delivery import Attended, deliver, turn_away
from sobrio.gateway.endpoints import table
from sobrio.gateway.faults import fault, internal_fault
from sobrio.gateway.keys import Admission, Keys, with_password
from sobrio.gateway.lifespan import until_shutdown
from sobrio.gateway.routes import Endpoint, Route, Table, Visit, WrongMethod
from sobrio.route import Rooms
from sobrio.route.journey import UNDER_WAY
from sobrio.route.reply import Reply
from sobrio.terms.request import Caller

logger = logging.getLogger("sobrio.gateway")
_CLIENT_LEFT = 499
_PASSWORD = 'Basic realm="sobrio: any name, and a key as the password", charset="UTF-8"'
_NOBODY = Admission(Caller(), frozenset())


def application(
    rooms: Rooms, *, keys: Keys | None = None, limits: Limits | None = None, log: AccessLog | None = None
) -> Application:
    """The rooms over HTTP, for any ASGI 3 server. Without `keys`, whoever reaches it may ask."""
    return Gateway(table(rooms), Keys() if keys is None else keys, limits or Limits(), log, rooms.aclose)


@dataclass(frozen=True, slots=True)
class Gateway:
    table: Table
    keys: Keys
    limits: Limits
    log: AccessLog | None
    closing: Callable[[], Awaitable[None]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await until_shutdown(receive, send, self.closing)
        if scope["type"] != "http":
            raise NotImplementedError(f"the gateway speaks HTTP, not {scope['type']}")
        begun = time.perf_counter()
        UNDER_WAY.set("")  # a pipelined request begins in the context of the one before
        reply, visit = await self._serve(scope, receive, send)
        if self.log is not None:
            self.log(_access(scope, reply, visit, time.perf_counter() - begun))
        return None

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> tuple[Reply | None, Visit | None]:
        """The reply that went out, `None` when the client left before its end."""
        try:
            endpoint, visit = await self._visit(scope, receive)
        except Gone:
            return None, None
        except SobrioError as error:
            reply = _refusal(error, scope["path"])
            await (turn_away(reply, receive, send) if _sends_a_body(scope) else deliver(reply, send))
            return reply, None
        async with Attended(receive):
            reply = await _answer(endpoint, visit, scope["path"])
            await deliver(reply, send)
            return reply, visit
        return None, visit

    async def _visit(self, scope: Scope, receive: Receive) -> tuple[Endpoint, Visit]:
        """Raises `SobrioError` for what is turned away at the door, and `Gone`."""
        headers = headers_of(scope, self.limits)
        route, name = self.table.resolve(scope["method"], scope["path"])
        admission = _admitted(self.keys, headers, route)
        body = await json_body(headers, receive, self.limits) if route.reads else b""
        query = scope.get("query_string", b"").decode("latin-1")
        return route.endpoint, Visit(admission, headers, body, name, query)


def _admitted(keys: Keys, headers: Headers, route: Route) -> Admission:
    """Raises `InputError` (401) without a valid key, and `Refused` (403) without the right."""
    if route.right is None:
        return _NOBODY
    admission = keys.admit(with_password(headers) if route.browsed else headers)
    if route.right not in admission.rights:
        raise Refused(f"this key lacks the right '{route.right}'; see `sobrio keys`", code="right_missing")
    return admission


async def _answer(endpoint: Endpoint, visit: Visit, path: str) -> Reply:
    try:
        return await endpoint(visit)
    except SobrioError as error:
        return fault(error, path)
    except Exception:
        logger.exception("a defect in the gateway")
        return internal_fault(path)


def _sends_a_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _refusal(error: SobrioError, path: str) -> Reply:
    """The connection is closed, since the body that may follow is not read."""
    allow = (("allow", error.allowed),) if isinstance(error, WrongMethod) else ()
    asked = (("www-authenticate", _PASSWORD if path == "/dashboard" else "Bearer"),)
    return fault(error, path, *allow, *(asked if error.status == 401 else ()), ("connection", "close"))


def _access(scope: Scope, reply: Reply | None, visit: Visit | None, seconds: float) -> Access:
    return Access(
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        method=scope["method"],
        path=scope["path"],
        status=reply.status if reply else _CLIENT_LEFT,
        ms=round(seconds * 1000, 3),
        receipt=reply.receipt_id if reply else UNDER_WAY.get(),
        key_id=visit.caller.key_id if visit else None,
    )
