from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.settings import Breaker as Settings
from gateway.web.breaker import Breaker, Permit, State


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def make(**config: Any) -> tuple[Breaker, Clock]:
    clock = Clock()
    return Breaker(Settings(**({"window": 4, "failures": 0.5, "open_for": 1} | config)), clock), clock


def call(breaker: Breaker, good: bool) -> None:
    permit = breaker.admit()
    assert permit is not None
    permit.succeed() if good else permit.fail()


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ("f", State.CLOSED),
        ("ff", State.OPEN),
        ("fsf", State.OPEN),
        ("fsssf", State.CLOSED),  # the first has left the window
        ("fssf", State.OPEN),
        ("ssssssssf", State.CLOSED),
        ("fsssfsss", State.CLOSED),
    ],
)
def test_opens_at_its_share(outcomes: str, state: State) -> None:
    breaker, _ = make()
    for outcome in outcomes:
        call(breaker, outcome == "s")
    assert breaker.state is state


def opened() -> tuple[Breaker, Clock]:
    breaker, clock = make()
    call(breaker, False)
    call(breaker, False)
    return breaker, clock


def test_open_refuses_until_its_time_is_over() -> None:
    breaker, clock = opened()
    assert breaker.admit() is None
    clock.now += 0.99
    assert breaker.admit() is None
    clock.now += 0.01
    assert breaker.admit() is not None


def test_half_open_admits_one_probe() -> None:
    breaker, clock = opened()
    clock.now += 1
    probe = breaker.admit()
    assert probe is not None
    assert breaker.admit() is None
    probe.succeed()
    assert str(breaker.state) == "closed"
    call(breaker, False)  # the old failures are forgotten
    assert str(breaker.state) == "closed"


def test_failed_probe_opens_again() -> None:
    breaker, clock = opened()
    clock.now += 1
    call(breaker, False)
    assert str(breaker.state) == "open"
    clock.now += 1
    assert str(breaker.state) == "half_open"


def test_probe_given_up_makes_room_for_the_next() -> None:
    breaker, clock = opened()
    clock.now += 1
    probe = breaker.admit()
    assert probe is not None
    probe.drop()
    assert breaker.admit() is not None


def test_late_outcomes_of_an_earlier_state_do_not_count() -> None:
    breaker, clock = make()
    late = [breaker.admit() for _ in range(3)]
    call(breaker, False)
    call(breaker, False)
    clock.now += 1
    probe = breaker.admit()
    assert probe is not None
    for permit in late:
        assert permit is not None
        permit.fail()
    assert str(breaker.state) == "half_open"
    probe.succeed()
    assert str(breaker.state) == "closed"


def test_only_the_first_report_counts() -> None:
    breaker, _ = make(window=2, failures=1)
    permit = breaker.admit()
    assert permit is not None
    permit.succeed()
    permit.fail()
    permit.fail()
    assert str(breaker.state) == "closed"


def test_fault_after_a_good_head_counts_as_failure() -> None:
    breaker, _ = make()
    breaker.fault()
    breaker.fault()
    assert str(breaker.state) == "open"


class Life(RuleBasedStateMachine):
    """Whatever happens: never two probes, and never shut for good."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker, self.clock = make()
        self.permits: list[Permit] = []

    @rule()
    def admit(self) -> None:
        half = self.breaker.state is State.HALF_OPEN
        permit = self.breaker.admit()
        if permit is not None:
            self.permits.append(permit)
            assert not half or self.breaker.admit() is None

    @precondition(lambda self: self.permits)
    @rule(index=st.integers(0, 50), report=st.sampled_from(["succeed", "fail", "drop"]))
    def report(self, index: int, report: str) -> None:
        getattr(self.permits.pop(index % len(self.permits)), report)()

    @rule(seconds=st.floats(0, 2))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def fault(self) -> None:
        self.breaker.fault()

    @invariant()
    def open_refuses(self) -> None:
        if self.breaker.state is State.OPEN:
            assert self.breaker.admit() is None

    def teardown(self) -> None:
        for permit in self.permits:
            permit.drop()
        self.clock.now += 1
        call(self.breaker, True)
        assert self.breaker.state is State.CLOSED


TestLife = Life.TestCase
TestLife.settings = hypothesis_settings(max_examples=50, stateful_step_count=30, deadline=None)
