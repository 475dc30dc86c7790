"""What holds while the shared limiter is away, and what happens when it is back."""

# ruff: noqa: ASYNC110 (a test may poll)

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from gateway.errors import LimiterUnavailable
from gateway.limits import Admission, Bound, Breaker, Charge, FailoverLimiter, Kind, MemoryLimiter, Mode, Reservation
from gateway.limits.outage import MOST_UNSETTLED
from gateway.limits.over import Over

SECOND = 1_000


@dataclass
class Fickle(MemoryLimiter):
    """A shared limiter that is there or not, or takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.there = True
        self.calls = 0
        self.slow: asyncio.Event | None = None

    async def _call(self) -> None:
        self.calls += 1
        if self.slow is not None:
            await self.slow.wait()
        if not self.there:
            raise LimiterUnavailable("away")

    async def admit(self, reservation: Reservation) -> Admission:
        await self._call()
        return await super().admit(reservation)

    async def extend(self, reservation: Reservation, used: int, want: int = 0) -> bool:
        await self._call()
        return await super().extend(reservation, used, want)

    async def settle(self, reservation: Reservation, used: int, blocks: int = 0) -> None:
        await self._call()
        await super().settle(reservation, used, blocks)


@dataclass
class Rig:
    mode: Mode = "local"
    parts: int = 2
    told: list[bool] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.shared = Fickle()
        self.breaker = Breaker(3, 1.0, clock=lambda: self.seconds)
        self.limiter = FailoverLimiter(
            self.shared,
            MemoryLimiter(parts=self.parts),
            self.mode,
            breaker=self.breaker,
            over=Over(lambda: round(self.seconds * SECOND)),
            pause=0.005,
            tell=lambda away, reason: self.told.append(away),
        )

    async def lose(self) -> None:
        self.shared.there = False
        for number in range(3):
            try:
                await self.limiter.admit(asks(bound(owner=f"lost{number}")))
            except LimiterUnavailable:
                assert self.mode == "deny"


def bound(kind: Kind = Kind.REQUESTS, limit: int = 4, owner: str = "a") -> Bound:
    return Bound("t", "key", owner, kind, limit)


def asks(*bounds: Bound, tokens: int = 0) -> Reservation:
    return Reservation(tuple(Charge(b, tokens if b.kind is Kind.TOKENS else 1) for b in bounds), tokens)


async def used(limiter: MemoryLimiter, of: Bound) -> int:
    return (await MemoryLimiter.admit(limiter, asks(replace(of, limit=0), tokens=1))).standings[0].used


async def test_local_admits_this_process_share() -> None:
    rig = Rig(parts=2)
    await rig.lose()
    admissions = [await rig.limiter.admit(asks(bound())) for _ in range(3)]
    assert [a.refused is None for a in admissions] == [True, True, False]
    assert all(a.reservation.home == "local" for a in admissions)
    assert (await rig.limiter.admit(asks(bound(limit=1, owner="b")))).refused is None  # a share is at least 1


async def test_deny_refuses_and_allow_allows() -> None:
    deny, allow = Rig("deny"), Rig("allow")
    await deny.lose()
    with pytest.raises(LimiterUnavailable):
        await deny.limiter.admit(asks(bound()))
    await allow.lose()
    for _ in range(20):
        admission = await allow.limiter.admit(asks(bound(limit=1)))
        assert (admission.refused, admission.standings) == (None, ())
        assert await allow.limiter.extend(admission.reservation, 10**9)
        await allow.limiter.settle(admission.reservation, 10**9)


async def test_an_open_breaker_spares_the_calls_and_one_probe_finds_it_back() -> None:
    rig = Rig()
    await rig.lose()
    calls = rig.shared.calls
    for number in range(5):
        await rig.limiter.admit(asks(bound(owner=f"o{number}")))
    assert rig.shared.calls == calls
    rig.seconds = 1.0
    await rig.limiter.admit(asks(bound(owner="probe")))
    assert rig.shared.calls == calls + 1
    rig.shared.there = True
    rig.seconds = 2.0
    admission = await rig.limiter.admit(asks(bound(owner="back")))
    assert admission.reservation.home == ""
    assert rig.told == [True, False]  # once for each change
    assert not rig.limiter.away


async def test_r04_after_an_outage_at_most_the_share_comes_on_top() -> None:
    rig = Rig(parts=2)
    admitted = 0
    for _ in range(2):
        admitted += (await rig.limiter.admit(asks(bound()))).refused is None
    await rig.lose()
    for _ in range(9):
        admitted += (await rig.limiter.admit(asks(bound()))).refused is None
    rig.shared.there, rig.seconds = True, 5.0
    for _ in range(9):
        admitted += (await rig.limiter.admit(asks(bound()))).refused is None
    assert admitted == 4 + 2


async def test_what_could_not_be_settled_is_settled_later() -> None:
    rig = Rig()
    tokens, places = bound(Kind.TOKENS, 100), bound(Kind.CONCURRENT, 3)
    held = asks(tokens, places, tokens=80)
    await rig.limiter.admit(held)
    await rig.lose()
    assert await rig.limiter.extend(held, 90, 50)  # no answer is cut off for this
    await rig.limiter.settle(held, 30)
    assert await used(rig.shared, tokens) == 80
    rig.shared.there, rig.seconds = True, 5.0
    async with asyncio.timeout(2):
        while await used(rig.shared, tokens) != 30:
            await asyncio.sleep(0.002)
    assert await used(rig.shared, places) == 0
    await rig.limiter.aclose()


async def test_what_may_have_been_admitted_unheard_is_given_back() -> None:
    """The call was cut off, but the server has done it."""
    rig = Rig()
    tokens = bound(Kind.TOKENS, 100)
    held = asks(tokens, tokens=80)
    await MemoryLimiter.admit(rig.shared, held)
    rig.shared.there = False
    await rig.limiter.admit(held)
    rig.shared.there = True
    async with asyncio.timeout(2):
        while await used(rig.shared, tokens):
            await asyncio.sleep(0.002)
    await rig.limiter.aclose()


async def test_what_is_not_settled_is_bounded() -> None:
    rig = Rig()
    await rig.lose()
    tokens = bound(Kind.TOKENS, 10**9)
    for _ in range(MOST_UNSETTLED + 50):
        await rig.limiter.settle(asks(tokens, tokens=1), 1)
    assert len(rig.limiter._unsettled) == MOST_UNSETTLED
    await rig.limiter.aclose()


async def test_closing_settles_what_it_can() -> None:
    rig = Rig()
    tokens = bound(Kind.TOKENS, 100)
    held = asks(tokens, tokens=80)
    await rig.limiter.admit(held)
    await rig.lose()
    await rig.limiter.settle(held, 30)
    rig.shared.there, rig.seconds = True, 5.0
    await rig.limiter.aclose()
    assert await used(rig.shared, tokens) == 30


@pytest.mark.parametrize("call", ["admit", "extend", "settle"])
async def test_a_cancelled_probe_does_not_keep_the_breaker_shut(call: str) -> None:
    rig = Rig()
    held = asks(bound(Kind.TOKENS, 100), tokens=10)
    await rig.lose()
    rig.seconds, rig.shared.slow, rig.shared.there = 1.0, asyncio.Event(), True
    work = {
        "admit": rig.limiter.admit(held),
        "extend": rig.limiter.extend(held, 5),
        "settle": rig.limiter.settle(held, 5),
    }
    probe = asyncio.ensure_future(work.pop(call))
    for other in work.values():
        other.close()
    await asyncio.sleep(0)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    rig.shared.slow = None
    assert (await rig.limiter.admit(asks(bound(owner="b")))).reservation.home == ""
    await rig.limiter.aclose()


async def test_a_flood_is_answered_without_a_call() -> None:
    rig = Rig()
    one = bound(limit=1)
    await rig.limiter.admit(asks(one))
    first = await rig.limiter.admit(asks(one))
    calls = rig.shared.calls
    rig.seconds = 0.4
    for _ in range(100):
        again = await rig.limiter.admit(asks(one))
        assert again.refused is not None
        assert first.refused is not None
        assert (again.refused.used, again.refused.bound) == (1, one)
        assert again.refused.wait == (first.refused.wait or 0) - 400
    assert rig.shared.calls == calls
    rig.seconds = 1.0  # not longer than a second
    await rig.limiter.admit(asks(one))
    assert rig.shared.calls == calls + 1


async def test_a_remembered_refusal_tells_nobody_of_other_keys() -> None:
    rig = Rig()
    shared, mine, theirs = replace(bound(limit=1), scope="tenant"), bound(owner="mine"), bound(owner="theirs")
    await rig.limiter.admit(asks(theirs, shared))
    first = await rig.limiter.admit(asks(theirs, shared))
    assert [s.bound for s in first.standings] == [theirs, shared]
    calls = rig.shared.calls
    again = await rig.limiter.admit(asks(mine, shared))
    assert rig.shared.calls == calls
    assert [s.bound for s in again.standings] == [shared]
    assert again.refused is not None
    assert again.refused.bound == shared


async def test_a_refusal_says_nothing_of_less_of_others_or_of_places() -> None:
    rig = Rig()
    tokens, places = bound(Kind.TOKENS, 100), bound(Kind.CONCURRENT, 1)
    await rig.limiter.admit(asks(tokens, tokens=60))
    assert (await rig.limiter.admit(asks(tokens, tokens=50))).refused
    assert (await rig.limiter.admit(asks(tokens, tokens=60))).refused
    assert (await rig.limiter.admit(asks(tokens, tokens=40))).refused is None
    assert (await rig.limiter.admit(asks(bound(Kind.TOKENS, 100, "b"), tokens=60))).refused is None
    first = asks(places)
    await rig.limiter.admit(first)
    assert (await rig.limiter.admit(asks(places))).refused
    await rig.limiter.settle(first, 0)
    assert (await rig.limiter.admit(asks(places))).refused is None


async def test_a_new_limit_is_asked_for() -> None:
    rig = Rig()
    await rig.limiter.admit(asks(bound(limit=1)))
    assert (await rig.limiter.admit(asks(bound(limit=1)))).refused
    assert (await rig.limiter.admit(asks(bound(limit=2)))).refused is None


def test_m08_refusals_are_bounded() -> None:
    over = Over(lambda: 0, most=10)
    for number in range(50):
        one = bound(owner=f"o{number}")
        admission = asyncio.run(MemoryLimiter(parts=1).admit(asks(replace(one, limit=1))))
        standing = replace(admission.standings[0], wait=500)
        over.remember(replace(admission, standings=(standing,), refused=standing))
    assert len(over._known) == 10
