"""
A scan at work: cases over real chat calls, so many at a time, within budgets of requests, tokens and time.

Turns of one case follow each other, with the model's own answers between them. What a budget leaves no room
for is `skipped`, what has no answer an `error`; neither counts towards a score.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from gateway.errors import GatewayError
from gateway.redteam.chat import Send, body_of, reply_of, said_by
from gateway.redteam.judge import Examiner, Ruled
from gateway.redteam.model import Blocked, Case, Reply, Result, Ruling, Tried
from gateway.types import Json

__all__ = ["Budget", "Runner"]

Record = Callable[[Result], None]


@dataclass(slots=True)
class Budget:
    """What a scan may use in all, whatever its modes. None: no bound. Tokens are counted as upstreams tell them."""

    requests: int | None = None
    tokens: int | None = None
    used_requests: int = 0
    used_tokens: int = 0

    def take(self, requests: int) -> bool:
        """Room for so many more? A case is begun only if all its turns fit."""
        if self.tokens is not None and self.used_tokens >= self.tokens:
            return False
        if self.requests is not None and self.used_requests + requests > self.requests:
            return False
        self.used_requests += requests
        return True

    def give_back(self, requests: int) -> None:
        """Turns that were not taken."""
        self.used_requests -= requests


class Runner:
    """
    `send` may belong to an upstream or to a gateway before it; `mode` is its name in results. `record` gets
    each result as soon as it is there.
    """

    def __init__(
        self,
        send: Send,
        examiner: Examiner,
        record: Record,
        *,
        mode: str,
        model: str,
        budget: Budget | None = None,
        concurrency: int = 8,
        max_tokens: int | None = 512,
    ) -> None:
        self._send = send
        self._examiner = examiner
        self._record = record
        self._mode = mode
        self._model = model
        self._budget = budget or Budget()
        self._concurrency = concurrency
        self._max_tokens = max_tokens

    async def run(self, cases: Sequence[Case], *, deadline: float | None = None) -> None:
        """All of them, or as far as budget and `deadline` (seconds from now) go."""
        waiting = iter(cases)
        begun: set[str] = set()
        workers = [asyncio.create_task(self._work(waiting, begun)) for _ in range(min(self._concurrency, len(cases)))]
        if not workers:
            return
        try:
            done, running = await asyncio.wait(workers, timeout=deadline, return_when=asyncio.FIRST_EXCEPTION)
            for worker in running:
                worker.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            for worker in done:
                worker.result()  # raises what it raised
        finally:
            for worker in workers:
                worker.cancel()
        self._skip((case for case in cases if case.id not in begun), "the time is used up")

    async def _work(self, waiting: Iterator[Case], begun: set[str]) -> None:
        for case in waiting:
            if not self._budget.take(case.requests):
                begun.add(case.id)
                self._skip([case], "the budget is used up")
                continue
            await self._case(case)
            begun.add(case.id)

    def _skip(self, cases: Iterable[Case], why: str) -> None:
        for case in cases:
            self._tell(case, Ruled(Ruling.SKIPPED, "none", why), [], 0.0)

    async def _case(self, case: Case) -> None:
        began = perf_counter()
        turns: list[Tried] = []
        messages: list[Json] = [{"role": "system", "content": case.system}]
        ruled: Ruled | None = None
        try:
            for step in case.steps:
                messages += step.messages
                reply = await self._turn(case, messages)
                turns.append(Tried(step.messages, reply))
                self._budget.used_tokens += reply.tokens
                if reply.blocked is not None:
                    break
                messages.append(said_by(reply))
        except GatewayError as e:
            ruled = Ruled(Ruling.ERROR, "none", f"{e.code}: {e.message}")
        taken = len(turns) + (ruled is not None)
        self._budget.give_back(case.requests - taken)
        if ruled is None:
            ruled = await self._examiner.examine(case, turns)
        self._tell(case, ruled, turns, (perf_counter() - began) * 1000, taken)

    async def _turn(self, case: Case, messages: Sequence[Json]) -> Reply:
        try:
            return reply_of(await self._send(body_of(self._model, messages, case.tools, self._max_tokens)))
        except Blocked as e:
            return Reply(blocked=e.side)

    def _tell(self, case: Case, ruled: Ruled, turns: Sequence[Tried], latency: float, requests: int = 0) -> None:
        attack = case.attack
        self._record(
            Result(
                case=case.id,
                attack=attack.id,
                type=attack.type,
                strategy=case.strategy,
                severity=attack.severity,
                goal=attack.goal,
                mode=self._mode,
                ruling=ruled.ruling,
                judge=ruled.judge,
                evidence=ruled.evidence,
                turns=tuple(turns),
                requests=requests,
                tokens=sum(turn.reply.tokens for turn in turns),
                latency_ms=round(latency, 1),
            )
        )
