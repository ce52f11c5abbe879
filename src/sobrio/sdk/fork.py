"""What a fork means for clients.

A child has none of its parent's threads, and must share neither its parent's databases nor its event loop.
So what nobody uses just now is put away before the fork, and opened again by whichever process asks next.
What is in use stays as it is in the parent; the child leaves it alone and opens its own.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final, Protocol
from weakref import WeakSet

from sobrio.errors import SobrioError


class Forked(Protocol):
    def before_fork(self) -> None: ...

    def after_fork(self) -> None:
        """In the child."""
        ...


_clients: Final[WeakSet[Forked]] = WeakSet()
_inherited: Final[list[object]] = []
"""Never closed in this process: closing it would reach into the parent."""


def heed_forks(client: Forked) -> None:
    _clients.add(client)


def leave_alone(*inherited: object) -> None:
    """Keeps for good what belongs to the parent."""
    _inherited.extend(inherited)


def _before() -> None:
    for client in list(_clients):
        with suppress(SobrioError):
            client.before_fork()


def _in_child() -> None:
    for client in list(_clients):
        client.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_child=_in_child)
