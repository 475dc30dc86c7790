"""
Counts in this process: for one worker, or each worker's share of the bounds while Redis is away.

The same rules as lua/*.lua, line by line; one contract suite holds over both.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from gateway.limits.base import Admission, Bound, Kind, Reservation, Standing, tightest

__all__ = ["MemoryLimiter"]

SWEEP = 60_000  # milliseconds between looks for counters that are empty
BUSY = 1_000  # milliseconds to wait for a place, for want of knowing better


def _monotonic() -> int:
    return time.monotonic_ns() // 1_000_000


@dataclass(slots=True)
class _Counter:
    """A window of whole buckets, the oldest of them counted in full."""

    width: int
    buckets: int
    now: int = 0  # number of the current bucket
    low: int = 0
    high: int = 0
    sum: int = 0
    amounts: dict[int, int] = field(default_factory=dict)

    def roll(self, now: int) -> None:
        self.now = now // self.width
        if not self.amounts:
            self.low = self.high = self.now
        self.now = max(self.now, self.high)
        keep = self.now - self.buckets
        for bucket in range(self.low, min(keep, self.high + 1)):
            self.sum -= self.amounts.pop(bucket, 0)
        self.low = max(self.low, keep)

    def charge(self, amount: int) -> None:
        if amount:
            self.sum += amount
            self.high = self.now
            self.amounts[self.now] = self.amounts.get(self.now, 0) + amount

    def refundable(self, at: int, amount: int) -> int:
        return max(0, min(amount, self.amounts.get(at // self.width, 0)))

    def refund(self, at: int, amount: int) -> None:
        if amount:
            self.sum -= amount
            self.amounts[at // self.width] -= amount

    def reset(self, now: int) -> int:
        return self._leaves(self.high) - now if self.sum else 0

    def wait(self, now: int, amount: int, limit: int) -> int | None:
        """Until so much fits; None: never."""
        left = self.sum
        for bucket in sorted(self.amounts):
            left -= self.amounts[bucket]
            if left + amount <= limit:
                return self._leaves(bucket) - now
        return None

    def _leaves(self, bucket: int) -> int:
        return (bucket + self.buckets + 1) * self.width


@dataclass(slots=True)
class _Record:
    at: int
    held: int
    used: int
    until: int


class MemoryLimiter:
    """
    `parts`: among how many processes each bound is shared out; each part is at least 1. `clock` gives
    milliseconds and never goes back. No awaits, so every call is atomic.
    """

    def __init__(self, *, parts: int = 1, lease: int = 30_000, clock: Callable[[], int] = _monotonic) -> None:
        self._parts = parts
        self._lease = lease
        self._clock = clock
        self._counters: dict[str, _Counter] = {}
        self._leases: dict[str, dict[str, int]] = {}
        self._records: dict[str, _Record] = {}
        self._swept = clock()

    async def admit(self, reservation: Reservation) -> Admission:
        now = self._clock()
        self._sweep(now)
        standings = tuple(self._look(self._share(c.bound), c.amount, now) for c in reservation.charges)
        refused = tightest(standings)
        if refused is not None:
            return Admission(reservation, standings, refused)
        standings = tuple(self._take(s, reservation.id, now) for s in standings)
        if reservation.settles:
            self._records[reservation.id] = _Record(now, reservation.held, 0, now + reservation.ttl)
        return Admission(reservation, standings)

    async def extend(self, reservation: Reservation, used: int, want: int = 0) -> bool:
        now = self._clock()
        for charge in reservation.charges:
            if charge.bound.kind is Kind.CONCURRENT:
                self._places(charge.bound, now)[reservation.id] = now + self._lease
        mine = self._record(reservation.id, now)
        if mine is None:
            return True
        bounds = [self._share(c.bound) for c in reservation.charges if c.bound.kind is Kind.TOKENS]
        counters = [self._counter(bound, now) for bound in bounds]
        backs = [c.refundable(mine.at, mine.held) for c in counters]
        more = max(used - mine.used, 0)
        rest = max(mine.held - more, 0)
        target = max(rest, want)
        within = more + target <= mine.held or all(
            c.sum - back + more + target <= bound.limit for bound, c, back in zip(bounds, counters, backs, strict=True)
        )
        if not within:
            target = rest
        for counter, back in zip(counters, backs, strict=True):
            counter.refund(mine.at, back)
            counter.charge(more + target)
        mine.at, mine.held, mine.used, mine.until = now, target, max(used, mine.used), now + reservation.ttl
        return within

    async def settle(self, reservation: Reservation, used: int, blocks: int = 0) -> None:
        now = self._clock()
        mine = self._record(reservation.id, now)
        self._records.pop(reservation.id, None)
        for charge in reservation.charges:
            bound = charge.bound
            if bound.kind is Kind.CONCURRENT:
                self._places(bound, now).pop(reservation.id, None)
            elif mine is not None and bound.kind is Kind.BLOCKS:
                self._counter(bound, now).charge(blocks)
            elif mine is not None and bound.kind is Kind.TOKENS:
                counter = self._counter(bound, now)
                more = max(used - mine.used, 0)
                counter.refund(mine.at, counter.refundable(mine.at, max(mine.held - more, 0)))
                counter.charge(max(more - mine.held, 0))

    async def aclose(self) -> None:
        """Nothing is open."""

    def _share(self, bound: Bound) -> Bound:
        return bound if self._parts == 1 else replace(bound, limit=max(bound.limit // self._parts, 1))

    def _look(self, bound: Bound, amount: int, now: int) -> Standing:
        if bound.kind is Kind.CONCURRENT:
            used = len(self._places(bound, now))
            return Standing(bound, amount, used, 0, BUSY if used + amount > bound.limit else 0)
        counter = self._counter(bound, now)
        fits = counter.sum + amount <= bound.limit
        wait = 0 if fits else counter.wait(now, amount, bound.limit)
        return Standing(bound, amount, counter.sum, counter.reset(now), wait)

    def _take(self, standing: Standing, id: str, now: int) -> Standing:
        bound = standing.bound
        if bound.kind is Kind.BLOCKS:
            return standing
        if bound.kind is Kind.CONCURRENT:
            self._places(bound, now)[id] = now + self._lease
            return replace(standing, used=standing.used + 1)
        counter = self._counter(bound, now)
        counter.charge(standing.asked)
        return replace(standing, used=counter.sum, reset=counter.reset(now))

    def _counter(self, bound: Bound, now: int) -> _Counter:
        counter = self._counters.get(bound.name)
        if counter is None:
            counter = self._counters[bound.name] = _Counter(bound.window // bound.buckets, bound.buckets)
        counter.roll(now)
        return counter

    def _places(self, bound: Bound, now: int) -> dict[str, int]:
        """Who holds a place, and until when."""
        places = self._leases.setdefault(bound.name, {})
        for id in [id for id, until in places.items() if until <= now]:
            del places[id]
        return places

    def _record(self, id: str, now: int) -> _Record | None:
        record = self._records.get(id)
        return record if record is not None and record.until > now else None

    def _sweep(self, now: int) -> None:
        """Owners come and go; what counts nothing any more is dropped."""
        if now - self._swept < SWEEP:
            return
        self._swept = now
        for name, counter in list(self._counters.items()):
            counter.roll(now)
            if not counter.sum:
                del self._counters[name]
        for name, places in list(self._leases.items()):
            if all(until <= now for until in places.values()):
                del self._leases[name]
        for id, record in list(self._records.items()):
            if record.until <= now:
                del self._records[id]
