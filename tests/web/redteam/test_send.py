"""What comes back from an upstream: an answer, a block of somebody's filter, or an error."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import GatewayError, LimitExceeded
from gateway.redteam.chat import body_of, reply_of
from gateway.redteam.model import Blocked
from gateway.settings import Limits as LimitSettings
from gateway.settings import Quota, Settings, Upstream
from gateway.types import Json
from gateway.web.auth import Caller
from gateway.web.limits import Limits
from gateway.web.metrics import Metrics
from gateway.web.redteam.send import metered, over
from gateway.web.upstream import UpstreamPool
from tests.support.gatewayed import ATTACK, gatewayed, said
from tests.support.scripted import Script, answer, scripted

BODY = body_of("m", [{"role": "user", "content": "Hi"}], [], 16)


async def sent(script: Script, **upstream: Any) -> Json:
    async with scripted([script]) as up:
        fields = {"name": "up", "url": up.url, "key": "none", "retries": {"attempts": 1}, **upstream}
        pool = UpstreamPool([Upstream.model_validate(fields)], environ={})
        try:
            return await over(pool)(BODY)
        finally:
            await pool.aclose()


async def test_an_answer() -> None:
    assert reply_of(await sent(said("Hello."))).text == "Hello."


@pytest.mark.parametrize(
    ("status", "code"), [(400, "content_filter"), (400, "unscannable_content"), (403, "request_blocked")]
)
async def test_a_filter(status: int, code: str) -> None:
    with pytest.raises(Blocked):
        await sent([answer(status=status, json={"error": {"code": code}})])


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ([answer(status=400, json={"error": {"code": "context_length_exceeded"}})], "upstream_400"),
        ([answer(status=401, json={"error": "no"})], "upstream_401"),
        ([answer(status=404, body=b"<html>")], "upstream_404"),
        ([answer(status=500, json={"error": {"code": "content_filter"}})], "upstream_500"),
        ([answer(json={"error": {"message": "x"}})], "upstream_invalid_answer"),
        ([answer(json=[1])], "upstream_invalid_answer"),
    ],
)
async def test_an_error(script: Script, code: str) -> None:
    with pytest.raises(GatewayError) as caught:
        await sent(script)
    assert caught.value.code == code
    assert not isinstance(caught.value, Blocked)


async def test_no_upstream() -> None:
    with pytest.raises(GatewayError) as caught:
        await sent(said("Hi."), models=["other"])
    assert (caught.value.status, caught.value.code) == (503, "no_upstream")


async def test_through_a_gateway() -> None:
    """A scan of an address that has the guard in front sees its blocks."""
    async with gatewayed(said("Hi.")) as gate:
        pool = UpstreamPool(
            [Upstream.model_validate({"name": "g", "url": f"{gate.url}/v1", "key": "none"})], environ={}
        )
        with pytest.raises(Blocked):
            await over(pool)(body_of("m", [{"role": "user", "content": ATTACK}], [], None))
        await pool.aclose()


async def test_within_bounds() -> None:
    calls: list[Json] = []

    async def send(body: Json) -> Json:
        calls.append(body)
        return {"choices": [{"message": {"content": "x"}}], "usage": {"total_tokens": 9, "prompt_tokens": 5}}

    settings = Settings(limits=LimitSettings())
    limits = Limits(settings, Metrics())
    caller = Caller(None, None, quota=Quota(requests_per_minute=2))
    bounded = metered(send, limits, caller)
    for _ in range(2):
        await bounded(BODY)
    with pytest.raises(LimitExceeded):
        await bounded(BODY)
    assert len(calls) == 2
    await limits.aclose()
