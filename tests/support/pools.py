"""A pool of upstreams with short deadlines, in front of scripted ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from gateway.errors import UpstreamError, UpstreamTimeout
from gateway.settings import Upstream
from gateway.web.upstream import Answer, Call, UpstreamPool
from tests.support.scripted import Script, Scripted, scripted

FAST = {"connect": 0.2, "first_byte": 0.1, "idle": 0.15, "total": 2}
OK = {"id": "1", "choices": []}
CALL = Call("m", b'{"a":1}')


def upstream(url: str, name: str = "one", **changes: Any) -> Upstream:
    config: dict[str, Any] = {
        "name": name,
        "url": url,
        "timeouts": FAST | changes.pop("timeouts", {}),
        "retries": {"attempts": 1, "backoff": 0.001} | changes.pop("retries", {}),
    }
    return Upstream(**(config | changes))


@asynccontextmanager
async def pool(*upstreams: Upstream, **options: Any) -> AsyncIterator[UpstreamPool]:
    made = UpstreamPool(upstreams, **options)
    try:
        yield made
    finally:
        await made.aclose()


@asynccontextmanager
async def one(*scripts: Script, **changes: Any) -> AsyncIterator[tuple[Scripted, UpstreamPool]]:
    async with scripted(scripts) as up, pool(upstream(up.url, **changes)) as made:
        yield up, made


@asynccontextmanager
async def two(first: Script, second: Script, **changes: Any) -> AsyncIterator[tuple[Scripted, Scripted, UpstreamPool]]:
    """Two upstreams of the same models, `a` before `b`; the changes are those of `a`."""
    async with AsyncExitStack() as stack:
        a = await stack.enter_async_context(scripted([first]))
        b = await stack.enter_async_context(scripted([second]))
        made = await stack.enter_async_context(pool(upstream(a.url, "a", **changes), upstream(b.url, "b")))
        yield a, b, made


async def whole(pool: UpstreamPool, call: Call = CALL, limit: int = 1 << 20) -> tuple[int, bytes]:
    answer = await pool.open(call)
    try:
        return answer.status, await answer.read(limit)
    finally:
        await answer.aclose()


async def code(pool: UpstreamPool, call: Call = CALL) -> str:
    """Of the error that a call ends with."""
    with pytest.raises(UpstreamError) as e:
        await whole(pool, call)
    assert isinstance(e.value, UpstreamTimeout) == e.value.code.endswith("timeout")
    assert "http" not in e.value.message  # no addresses, no quotes
    return e.value.code


async def first(answer: Answer) -> bytes:
    chunks = answer.chunks()
    piece = await anext(chunks)
    await chunks.aclose()
    return piece
