"""What is remembered of conversations: whose it is, how long, how much, sealed, and shared through Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.engine import Before
from gateway.settings import Settings
from gateway.types import Kind, Part, Role
from gateway.web.conversations import Conversations
from tests.support.gatewayed import EMAIL
from tests.support.keeping import Keeping
from tests.support.managed import bearer, managed
from tests.support.redis_servers import Server, redis_server
from tests.support.servers import serve

KEY = "a secret of sixteen"
TURN = Before((Part(f"I am {EMAIL}", ("{before}", 0), Role.USER, -1, Kind.TEXT),), {"[EMAIL_1]": EMAIL})


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def made(clock: Clock | None = None, redis: str | None = None, **options: Any) -> Conversations:
    limits = {"redis": redis, "deadline": 1.0} if redis else {}
    settings = Settings.model_validate({"conversations": options, "limits": limits})
    return Conversations(settings, clock=clock or Clock())


async def test_it_is_whose_it_is() -> None:
    kept = made()
    await kept.put("blue", "resp_1", TURN)
    assert await kept.get("blue", "resp_1") == TURN
    assert await kept.get("red", "resp_1") is None
    assert await kept.get("blue", "resp_2") is None
    await kept.forget("red", "resp_1")
    assert await kept.get("blue", "resp_1") == TURN
    await kept.forget("blue", "resp_1")
    assert await kept.get("blue", "resp_1") is None


async def test_it_is_sealed_where_it_lies() -> None:
    kept = made()
    await kept.put("blue", "resp_1", TURN)
    ((name, (_, data)),) = kept._entries.items()
    assert EMAIL.encode() not in data
    assert "blue" not in name
    assert "resp_1" not in name
    # Under another's name it does not open.
    await kept.put("blue", "resp_2", TURN)
    other = next(reversed(kept._entries))
    kept._entries[other] = kept._entries[name]
    assert await kept.get("blue", "resp_2") is None


async def test_it_does_not_last() -> None:
    clock = Clock()
    kept = made(clock, ttl=60)
    await kept.put("blue", "resp_1", TURN)
    clock.now = 59.9
    assert await kept.get("blue", "resp_1") == TURN
    clock.now = 60
    assert await kept.get("blue", "resp_1") is None
    assert kept._size == 0


async def test_it_is_bounded_and_the_oldest_goes_first() -> None:
    kept = made(memory=4096)
    for number in range(40):
        await kept.put("blue", f"resp_{number}", TURN)
        await kept.get("blue", "resp_0")  # what is used stays
        assert kept._size <= 4096
    assert await kept.get("blue", "resp_0") == TURN
    assert await kept.get("blue", "resp_39") == TURN
    assert await kept.get("blue", "resp_1") is None
    huge = Before((), {"[X]": "x" * 5000})
    await kept.put("blue", "resp_huge", huge)
    assert await kept.get("blue", "resp_huge") is None
    assert kept._size == 0


async def test_a_tenants_is_forgotten_at_once() -> None:
    kept = made()
    for tenant in ("blue", "blue/0123", "red"):
        await kept.put(tenant, "resp_1", TURN)
    assert await kept.purge("blue") == 2
    assert await kept.get("blue/0123", "resp_1") is None
    assert await kept.get("red", "resp_1") == TURN
    assert await kept.purge() == 1


@pytest.fixture(scope="module")
def redis() -> Iterator[Server]:
    with redis_server() as server:
        yield server


async def test_replicas_share_it(redis: Server) -> None:
    one, two = (made(redis=redis.url, key=KEY) for _ in range(2))
    await one.put("blue", "resp_1", TURN)
    assert await two.get("blue", "resp_1") == TURN
    assert await two.get("red", "resp_1") is None
    keys = redis.command("KEYS", "*")
    assert all(EMAIL not in redis.command("GET", key) and 0 < redis.command("PTTL", key) <= 86_400_000 for key in keys)
    other = made(redis=redis.url, key="another secret of ours")
    assert await other.get("blue", "resp_1") is None
    await two.put("red", "resp_1", TURN)
    await two.purge("blue")
    assert await one.get("red", "resp_1") == TURN
    assert len(redis.command("KEYS", "*")) == 1
    await one.forget("red", "resp_1")
    assert redis.command("KEYS", "*") == []
    for kept in (one, two, other):
        await kept.aclose()


async def test_without_redis_it_goes_on_in_memory() -> None:
    kept = made(redis="redis://127.0.0.1:1/0", key=KEY)
    for number in range(7):
        await kept.put("blue", f"resp_{number}", TURN)
    assert await kept.get("blue", "resp_6") == TURN
    await kept.aclose()


async def test_a_hanging_redis_is_left_alone() -> None:
    class Hanging:
        calls = 0

        async def set(self, *_: Any, **__: Any) -> None:
            self.calls += 1
            await asyncio.sleep(60)

        async def aclose(self) -> None: ...

    settings = Settings.model_validate({"limits": {"deadline": 0.01}})
    hanging = Hanging()
    kept = Conversations(settings, redis=hanging)
    kept._connected = True
    for number in range(9):
        await kept.put("blue", f"resp_{number}", TURN)
    assert hanging.calls == settings.limits.failures


async def test_tenants_and_the_operators_call(tmp_path: Path) -> None:
    """Another tenant's response is as one that nobody knows; a manager forgets what is of his tenant."""
    up = Keeping()
    async with serve(up.app) as url, managed(tmp_path, [], upstream={"url": f"{url}/v1"}) as gate:

        async def ask(what: str, key: str, **fields: Any) -> Any:
            body = {"model": "all", "input": what, **fields}
            return (await gate.gate.http.post("/v1/responses", json=body, headers=bearer(gate.keys[key]))).json()

        first = await ask(f"I am {EMAIL}", "blue-app")
        assert EMAIL in str(await ask("Who?", "blue-app", previous_response_id=first["id"]))
        assert EMAIL not in str(await ask("Who?", "red-app", previous_response_id=first["id"]))
        await gate.ask("DELETE", "/conversations", key="red-manager")
        await gate.ask("DELETE", "/conversations?tenant=blue", key="red-manager")
        assert EMAIL in str(await ask("Who?", "blue-app", previous_response_id=first["id"]))
        await gate.ask("DELETE", "/conversations", key="blue-app", status=403)
        assert (await gate.ask("DELETE", "/conversations?tenant=blue"))["forgotten"] > 0
        assert EMAIL not in str(await ask("Who?", "blue-app", previous_response_id=first["id"]))
