"""
Counts in Redis, shared by all gateways: a server, a master behind sentinels, or a cluster.

Each decision is one call of a script over all bounds of a request, by the server's clock. Calls have one
deadline and no second try; whatever goes wrong is LimiterUnavailable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis, RedisCluster
from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from gateway.errors import LimiterUnavailable
from gateway.limits.base import MOST, Admission, Kind, Reservation, Standing, tightest
from gateway.limits.deadline import Deadline

__all__ = ["SCRIPTS", "RedisLimiter", "Script", "Scripts"]

# What the client raises when the server is away, wrong, or no Redis at all.
FAULTS = (RedisError, RedisClusterException, OSError, EOFError, ValueError)

CONNECT = 5.0  # seconds

_KINDS = {Kind.REQUESTS: "r", Kind.TOKENS: "t", Kind.CONCURRENT: "c", Kind.BLOCKS: "p"}


@dataclass(frozen=True, slots=True)
class Script:
    text: str
    sha: str

    @classmethod
    def of(cls, text: str) -> Script:
        return cls(text, sha1(text.encode(), usedforsecurity=False).hexdigest())  # the name that Redis gives it


@dataclass(frozen=True, slots=True)
class Scripts:
    admit: Script
    extend: Script
    settle: Script

    @classmethod
    def read(cls) -> Scripts:
        folder = files("gateway.limits") / "lua"
        shared = (folder / "window.lua").read_text("utf-8")
        names = ("admit", "extend", "settle")
        return cls(*(Script.of(shared + (folder / f"{name}.lua").read_text("utf-8")) for name in names))


SCRIPTS = Scripts.read()


class RedisLimiter:
    """
    A limiter over a client, which it closes. `lease` is in milliseconds, `deadline` in seconds;
    `connections` calls at most are under way at once.
    """

    def __init__(
        self,
        client: Redis | RedisCluster,
        *,
        prefix: str = "guard",
        lease: int = 30_000,
        deadline: float = 0.05,
        connections: int = 32,
        scripts: Scripts = SCRIPTS,
    ) -> None:
        self._client: Any = client
        self._prefix = prefix
        self._lease = lease
        self._deadline = deadline
        self._places = asyncio.Semaphore(connections)
        self._scripts = scripts
        self._connecting: asyncio.Task[None] | None = None
        self._connected = False

    async def admit(self, reservation: Reservation) -> Admission:
        ttl = reservation.ttl if reservation.settles else 0
        args: list[int | str] = [reservation.id, self._lease, ttl, min(reservation.held, MOST)]
        for charge in reservation.charges:
            bound = charge.bound
            args += (_KINDS[bound.kind], bound.limit, bound.window, bound.buckets, min(charge.amount, MOST))
        out = await self._call(self._scripts.admit, reservation, args)
        standings = tuple(
            Standing(charge.bound, charge.amount, out[at], out[at + 1], None if out[at + 2] < 0 else out[at + 2])
            for charge, at in zip(reservation.charges, range(2, len(out), 3), strict=True)
        )
        return Admission(reservation, standings, None if out[0] else tightest(standings))

    async def extend(self, reservation: Reservation, used: int, want: int = 0) -> bool:
        args: list[int | str] = [reservation.id, self._lease, reservation.ttl, min(used, MOST), min(want, MOST)]
        for charge in reservation.charges:
            bound = charge.bound
            args += (_KINDS[bound.kind], bound.limit, bound.window, bound.buckets)
        return bool(await self._call(self._scripts.extend, reservation, args))

    async def settle(self, reservation: Reservation, used: int, blocks: int = 0) -> None:
        args: list[int | str] = [reservation.id, min(used, MOST), blocks]
        for charge in reservation.charges:
            bound = charge.bound
            args += (_KINDS[bound.kind], bound.window, bound.buckets)
        await self._call(self._scripts.settle, reservation, args)

    async def evicts(self) -> str:
        """The server's policy for a full memory, where that may drop counters; empty where it may not."""
        try:
            async with Deadline(1):
                await self._connect()
                found = await self._client.config_get("maxmemory*")
        except (*FAULTS, TimeoutError):
            return ""  # away, or not ours to ask
        policy = str(found.get("maxmemory-policy", "noeviction"))
        return policy if policy != "noeviction" and str(found.get("maxmemory", "0")) != "0" else ""

    async def aclose(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        await self._client.aclose()

    async def _call(self, script: Script, reservation: Reservation, args: Sequence[int | str]) -> Any:
        """Raises LimiterUnavailable."""
        first = reservation.charges[0].bound
        names = [f"{{{first.tenant}}}:reserved:{reservation.id}", *(c.bound.name for c in reservation.charges)]
        keys = [f"{self._prefix}:{name}" for name in names]
        try:
            async with Deadline(self._deadline), self._places:
                if not self._connected:
                    await self._connect()
                try:
                    return await self._client.evalsha(script.sha, len(keys), *keys, *args)
                except NoScriptError:
                    return await self._client.eval(script.text, len(keys), *keys, *args)
        except TimeoutError:
            self._connected = False
            raise LimiterUnavailable("the limiter did not answer in time") from None
        except FAULTS as e:
            self._connected = False
            raise LimiterUnavailable(f"the limiter cannot be reached ({type(e).__name__})") from None

    async def _connect(self) -> None:
        """
        Learn what the nodes of a cluster are. That takes longer than the deadline of a call, so it goes on
        when the call that began it has given up, and a later one finds it done.
        """
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.get_running_loop().create_task(self._initialize())
            self._connecting.add_done_callback(_heard)
        await asyncio.shield(self._connecting)

    async def _initialize(self) -> None:
        async with asyncio.timeout(CONNECT):
            await self._client.initialize()
        self._connected = True


def _heard(task: asyncio.Task[None]) -> None:
    """Those who wait for it are told; there may be none any more."""
    if not task.cancelled():
        task.exception()
