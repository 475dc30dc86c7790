"""Limits over the web app: refusals, headers, settlement, outages."""

# ruff: noqa: ASYNC110 (a test may poll)

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.limits import Bound, Charge, Kind, MemoryLimiter, Reservation
from gateway.types import Json
from gateway.web.auth import hash_key
from tests.support.gatewayed import (
    ATTACK,
    EMAIL,
    Gatewayed,
    ask,
    choice,
    completion,
    error_of,
    gatewayed,
    piece,
    said,
    streamed,
    talked,
)
from tests.support.redis_servers import Server, fault_proxy
from tests.support.scripted import Script, answer, events, hang, head, sleep

KEY, OTHER = "pc_one", "pc_two"
AUTH = {"x-guard-key": KEY}
LONG = "word " * 40


def client(quota: dict[str, int], name: str = "one", key: str = KEY) -> dict[str, Any]:
    return {"name": name, "hash": hash_key(key), "quota": quota}


@asynccontextmanager
async def limited(*scripts: Script, quota: dict[str, int] | None = None, **settings: Any) -> AsyncIterator[Gatewayed]:
    """A gateway with one client, with bounds."""
    options = {"clients": (client(quota or {}),)} | settings
    async with gatewayed(*(scripts or (said("Hello."),)), **options) as gate:
        yield gate


async def used(gate: Gatewayed, kind: Kind, window: int = 60_000, scope: str = "key", owner: str = "one") -> int:
    """What is counted now, once all requests are settled."""
    while gate.gateway.running or gate.gateway.limits._background:
        await asyncio.sleep(0.001)
    bound = Bound("default", scope, owner, kind, 0, window)
    admission = await gate.gateway.limits._limiter.admit(Reservation((Charge(bound),)))
    return admission.standings[0].used


async def test_without_bounds_nothing_is_counted_or_said() -> None:
    async with gatewayed(said("Hello.")) as gate:
        response = await gate.chat()
        assert response.status_code == 200
        assert not [name for name in response.headers if name.startswith("x-ratelimit")]


async def test_requests_beyond_the_limit_are_refused_in_the_form_of_openai() -> None:
    async with limited(quota={"requests_per_minute": 2}) as gate:
        for left in (1, 0):
            response = await gate.chat(headers=AUTH)
            assert response.status_code == 200
            assert response.headers["x-ratelimit-limit-requests"] == "2"
            assert response.headers["x-ratelimit-remaining-requests"] == str(left)
            assert re.fullmatch(r"1m[\d.]+s|\d+(\.\d+)?s", response.headers["x-ratelimit-reset-requests"])
            assert "x-ratelimit-limit-tokens" not in response.headers
        response = await gate.chat(headers=AUTH)
        assert response.status_code == 429
        error = error_of(response)
        assert (error["code"], error["type"]) == ("rate_limit_exceeded", "requests")
        assert "requests per minute: Limit 2, Used 2, Requested 1. Please try again in" in error["message"]
        numbers = {"scope": "key", "bound": "requests", "limit": 2, "used": 2, "requested": 1}
        assert numbers.items() <= error["guard"].items()
        assert 1 <= int(response.headers["retry-after"]) <= 61
        assert int(response.headers["retry-after-ms"]) <= 1000 * int(response.headers["retry-after"])
        assert response.headers["x-ratelimit-remaining-requests"] == "0"
        assert len(gate.up.requests) == 2
        event = gate.events[-1]
        assert (event.status, event.error) == (429, "rate_limit_exceeded")


async def test_each_key_has_its_own_bounds_and_a_tenant_shares() -> None:
    clients = (client({"requests_per_minute": 2}), client({"requests_per_minute": 2}, "two", OTHER))
    tenants = ({"name": "default", "quota": {"requests_per_minute": 3}},)
    async with gatewayed(said("Hello."), clients=clients, tenants=tenants) as gate:
        for key, status, scope in (
            (KEY, 200, ""),
            (KEY, 200, ""),
            (KEY, 429, "key"),
            (OTHER, 200, ""),
            (OTHER, 429, "tenant"),
        ):
            response = await gate.chat(headers={"x-guard-key": key})
            assert response.status_code == status
            if scope:
                assert error_of(response)["guard"]["scope"] == scope


