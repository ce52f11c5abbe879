"""Where the rooms are, as a client is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from sobrio.errors import InputError
from sobrio.route import Rooms
from sobrio.sdk.in_process import InProcess
from sobrio.sdk.lane import Lane
from sobrio.sdk.remote import Remote
from sobrio.terms.ports import Retriever
from sobrio.terms.request import Caller

OpenRooms: TypeAlias = Callable[..., AbstractContextManager[Rooms]]
"""Takes the policy's path or `None`, `data_dir` and, where there is one, `retriever`."""


@dataclass(frozen=True, slots=True)
class Place:
    open_rooms: OpenRooms | None
    policy: Path | str | None
    data_dir: Path | str | None
    base_url: str | None
    api_key: str | None
    caller: Caller
    retriever: Retriever | None = None


def open_lane(place: Place) -> Lane:
    """To the gateway where one is named, else to rooms in this process."""
    if place.base_url is not None:
        return Remote(place.base_url, place.api_key or os.environ.get("SOBRIO_API_KEY"))
    if place.open_rooms is None:
        raise InputError("there are no rooms in this process; give base_url, or use sobrio.Sobrio")
    more = {} if place.retriever is None else {"retriever": place.retriever}
    open_rooms = partial(place.open_rooms, _path(place.policy), data_dir=_path(place.data_dir), **more)
    return InProcess(open_rooms, place.caller)


def _path(path: Path | str | None) -> Path | None:
    return None if path is None else Path(path)
