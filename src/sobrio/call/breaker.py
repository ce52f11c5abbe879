"""A place that keeps failing is left alone for a while, so that nobody waits for it in vain."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sobrio.call.retry import may_be_the_requests_own, worth_repeating
from sobrio.errors import UpstreamError

OPENS_AT: Final = 3.0
"""Five failures in a row reach it, or three in five calls for long enough; a third of them never do."""
_FADES: Final = 0.8
_FIRST_REST_S: Final = 2.0
_LONGEST_REST_S: Final = 60.0


@dataclass(slots=True)
class Circuit:
    """One place's record: `weight` of its recent failures, and until when it is left alone."""

    weight: float = 0.0
    resting: bool = False
    rest_s: float = 0.0
    """Its latest rest; 0 once an answer was whole, so that the next begins with the shortest."""
    closed_until: float = 0.0
    trying: bool = False
    """One call has been let through to see whether the place is back."""
    doubtful: bool = False
    """It rests after a failure that the request may have brought about by itself."""
    failing: set[str] = field(default_factory=set)
    """Whose requests have failed since an answer was whole."""

    def rests_for(self, caller: str) -> bool:
        """As long as one caller's requests alone have failed, and may have by themselves, for nobody else."""
        return self.resting and (not self._may_be_one_callers or caller in self.failing)

    @property
    def rests_for_one_key(self) -> bool:
        """Callers without a key are not told apart: what rests for them rests for many."""
        return self.resting and self._may_be_one_callers and "" not in self.failing

    @property
    def _may_be_one_callers(self) -> bool:
        """A place that cannot be reached, is late or busy is so for everybody."""
        return self.doubtful and len(self.failing) == 1


class Breakers:
    """A circuit for each place, by name."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._circuits: dict[str, Circuit] = {}

    def admits(self, place: str, caller: str = "") -> bool:
        """Whether `place` may be called now, for one whom a key tells apart from others. After a rest a
        single call goes first."""
        circuit = self._circuits.get(place)
        if circuit is None or not circuit.rests_for(caller):
            return True
        if circuit.trying or self._clock() < circuit.closed_until:
            return False
        circuit.trying = True
        return True

    def admits_in_need(self, place: str) -> bool:
        """Whether it may be called during its rest for a request that nothing else can answer: one at a
        time, where requests themselves may be what it failed over."""
        circuit = self._circuits.get(place)
        if circuit is None or circuit.trying or not circuit.doubtful:
            return False
        circuit.trying = True
        return True

    def rests(self, place: str) -> bool:
        circuit = self._circuits.get(place)
        return circuit is not None and circuit.resting

    def resting(self) -> dict[str, float]:
        """Seconds that each place which is left alone still rests; 0 while one call tries it."""
        now = self._clock()
        return {
            name: max(0.0, each.closed_until - now)
            for name, each in self._circuits.items()
            if each.resting and (each.trying or now < each.closed_until)
        }

    def resting_for_one_key(self) -> frozenset[str]:
        """Those that all others may call."""
        return frozenset(name for name, each in self._circuits.items() if each.rests_for_one_key)

    def began(self, place: str) -> None:
        """A stream has begun: others may call again, but nothing is forgotten until it has ended well."""
        if place in self._circuits:
            circuit = self._circuits[place]
            circuit.resting = circuit.trying = False

    def succeeded(self, place: str) -> None:
        """An answer was whole."""
        self.began(place)
        if place in self._circuits:
            circuit = self._circuits[place]
            circuit.weight *= _FADES
            circuit.rest_s = 0.0
            circuit.failing.clear()

    def failed(self, place: str, error: UpstreamError, caller: str = "") -> None:
        """Only what says something about the place counts: a bad request is the caller's own."""
        circuit = self._circuits.setdefault(place, Circuit())
        tried, circuit.trying = circuit.trying, False
        if not worth_repeating(error):
            return
        circuit.weight = circuit.weight * _FADES + 1.0
        circuit.failing.add(caller)
        late = circuit.resting and not tried  # begun before the rest; it says nothing new
        if not late and (tried or circuit.weight >= OPENS_AT):
            circuit.doubtful = may_be_the_requests_own(error)
            self._rest(circuit, error.retry_after_s or 0.0)

    def abandoned(self, place: str) -> None:
        """The client left before the place could show whether it is back."""
        if place in self._circuits:
            self._circuits[place].trying = False

    def _rest(self, circuit: Circuit, asked_s: float) -> None:
        longer = max(_FIRST_REST_S, 2 * circuit.rest_s, asked_s)
        circuit.rest_s = min(_LONGEST_REST_S, longer)
        circuit.closed_until = self._clock() + circuit.rest_s
        circuit.resting = True