async def test_models_have_bounds_of_their_own() -> None:
    quotas = ({"model": "big-*", "quota": {"requests_per_minute": 1}},)
    async with gatewayed(said("Hello."), model_quotas=quotas) as gate:
        assert (await gate.chat(model="big-1")).status_code == 200
        response = await gate.chat(model="big-2")
        assert response.status_code == 429
        assert error_of(response)["guard"]["scope"] == "model"
        assert (await gate.chat(model="small")).status_code == 200


async def test_tokens_are_reserved_and_settled_by_usage() -> None:
    async with limited(quota={"tokens_per_minute": 1000}) as gate:
        response = await gate.chat("Hello", AUTH, max_tokens=100)
        assert response.headers["x-ratelimit-limit-tokens"] == "1000"
        assert int(response.headers["x-ratelimit-remaining-tokens"]) == 1000 - 100 - 6
        assert await used(gate, Kind.TOKENS) == 7  # what `usage` says
        response = await gate.chat("Hello", AUTH, max_tokens=990)
        error = error_of(response)
        assert response.status_code == 429
        assert (error["type"], error["guard"]["requested"]) == ("tokens", 996)
        response = await gate.chat("Hello", AUTH, max_tokens=1000)
        assert "Request too large" in error_of(response)["message"]
        assert response.headers["x-should-retry"] == "false"
        assert "retry-after" not in response.headers


async def test_tokens_of_a_day_are_a_quota() -> None:
    async with limited(quota={"tokens_per_day": 200}) as gate:
        assert (await gate.chat("Hello", AUTH, max_tokens=100)).status_code == 200
        assert await used(gate, Kind.TOKENS, 86_400_000) == 7
        gate.up.scripts = [[answer(json=completion(choice("Hi"), usage={"total_tokens": 190}))]]
        assert (await gate.chat("Hello", AUTH, max_tokens=100)).status_code == 200
        await used(gate, Kind.TOKENS, 86_400_000)
        response = await gate.chat("Hello", AUTH, max_tokens=100)
        error = error_of(response)
        assert (response.status_code, error["code"], error["type"]) == (429, "insufficient_quota", "insufficient_quota")
        assert response.headers["x-should-retry"] == "false"
        assert int(response.headers["retry-after"]) > 3600


