"""
What every request has in common, whatever it asks for: it is counted while it runs, its limits are settled
once, and it ends in one event, however it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import Scope, Send

from gateway.errors import GatewayError, Overloaded
from gateway.policy import Ruleset
from gateway.web.asgi import ClientGone, Sender
from gateway.web.auth import Caller
from gateway.web.events import Event
from gateway.web.kept import Kept
from gateway.web.meter import FREE, Meter
from gateway.web.state import Gateway

__all__ = ["Fail", "Frame", "Turn"]

NOBODY = Caller(None, None)


@dataclass(slots=True)
class Turn:
    """What one request carries through its stations."""

    gateway: Gateway
    event: Event
    scope: Scope
    send: Sender
    began: float
    caller: Caller = NOBODY
    started: bool = False  # has the answer's head left?
    kept: Kept | None = None
    policies: tuple[Ruleset, ...] = ()
    meter: Meter = FREE


Fail = Callable[[Turn, GatewayError], Awaitable[None]]


class Frame:
    """
    `async with Frame(...) as turn:` around the work of one request.

    `fail` answers with an error, in the endpoint's own shape, and notes its status in the event; it is
    given every GatewayError that the work raises. What it does not answer (a client that has gone, a bug)
    goes on or ends here, and is noted.
    """

    __slots__ = ("_fail", "_task", "turn")

    def __init__(self, gateway: Gateway, route: str, scope: Scope, send: Send, fail: Fail) -> None:
        event, began = gateway.begin(route)
        self.turn = Turn(gateway, event, scope, Sender.of(send), began, kept=gateway.keep())
        self._fail = fail
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Turn:
        self._task = asyncio.current_task()
        assert self._task is not None
        self.turn.gateway.running.add(self._task)
        self.turn.gateway.metrics.runs(1)
        return self.turn

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        try:
            return error is not None and await self._answered(error)
        finally:
            try:
                await self.turn.meter.close()
            finally:
                self._end()

    async def _answered(self, error: BaseException) -> bool:
        """Whether nobody else need know of it."""
        turn = self.turn
        if isinstance(error, ClientGone):
            turn.event.status, turn.event.error = 499, error.code
            return True
        if isinstance(error, GatewayError):
            await self._fail(turn, error)
            return True
        if not isinstance(error, asyncio.CancelledError):
            return False
        if self._task is None or self._task not in turn.gateway.cut_off:
            turn.event.status, turn.event.error = 499, "cancelled"
            return False
        self._task.uncancel()
        await self._fail(turn, Overloaded("the gateway is shutting down", code="shutting_down"))
        return True

    def _end(self) -> None:
        turn = self.turn
        gateway, event = turn.gateway, turn.event
        if self._task is not None:
            gateway.running.discard(self._task)
            gateway.cut_off.discard(self._task)
        gateway.metrics.runs(-1)
        if not event.status:  # an exception that nobody expected, or one of an app behind
            event.status, event.error = 500, "internal_error"
        gateway.finish(event, turn.began, turn.kept, turn.policies)
