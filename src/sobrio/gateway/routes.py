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
    """What stands in the path where the route says `{name}`."""
    query: str = ""
    """What stands behind the path's question mark."""

    @property
    def caller(self) -> Caller:
        return self.admission.caller

    def is_allowed(self, model: str) -> bool:
        """Whether the key may ask for a model name."""
        models = self.admission.models
        return models is None or model in models

    def must_be_allowed(self, model: str) -> None:
        """Raises `Refused` for a model name that the key is not meant for."""
        if not self.is_allowed(model):
            meant = ", ".join(sorted(self.admission.models or ()))
            message = f"this key may not ask for {model[:200]!r}; it may ask for {meant}"
            raise Refused(message, code="model_not_allowed")


Endpoint: TypeAlias = Callable[[Visit], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """`{name}` in a path stands for anything but nothing, slashes included."""

    method: str
    path: str
    endpoint: Endpoint
    right: Right | None = "call"
    """What the key must be allowed; `None` answers without a key."""
    browsed: bool = False
    """Meant for a browser, which asks its user for a password: that is the key."""
    bodiless: bool = False
    """A POST that says everything in its path."""

    @property
    def reads(self) -> bool:
        return self.method == "POST" and not self.bodiless


class WrongMethod(InputError):
    status = 405
    code = "method_not_allowed"

    def __init__(self, method: str, path: str, allowed: str) -> None:
        super().__init__(f"{path} does not take {method}; use {allowed}")
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Table:
    by_path: Mapping[str, Mapping[str, Route]]
    """The routes at each path by their method."""

    @classmethod
    def of(cls, *routes: Route) -> Table:
        by_path: dict[str, dict[str, Route]] = {}
        for route in routes:
            by_path.setdefault(route.path, {})[route.method] = route
        return cls(by_path)

    @property
    def routes(self) -> tuple[Route, ...]:
        return tuple(route for routes in self.by_path.values() for route in routes.values())

    def resolve(self, method: str, path: str) -> tuple[Route, str]:
        """The route, and what stands there for its `{name}`. Raises `InputError` (404, 405)."""
        routes, name = self.by_path.get(path), ""
        if routes is None or "{name}" in path:
            routes, name = self._named(path)
        route = routes.get("GET" if method == "HEAD" else method)
        if route is None:
            raise WrongMethod(method, path, ", ".join(routes))
        return route, name

    def _named(self, path: str) -> tuple[Mapping[str, Route], str]:
        """The first that fits."""
        for pattern, routes in self.by_path.items():
            before, name, after = pattern.partition("{name}")
            longer = len(path) > len(before) + len(after)
            if name and longer and path.startswith(before) and path.endswith(after):
                return routes, path[len(before) : len(path) - len(after)]
        message = f"there is nothing at {path[:200]}; the endpoints are {', '.join(self.by_path)}"
        raise InputError(message, status=404, code="not_found")