async def test_a_streamed_answer_is_settled_by_its_usage() -> None:
    usage = {**piece(), "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 11, "total_tokens": 20}}
    script = streamed(piece("Hello "), piece("there."), piece(finish="stop"), usage)
    async with limited(script, quota={"tokens_per_minute": 5000, "requests_per_minute": 9}) as gate:
        streamed_answer = await gate.stream("Hello", AUTH)
        assert streamed_answer.done
        assert streamed_answer.headers["x-ratelimit-remaining-requests"] == "8"
        assert streamed_answer.headers["x-ratelimit-remaining-tokens"] == str(5000 - 6 - 1024)
        assert await used(gate, Kind.TOKENS) == 20


async def test_without_usage_we_count_ourselves() -> None:
    async with limited(talked(*["word "] * 10), quota={"tokens_per_minute": 5000}) as gate:
        assert (await gate.stream("Hello", AUTH)).done
        assert await used(gate, Kind.TOKENS) == 6 + 13  # 50 bytes, of 4 each
        gate.up.scripts = [[answer(json=completion(choice(LONG), usage=None))]]
        await gate.chat("Hello", AUTH)
        assert await used(gate, Kind.TOKENS) == 6 + 13 + 6 + 50


async def test_a_client_that_leaves_pays_for_what_has_come() -> None:
    script = [
        head(200, {"content-type": "text/event-stream"}, chunked=True),
        *events(*map(piece, ["word "] * 12))[1:-2],
    ]
    async with limited([*script, hang()], quota={"tokens_per_minute": 5000, "concurrent": 2}) as gate:
        async with gate.http.stream("POST", "/v1/chat/completions", json=ask(stream=True), headers=AUTH) as response:
            assert response.status_code == 200
            received = b""
            async for data in response.aiter_raw():
                received += data
                if received.count(b"word") >= 10:
                    break
        await gate.wait(lambda: bool(gate.events))
        assert await used(gate, Kind.TOKENS) == 6 + 15
        assert await used(gate, Kind.CONCURRENT) == 0
        assert gate.events[0].status == 499


async def test_a_client_that_leaves_before_an_answer_pays_what_was_reserved() -> None:
    async with limited([hang()], quota={"tokens_per_minute": 5000}) as gate:
        asking = asyncio.create_task(gate.chat("Hello", AUTH, max_tokens=50))
        await gate.up.wait_for_requests()
        asking.cancel()
        await gate.wait(lambda: bool(gate.events))
        assert await used(gate, Kind.TOKENS) == 56


@pytest.mark.parametrize("status", [400, 429, 500])
async def test_what_the_upstream_refuses_costs_no_tokens(status: int) -> None:
    headers = {"x-ratelimit-remaining-tokens": "123456", "retry-after": "7"}
    refusal = [answer(status, {"error": {"message": "no", "type": "x", "param": None, "code": "x"}}, headers=headers)]
    quota = {"tokens_per_minute": 5000, "requests_per_minute": 9}
    async with limited(refusal, quota=quota, upstream={"retries": {"attempts": 1}}) as gate:
        response = await gate.chat("Hello", AUTH)
        assert response.status_code == status
        assert response.headers["x-ratelimit-remaining-tokens"] == str(5000 - 6 - 1024)  # ours, not the upstream's
        assert await used(gate, Kind.TOKENS) == 0
        assert await used(gate, Kind.REQUESTS) == 1


@pytest.mark.parametrize("charged", [False, True])
async def test_a_blocked_prompt_counts_as_request_and_block(charged: bool) -> None:
    quota = {"tokens_per_minute": 5000, "requests_per_minute": 9, "blocks_per_minute": 2}
    async with limited(quota=quota, policy="strict", limits={"charge_blocked": charged}) as gate:
        for _ in range(2):
            response = await gate.chat(ATTACK, AUTH)
            assert response.status_code == 400
            assert response.headers["x-ratelimit-limit-requests"] == "9"
        assert [await used(gate, kind) for kind in (Kind.REQUESTS, Kind.BLOCKS)] == [2, 2]
        assert (await used(gate, Kind.TOKENS) > 0) is charged
        response = await gate.chat("Hello", AUTH)  # T-13: who probes is stopped
        assert response.status_code == 429
        assert error_of(response)["guard"]["bound"] == "blocks"
        assert gate.up.requests == []


async def test_places_are_given_back_however_a_request_ends() -> None:
    async with limited([sleep(0.2), *said("Hello.")], quota={"concurrent": 1}) as gate:
        first = asyncio.create_task(gate.chat("Hello", AUTH))
        await gate.up.wait_for_requests()
        response = await gate.chat("Hello", AUTH)
        assert response.status_code == 429
        assert error_of(response)["guard"]["bound"] == "concurrent"
        assert response.headers["retry-after"] == "1"
        assert (await first).status_code == 200
        assert await used(gate, Kind.CONCURRENT) == 0
        assert (await gate.chat(ATTACK, {**AUTH, "x-guard-policy": "strict"})).status_code == 400
        assert await used(gate, Kind.CONCURRENT) == 0
        gate.up.scripts = [[answer(500)]]
        await gate.chat("Hello", AUTH)
        assert await used(gate, Kind.CONCURRENT) == 0


async def test_a_stream_ends_with_its_budget() -> None:
    script = talked(*["word " * 20] * 100)
    async with limited(script, quota={"tokens_per_minute": 1500}) as gate:
        got = await gate.stream("Hello", AUTH)  # 1,030 tokens reserved, 2,500 come
        assert got.done
        assert got.finish() == ["length"]
        words = got.text().count("word ")
        assert 1000 <= words <= 1500
        assert gate.events[0].error == "budget_spent"
        assert gate.events[0].status == 200
        assert words <= await used(gate, Kind.TOKENS) * 4 / 5 + 20


async def test_text_that_waited_leaves_before_the_end_of_the_budget() -> None:
    script = talked("Mail " + EMAIL[:5], EMAIL[5:], *[" word" * 20] * 100)
    quota = {"tokens_per_minute": 1500}
    async with limited(script, quota=quota, policy="pii-redact") as gate:
        got = await gate.stream("Hello", AUTH)
        assert got.finish() == ["length"]
        assert EMAIL not in got.text()
        assert got.text().startswith("Mail ")
        assert gate.events[0].answer.decision == "redact"


async def test_with_max_tokens_the_answer_is_never_cut_by_our_count() -> None:
    script = talked(*["word " * 20] * 100)
    async with limited(script, quota={"tokens_per_minute": 1500}) as gate:
        got = await gate.stream("Hello", AUTH, max_tokens=1000)
        assert got.finish() == ["stop"]
        assert await used(gate, Kind.TOKENS) == 1006  # it cannot have been more


async def test_l11_a_long_stream_counts_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.meter.PROGRESS", 0.05)
    now = [0]
    limiter = MemoryLimiter(clock=lambda: now[0])
    script: Script = [head(200, {"content-type": "text/event-stream"}, chunked=True)]
    for _ in range(6):
        script = [*script, *events(*map(piece, ["word word "] * 10))[1:-2], sleep(0.2)]
    script = [*script, *talked("end")[1:]]
    async with limited(script, quota={"tokens_per_minute": 5000}) as gate:
        gate.gateway.limits._limiter = limiter
        counted = []
        asking = asyncio.create_task(gate.stream("Hello", AUTH))
        while not asking.done():
            await asyncio.sleep(0.2)
            now[0] += 30_000  # each pause is half a window
            counted.append(await _now(gate, Kind.TOKENS))
        got = await asking
        total = 10 * 6 * 10 // 4 + 1
        assert got.finish() == ["stop"]
        assert len(got.text()) == 4 * (total - 1) + 3
        assert max(counted) <= 6 + 1024  # what was reserved, never more
        assert await used(gate, Kind.TOKENS) < total  # the first of them have left the window


async def _now(gate: Gatewayed, kind: Kind) -> int:
    bound = Bound("default", "key", "one", kind, 0)
    return (await gate.gateway.limits._limiter.admit(Reservation((Charge(bound),)))).standings[0].used


MORE = 1 << 53


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 10**6}, "n"),
        ({"n": 0}, "n"),
        ({"n": -1}, "n"),
        ({"n": 1.0}, "n"),
        ({"n": "2"}, "n"),
        ({"n": True}, "n"),
        ({"max_tokens": 2**63}, "max_tokens"),
        ({"max_tokens": MORE + 1}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_tokens": -5}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": "1"}, "max_tokens"),
        ({"max_completion_tokens": [1]}, "max_completion_tokens"),
        ({"max_completion_tokens": MORE + 1}, "max_completion_tokens"),
        ({"max_tokens": 5, "max_completion_tokens": 5000}, "max_tokens"),
    ],
)
async def test_l16_no_number_fools_the_reservation(fields: Json, param: str) -> None:
    async with limited(quota={"tokens_per_minute": 1000}) as gate:
        response = await gate.chat("Hello", AUTH, **fields)
        assert response.status_code == 400
        assert error_of(response)["param"] == param
        assert await used(gate, Kind.TOKENS) == 0
        assert gate.up.requests == []


