"""A request's account: what it settles, and how its headers and errors read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits import MOST, Admission, Bound, Charge, Kind, Reservation, Standing
from gateway.settings import Limits
from gateway.types import Json
from gateway.web.meter import FREE, Meter, duration, exceeded, limit_headers, wait_headers
from gateway.web.tokens import Learned

DAY = 86_400_000


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


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0ms"),
        (12, "12ms"),
        (999, "999ms"),
        (1000, "1s"),
        (8640, "8.64s"),
        (59_999, "59.999s"),
        (60_000, "1m0s"),
        (360_000, "6m0s"),
        (86_399_500, "23h59m59.5s"),
        (3_600_000, "1h0m0s"),
    ],
)
def test_durations_as_openai_writes_them(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text


@given(st.integers(0, 10**9))
def test_durations_say_what_they_mean(milliseconds: int) -> None:
    found = re.fullmatch(r"(?:(\d+)ms)|(?:(?:(\d+)h)?(?:(\d+)m)?([\d.]+)s)", duration(milliseconds))
    assert found
    ms, hours, minutes, seconds = (float(group or 0) for group in found.groups())
    assert round(ms + hours * 3_600_000 + minutes * 60_000 + seconds * 1000) == milliseconds


def test_headers_speak_of_the_bound_with_least_left() -> None:
    standings = [
        Standing(bound(Kind.REQUESTS, 10), 1, 3, 5_000),
        Standing(bound(Kind.REQUESTS, 20, "tenant"), 1, 18, 61_000),
        Standing(bound(Kind.TOKENS, 1000), 10, 1200, 61_000),
        Standing(bound(Kind.TOKENS, 10**6, window=DAY), 10, 10, DAY),
        Standing(bound(Kind.CONCURRENT, 1), 1, 1, 0),
    ]
    assert dict(limit_headers(standings)) == {
        b"x-ratelimit-limit-requests": b"20",
        b"x-ratelimit-remaining-requests": b"2",
        b"x-ratelimit-reset-requests": b"1m1s",
        b"x-ratelimit-limit-tokens": b"1000",
        b"x-ratelimit-remaining-tokens": b"0",
        b"x-ratelimit-reset-tokens": b"1m1s",
    }


@pytest.mark.parametrize(
    ("standing", "code", "kind", "text", "headers"),
    [
        (
            Standing(bound(), 1, 10, 61_000, 1_500),
            "rate_limit_exceeded",
            "requests",
            "Rate limit reached for this key on requests per minute: Limit 10, Used 10, Requested 1. "
            "Please try again in 1.5s.",
            {b"retry-after": b"2", b"retry-after-ms": b"1500"},
        ),
        (
            Standing(bound(Kind.TOKENS, 10, "tenant"), 11, 0, 0, None),
            "rate_limit_exceeded",
            "tokens",
            "Request too large for this tenant on tokens per minute: Limit 10, Used 0, Requested 11.",
            {b"x-should-retry": b"false"},
        ),
        (
            Standing(bound(Kind.TOKENS, 10, window=DAY), 5, 8, DAY, 7_200_000),
            "insufficient_quota",
            "insufficient_quota",
            "Rate limit reached for this key on tokens per day: Limit 10, Used 8, Requested 5. "
            "Please try again in 2h0m0s.",
            {b"retry-after": b"7200", b"retry-after-ms": b"7200000", b"x-should-retry": b"false"},
        ),
        (
            Standing(bound(Kind.CONCURRENT, 3, "model"), 1, 3, 0, 1_000),
            "rate_limit_exceeded",
            "requests",
            "Rate limit reached for this model on requests at the same time: Limit 3, Used 3, Requested 1. "
            "Please try again in 1s.",
            {b"retry-after": b"1", b"retry-after-ms": b"1000"},
        ),
    ],
)
def test_a_refusal_names_limit_used_and_asked(
    standing: Standing, code: str, kind: str, text: str, headers: dict[bytes, bytes]
) -> None:
    error = exceeded(standing)
    assert (error.status, error.code, error.type, error.message) == (429, code, kind, text)
    assert dict(wait_headers(error)) == headers
