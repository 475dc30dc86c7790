"""What every limiter promises, over all of them: in memory, in Redis, and in Redis behind the failover."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.limits import (
    Admission,
    Bound,
    Charge,
    FailoverLimiter,
    Kind,
    Limiter,
    MemoryLimiter,
    RedisLimiter,
    Reservation,
    connect,
)
from gateway.limits.over import Over
from tests.support.redis_servers import TestClock

W, B = 2_000, 20
WIDTH = W // B
LEASE = 30_000


def bound(kind: Kind = Kind.REQUESTS, limit: int = 5, scope: str = "key", owner: str = "a", tenant: str = "t") -> Bound:
    return Bound(tenant, scope, owner, kind, limit, W, B)


def asks(*bounds: Bound, tokens: int = 0) -> Reservation:
    charges = tuple(Charge(b, tokens if b.kind is Kind.TOKENS else 1) for b in bounds)
    return Reservation(charges, tokens)


@dataclass(slots=True)
class Rig:
    limiter: Limiter
    clock: TestClock

    async def admit(self, *bounds: Bound, tokens: int = 0) -> Admission:
        return await self.limiter.admit(asks(*bounds, tokens=tokens))

    async def admitted(self, *bounds: Bound, tokens: int = 0) -> Reservation:
        admission = await self.admit(*bounds, tokens=tokens)
        assert admission.refused is None
        return admission.reservation

    async def used(self, bound: Bound) -> int:
        """Without charging anything: nothing fits a limit of 0."""
        probe = Reservation((Charge(replace(bound, limit=0)),))
        admission = await self.limiter.admit(probe)
        assert admission.refused is not None
        return admission.standings[0].used


@pytest_asyncio.fixture(params=["memory", "redis", "failover"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    if request.param == "memory":
        clock = TestClock()
        yield Rig(MemoryLimiter(lease=LEASE, clock=clock), clock)
        return
    server = request.getfixturevalue("redis")
    clock = TestClock(server.client)
    limiter: Limiter = RedisLimiter(
        connect(server.url), prefix=secrets.token_hex(4), lease=LEASE, deadline=5, scripts=clock.scripts()
    )
    if request.param == "failover":
        limiter = FailoverLimiter(limiter, MemoryLimiter(), "deny", over=Over(clock, most=0))
    try:
        yield Rig(limiter, clock)
    finally:
        await limiter.aclose()


async def test_admits_as_many_as_the_limit_says(rig: Rig) -> None:
    one = bound(limit=3)
    for number in (1, 2, 3):
        admission = await rig.admit(one)
        assert admission.refused is None
        (standing,) = admission.standings
        assert (standing.used, standing.remaining, standing.wait) == (number, 3 - number, 0)
    admission = await rig.admit(one)
    assert admission.refused is not None
    assert admission.refused.bound == one
    assert (admission.refused.used, admission.refused.remaining, admission.refused.asked) == (3, 0, 1)


async def test_a_whole_window_later_all_is_free(rig: Rig) -> None:
    one = bound(limit=2)
    await rig.admitted(one)
    await rig.admitted(one)
    rig.clock.advance(W)  # the bucket may still overlap
    rig.clock.advance(WIDTH)
    (standing,) = (await rig.admit(one)).standings
    assert standing.used == 1


async def test_owners_scopes_and_tenants_do_not_share(rig: Rig) -> None:
    for one in (bound(limit=1), bound(limit=1, owner="b"), bound(limit=1, scope="tenant"), bound(limit=1, tenant="u")):
        await rig.admitted(one)
        assert (await rig.admit(one)).refused


async def test_a_new_limit_holds_for_what_is_counted_already(rig: Rig) -> None:
    for _ in range(3):
        await rig.admitted(bound(limit=3))
    assert (await rig.admit(bound(limit=2))).refused
    await rig.admitted(bound(limit=4))


@pytest.mark.parametrize("tight", [0, 1, 2, 3])
async def test_l06_a_refusal_changes_no_counter(rig: Rig, tight: int) -> None:
    bounds = [
        bound(limit=9),
        bound(Kind.TOKENS, 100, "tenant"),
        bound(Kind.CONCURRENT, 9, "model"),
        bound(Kind.TOKENS, 100, "model"),
    ]
    await rig.admitted(*bounds, tokens=40)
    before = [await rig.used(b) for b in bounds]
    assert before == [1, 40, 1, 40]
    bounds[tight] = replace(bounds[tight], limit=1 if tight in (0, 2) else 79)
    for _ in range(3):
        admission = await rig.admit(*bounds, tokens=40)
        assert admission.refused is not None
        assert admission.refused.bound == bounds[tight]
    assert [await rig.used(b) for b in bounds] == before


async def test_the_tightest_bound_is_named(rig: Rig) -> None:
    soon, late = bound(limit=1), bound(limit=1, scope="tenant")
    await rig.admitted(soon)
    rig.clock.advance(W // 2)
    await rig.admitted(late)
    admission = await rig.admit(soon, late)
    assert admission.refused is not None
    assert admission.refused.bound == late
    assert all(standing.wait for standing in admission.standings)


async def test_what_never_fits_says_so(rig: Rig) -> None:
    admission = await rig.admit(bound(limit=1), bound(Kind.TOKENS, 10), tokens=11)
    assert admission.refused is not None
    assert admission.refused.wait is None
    assert (admission.refused.asked, admission.refused.used) == (11, 0)


async def test_tokens_not_used_are_given_back(rig: Rig) -> None:
    tokens = bound(Kind.TOKENS, 100)
    held = await rig.admitted(tokens, tokens=80)
    assert (await rig.admit(tokens, tokens=30)).refused
    await rig.limiter.settle(held, 25)
    assert await rig.used(tokens) == 25
    await rig.admitted(tokens, tokens=75)


async def test_tokens_used_beyond_are_a_debt(rig: Rig) -> None:
    tokens = bound(Kind.TOKENS, 100)
    held = await rig.admitted(tokens, tokens=50)
    await rig.limiter.settle(held, 130)
    assert await rig.used(tokens) == 130
    admission = await rig.admit(tokens, tokens=1)
    assert admission.refused is not None
    assert admission.refused.remaining == 0
    rig.clock.advance(admission.refused.wait or 0)
    await rig.admitted(tokens, tokens=1)


async def test_l07_settling_twice_or_what_is_unknown_changes_nothing(rig: Rig) -> None:
    tokens, blocks = bound(Kind.TOKENS, 100), bound(Kind.BLOCKS, 100)
    held = await rig.admitted(tokens, blocks, tokens=50)
    await rig.limiter.settle(held, 20, blocks=1)
    await rig.limiter.settle(held, 0, blocks=1)
    await rig.limiter.settle(held, 99, blocks=1)
    await rig.limiter.settle(asks(tokens, blocks, tokens=50), 0, blocks=1)
    assert [await rig.used(tokens), await rig.used(blocks)] == [20, 1]


async def test_l07_settling_late_gives_nothing_back(rig: Rig) -> None:
    tokens = bound(Kind.TOKENS, 100)
    held = await rig.admitted(tokens, tokens=50)
    rig.clock.advance(W + WIDTH)
    await rig.admitted(tokens, tokens=60)
    await rig.limiter.settle(held, 10)
    assert await rig.used(tokens) == 60


async def test_l07_more_is_never_given_back_than_was_taken(rig: Rig) -> None:
    tokens = bound(Kind.TOKENS, 100)
    held = await rig.admitted(tokens, tokens=10)
    await rig.limiter.settle(replace(held, held=90), -50)
    assert await rig.used(tokens) == 0


async def test_places_are_held_until_they_are_given_back(rig: Rig) -> None:
    places = bound(Kind.CONCURRENT, 2)
    first, second = await rig.admitted(places), await rig.admitted(places)
    admission = await rig.admit(places)
    assert admission.refused is not None
    assert admission.refused.wait
    await rig.limiter.settle(first, 0)
    await rig.limiter.settle(first, 0)
    third = await rig.admitted(places)
    assert (await rig.admit(places)).refused
    for held in (second, third):
        await rig.limiter.settle(held, 0)
    assert await rig.used(places) == 0


async def test_a_place_ends_with_its_lease_unless_there_is_life(rig: Rig) -> None:
    places = bound(Kind.CONCURRENT, 2)
    alive = await rig.admitted(places)
    await rig.admitted(places)  # and then its process dies
    for _ in range(3):
        rig.clock.advance(LEASE // 3)
        assert await rig.limiter.extend(alive, 0)
    await rig.admitted(places)
    assert (await rig.admit(places)).refused


async def test_blocks_count_once_they_are_known(rig: Rig) -> None:
    requests, blocks = bound(limit=9), bound(Kind.BLOCKS, 2)
    for number in range(2):
        assert await rig.used(blocks) == number
        held = await rig.admitted(requests, blocks)
        await rig.limiter.settle(held, 0, blocks=1)
    admission = await rig.admit(requests, blocks)
    assert admission.refused is not None
    assert admission.refused.bound == blocks
    rig.clock.advance(admission.refused.wait or 0)
    await rig.admitted(requests, blocks)


async def test_what_is_used_of_a_long_answer_counts_when_it_was_used(rig: Rig) -> None:
    tokens = bound(Kind.TOKENS, 100)
    held = await rig.admitted(tokens, tokens=60)
    rig.clock.advance(W // 2)
    assert await rig.limiter.extend(held, 20)
    assert await rig.used(tokens) == 60
    rig.clock.advance(W // 2)
    assert await rig.limiter.extend(held, 30)
    rig.clock.advance(W // 2 + WIDTH)
    assert await rig.used(tokens) == 40  # the 20 of the first half have left
    await rig.limiter.settle(held, 35)
    assert await rig.used(tokens) == 15


async def test_l11_a_stream_of_three_windows_is_charged_what_it_took(rig: Rig) -> None:
    """At any time there count: what was used in the last window, by whole buckets, and what is still held."""
    tokens = bound(Kind.TOKENS, 10_000)
    held, used = await rig.admitted(tokens, tokens=700), 0
    spoken: list[tuple[int, int]] = []
    for number in range(3 * B):
        rig.clock.advance(WIDTH)
        used += number % 20
        spoken.append((rig.clock.now // WIDTH, number % 20))
        assert await rig.limiter.extend(held, used)
        recent = sum(amount for bucket, amount in spoken if bucket >= rig.clock.now // WIDTH - B)
        assert await rig.used(tokens) == recent + 700 - used
    await rig.limiter.settle(held, used)
    assert used == 570
    assert await rig.used(tokens) == recent


@pytest.mark.parametrize(("others", "within", "left"), [(0, True, 70), (30, True, 100), (31, False, 51)])
async def test_an_answer_may_hold_more_if_that_fits(rig: Rig, others: int, within: bool, left: int) -> None:
    tokens = bound(Kind.TOKENS, 100)
    held = await rig.admitted(tokens, tokens=20)
    if others:
        await rig.admitted(tokens, tokens=others)
    assert await rig.limiter.extend(held, 20, want=50) is within
    assert await rig.used(tokens) == left


async def test_an_answer_that_used_too_much_is_told(rig: Rig) -> None:
    tokens = bound(Kind.TOKENS, 100)
    held = await rig.admitted(tokens, tokens=90)
    assert not await rig.limiter.extend(held, 110)
    assert await rig.used(tokens) == 110
    await rig.limiter.settle(held, 112)
    assert await rig.used(tokens) == 112


async def test_extending_what_is_unknown_changes_nothing(rig: Rig) -> None:
    tokens = bound(Kind.TOKENS, 100)
    held = await rig.admitted(tokens, tokens=90)
    await rig.limiter.settle(held, 10)
    assert await rig.limiter.extend(held, 50, want=50)
    assert await rig.used(tokens) == 10


amounts = st.lists(st.tuples(st.integers(1, 40), st.integers(0, W // 3)), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=amounts, asked=st.integers(1, 100), owner=st.integers())
async def test_l12_waiting_as_told_is_enough(rig: Rig, taken: list[tuple[int, int]], asked: int, owner: int) -> None:
    tokens = bound(Kind.TOKENS, 100, owner=f"{owner}-{secrets.token_hex(4)}")
    for amount, pause in taken:
        admission = await rig.admit(tokens, tokens=amount)
        assert admission.standings[0].remaining >= 0
        rig.clock.advance(pause)
    admission = await rig.admit(tokens, tokens=asked)
    if admission.refused is not None:
        assert admission.refused.wait is not None
        assert 0 < admission.refused.wait <= W + WIDTH
        rig.clock.advance(admission.refused.wait)
        await rig.admitted(tokens, tokens=asked)
    left = await rig.admit(tokens, tokens=100)
    rig.clock.advance(left.standings[0].reset)
    assert await rig.used(tokens) == 0
