"""When a failed call may be sent again, and how long to wait first. Pure: clock and chance are given."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from gateway.web.wire import Given

__all__ = ["RETRYABLE", "RetryBudget", "backoff", "retry_after"]

# Before its first byte an answer of these may be asked for again. 529 is Anthropic's for overload.
RETRYABLE = frozenset((408, 429, 500, 502, 503, 504, 529))


class RetryBudget:
    """
    Keeps retries a small share of the traffic, so that they cannot multiply an outage.

    Requests and retries of the last `WINDOW` seconds are counted, second by second. A retry is
    allowed while there were fewer than `FREE + share * requests` retries in that time: the free ones
    let a quiet gateway retry at all.
    """

    WINDOW = 10
    FREE = 10

    __slots__ = ("_clock", "_requests", "_retries", "_seconds", "_share")

    def __init__(self, share: float, clock: Callable[[], float]) -> None:
        self._share = share
        self._clock = clock
        self._seconds: deque[list[int]] = deque()  # [second, requests, retries]
        self._requests = 0
        self._retries = 0

    def request(self) -> None:
        """Count a first try."""
        self._now()[1] += 1
        self._requests += 1

    def take(self) -> bool:
        """Count a retry, unless the budget is used up."""
        now = self._now()
        if self._retries >= self.FREE + self._share * self._requests:
            return False
        now[2] += 1
        self._retries += 1
        return True

    def _now(self) -> list[int]:
        second = int(self._clock())
        while self._seconds and self._seconds[0][0] <= second - self.WINDOW:
            _, requests, retries = self._seconds.popleft()
            self._requests -= requests
            self._retries -= retries
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append([second, 0, 0])
        return self._seconds[-1]


def backoff(first: float, number: int, cap: float, chance: float) -> float:
    """
    Seconds to wait before retry `number` (1, 2, ...): full jitter, `chance` in [0, 1) of a span that
    doubles from `first` up to `cap`. See Brooker, "Exponential Backoff And Jitter", AWS, 2015.
    """
    return float(chance * min(cap, first * 2 ** (number - 1)))


def retry_after(headers: Given, now: float) -> float | None:
    """
    Seconds that an answer asks its client to wait, None if it does not say so in a way we can read.

    `retry-after-ms` goes before `retry-after`, as in OpenAI's clients; a date counts from `now`
    (seconds since the epoch) and one that has passed means no wait.
    """
    exact = _number(headers.get("retry-after-ms"))
    if exact is not None:
        return exact / 1000
    given = headers.get("retry-after")
    seconds = _number(given)
    if seconds is not None or not given:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None
