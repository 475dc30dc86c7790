"""
Limits at work: what a request may use, from its admission to its settlement.

Which bounds hold for whom, what is reserved, what the answer's headers say. Counting is for
gateway.limits; a limiter that is away never stops scanning.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any, TypeVar

from gateway.errors import LimiterUnavailable
from gateway.limits import (
    Admission,
    Bound,
    Breaker,
    Charge,
    FailoverLimiter,
    Kind,
    Limiter,
    MemoryLimiter,
    RedisLimiter,
    Reservation,
    connect,
)
from gateway.settings import UNBOUNDED, ModelQuota, Quota, Settings
from gateway.web.auth import Caller
from gateway.web.limit_words import bound_label
from gateway.web.meter import FREE, Meter
from gateway.web.metrics import Metrics
from gateway.web.model_names import means
from gateway.web.tokens import Learned

__all__ = ["Limits"]

log = logging.getLogger("gateway.limits")

T = TypeVar("T")

DAY, DAY_BUCKETS = 86_400_000, 288  # milliseconds; five minutes each
LAST_WORDS = 1.0  # seconds for what is still to be settled when the gateway ends


class Limits:
    """One per process."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.settings = settings.limits
        self._models = settings.model_quotas
        self._metrics = metrics
        self._redis: RedisLimiter | None = None
        self._parts = settings.limits.replicas * settings.server.workers
        self._limiter = self._build(self._parts)
        self._remote = not isinstance(self._limiter, MemoryLimiter)
        self._background: set[asyncio.Task[Any]] = set()
        self.learned = Learned()

    async def start(self) -> None:
        """Say what an operator should know. Redis need not be there."""
        policy = await self._redis.evicts() if self._redis else ""
        if policy:
            log.warning("this Redis may drop counters when its memory is full", extra={"maxmemory_policy": policy})
        if self.settings.redis is None and self._parts > 1:
            log.info("without limits.redis each process has its share of the limits", extra={"shares": self._parts})

    def bounds_of(self, caller: Caller, model: str) -> tuple[Bound, ...]:
        """What holds for such a request."""
        if caller.quota is caller.tenant_quota is UNBOUNDED and not self._models:
            return ()
        return _bounds(caller.tenant, caller.key, caller.quota, caller.tenant_quota, self._quota_of(model))

    async def open(
        self,
        caller: Caller,
        model: str,
        tokens_in: int,
        most_out: int | None = 0,
        choices: int = 1,
        *,
        long: bool = False,
    ) -> Meter:
        """
        Ask for a request's bounds; the meter knows the answer. `most_out` is what each of `choices`
        answers may take (None: nobody said), `long` whether the answer is streamed.

        Raises LimiterUnavailable where the outage mode says so.
        """
        bounds = self.bounds_of(caller, model)
        if not bounds:
            return FREE
        out = choices * (self._expected(caller, model) if most_out is None else most_out)
        charges = tuple(Charge(b, tokens_in + out if b.kind is Kind.TOKENS else 1) for b in bounds)
        reservation = Reservation(charges, tokens_in + out)
        began = perf_counter()
        try:
            admission = await self._admit(reservation)
        except LimiterUnavailable:
            self._metrics.limited("unavailable", "", "", perf_counter() - began)
            raise
        self._note(admission, perf_counter() - began)
        named = None if most_out is None else out
        return Meter(self, caller.key, model, admission, tokens_in, named, choices, long=long)

    async def extend(self, reservation: Reservation, used: int, want: int) -> bool:
        return await self._shielded(self._limiter.extend(reservation, used, want))

    async def settle(self, reservation: Reservation, used: int, blocks: int) -> None:
        """Runs to its end even if who waits for it is cancelled."""
        await self._shielded(self._limiter.settle(reservation, used, blocks))

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def aclose(self) -> None:
        if self._background:
            await asyncio.wait(self._background, timeout=LAST_WORDS)
        await self._limiter.aclose()

    def _build(self, parts: int) -> Limiter:
        settings = self.settings
        lease = round(settings.lease * 1000)
        local = MemoryLimiter(parts=parts, lease=lease)
        if settings.redis is None:
            return local
        self._redis = RedisLimiter(
            connect(settings.redis.get_secret_value(), settings.connections),
            prefix=settings.prefix,
            lease=lease,
            deadline=settings.deadline,
            connections=settings.connections,
        )
        breaker = Breaker(settings.failures, settings.open_for)
        return FailoverLimiter(self._redis, local, settings.outage, breaker=breaker, tell=self._told)

    async def _admit(self, reservation: Reservation) -> Admission:
        if not self._remote:
            return await self._limiter.admit(reservation)
        task = self.spawn(self._limiter.admit(reservation))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self.spawn(self._undo(task))
            raise

    async def _undo(self, admitting: asyncio.Task[Admission]) -> None:
        """Who asked has gone before the answer came."""
        try:
            admission = await admitting
        except LimiterUnavailable:
            return
        if admission.refused is None:
            await self._limiter.settle(admission.reservation, 0)

    async def _shielded(self, call: Coroutine[Any, Any, T]) -> T:
        return await (asyncio.shield(self.spawn(call)) if self._remote else call)

    def _quota_of(self, model: str) -> ModelQuota | None:
        """None for a scan, which has no model."""
        return next((q for q in self._models if means(q.model, model)), None) if model else None

    def _expected(self, caller: Caller, model: str) -> int:
        if self.settings.estimate == "learned":
            return self.learned.expect(caller.key, model)
        quota = self._quota_of(model)
        return (quota and quota.max_output) or self.settings.max_output

    def _note(self, admission: Admission, seconds: float) -> None:
        if admission.refused is None:
            self._metrics.limited("admitted", "", "", seconds)
        else:
            bound = admission.refused.bound
            self._metrics.limited("refused", bound.scope, bound_label(bound), seconds)

    def _told(self, away: bool, reason: str) -> None:
        self._metrics.limiter_open.set(away)
        if away:
            log.error("the limiter is away", extra={"reason": reason, "outage": self.settings.outage})
        else:
            log.info("the limiter is back")


@lru_cache(maxsize=4096)
def _bounds(tenant: str, key: str, quota: Quota, shared: Quota, model: ModelQuota | None) -> tuple[Bound, ...]:
    found = [*_of(quota, tenant, "key", key), *_of(shared, tenant, "tenant", tenant)]
    if model is not None:
        found += _of(model.quota, tenant, "model", model.model)
    return tuple(found)


def _of(quota: Quota, tenant: str, scope: str, owner: str) -> Sequence[Bound]:
    bounds = []
    for limit, kind in (
        (quota.requests_per_minute, Kind.REQUESTS),
        (quota.tokens_per_minute, Kind.TOKENS),
        (quota.concurrent, Kind.CONCURRENT),
        (quota.blocks_per_minute, Kind.BLOCKS),
    ):
        if limit is not None:
            bounds.append(Bound(tenant, scope, owner, kind, limit))
    if quota.tokens_per_day is not None:
        bounds.append(Bound(tenant, scope, owner, Kind.TOKENS, quota.tokens_per_day, DAY, DAY_BUCKETS))
    return bounds
