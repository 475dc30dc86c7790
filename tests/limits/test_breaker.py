"""Opens after failures in a short time, probes once, closes."""

from __future__ import annotations

from gateway.limits import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_opens_after_failures_close_together() -> None:
    clock = Clock()
    breaker = Breaker(3, 1.0, within=10, clock=clock)
    for _ in range(3):
        assert breaker.admit()
        assert breaker.closed
        breaker.fail()
    assert not breaker.closed
    assert not breaker.admit()


def test_successes_between_do_not_count_but_time_does() -> None:
    clock = Clock()
    breaker = Breaker(3, 1.0, within=10, clock=clock)
    for _ in range(10):
        clock.now += 5.1  # three of them take longer than ten seconds
        breaker.fail()
        breaker.succeed()
    assert breaker.closed
    clock.now += 1
    breaker.fail()
    clock.now += 1
    breaker.fail()
    assert not breaker.closed


def test_one_probe_decides() -> None:
    clock = Clock()
    breaker = Breaker(1, 1.0, clock=clock)
    breaker.fail()
    clock.now = 0.99
    assert not breaker.admit()
    clock.now = 1.0
    assert breaker.admit()
    assert not breaker.admit()  # one at a time
    breaker.fail()
    assert not breaker.admit()
    clock.now = 2.0
    assert breaker.admit()
    breaker.drop()
    assert breaker.admit()
    breaker.succeed()
    assert breaker.closed
    assert breaker.admit()
    assert breaker.admit()


def test_after_it_closed_failures_count_anew() -> None:
    clock = Clock()
    breaker = Breaker(2, 1.0, clock=clock)
    breaker.fail()
    breaker.fail()
    clock.now = 1.0
    assert breaker.admit()
    breaker.succeed()
    breaker.fail()
    assert breaker.closed
