"""A thread with an event loop, for callers who have none."""

from __future__ import annotations

import threading

import pytest

from sobrio.errors import UpstreamTimeout
from sobrio.sdk.portal import Portal


def test_a_limit_holds_even_where_the_loop_itself_is_held_up() -> None:
    portal, go_on = Portal(), threading.Event()

    async def holds_up_the_loop() -> None:
        go_on.wait()

    with pytest.raises(UpstreamTimeout, match=r"within 0\.01 s"):
        portal.run(holds_up_the_loop(), 0.01)
    go_on.set()
    portal.close()


def test_a_time_out_of_the_coroutine_s_own_is_passed_on() -> None:
    portal = Portal()

    async def gives_up() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        portal.run(gives_up(), 60)
    portal.close()