@pytest.mark.parametrize(
    ("fields", "reserved"),
    [
        ({"max_tokens": 10, "n": 3}, 30),
        ({"max_completion_tokens": 10}, 10),
        ({"max_tokens": 10, "max_completion_tokens": 10}, 10),
        ({"max_tokens": None, "n": None}, 1024),
        ({"n": 2}, 2048),
    ],
)
async def test_l16_what_is_reserved_is_what_can_be_spent(fields: Json, reserved: int) -> None:
    async with limited(quota={"tokens_per_minute": 5000}) as gate:
        response = await gate.chat("Hello", AUTH, **fields)
        assert response.headers["x-ratelimit-remaining-tokens"] == str(5000 - 6 - reserved)


async def test_l16_huge_numbers_are_refused_as_too_large() -> None:
    async with limited(quota={"tokens_per_minute": 1000}) as gate:
        response = await gate.chat("Hello", AUTH, max_tokens=MORE, n=128)
        assert response.status_code == 429
        assert "too large" in error_of(response)["message"]


async def test_strict_reserves_what_the_model_may_say_and_learned_what_it_said() -> None:
    quotas = ({"model": "m", "max_output": 3000},)
    async with limited(quota={"tokens_per_minute": 50_000}, limits={"estimate": "strict"}, model_quotas=quotas) as gate:
        response = await gate.chat("Hello", AUTH)
        assert response.headers["x-ratelimit-remaining-tokens"] == str(50_000 - 6 - 3000)
        response = await gate.chat("Hello", AUTH, model="other")
        assert int(response.headers["x-ratelimit-remaining-tokens"]) <= 50_000 - 6 - 16_384
    async with limited(quota={"tokens_per_minute": 50_000}) as gate:
        for _ in range(8):
            await gate.chat("Hello", AUTH)
        before = await used(gate, Kind.TOKENS)
        response = await gate.chat("Hello", AUTH)  # answers of four tokens, clamped to 256
        assert response.headers["x-ratelimit-remaining-tokens"] == str(50_000 - before - 6 - 256)


