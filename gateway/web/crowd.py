"""
How many connections a process may have open, and who makes room when there are as many.

Without a bound they take all file descriptors: then new ones are reset without a word, and calls to upstreams, the
store and Redis fail with them. A connection that has no request may be closed at any time (RFC 9112, 9.3), so the
one that has rested the longest makes room for the newest. Thousands that ask nothing keep nobody out.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import Protocol

if sys.platform != "win32":
    import resource

__all__ = ["MOST", "Crowd", "most_connections", "raise_file_limit"]

MOST = 16_384  # connections of one process; it could not serve more
FILES = 65_536  # that we ask for
OWN = 256  # files besides connections: models, the store, policies, pipes
QUIET = 10.0  # seconds between two words about the same

log = logging.getLogger("gateway.web")


class Resting(Protocol):
    def make_room(self) -> None:
        """Close: nothing was asked yet, or not all of it."""


class Crowd:
    """Of one process. `count` is called with `made_room` or `refused` whenever there are too many."""

    def __init__(
        self,
        most: int = MOST,
        count: Callable[[str], None] = lambda how: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = most
        self._count = count
        self._clock = clock
        self._resting: dict[Resting, None] = {}  # in order, the longest first
        self._quiet_until = 0.0

    def rests(self, connection: Resting) -> None:
        self._resting.pop(connection, None)
        self._resting[connection] = None

    def works(self, connection: Resting) -> None:
        self._resting.pop(connection, None)

    def takes(self, connection: Resting, number: int) -> bool:
        """Whether a new connection may stay, the `number`th that is open; from now on it rests."""
        if number > self.most:
            oldest = next(iter(self._resting), None)
            self._note("refused" if oldest is None else "made_room")
            if oldest is None:
                return False
            self.works(oldest)
            oldest.make_room()
        self._resting[connection] = None
        return True

    def _note(self, how: str) -> None:
        self._count(how)
        now = self._clock()
        if now >= self._quiet_until:
            self._quiet_until = now + QUIET
            busy = self.most - len(self._resting)
            log.warning("as many connections are open as there may be", extra={"most": self.most, "busy": busy})


def raise_file_limit() -> None:
    """Service managers start programs with 1,024 files, for the sake of some that cannot do with more."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def most_connections(needed: int) -> int:
    """Of clients, where `needed` files at most are opened for their requests (to upstreams, say)."""
    if sys.platform == "win32":
        return MOST
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST
    return min(MOST, max(soft - needed - OWN, soft // 2))
