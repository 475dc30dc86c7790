"""What only the limiter in memory has: shares, and a memory that is swept."""

from __future__ import annotations

import pytest

from gateway.limits import Bound, Charge, Kind, MemoryLimiter, Reservation
from tests.support.redis_servers import TestClock


def asks(kind: Kind = Kind.REQUESTS, limit: int = 5, owner: str = "a", tokens: int = 0) -> Reservation:
    bound = Bound("t", "key", owner, kind, limit)
    return Reservation((Charge(bound, tokens or 1),), tokens)


@pytest.mark.parametrize(("limit", "parts", "share"), [(100, 1, 100), (100, 3, 33), (7, 8, 1), (1, 1, 1)])
async def test_shares_never_add_up_to_more(limit: int, parts: int, share: int) -> None:
    limiter = MemoryLimiter(parts=parts)
    admitted = [(await limiter.admit(asks(limit=limit))).refused is None for _ in range(limit + 1)]
    assert sum(admitted) == share


async def test_m08_what_counts_nothing_any_more_is_dropped() -> None:
    clock = TestClock()
    limiter = MemoryLimiter(clock=clock, lease=1_000)
    for number in range(500):
        for kind in Kind:
            await limiter.admit(asks(kind, owner=f"o{number}", tokens=kind is Kind.TOKENS))
    clock.advance(200_000)
    await limiter.admit(asks(owner="last"))
    assert len(limiter._counters) == 1
    assert len(limiter._leases) == len(limiter._records) == 0


def test_a_bucket_is_a_whole_number_of_milliseconds() -> None:
    with pytest.raises(ValueError, match="whole number"):
        Bound("t", "key", "a", Kind.REQUESTS, 1, window=1000, buckets=60)
