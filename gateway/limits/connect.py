"""
A Redis client from one URL, for a single server, Sentinel or Cluster.

    redis://[user:password@]host:port/db            one server; rediss:// with TLS, unix:// a socket
    redis+sentinel://[...@]host:port,host:port/name/db     the master of that name
    redis+cluster://[...@]host:port,host:port       a cluster

The client never tries again by itself and has no timeouts of its own: the caller has one deadline over all.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gateway.errors import ConfigError

__all__ = ["connect"]

PLAIN = ("redis", "rediss", "unix")
KINDS = ("sentinel", "cluster")


@dataclass(frozen=True, slots=True)
class _Address:
    kind: str
    tls: bool
    user: str | None
    password: str | None
    hosts: tuple[tuple[str, int], ...]
    path: tuple[str, ...]


class _Master(Redis):
    """Closes what it asks for the master's address, too."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        pool = self.connection_pool
        assert isinstance(pool, SentinelConnectionPool)
        for sentinel in pool.sentinel_manager.sentinels:
            await sentinel.aclose()


class _Sentinels(Sentinel):
    """
    Asks one after the other, as redis-py does; but one that was silent until the caller's deadline is asked last from
    then on. Else each call would wait for it in vain: a machine that is lost may take a master and a sentinel along.
    """

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        for sentinel in tuple(self.sentinels):
            try:
                masters = await sentinel.sentinel_masters()
            except asyncio.CancelledError:
                self.sentinels.sort(key=lambda each: each is sentinel)
                raise
            except (RedisError, OSError):
                continue
            state = masters.get(service_name) if isinstance(masters, dict) else None
            if state and self.check_master_state(state, service_name):
                self.sentinels.sort(key=lambda each: each is not sentinel)
                return str(state["ip"]), int(state["port"])
        raise MasterNotFoundError("no sentinel knows a master")


def connect(url: str, connections: int = 32) -> Redis | RedisCluster:
    """Nothing is connected yet. Raises ConfigError, which never repeats the URL: it may hold a password."""
    options: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": None,
        "socket_connect_timeout": None,
        "protocol": 2,
        "decode_responses": True,
    }
    scheme = url.partition(":")[0]
    if scheme in PLAIN:
        try:
            pool = BlockingConnectionPool.from_url(url, max_connections=connections, timeout=None, **options)
        except ValueError:
            raise ConfigError("limits.redis: this is no URL of a Redis: redis://:password@host:port/db") from None
        return Redis.from_pool(pool)
    address = _parse(url)
    options |= {"username": address.user, "password": address.password}
    if address.kind == "sentinel":
        name, *db = address.path or ("",)
        if not name or len(db) > 1 or not all(number.isdecimal() for number in db):
            raise ConfigError("limits.redis: name the master: redis+sentinel://host:26379/name/db")
        options |= {"ssl": address.tls, "db": int(db[0]) if db else 0}
        plain = {"socket_timeout": None, "retry": options["retry"]}
        sentinel = _Sentinels(list(address.hosts), sentinel_kwargs=plain, **options)  # type: ignore[no-untyped-call]
        master: Redis = sentinel.master_for(name, redis_class=_Master, max_connections=connections)
        return master
    nodes = [ClusterNode(host, port) for host, port in address.hosts]
    # At every so many moved slots the client would close all its connections, under calls of others.
    options |= {"ssl": address.tls, "max_connections": connections, "reinitialize_steps": 0}
    return RedisCluster(startup_nodes=nodes, **options)


def _parse(url: str) -> _Address:
    scheme, _, rest = url.partition("://")
    base, _, kind = scheme.partition("+")
    if base not in ("redis", "rediss") or kind not in KINDS or not rest:
        known = ", ".join([*(f"{p}://" for p in PLAIN), *(f"redis+{k}://" for k in KINDS)])
        raise ConfigError(f"limits.redis: must begin with one of {known}")
    place, *path = rest.split("/")
    login, _, hosts = place.rpartition("@")
    user, _, password = login.partition(":")
    return _Address(
        kind,
        base == "rediss",
        unquote(user) or None,
        unquote(password) or None,
        tuple(_host(host, 26_379 if kind == "sentinel" else 6379) for host in hosts.split(",")),
        tuple(unquote(step) for step in path if step),
    )


def _host(text: str, port: int) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        if not parts.hostname:
            raise ValueError("no host")
        return parts.hostname, parts.port or port
    except ValueError:
        raise ConfigError("limits.redis: hosts are host:port, with commas between") from None
