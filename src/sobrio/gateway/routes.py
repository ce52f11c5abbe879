"""Which path leads to which endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from sobrio.errors import InputError, Refused
from sobrio.gateway.asgi import Headers
from sobrio.gateway.keys import Admission
from sobrio.gateway.keystore import Right
from sobrio.route.reply import Reply
from sobrio.terms.request import Caller


class Visit(msgspec.Struct, frozen=True):
    """What an endpoint gets to see."""

    admission: Admission
    headers: Headers
    body: bytes = b""
    name: str = ""
    """The rest of the path, for a route that ends in `/`."""
    query: str = ""
    """What stands behind the path's question mark."""

    @property
    def caller(self) -> Caller:
        return self.admission.caller

    def must_be_allowed(self, model: str) -> None:
        """Raises `Refused` for a model name that the key is not meant for."""
        models = self.admission.models
        if models is not None and model not in models:
            message = f"this key may not ask for {model[:200]!r}; it may ask for {', '.join(sorted(models))}"
            raise Refused(message, code="model_not_allowed")


Endpoint: TypeAlias = Callable[[Visit], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """A path ending in `/` stands for everything below it."""

    method: str
    path: str
    endpoint: Endpoint
    right: Right | None = "call"
    """What the key must be allowed; `None` answers without a key."""
    browsed: bool = False
    """Meant for a browser, which asks its user for a password: that is the key."""


class WrongMethod(InputError):
    status = 405
    code = "method_not_allowed"

    def __init__(self, method: str, path: str, allowed: str) -> None:
        super().__init__(f"{path} does not take {method}; use {allowed}")
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Table:
    routes: Mapping[str, Route]

    @classmethod
    def of(cls, *routes: Route) -> Table:
        return cls({route.path: route for route in routes})

    def resolve(self, method: str, path: str) -> tuple[Route, str]:
        """The route, and the rest of the path below it. Raises `InputError` (404, 405)."""
        route, rest = self.routes.get(path), ""
        if route is None or path.endswith("/"):
            route, rest = self._above(path)
        if method != route.method and (method, route.method) != ("HEAD", "GET"):
            raise WrongMethod(method, path, route.method)
        return route, rest

    def _above(self, path: str) -> tuple[Route, str]:
        for prefix, route in self.routes.items():
            if prefix.endswith("/") and len(path) > len(prefix) and path.startswith(prefix):
                return route, path[len(prefix) :]
        message = f"there is nothing at {path[:200]}; the endpoints are {', '.join(self.routes)}"
        raise InputError(message, status=404, code="not_found")