async def test_scans_count_as_requests_and_tokens() -> None:
    quota = {"requests_per_minute": 2, "tokens_per_minute": 1000, "concurrent": 1}
    async with limited(quota=quota) as gate:
        for body in ({"texts": ["Hello", "there"]}, {"messages": [{"role": "user", "content": "Hello"}]}):
            response = await gate.http.post("/guard/v1/scan", json=body, headers=AUTH)
            assert response.status_code == 200
            assert response.headers["x-ratelimit-limit-requests"] == "2"
        assert await used(gate, Kind.TOKENS) == 2 * 6 + 6
        assert await used(gate, Kind.CONCURRENT) == 0
        response = await gate.http.post("/guard/v1/scan", json={"texts": ["Hello"]}, headers=AUTH)
        assert response.status_code == 429
        assert error_of(response)["guard"]["bound"] == "requests"
        assert response.headers["x-ratelimit-remaining-requests"] == "0"
        assert int(response.headers["retry-after"]) >= 1


async def test_a_scan_has_no_model() -> None:
    quotas = ({"model": "*", "quota": {"requests_per_minute": 1}},)
    async with gatewayed(said("Hello."), model_quotas=quotas) as gate:
        for _ in range(2):
            assert (await gate.http.post("/guard/v1/scan", json={"texts": ["Hello"]})).status_code == 200
        assert [(await gate.chat()).status_code for _ in range(2)] == [200, 429]


async def test_each_process_has_its_share_without_redis() -> None:
    async with limited(quota={"requests_per_minute": 6}, limits={"replicas": 3}) as gate:
        assert [(await gate.chat("Hello", AUTH)).status_code for _ in range(3)] == [200, 200, 429]


async def test_decisions_are_in_the_metrics() -> None:
    async with limited(quota={"requests_per_minute": 1}) as gate:
        await gate.chat("Hello", AUTH)
        await gate.chat("Hello", AUTH)
        text = (await gate.http.get("/metrics")).text
        assert 'guard_limit_decisions_total{bound="",decision="admitted",scope=""} 1.0' in text
        assert 'guard_limit_decisions_total{bound="requests",decision="refused",scope="key"} 1.0' in text
        assert "guard_limit_seconds_count 2.0" in text
        assert "guard_limiter_open 0.0" in text


def redis_settings(url: str, **more: Any) -> dict[str, Any]:
    return {"limits": {"redis": url, "prefix": secrets.token_hex(4), **more}}


