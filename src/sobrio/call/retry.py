"""Which failures deserve another try, where, and after how long. Nothing here waits or calls."""

from __future__ import annotations

from typing import Final

from sobrio.call.pool import UNREACHABLE
from sobrio.errors import UpstreamError

FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 8.0

_PASSING = frozenset({408, 409, 425, 429})
_OF_THE_PLACE = frozenset({401, 402, 403, 404})
"""A wrong key, an unpaid bill, a model that is not there: another deployment may do better."""
_OVER_THE_REQUEST = frozenset({500, 502})


def worth_repeating(error: UpstreamError) -> bool:
    """Whether the same deployment may be asked again: it was not reached, busy or broken.

    Only for as long as the client has not received a byte of the answer.
    """
    return error.status in _PASSING or error.status >= 500


def worth_another(error: UpstreamError) -> bool:
    """Whether another deployment may succeed where this one failed. A bad request stays bad."""
    return worth_repeating(error) or error.status in _OF_THE_PLACE


def may_be_the_requests_own(error: UpstreamError) -> bool:
    """Whether a request may have brought the failure about by itself: a server that fails over what it is
    asked, or drops it, says nothing of what else it can do. One that is not reached, or says that it is
    busy, does."""
    return error.status in _OVER_THE_REQUEST and error.code != UNREACHABLE and error.retry_after_s is None


def wait_s(
    attempt: int, retry_after_s: float | None, *, chance: float, longest_s: float = LONGEST_WAIT_S
) -> float | None:
    """Seconds to wait before repeating for the `attempt`-th time (from 1); `None` = do not repeat.

    The upstream's `Retry-After` is a lower bound; longer than `longest_s` is not worth waiting for.
    Otherwise waits double, and `chance` in [0, 1) picks from the upper half, so that clients that
    failed together do not return together.
    """
    doubling = min(longest_s, FIRST_WAIT_S * 2.0 ** (attempt - 1))
    spread = doubling * (0.5 + chance / 2)
    if retry_after_s is None:
        return spread
    return None if retry_after_s > longest_s else retry_after_s + spread / 2


class RetryBudget:
    """Repeats may be a tenth of all calls, and a few more: a storm is not answered with a storm."""

    _SHARE: Final = 0.1
    _RESERVE: Final = 10.0

    def __init__(self) -> None:
        self._left = self._RESERVE

    def earn(self) -> None:
        """A first call has been made."""
        self._left = min(self._RESERVE, self._left + self._SHARE)

    def spend(self) -> bool:
        """Whether one more repeat may be made now."""
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
