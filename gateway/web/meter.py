"""
One request's account: what it was admitted with, what it has used, and that it is settled once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from enum import Enum, auto
from math import ceil
from typing import Any, Protocol

from gateway.limits import MOST, Admission, Kind, Reservation
from gateway.settings import Limits as LimitSettings
from gateway.types import Json
from gateway.web.asgi import Headers
from gateway.web.limit_words import exceeded, limit_headers
from gateway.web.tokens import ANSWER_BYTES, LEAST, Learned, spoken_tokens

__all__ = ["FREE", "Meter"]

PROGRESS = 5.0  # seconds between settlements of a streamed answer


class Desk(Protocol):
    """What a meter needs of gateway.web.limits."""

    settings: LimitSettings
    learned: Learned

    async def extend(self, reservation: Reservation, used: int, want: int) -> bool: ...
    async def settle(self, reservation: Reservation, used: int, blocks: int) -> None: ...
    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]: ...


class _Stage(Enum):
    WAITING = auto()  # nothing has been used
    SENT = auto()  # nobody knows: all that is reserved counts
    COUNTED = auto()  # by ourselves, while it arrives


class Meter:
    """
    Open one for each request, and `close` it however that ends. `most_out` is what the request allows
    of all its `choices` together, where it says so.
    """

    def __init__(
        self,
        desk: Desk | None,
        key: str,
        model: str,
        admission: Admission,
        tokens_in: int,
        most_out: int | None,
        choices: int = 1,
        *,
        long: bool = False,
    ) -> None:
        self._desk = desk
        self._key, self._model = key, model
        self._admission = admission
        self._reservation = admission.reservation
        self._tokens_in, self._most_out = tokens_in, most_out
        self._choices = choices
        self._granted = self._reservation.held
        kinds = {charge.bound.kind for charge in self._reservation.charges}
        self._counts = Kind.TOKENS in kinds
        self._holds_place = Kind.CONCURRENT in kinds
        self._stage = _Stage.WAITING
        self._pieces = self._bytes = self._blocks = 0
        self._usage: int | None = None
        self._over = False
        self._closed = desk is None or admission.refused is not None or not self._reservation.settles
        self._lock = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        if desk is not None and not self._closed:
            lease = desk.settings.lease / 3
            self._interval = min(PROGRESS, lease) if long else lease
            self._wind()

    @property
    def counts(self) -> bool:
        """Does anything depend on what is counted?"""
        return self._desk is not None

    @property
    def headers(self) -> Headers:
        return limit_headers(self._admission.standings)

    def require(self) -> None:
        """Raises LimitExceeded where the request was not admitted."""
        if self._admission.refused is not None:
            raise exceeded(self._admission.refused)

    def sent(self) -> None:
        """The request has left for its model."""
        self._stage = _Stage.SENT

    def returned(self) -> None:
        """Its model would not have it."""
        self._stage = _Stage.WAITING

    def blocked(self) -> None:
        self._blocks = 1

    def answered(self, usage: Mapping[str, int], counted: int = 0) -> None:
        """What the answer says that it took; where it says nothing, `counted` tokens by our own count."""
        self._stage = _Stage.COUNTED
        used, out = _total(usage), usage.get("completion_tokens", 0)
        if used is None:
            self._bytes = counted * ANSWER_BYTES
            return
        self._usage = used
        if self._desk is not None and out > 0:
            self._desk.learned.note(self._key, self._model, ceil(out / self._choices))

    async def count(self, event: Json, spoken: Callable[[Json], tuple[int, int]] = spoken_tokens) -> bool:
        """
        One event of a streamed answer, and what tells how much it says. False: the budget is spent, and the
        answer ends here.
        """
        self._stage = _Stage.COUNTED
        if not self._counts or self._desk is None:
            return True
        pieces, size = spoken(event)
        self._pieces += pieces
        self._bytes += size
        used = self._tokens_in + self._counted
        if used <= self._granted or self._most_out is not None or self._over:
            return not self._over
        async with self._lock:
            within = await self._desk.extend(self._reservation, used, LEAST)
        self._granted = used + LEAST
        self._over = not within
        return within

    async def close(self) -> None:
        """Settle. Once only, and to its end even if the request is cancelled meanwhile."""
        if self._closed:
            return
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        used = self._used
        extended = self._granted != self._reservation.held
        if self._holds_place or self._blocks or extended or (self._counts and used != self._reservation.held):
            assert self._desk is not None
            if self._lock.locked():  # a sign of life is under way, and must not come after the end
                await asyncio.shield(self._desk.spawn(self._settle(used)))
            else:
                await self._settle(used)

    @property
    def _counted(self) -> int:
        out = max(self._pieces, ceil(self._bytes / ANSWER_BYTES))
        return out if self._most_out is None else min(out, self._most_out)

    @property
    def _used(self) -> int:
        if self._usage is not None:
            return self._usage
        if self._stage is _Stage.SENT:
            return self._reservation.held
        if self._stage is _Stage.COUNTED:
            return self._tokens_in + self._counted
        charged = self._blocks and self._desk is not None and self._desk.settings.charge_blocked
        return self._tokens_in if charged else 0

    async def _settle(self, used: int) -> None:
        assert self._desk is not None
        async with self._lock:
            await self._desk.settle(self._reservation, used, self._blocks)

    def _wind(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._beat)

    def _beat(self) -> None:
        assert self._desk is not None
        self._desk.spawn(self._go_on())

    async def _go_on(self) -> None:
        """A sign of life, and what has been used so far."""
        async with self._lock:
            if self._closed or self._desk is None:
                return
            used = self._tokens_in + self._counted if self._stage is _Stage.COUNTED else 0
            within = await self._desk.extend(self._reservation, used, 0)
            self._over = self._over or not within
            if not self._closed:
                self._wind()


FREE = Meter(None, "", "", Admission(Reservation(())), 0, None)


def _total(usage: Mapping[str, int]) -> int | None:
    """An upstream's word, as far as it can be true."""
    both = [usage[name] for name in ("prompt_tokens", "completion_tokens") if name in usage]
    total = sum(both) if len(both) == 2 else usage.get("total_tokens")
    return None if total is None or total < 0 else min(total, MOST)