async def test_gateways_share_bounds_through_redis(redis: Server) -> None:
    settings = redis_settings(redis.url, deadline=2)
    quota = {"requests_per_minute": 3, "tokens_per_minute": 5000, "concurrent": 3}
    async with limited(quota=quota, **settings) as one, limited(quota=quota, **settings) as two:
        assert [(await gate.chat("Hello", AUTH)).status_code for gate in (one, two, one, two, one)] == [200] * 3 + [
            429
        ] * 2
        assert await used(one, Kind.TOKENS) == await used(two, Kind.TOKENS) == 21
        assert await used(one, Kind.CONCURRENT) == 0
    left = redis.client.keys(f"{settings['limits']['prefix']}:*")
    assert left
    assert all(redis.client.pttl(name) > 0 for name in left)


@pytest.mark.parametrize("outage", ["local", "deny", "allow"])
@pytest.mark.parametrize("fault", ["black_hole", "refuse", "reset"])
async def test_r01_r02_redis_away_never_stops_scanning(redis: Server, fault: Any, outage: str) -> None:
    async with fault_proxy(redis.port) as proxy:
        settings = redis_settings(proxy.url, outage=outage, replicas=2, open_for=0.2)
        async with limited(quota={"requests_per_minute": 8}, **settings) as gate:
            await gate.chat("Hello", AUTH)
            proxy.fault = fault
            if fault != "black_hole":
                proxy.drop()
            statuses, waits = [], []
            for _ in range(7):
                began = time.perf_counter()
                response = await gate.chat("Hello", AUTH)
                waits.append(time.perf_counter() - began)
                statuses.append(response.status_code)
            assert gate.gateway.limits._limiter.away  # type: ignore[attr-defined]
            expected = {"local": [200] * 4 + [429] * 3, "deny": [503] * 7, "allow": [200] * 7}[outage]
            assert statuses == expected
            if outage == "deny":
                assert error_of(response)["code"] == "limiter_unavailable"
                assert response.headers["retry-after"] == "1"
            blocked = await gate.chat(ATTACK, {**AUTH, "x-guard-policy": "strict"})
            assert blocked.status_code == {"local": 429, "deny": 503, "allow": 400}[outage]
            scanned = await gate.http.post("/guard/v1/scan", json={"texts": [ATTACK]})
            assert scanned.status_code == 401
            assert "guard_limiter_open 1.0" in (await gate.http.get("/metrics")).text
            assert sorted(waits)[3] < 1.0  # far from the minute of a client with its defaults
            proxy.fault = ""
            await gate.wait(lambda: not gate.gateway.limits._background)
            await asyncio.sleep(0.25)
            for _ in range(20):
                if (await gate.chat("Hello", AUTH)).status_code == 200 and outage != "allow":
                    break
                await asyncio.sleep(0.02)
            assert not gate.gateway.limits._limiter.away  # type: ignore[attr-defined]
            assert "guard_limiter_open 0.0" in (await gate.http.get("/metrics")).text


async def test_l08_a_request_may_be_cancelled_anywhere(redis: Server) -> None:
    settings = redis_settings(redis.url, deadline=2)
    quota = {"tokens_per_minute": 100_000, "concurrent": 1000, "requests_per_minute": 10_000}
    script = [sleep(0.01), *said("Hello.")]
    async with limited(script, quota=quota, **settings) as gate:
        for number in range(40):
            asking = asyncio.create_task(gate.chat("Hello", AUTH, max_tokens=100))
            await asyncio.sleep(number * 0.0007)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        await asyncio.sleep(0.05)
        assert await used(gate, Kind.CONCURRENT) == 0
        ended = [event for event in gate.events if event.route == "chat.completions"]
        spent = await used(gate, Kind.TOKENS)
        # An answer that came costs 7; one that had not when its client left, what it could have been. So does one whose
        # client left while it was being sent: whether the upstream saw it, we cannot know.
        sending = sum(event.status == 499 and event.decision == "allow" and not event.upstream for event in ended)
        seen = len(gate.up.requests)
        assert spent in {
            7 * done + 106 * more for done in range(seen + 1) for more in range(seen - done, seen - done + sending + 1)
        }
        assert len(ended) >= len(gate.up.requests)
