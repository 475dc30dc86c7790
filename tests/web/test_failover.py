"""Retries, failover and the breaker, as a pool of upstreams uses them."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from gateway.errors import UpstreamError
from gateway.web.breaker import State
from tests.support import scripted as s
from tests.support.pools import CALL, OK, code, one, pool, two, upstream, whole
from tests.support.scripted import Script, scripted
from tests.support.servers import free_port


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_tried_again(status: int) -> None:
    async with one([s.answer(status)], [s.answer(json=OK)], retries={"attempts": 2}) as (up, made):
        assert (await whole(made))[0] == 200
        assert made.stats.retries["one"] == 1
    assert len(up.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 501])
async def test_not_tried_again(status: int) -> None:
    async with one([s.answer(status, {"error": {}})], retries={"attempts": 3}) as (up, made):
        assert await whole(made) == (status, b'{"error": {}}')
    assert len(up.requests) == 1


async def test_last_answer_is_given_as_it_is() -> None:
    async with one([s.answer(503)], [s.answer(429, {"error": 2})], retries={"attempts": 2}) as (_, made):
        assert await whole(made) == (429, b'{"error": 2}')


@pytest.mark.parametrize("header", [{"retry-after-ms": "120"}, {"retry-after-ms": "120", "retry-after": "60"}])
async def test_retry_after_is_kept(header: dict[str, str]) -> None:
    async with one([s.answer(429, headers=header)], [s.answer(json=OK)], retries={"attempts": 2}) as (_, made):
        began = asyncio.get_running_loop().time()
        assert (await whole(made))[0] == 200
        assert asyncio.get_running_loop().time() - began >= 0.12


async def test_long_retry_after_goes_to_the_client() -> None:
    script = [s.answer(429, headers={"retry-after": "60"})]
    async with one(script, [s.answer(json=OK)], retries={"attempts": 3, "max_wait": 5}) as (up, made):
        answer = await made.open(CALL)
        assert (answer.status, answer.headers.get("retry-after")) == (429, "60")
        await answer.aclose()
    assert len(up.requests) == 1


async def test_retries_stay_in_their_budget() -> None:
    config = {"retries": {"attempts": 2, "budget": 0.1}, "breaker": {"window": 1000}}
    async with one([s.answer(503)], **config) as (up, made):
        for _ in range(40):
            assert (await whole(made))[0] == 503
        stats = made.stats
    assert 40 + 10 <= len(up.requests) <= 40 + 10 + 4
    assert stats.retries["one"] + stats.starved["one"] == 40
    assert stats.calls["one"] == len(up.requests)


async def test_failover() -> None:
    async with scripted([[s.answer(503)]]) as a, scripted([[s.answer(json=OK)]]) as b:
        dead = upstream(f"http://127.0.0.1:{free_port()}/v1", "dead")
        async with pool(dead, upstream(a.url, "a", retries={"attempts": 2}), upstream(b.url, "b")) as made:
            answer = await made.open(CALL)
            assert (answer.status, answer.upstream) == (200, "b")
            await answer.aclose()
            assert (made.stats.failovers["a"], made.stats.failovers["b"]) == (1, 1)
            assert made.stats.faults["dead", "upstream_unreachable"] == 1
        assert (len(a.requests), len(b.requests)) == (2, 1)


async def test_failover_gives_the_last_answer_there_was() -> None:
    async with scripted([[s.answer(429, {"error": "busy"})]]) as a:
        dead = upstream(f"http://127.0.0.1:{free_port()}/v1", "dead")
        async with pool(upstream(a.url, "a"), dead) as made:
            assert await whole(made) == (429, b'{"error": "busy"}')


async def test_no_failover_after_a_timeout_of_a_sent_call() -> None:
    async with two([s.hang()], [s.answer(json=OK)]) as (_, b, made):
        assert await code(made) == "upstream_first_byte_timeout"
    assert b.opened == 0


async def test_held_answer_is_closed_when_a_later_upstream_fails_for_good() -> None:
    stuck = [s.head(503, {"content-length": "9"}), s.wait_gone()]
    async with two(stuck, [s.hang()]) as (a, _, made):
        assert await code(made) == "upstream_first_byte_timeout"
        await a.wait_for_gone(timeout=0.5)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_breaker_opens_and_closes_again() -> None:
    clock = Clock()
    scripts = [*[[s.answer(500)]] * 2, [s.answer(json=OK)]]
    breaker = {"window": 4, "failures": 0.5, "open_for": 1}
    async with scripted(scripts) as up, pool(upstream(up.url, breaker=breaker), clock=clock) as made:
        assert [(await whole(made))[0] for _ in range(2)] == [500, 500]
        with pytest.raises(UpstreamError) as e:
            await made.open(CALL)
        assert (e.value.code, e.value.status) == ("upstream_circuit_open", 503)
        assert len(up.requests) == 2
        assert made.states() == {"one": State.OPEN}
        clock.now += 1
        assert (await whole(made))[0] == 200
        assert made.states() == {"one": State.CLOSED}
        assert made.stats.refused["one"] == 1


async def test_open_breaker_is_passed_by() -> None:
    breaker = {"window": 2, "failures": 0.5}
    async with two([s.answer(500)], [s.answer(json=OK)], breaker=breaker) as (a, b, made):
        assert [(await whole(made))[0] for _ in range(5)] == [200] * 5
    assert (len(a.requests), len(b.requests)) == (1, 5)


async def test_busy_is_not_ill() -> None:
    async with one([s.answer(429)], breaker={"window": 2}) as (_, made):
        assert [(await whole(made))[0] for _ in range(4)] == [429] * 4


async def test_answers_that_break_off_open_the_breaker() -> None:
    script = [s.head(200, {"content-length": "100"}), s.half_close()]
    async with one(script, breaker={"window": 4, "failures": 0.5}) as (_, made):
        assert await code(made) == "upstream_truncated"
        assert made.states() == {"one": State.CLOSED}
        assert await code(made) == "upstream_truncated"
        assert made.states() == {"one": State.OPEN}


async def test_probe_that_its_client_leaves_does_not_block_the_next() -> None:
    clock = Clock()
    scripts = [[s.answer(500)], [s.hang()], [s.answer(json=OK)]]
    config = upstream("http://x/v1", breaker={"window": 2, "failures": 0.5}, timeouts={"first_byte": 60})
    async with scripted(scripts) as up:
        mine = config.model_copy(update={"url": upstream(up.url).url})
        async with pool(mine, clock=clock) as made:
            assert (await whole(made))[0] == 500
            clock.now += 1
            probe = asyncio.create_task(made.open(CALL))
            await up.wait_for_requests(2)
            probe.cancel()
            with pytest.raises(asyncio.CancelledError):
                await probe
            assert (await whole(made))[0] == 200


async def test_cancelled_anywhere_nothing_is_left_open() -> None:
    """M-11 in small: calls cancelled after a random time, in a retry, in a wait, in an answer."""
    chance = random.Random(7)
    scripts: list[Script] = [[s.answer(503)], [s.sleep(0.01), *s.events("a", pause=0.01)], [s.reset()], [s.hang()]]
    config: dict[str, Any] = {"retries": {"attempts": 3, "backoff": 0.01}, "breaker": {"window": 10_000}}
    async with scripted(lambda request: chance.choice(scripts)) as up, pool(upstream(up.url, **config)) as made:
        for _ in range(60):
            task = asyncio.create_task(whole(made))
            await asyncio.wait((task,), timeout=chance.uniform(0, 0.04))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.05)
        assert up.connected <= 1  # one may rest, kept alive
