"""What Redis may do to us: lose scripts and keys, refuse, be slow, be away, set its clock back."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from gateway.errors import LimiterUnavailable
from gateway.limits import Bound, Charge, Kind, RedisLimiter, Reservation, connect
from tests.support.redis_servers import (
    Server,
    TestClock,
    fault_proxy,
    redis_sentinel,
    redis_server,
    url_of,
)
from tests.support.servers import black_hole, free_port

W, B = 2_000, 20


def bound(kind: Kind = Kind.REQUESTS, limit: int = 5, window: int = W, **more: Any) -> Bound:
    return Bound(more.get("tenant", "t"), more.get("scope", "key"), more.get("owner", "a"), kind, limit, window, B)


def asks(*bounds: Bound, tokens: int = 0) -> Reservation:
    return Reservation(tuple(Charge(b, tokens if b.kind is Kind.TOKENS else 1) for b in bounds), tokens)


@asynccontextmanager
async def limiter(url: str, **options: Any) -> AsyncIterator[RedisLimiter]:
    settings: dict[str, Any] = {"prefix": secrets.token_hex(4), "deadline": 5} | options
    made = RedisLimiter(connect(url), **settings)
    try:
        yield made
    finally:
        await made.aclose()


async def used(limiter: RedisLimiter, bound: Bound) -> int:
    nothing = Bound(bound.tenant, bound.scope, bound.owner, bound.kind, 0, bound.window, bound.buckets)
    return (await limiter.admit(asks(nothing, tokens=1))).standings[0].used


async def test_r05_lost_scripts_are_sent_again(redis: Server) -> None:
    async with limiter(redis.url) as made:
        held = asks(bound(), bound(Kind.TOKENS, 100), tokens=50)
        for call in (made.admit(held), made.extend(held, 10), made.settle(held, 20)):
            redis.client.script_flush()
            await call
        assert await used(made, bound(Kind.TOKENS)) == 20


async def test_r05_lost_keys_start_anew(redis: Server) -> None:
    async with limiter(redis.url) as made:
        places = bound(Kind.CONCURRENT, 2)
        held = asks(bound(limit=1), places, bound(Kind.TOKENS, 100), tokens=90)
        assert (await made.admit(held)).refused is None
        redis.client.flushall()
        assert await made.extend(held, 50)  # its tokens are forgotten, its place is taken again
        assert await used(made, places) == 1
        assert await used(made, bound(Kind.TOKENS)) == 0
        await made.settle(held, 95)
        assert [await used(made, places), await used(made, bound(Kind.TOKENS))] == [0, 0]


async def test_r05_a_server_that_will_not_write() -> None:
    with redis_server() as own, redis_server() as master:
        async with limiter(own.url) as made:
            await made.admit(asks(bound()))
            own.command("CONFIG", "SET", "maxmemory", 1)
            with pytest.raises(LimiterUnavailable):
                await made.admit(asks(bound()))
            own.command("CONFIG", "SET", "maxmemory", 0)
            await made.admit(asks(bound()))
            own.command("REPLICAOF", "127.0.0.1", master.port)
            with pytest.raises(LimiterUnavailable):
                await made.admit(asks(bound()))
            own.command("REPLICAOF", "NO", "ONE")
            await made.admit(asks(bound()))


@pytest.mark.parametrize(
    "reply",
    [
        b"-READONLY You can't write against a read only replica.\r\n",
        b"-LOADING Redis is loading the dataset in memory\r\n",
        b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
        b"-BUSY Redis is busy running a script.\r\n",
        b"-MOVED 866 127.0.0.1:1\r\n",
        b"-ASK 866 127.0.0.1:1\r\n",
        b"-CLUSTERDOWN The cluster is down\r\n",
        b"-TRYAGAIN Multiple keys request during rehashing of slot\r\n",
        b"-CROSSSLOT Keys in request don't hash to the same slot\r\n",
        b"-NOAUTH Authentication required.\r\n",
        b"-ERR Error running script\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x00\xff\xfe",
        b"",
    ],
)
async def test_r05_whatever_it_says_is_one_error(reply: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while await reader.read(65_536):
                writer.write(reply)
                if not reply:
                    break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, limiter(f"redis://127.0.0.1:{port}/0", deadline=0.3) as made:
        with pytest.raises(LimiterUnavailable) as error:
            await made.admit(asks(bound()))
        assert "127.0.0.1" not in error.value.message


async def test_r01_nobody_there(redis: Server) -> None:
    async with fault_proxy(redis.port) as proxy, limiter(proxy.url, deadline=0.2) as made:
        assert (await made.admit(asks(bound()))).refused is None
        proxy.fault = "black_hole"
        with pytest.raises(LimiterUnavailable, match="in time"):
            await made.admit(asks(bound()))
        proxy.fault = "reset"
        with pytest.raises(LimiterUnavailable):
            await made.admit(asks(bound()))
        proxy.fault = ""
        assert (await made.admit(asks(bound()))).refused is None


async def test_r03_slow_and_too_slow(redis: Server) -> None:
    async with fault_proxy(redis.port) as proxy, limiter(proxy.url, deadline=0.5) as made:
        proxy.delay = 0.02
        assert (await made.admit(asks(bound()))).refused is None
        proxy.delay = 0.5
        with pytest.raises(LimiterUnavailable, match="in time"):
            await made.admit(asks(bound()))


@pytest.mark.parametrize("back", [300, 3_600_000])
async def test_r08_a_clock_that_is_set_back_heals_within_a_window(redis: Server, back: int) -> None:
    clock = TestClock(redis.client)
    requests, tokens = bound(limit=3), bound(Kind.TOKENS, 100)
    async with limiter(redis.url, scripts=clock.scripts()) as made:
        for _ in range(3):
            held = asks(requests, tokens, tokens=30)
            assert (await made.admit(held)).refused is None
        clock.advance(-back)
        admission = await made.admit(asks(requests, tokens, tokens=10))
        assert admission.refused is not None
        assert admission.refused.wait is not None
        assert admission.refused.wait <= W + W // B + min(back, W)
        await made.settle(held, 10)
        clock.advance(W + W // B + min(back, W))
        assert (await made.admit(asks(requests, tokens, tokens=100))).refused is None


async def test_r08_places_outlive_no_clock(redis: Server) -> None:
    clock = TestClock(redis.client)
    places = bound(Kind.CONCURRENT, 1)
    async with limiter(redis.url, scripts=clock.scripts(), lease=3_000) as made:
        assert (await made.admit(asks(places))).refused is None
        clock.advance(-3_600_000)
        assert (await made.admit(asks(places))).refused is None  # a lease from the future is none


async def test_r09_no_reply_goes_to_another(redis: Server) -> None:
    """Calls are cancelled at any moment while others check that what they hear is meant for them."""
    async with limiter(redis.url, connections=8) as made:
        owners = [f"o{number}" for number in range(16)]
        counts = dict.fromkeys(owners, 0)
        done = False

        async def check(owner: str) -> None:
            mine = bound(limit=10**6, owner=owner, window=600_000)
            while not done:
                standing = (await made.admit(asks(mine))).standings[0]
                counts[owner] += 1
                assert standing.bound == mine
                assert standing.used == counts[owner]

        checking = [asyncio.create_task(check(owner)) for owner in owners]
        for number in range(1500):
            task = asyncio.create_task(made.admit(asks(bound(limit=10**6, owner="cancelled"))))
            for _ in range(number % 12):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        done = True
        await asyncio.gather(*checking)
        assert min(counts.values()) > 10


async def test_l09_every_key_has_a_time_to_live_and_goes(redis: Server) -> None:
    prefix = secrets.token_hex(4)
    short: dict[str, Any] = {"window": 200}
    async with limiter(redis.url, prefix=prefix, lease=200) as made:
        for number in range(300):
            bounds = (
                bound(limit=100, owner=f"o{number % 7}", **short),
                bound(Kind.TOKENS, 1000, owner=f"o{number % 7}", **short),
                bound(Kind.CONCURRENT, 50, **short),
                bound(Kind.BLOCKS, 20, **short),
            )
            held = asks(*bounds, tokens=10)
            admission = await made.admit(held)
            if admission.refused is None and number % 3:
                await made.extend(held, 5, 10)
            if number % 5:
                await made.settle(held, 7, blocks=number % 2)
            if number % 50 == 0:
                names = redis.client.keys(f"{prefix}:*")
                assert names
                assert all(redis.client.pttl(name) in (-2, *range(401)) for name in names)  # -2: gone meanwhile
        await asyncio.sleep(0.45)
        assert redis.client.keys(f"{prefix}:*") == []


async def test_an_evicting_server_is_noticed() -> None:
    with redis_server("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru") as own:
        async with limiter(own.url) as made:
            assert await made.evicts() == "allkeys-lru"
            own.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
            assert await made.evicts() == ""
        own.kill()
        async with limiter(own.url) as made:
            assert await made.evicts() == ""


async def test_a_master_behind_a_sentinel() -> None:
    with redis_sentinel() as (url, master):
        async with limiter(url) as made:
            assert (await made.admit(asks(bound(limit=1)))).refused is None
            assert (await made.admit(asks(bound(limit=1)))).refused is not None
        assert master.client.dbsize() == 1


async def test_a_silent_sentinel_is_asked_last() -> None:
    """It went with its machine: packets to it are lost, nobody refuses them."""
    with black_hole() as silent, redis_sentinel() as (url, _):
        several = url.replace("127.0.0.1:", f"127.0.0.1:{silent},127.0.0.1:{silent},127.0.0.1:{free_port()},127.0.0.1:")
        async with limiter(several, deadline=0.5) as made:
            for _ in range(2):
                with pytest.raises(LimiterUnavailable):
                    await made.admit(asks(bound(limit=5)))
            admitted = await asyncio.gather(*(made.admit(asks(bound(limit=5))) for _ in range(6)))
            assert [a.refused is None for a in admitted].count(True) == 5


async def test_no_sentinel_knows_the_master() -> None:
    with redis_sentinel() as (url, _):
        async with limiter(url.replace("/main", "/other")) as made:
            with pytest.raises(LimiterUnavailable, match="MasterNotFoundError"):
                await made.admit(asks(bound(limit=1)))


async def test_a_full_server_is_away_until_it_has_room() -> None:
    with redis_server("--maxmemory-policy", "noeviction") as own:
        async with limiter(own.url) as made:
            assert (await made.admit(asks(bound(limit=2)))).refused is None
            own.command("CONFIG", "SET", "maxmemory", "1")
            with pytest.raises(LimiterUnavailable):
                await made.admit(asks(bound(limit=2)))
            own.command("CONFIG", "SET", "maxmemory", "0")
            assert (await made.admit(asks(bound(limit=2)))).refused is None
            assert (await made.admit(asks(bound(limit=2)))).refused is not None


async def test_a_server_that_is_stopped_and_goes_on() -> None:
    with redis_server() as own:
        async with limiter(own.url, deadline=0.3) as made:
            assert (await made.admit(asks(bound(limit=50, window=60_000)))).refused is None
            own.process.send_signal(signal.SIGSTOP)
            try:
                for _ in range(3):
                    with pytest.raises(LimiterUnavailable, match="in time"):
                        await made.admit(asks(bound(limit=50, window=60_000)))
            finally:
                own.process.send_signal(signal.SIGCONT)
            own.command("PING")
            async with asyncio.timeout(10):
                while True:
                    with suppress(LimiterUnavailable):
                        assert (await made.admit(asks(bound(limit=50, window=60_000)))).refused is None
                        break


async def test_a_cluster_is_learned_in_longer_than_a_call_may_take(cluster: list[Server]) -> None:
    """Calls that come too early fail in time, if there are any; what they began goes on."""
    async with limiter(url_of(cluster), deadline=0.005) as made, asyncio.timeout(5):
        while True:
            try:
                await made.admit(asks(bound(limit=100)))
                break
            except LimiterUnavailable:
                await asyncio.sleep(0.01)


async def test_l13_a_cluster_takes_every_tenant(cluster: list[Server]) -> None:
    """No CROSSSLOT: all names of a request are in one slot, and tenants are spread over the masters."""
    async with limiter(url_of(cluster)) as made:
        for number in range(24):
            kinds = (bound(tenant=f"t{number}", limit=1), bound(Kind.TOKENS, 10, tenant=f"t{number}", scope="tenant"))
            places = bound(Kind.CONCURRENT, 2, tenant=f"t{number}", owner="model: {b}-*")
            held = asks(*kinds, places, tokens=10)
            assert (await made.admit(held)).refused is None
            assert await made.extend(held, 5)
            await made.settle(held, 5)
            assert (await made.admit(asks(*kinds, places, tokens=1))).refused is not None
    assert all(node.client.dbsize() for node in cluster)
