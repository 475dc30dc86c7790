"""
Processes that hammer one limiter, and a check of what they were given.

They are forked from one that has imported all they need: a dozen interpreters that start at once would take
longer than the test. Times are those of the server's clock, as its script saw it, so that what is checked
is what was counted.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from gateway.errors import LimiterUnavailable
from gateway.limits import Bound, Charge, Kind, RedisLimiter, Reservation, connect
from gateway.limits.redis import Script

__all__ = ["Load", "hammer", "mean_use", "most_in_a_window"]

Stamped = tuple[int, int]  # milliseconds, amount


@dataclass(frozen=True, slots=True)
class Load:
    """What one process does. `limits` are bounds of requests, shared out among its coroutines."""

    url: str
    prefix: str
    seconds: float
    window: int = 2_400
    buckets: int = 60
    limits: Sequence[int] = ()
    amounts: Sequence[int] = (1,)  # per limit
    coroutines: int = 50
    bursts: int = 0  # milliseconds: start calls together, whenever the server's clock is at a multiple of it
    owners: int = 1  # keys that share the bounds
    tokens: int = 0  # a bound of tokens; requests then reserve `reserve` and use less
    reserve: int = 0
    most: int = 0  # tokens that an answer takes at most
    crash: float = 0.0  # share of requests that are never settled
    seed: int = 0


class _Stamping(RedisLimiter):
    """Keeps the time at which the script ran."""

    at = 0

    async def _call(self, script: Script, reservation: Reservation, args: Sequence[int | str]) -> Any:
        out = await super()._call(script, reservation, args)
        if isinstance(out, list):
            self.at = out[1]
        return out


@dataclass(slots=True)
class _Got:
    admitted: dict[str, list[Stamped]] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    errors: int = 0
    asked: int = 0
    until: int = 1 << 60


async def _requests(load: Load, number: int, limiter: _Stamping, end: float, got: _Got) -> None:
    which = number % len(load.limits)
    limit, amount = load.limits[which], load.amounts[which % len(load.amounts)]
    owner = f"o{(number // len(load.limits) + 7 * load.seed) % load.owners}"
    scope, name = ("tenant", "t") if load.owners > 1 else ("key", "k")
    bound = Bound(f"t{which}", scope, name, Kind.REQUESTS, limit, load.window, load.buckets)
    log = got.admitted.setdefault(str(limit), [])
    while time.time() < end:
        got.asked += 1
        try:
            admission = await limiter.admit(Reservation((Charge(bound, amount),)))
        except LimiterUnavailable:
            got.errors += 1
            await asyncio.sleep(0.01)
            continue
        if admission.refused is None:
            log.append((limiter.at, amount))
            got.owners[owner] = got.owners.get(owner, 0) + 1
            if load.owners > 1:
                await asyncio.sleep(random.random() * 0.02)
        else:
            await asyncio.sleep(_pause(load, admission.refused.wait or 0))


def _pause(load: Load, wait: int) -> float:
    if load.bursts:
        return (load.bursts - time.time() * 1000 % load.bursts) / 1000 + 0.001
    return min(wait / 1000, random.uniform(0.1, 0.3))  # some come too early, and there is always one in time


async def _tokens(load: Load, limiter: _Stamping, end: float, got: _Got) -> None:
    bound = Bound("t", "key", "k", Kind.TOKENS, load.tokens, load.window, load.buckets)
    spent = got.admitted.setdefault("spent", [])
    while time.time() < end:
        got.asked += 1
        reservation = Reservation((Charge(bound, load.reserve),), load.reserve)
        admission = await limiter.admit(reservation)
        if admission.refused is not None:
            await asyncio.sleep(min((admission.refused.wait or 0) / 1000, 0.05))
            continue
        at, used = limiter.at, random.randint(1, load.most)
        await asyncio.sleep(random.uniform(0.02, 0.2))
        if random.random() < load.crash:
            spent.append((at, used))  # and nobody settles it
            continue
        await limiter.settle(reservation, used)
        spent.append((at, used))


async def _run(load: Load, start: float) -> _Got:
    random.seed(load.seed)
    limiter = _Stamping(
        connect(load.url, load.coroutines), prefix=load.prefix, deadline=30, connections=load.coroutines
    )
    got = _Got()
    warm = Charge(Bound("warm", "key", "k", Kind.REQUESTS, 10**9))
    await asyncio.gather(*(limiter.admit(Reservation((warm,))) for _ in range(load.coroutines)))
    await asyncio.sleep(max(start - time.time(), 0))
    end = time.time() + load.seconds
    got.until = round(end * 1000)
    if load.tokens:
        work = [_tokens(load, limiter, end, got) for _ in range(load.coroutines)]
    else:
        work = [_requests(load, number, limiter, end, got) for number in range(load.coroutines)]
    await asyncio.gather(*work)
    await limiter.aclose()
    return got


def _process(load: Load, start: float) -> _Got:
    return asyncio.run(_run(load, start))


def hammer(processes: int, load: Mapping[str, Any]) -> _Got:
    """Run as many processes at once; what they got together."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    together = _Got()
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        list(pool.map(time.sleep, [0.05] * processes))  # all of them are there
        start = time.time() + 1.0
        running = [pool.submit(_process, Load(**load, seed=seed), start) for seed in range(processes)]
        for got in (future.result(timeout=120) for future in running):
            for name, stamped in got.admitted.items():
                together.admitted.setdefault(name, []).extend(stamped)
            for owner, count in got.owners.items():
                together.owners[owner] = together.owners.get(owner, 0) + count
            together.errors += got.errors
            together.asked += got.asked
            together.until = min(together.until, got.until)
    return together


def most_in_a_window(stamped: Sequence[Stamped], window: int) -> int:
    """The most in any rolling window (its end included, its start not)."""
    ordered = sorted(stamped)
    times = [at for at, _ in ordered]
    sums = [0, *accumulate(amount for _, amount in ordered)]
    return max((sums[i + 1] - sums[bisect_right(times, times[i] - window)] for i in range(len(times))), default=0)


def mean_use(stamped: Sequence[Stamped], window: int, until: int) -> float:
    """The mean over all rolling windows from the first admission until everybody stopped asking."""
    ordered = sorted(stamped)
    times = [at for at, _ in ordered]
    sums = [0, *accumulate(amount for _, amount in ordered)]
    ends = range(times[0] + window, until, 5)
    return sum(sums[bisect_right(times, end)] - sums[bisect_right(times, end - window)] for end in ends) / len(ends)
