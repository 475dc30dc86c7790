"""How long a task waits, for one thing after another."""

from __future__ import annotations

import asyncio
from typing import Self

__all__ = ["Patience"]


class Patience:
    """
    `with patience.within(3.0): await ...` raises TimeoutError, as `asyncio.timeout` would. Its timer stays
    for the next wait: whoever waits for each piece of an answer needs not one for each. Waits of one
    Patience do not overlap; `close` it when there are no more.
    """

    __slots__ = ("_cancelling", "_due", "_expired", "_loop", "_task", "_timer", "_until")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = self._until = 0.0  # when the timer rings, and when patience ends
        self._cancelling = 0
        self._expired = False

    def within(self, seconds: float) -> Self:
        """The next wait."""
        self._until = until = self._loop.time() + seconds
        if self._timer is None or self._due > until:
            self.close()
            self._arm()
        return self

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        task, self._task = self._task, None
        if self._expired:
            self._expired = False
            # Somebody else may have cancelled the task as well; then that counts.
            if task is not None and task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
                raise TimeoutError from error

    def _arm(self) -> None:
        self._due = self._until
        self._timer = self._loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._task is None:
            return  # nobody waits now; the next wait has a timer again
        if self._loop.time() < self._until:
            self._arm()
        else:
            self._expired = True
            self._task.cancel()
