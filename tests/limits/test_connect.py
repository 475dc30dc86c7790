"""From a URL to a client."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.sentinel import SentinelConnectionPool

from gateway.errors import ConfigError
from gateway.limits import connect


def test_one_server() -> None:
    client = connect("redis://:secret@example.org:7000/3")
    assert isinstance(client, Redis)
    options = client.connection_pool.connection_kwargs
    assert (options["host"], options["port"], options["db"], options["password"]) == ("example.org", 7000, 3, "secret")


async def test_a_master_behind_sentinels() -> None:
    client = connect("redis+sentinel://u%40x:p%2Fw@one:1,[::1]:2,three/main/5")
    assert isinstance(client, Redis)
    pool = client.connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert pool.service_name == "main"
    kwargs = pool.connection_kwargs
    assert (kwargs["username"], kwargs["password"], kwargs["db"]) == ("u@x", "p/w", 5)
    hosts = [s.connection_pool.connection_kwargs for s in pool.sentinel_manager.sentinels]
    assert [(h["host"], h["port"]) for h in hosts] == [("one", 1), ("::1", 2), ("three", 26_379)]
    await client.aclose()


async def test_a_cluster() -> None:
    client = connect("redis+cluster://one:1,two")
    assert isinstance(client, RedisCluster)
    nodes = {(node.host, node.port) for node in client.nodes_manager.startup_nodes.values()}
    assert nodes == {("one", 1), ("two", 6379)}
    await client.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis",
        "http://secret@host",
        "redis+other://secret@host",
        "memcached+cluster://secret@host",
        "redis+cluster://",
        "redis+cluster://secret@",
        "redis+cluster://host:port",
        "redis+cluster://one,,two",
        "redis+sentinel://secret@host:1",
        "redis+sentinel://host:1/main/secret",
        "redis://host:secret/0",
    ],
)
def test_what_is_wrong_is_said_without_the_url(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        connect(url)
    assert error.value.message.startswith("limits.redis: ")
    assert "secret" not in error.value.message
