"""
What a limit is: bounds, charges against them, and the interface of what counts.

A bound on requests or tokens holds in every rolling window of its length: counts are kept in buckets,
and the oldest bucket that overlaps the window counts in full. So at most one bucket's worth is refused
too early, and nothing is ever admitted too early. Times are in milliseconds, of the limiter's own clock.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

__all__ = ["MOST", "Admission", "Bound", "Charge", "Kind", "Limiter", "Reservation", "Standing", "tightest"]

MOST = 1 << 52  # an amount that never fits; more than that a double does not count exactly


class Kind(StrEnum):
    """What is counted."""

    REQUESTS = "requests"  # charged when admitted, for good
    TOKENS = "tokens"  # reserved when admitted, settled by what was used
    CONCURRENT = "concurrent"  # a place, held by a lease
    BLOCKS = "blocks"  # looked at when admitted, charged when blocked


@dataclass(frozen=True, slots=True)
class Bound:
    """
    At most `limit` in each rolling `window`, for one owner. `scope` is key, tenant or model; `owner` our
    own name of it. All bounds of one request have the same `tenant`, and so live in one slot of a cluster.
    """

    tenant: str
    scope: str
    owner: str
    kind: Kind
    limit: int
    window: int = 60_000
    buckets: int = 60

    def __post_init__(self) -> None:
        if self.window % self.buckets:
            raise ValueError("a window must be a whole number of milliseconds per bucket")

    @property
    def name(self) -> str:
        """Without the limit: a bound that changes keeps its count."""
        return f"{{{self.tenant}}}:{self.kind}:{self.window}:{self.scope}:{self.owner}"


@dataclass(frozen=True, slots=True)
class Charge:
    bound: Bound
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A bound after a decision. `used` counts what was just admitted; `reset` is the time until all of it is
    free, `wait` the time until the asked amount fits: 0 now, None never.
    """

    bound: Bound
    asked: int
    used: int
    reset: int
    wait: int | None = 0

    @property
    def remaining(self) -> int:
        return max(self.bound.limit - self.used, 0)


@dataclass(frozen=True, slots=True)
class Reservation:
    """
    What an admitted request holds until it is settled. `home` says which of several limiters admitted it.
    """

    charges: tuple[Charge, ...]
    held: int = 0  # tokens
    id: str = field(default_factory=lambda: secrets.token_hex(12))
    home: str = ""

    @property
    def settles(self) -> bool:
        """Whether there is anything to settle: requests alone are charged for good."""
        return any(charge.bound.kind is not Kind.REQUESTS for charge in self.charges)

    @property
    def ttl(self) -> int:
        """How long its record is kept without a sign of life; by then its tokens have left their window."""
        windows = [c.bound.window for c in self.charges if c.bound.kind is not Kind.CONCURRENT]
        return 2 * min(windows, default=60_000)


@dataclass(frozen=True, slots=True)
class Admission:
    """`refused` is the tightest of the bounds that did not let it pass; None: it is admitted."""

    reservation: Reservation
    standings: tuple[Standing, ...] = ()
    refused: Standing | None = None


class Limiter(Protocol):
    """
    Counts. Every call may raise LimiterUnavailable, and only that; then nothing is known of the counts.
    """

    async def admit(self, reservation: Reservation) -> Admission:
        """Charge all of a new reservation's bounds, or none of them."""
        ...

    async def extend(self, reservation: Reservation, used: int, want: int = 0) -> bool:
        """
        A sign of life: of its tokens, `used` are used so far, and it would hold `want` further ones. False:
        they do not fit. It holds what is left of the old ones then, and what was used beyond is charged.
        """
        ...

    async def settle(self, reservation: Reservation, used: int, blocks: int = 0) -> None:
        """
        The end: tokens held and not used are given back, those used beyond are charged, places are freed.
        A second time it changes nothing.
        """
        ...

    async def aclose(self) -> None: ...


def tightest(standings: Sequence[Standing]) -> Standing | None:
    """Of those that refuse, the one that does so longest."""
    refusing = [s for s in standings if s.wait != 0]
    return max(refusing, key=lambda s: MOST if s.wait is None else s.wait, default=None)
