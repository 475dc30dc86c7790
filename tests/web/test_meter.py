"""A request's account: what it settles, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from gateway.limits import MOST, Admission, Bound, Charge, Kind, Reservation
from gateway.settings import Limits
from gateway.types import Json
from gateway.web.meter import FREE, Meter
from gateway.web.tokens import Learned


def bound(kind: Kind = Kind.REQUESTS, limit: int = 10, scope: str = "key", window: int = 60_000) -> Bound:
    return Bound("t", scope, "k", kind, limit, window)


class Desk:
    """Notes what it is asked."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Limits(**settings)
        self.learned = Learned()
        self.extended: list[tuple[int, int]] = []
        self.settled: list[tuple[int, int]] = []
        self.within = True
        self.slow: asyncio.Event | None = None

    async def extend(self, reservation: Reservation, used: int, want: int) -> bool:
        self.extended.append((used, want))
        if self.slow is not None:
            await self.slow.wait()
        return self.within

    async def settle(self, reservation: Reservation, used: int, blocks: int) -> None:
        self.settled.append((used, blocks))

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(work)


def meter(desk: Desk, *kinds: Kind, most_out: int | None = None, long: bool = False) -> Meter:
    kinds = kinds or (Kind.REQUESTS, Kind.TOKENS)
    charges = tuple(Charge(bound(kind), 110 if kind is Kind.TOKENS else 1) for kind in kinds)
    reservation = Reservation(charges, 110 if Kind.TOKENS in kinds else 0)
    return Meter(desk, "k", "m", Admission(reservation), 10, most_out, long=long)


def said(text: str) -> Json:
    return {"choices": [{"delta": {"content": text}}]}


async def test_nothing_sent_costs_nothing() -> None:
    desk = Desk()
    one = meter(desk)
    await one.close()
    await one.close()
    assert desk.settled == [(0, 0)]


async def test_sent_and_never_answered_costs_all_unless_it_came_back() -> None:
    desk = Desk()
    one = meter(desk)
    one.sent()
    await one.close()
    assert desk.settled == []  # as it was reserved, so it stays
    two = meter(desk)
    two.sent()
    two.returned()
    await two.close()
    assert desk.settled == [(0, 0)]


@pytest.mark.parametrize(
    ("usage", "settled"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 99}, 11),
        ({"total_tokens": 12}, 12),
        ({"prompt_tokens": 5}, 10 + 7),  # no total: our own count
        ({}, 10 + 7),
        ({"total_tokens": -5}, 10 + 7),
        ({"total_tokens": 1 << 70}, MOST),
    ],
)
async def test_an_answer_is_settled_by_usage_or_our_count(usage: dict[str, int], settled: int) -> None:
    desk = Desk()
    one = meter(desk)
    one.sent()
    one.answered(usage, 7)
    await one.close()
    assert desk.settled == [(settled, 0)]


async def test_what_an_answer_took_is_learned_for_each_choice() -> None:
    desk = Desk()
    charges = (Charge(bound(Kind.TOKENS), 110),)
    one = Meter(desk, "k", "m", Admission(Reservation(charges, 110)), 10, None, 4)
    one.answered({"prompt_tokens": 10, "completion_tokens": 8000})
    await one.close()
    assert desk.learned.expect("k", "m") == 2000


@pytest.mark.parametrize(("charged", "used"), [(False, 0), (True, 10)])
async def test_a_blocked_prompt(charged: bool, used: int) -> None:
    desk = Desk(charge_blocked=charged)
    one = meter(desk, Kind.TOKENS, Kind.BLOCKS)
    one.blocked()
    await one.close()
    assert desk.settled == [(used, 1)]


async def test_requests_alone_need_no_settlement() -> None:
    desk = Desk()
    await meter(desk, Kind.REQUESTS).close()
    assert desk.settled == []


async def test_a_place_is_given_back_whatever_was_used() -> None:
    desk = Desk()
    one = meter(desk, Kind.TOKENS, Kind.CONCURRENT)
    one.sent()
    await one.close()
    assert desk.settled == [(110, 0)]


async def test_what_outgrows_its_reservation_asks_for_more() -> None:
    desk = Desk()
    one = meter(desk)
    assert await one.count(said("x" * 400))  # a hundred tokens fit
    assert desk.extended == []
    assert await one.count(said("x" * 4))
    assert desk.extended == [(111, 256)]
    assert await one.count(said("x" * 4 * 256))  # granted already
    assert len(desk.extended) == 1
    desk.within = False
    assert not await one.count(said("x"))
    assert not await one.count(said("x"))
    assert len(desk.extended) == 2
    await one.close()
    assert desk.settled == [(10 + 101 + 256 + 1, 0)]


async def test_a_token_for_every_event_at_least() -> None:
    desk = Desk()
    one = meter(desk)
    for _ in range(20):
        await one.count(said("x"))
    await one.close()
    assert desk.settled == [(10 + 20, 0)]


async def test_with_a_limit_of_its_own_it_never_asks_for_more() -> None:
    desk = Desk()
    one = meter(desk, most_out=100)
    assert await one.count(said("x" * 4000))
    await one.close()
    assert desk.extended == []
    assert desk.settled == []  # all of it: what was reserved


async def test_signs_of_life_carry_what_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.meter.PROGRESS", 0.01)
    desk = Desk()
    one = meter(desk, long=True)
    await asyncio.sleep(0.035)
    assert desk.extended[0] == (0, 0)
    await one.count(said("x" * 40))
    await asyncio.sleep(0.03)
    assert desk.extended[-1] == (20, 0)
    await one.close()
    beats = len(desk.extended)
    await asyncio.sleep(0.03)
    assert len(desk.extended) == beats  # none after the end


async def test_a_sign_of_life_under_way_does_not_come_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.meter.PROGRESS", 0.01)
    desk = Desk()
    desk.slow = asyncio.Event()
    one = meter(desk, long=True)
    one.answered({"total_tokens": 20})
    await asyncio.sleep(0.02)
    closing = asyncio.create_task(one.close())
    await asyncio.sleep(0.01)
    assert desk.settled == []
    closing.cancel()  # the request is cancelled, its settlement is not
    await asyncio.gather(closing, return_exceptions=True)
    desk.slow.set()
    await asyncio.sleep(0.01)
    assert desk.settled == [(20, 0)]


async def test_an_answer_over_its_budget_is_told_at_the_next_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.meter.PROGRESS", 0.01)
    desk = Desk()
    desk.within = False
    one = meter(desk, long=True)
    await asyncio.sleep(0.03)
    assert not await one.count(said("x"))
    await one.close()


async def test_free_is_free() -> None:
    FREE.require()
    FREE.sent()
    FREE.blocked()
    FREE.answered({"total_tokens": 5})
    assert await FREE.count(said("x" * 10**6))
    await FREE.close()
    assert FREE.headers == []
