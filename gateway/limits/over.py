"""
Refusals remembered for a moment, so that a flood is answered without a call.

Only of rolling windows, only for as much as was refused or more, and never longer than until it fits, a
bucket's length or a second: tokens that are given back may make room sooner.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from gateway.limits.base import Admission, Bound, Kind, Reservation, Standing

__all__ = ["Over"]

MOST_BOUNDS = 4096
LONGEST = 1_000  # milliseconds


def _monotonic() -> int:
    return time.monotonic_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class _Refusal:
    at: int
    until: int
    amount: int
    admission: Admission


class Over:
    """`most`: of how many bounds at once."""

    def __init__(self, clock: Callable[[], int] = _monotonic, *, most: int = MOST_BOUNDS) -> None:
        self._clock = clock
        self._most = most
        self._known: OrderedDict[Bound, _Refusal] = OrderedDict()

    def remember(self, admission: Admission) -> None:
        refused = admission.refused
        if refused is None or not refused.wait or refused.bound.kind is Kind.CONCURRENT:
            return
        bound, now = refused.bound, self._clock()
        until = now + min(refused.wait, bound.window // bound.buckets, LONGEST)
        self._known[bound] = _Refusal(now, until, refused.asked, admission)
        self._known.move_to_end(bound)
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def refuse(self, reservation: Reservation) -> Admission | None:
        """The refusal that still holds, its times as they are now; None: ask."""
        if not self._known:
            return None
        now = self._clock()
        for charge in reservation.charges:
            known = self._known.get(charge.bound)
            if known is None:
                continue
            if now >= known.until:
                del self._known[charge.bound]
            elif charge.amount >= known.amount:
                passed = now - known.at
                mine = {c.bound for c in reservation.charges}  # what stands besides may be another key's
                standings = tuple(_later(s, passed) for s in known.admission.standings if s.bound in mine)
                refused = next(s for s in standings if s.bound == charge.bound)
                return Admission(reservation, standings, refused)
        return None


def _later(standing: Standing, passed: int) -> Standing:
    wait = standing.wait and max(standing.wait - passed, 1)
    return replace(standing, reset=max(standing.reset - passed, 0), wait=wait)
