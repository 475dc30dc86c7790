"""
A shared limiter that may be away, and what holds in the meantime.

`local`: counts in this process, with its share of each bound; `deny`: LimiterUnavailable; `allow`: no
limits. A breaker spares requests the wait. What could not be settled is settled once the limiter is back.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from gateway.errors import LimiterUnavailable
from gateway.limits.base import Admission, Limiter, Reservation
from gateway.limits.breaker import Breaker
from gateway.limits.over import Over

__all__ = ["FailoverLimiter", "Mode"]

Mode = Literal["local", "deny", "allow"]

SHARED, LOCAL, NONE = "", "local", "none"  # where a reservation was made
MOST_UNSETTLED = 10_000


@dataclass(frozen=True, slots=True)
class _Unsettled:
    reservation: Reservation
    used: int
    blocks: int
    until: float


class FailoverLimiter:
    """`tell` is called with True and a reason when the limiter is left alone, with False when it is back."""

    def __init__(
        self,
        shared: Limiter,
        local: Limiter,
        mode: Mode = "local",
        *,
        breaker: Breaker | None = None,
        over: Over | None = None,
        pause: float = 1.0,
        tell: Callable[[bool, str], None] = lambda away, reason: None,
    ) -> None:
        self._shared = shared
        self._local = local
        self._mode = mode
        self._breaker = breaker or Breaker()
        self._over = over or Over()
        self._pause = pause
        self._tell = tell
        self._away = False
        self._unsettled: OrderedDict[str, _Unsettled] = OrderedDict()
        self._settling: asyncio.Task[None] | None = None

    @property
    def away(self) -> bool:
        return self._away

    async def admit(self, reservation: Reservation) -> Admission:
        refusal = self._over.refuse(reservation)
        if refusal is not None:
            return refusal
        if self._breaker.admit():
            try:
                admission = await self._shared.admit(reservation)
            except LimiterUnavailable as e:
                self._failed(e)
                self._later(reservation, 0, 0)  # it may have been admitted after all
                reservation = replace(reservation, id=reservation.id + "x")
            except asyncio.CancelledError:
                self._breaker.drop()
                raise
            else:
                self._succeeded()
                self._over.remember(admission)
                return admission
        return await self._without(reservation)

    async def extend(self, reservation: Reservation, used: int, want: int = 0) -> bool:
        """True where nobody can say: an answer is never cut off because a limiter is away."""
        if reservation.home == LOCAL:
            return await self._local.extend(reservation, used, want)
        if reservation.home == NONE or not self._breaker.admit():
            return True
        try:
            within = await self._shared.extend(reservation, used, want)
        except LimiterUnavailable as e:
            self._failed(e)
            return True
        except asyncio.CancelledError:
            self._breaker.drop()
            raise
        self._succeeded()
        return within

    async def settle(self, reservation: Reservation, used: int, blocks: int = 0) -> None:
        """Never raises LimiterUnavailable."""
        if reservation.home == LOCAL:
            await self._local.settle(reservation, used, blocks)
        elif reservation.home == SHARED and not await self._settle(reservation, used, blocks):
            self._later(reservation, used, blocks)

    async def aclose(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
        await self._settle_all()
        await self._shared.aclose()
        await self._local.aclose()

    async def _without(self, reservation: Reservation) -> Admission:
        if self._mode == "deny":
            raise LimiterUnavailable("limits cannot be checked at the moment")
        if self._mode == "allow":
            return Admission(replace(reservation, home=NONE))
        return await self._local.admit(replace(reservation, home=LOCAL))

    async def _settle(self, reservation: Reservation, used: int, blocks: int) -> bool:
        if not self._breaker.admit():
            return False
        try:
            await self._shared.settle(reservation, used, blocks)
        except LimiterUnavailable as e:
            self._failed(e)
            return False
        except asyncio.CancelledError:
            self._breaker.drop()
            raise
        self._succeeded()
        return True

    def _later(self, reservation: Reservation, used: int, blocks: int) -> None:
        """Bounded, and only for as long as the limiter would still know it."""
        if not reservation.settles:
            return
        until = time.monotonic() + reservation.ttl / 1000
        self._unsettled[reservation.id] = _Unsettled(reservation, used, blocks, until)
        if len(self._unsettled) > MOST_UNSETTLED:
            self._unsettled.popitem(last=False)
        if self._settling is None or self._settling.done():
            self._settling = asyncio.get_running_loop().create_task(self._keep_settling())

    async def _keep_settling(self) -> None:
        while self._unsettled:
            await asyncio.sleep(self._pause)
            await self._settle_all()

    async def _settle_all(self) -> None:
        """As many as there is time and luck for."""
        now = time.monotonic()
        for id, one in list(self._unsettled.items()):
            if one.until > now and not await self._settle(one.reservation, one.used, one.blocks):
                return
            self._unsettled.pop(id, None)

    def _failed(self, error: LimiterUnavailable) -> None:
        self._breaker.fail()
        self._look(error.message)

    def _succeeded(self) -> None:
        self._breaker.succeed()
        self._look("")

    def _look(self, reason: str) -> None:
        away = not self._breaker.closed
        if away != self._away:
            self._away = away
            self._tell(away, reason)
