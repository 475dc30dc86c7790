"""How long the scans of one request may take where models are asked, all of them together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

__all__ = ["Allowance"]

# What the first scan, of the prompt, leaves to those of the answer, as a share. Workers read first what must be ready
# first, so little is enough; with nothing left, whoever had waited longest would pay for an answer and not get it.
FOR_LATER = 0.1


class Allowance:
    """Waits that overlap count each."""

    __slots__ = ("_kept", "_left")

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._kept = FOR_LATER * seconds

    @contextmanager
    def wait(self) -> Iterator[float]:
        """Gives the deadline, of time.monotonic. The time inside is spent."""
        began = monotonic()
        kept, self._kept = self._kept, 0.0
        try:
            yield began + max(0.0, self._left - kept)
        finally:
            self._left -= monotonic() - began
