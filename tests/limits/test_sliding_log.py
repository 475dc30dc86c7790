"""
L-05: limiters against an exact sliding log, on a clock that only the test moves.

Never admits what the log refuses; refuses only what the log, looking one bucket further back, refuses too.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from gateway.limits import Bound, Charge, Kind, Limiter, MemoryLimiter, RedisLimiter, Reservation, connect
from tests.support.redis_servers import Server, TestClock

W, B = 60_000, 12
WIDTH = W // B
REQUESTS, TOKENS, SHARED = 6, 100, 90
PAUSES = st.one_of(
    st.integers(0, 2 * WIDTH), st.sampled_from([WIDTH - 1, WIDTH, W - 1, W, W + WIDTH - 1, W + WIDTH, 3 * W])
)


@dataclass(slots=True)
class Entry:
    at: int
    amount: int


@dataclass(slots=True)
class Held:
    """A request that runs: what it holds stands in the log like what is used."""

    reservation: Reservation
    entry: Entry
    used: int
    seen: int  # the last sign of life


@dataclass(slots=True)
class Log:
    entries: list[Entry] = field(default_factory=list)

    def add(self, at: int, amount: int) -> Entry:
        self.entries.append(Entry(at, amount))
        return self.entries[-1]

    def count(self, now: int, window: int) -> int:
        return sum(e.amount for e in self.entries if e.at > now - window)


class Machine(RuleBasedStateMachine):
    """Each request is charged to three bounds at once."""

    server: Server | None = None

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = TestClock(self.server.client if self.server else None)
        owner = secrets.token_hex(4)
        self.bounds = (
            Bound("t", "key", owner, Kind.REQUESTS, REQUESTS, W, B),
            Bound("t", "key", owner, Kind.TOKENS, TOKENS, W, B),
            Bound("t", "tenant", owner, Kind.TOKENS, SHARED, W, B),
        )
        self.requests, self.tokens = Log(), Log()
        self.held: list[Held] = []
        self.limiter: Limiter = MemoryLimiter(clock=self.clock)

    @initialize()
    def build(self) -> None:
        if self.server is not None:
            client = connect(self.server.url)
            self.limiter = RedisLimiter(client, deadline=5, scripts=self.clock.scripts())

    def teardown(self) -> None:
        self.runner.run(self.limiter.aclose())
        self.runner.close()

    @rule(milliseconds=PAUSES)
    def pass_time(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)

    @rule(amount=st.integers(1, 95))
    def admit(self, amount: int) -> None:
        charges = tuple(Charge(b, amount if b.kind is Kind.TOKENS else 1) for b in self.bounds)
        reservation = Reservation(charges, amount)
        now = self.clock.now
        admission = self.runner.run(self.limiter.admit(reservation))
        if admission.refused is not None:
            assert not self._fits(W + WIDTH, 1, amount), "the log admits it, even a bucket earlier"
            return
        assert self._fits(W, 1, amount), "the log refuses it"
        self.requests.add(now, 1)
        self.held.append(Held(reservation, self.tokens.add(now, amount), 0, now))

    @rule(which=st.integers(0, 9), more=st.integers(0, 60), want=st.integers(0, 60))
    def extend(self, which: int, more: int, want: int) -> None:
        if not self.held:
            return
        held, now = self.held[which % len(self.held)], self.clock.now
        within = self.runner.run(self.limiter.extend(held.reservation, held.used + more, want))
        if not self._known(held):
            assert within
            return
        was = held.entry.amount
        rest = max(was - more, 0)
        target = max(rest, want)
        held.entry.amount = 0
        if more + target > was:
            if within:
                assert self._fits(W, 0, more + target), "the log refuses it"
            else:
                assert not self._fits(W + WIDTH, 0, more + target), "the log admits it, even a bucket earlier"
        else:
            assert within
        self.tokens.add(now, more)
        held.entry = self.tokens.add(now, target if within else rest)
        held.used, held.seen = held.used + more, now

    @rule(which=st.integers(0, 9), more=st.integers(0, 120))
    def settle(self, which: int, more: int) -> None:
        if not self.held:
            return
        held = self.held.pop(which % len(self.held))
        self.runner.run(self.limiter.settle(held.reservation, held.used + more))
        if self._known(held):
            self.tokens.add(self.clock.now, max(more - held.entry.amount, 0))
            held.entry.amount = min(more, held.entry.amount)

    def _known(self, held: Held) -> bool:
        """Records live for two windows: of the test's clock in memory, of real time in Redis."""
        return self.server is not None or self.clock.now < held.seen + 2 * W

    def _fits(self, window: int, requests: int, tokens: int) -> bool:
        now = self.clock.now
        counted = self.tokens.count(now, window)
        return self.requests.count(now, window) + requests <= REQUESTS and counted + tokens <= min(TOKENS, SHARED)


def test_l05_memory() -> None:
    run_state_machine_as_test(Machine, settings=settings(max_examples=150, stateful_step_count=40, deadline=None))


def test_l05_redis(redis: Server) -> None:
    class OverRedis(Machine):
        server = redis

    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    checks = settings(max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=slow)
    run_state_machine_as_test(OverRedis, settings=checks)
