from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.retry import RetryBudget, backoff, retry_after
from gateway.web.wire import Given

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": " 3 "}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "20", "retry-after": "1"}, 0.02),
        ({"retry-after-ms": "soon", "retry-after": "1"}, 1.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:00 GMT"}, 0.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Tue, 14 Nov 99999 22:13:50 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], wait: float | None) -> None:
    assert retry_after(Given(httpx.Headers(headers).raw), NOW) == wait


@given(st.text(max_size=40))
def test_retry_after_reads_anything(text: str) -> None:
    wait = retry_after(Given([(b"Retry-After", text.encode("utf-8", "ignore"))]), NOW)
    assert wait is None or wait >= 0


def test_backoff_doubles_up_to_its_cap() -> None:
    assert [backoff(0.25, n, 1.0, 1.0) for n in (1, 2, 3, 4, 9)] == [0.25, 0.5, 1.0, 1.0, 1.0]
    assert backoff(0.25, 3, 5, 0.0) == 0.0


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_some_retries_are_free_then_a_share() -> None:
    clock = Clock()
    budget = RetryBudget(0.1, clock)
    budget.request()
    assert [budget.take() for _ in range(12)] == [True] * 11 + [False]  # 10 and a started tenth
    for _ in range(19):
        budget.request()
    assert [budget.take() for _ in range(2)] == [True, False]


def test_budget_forgets() -> None:
    clock = Clock()
    budget = RetryBudget(0, clock)
    assert [budget.take() for _ in range(11)] == [True] * 10 + [False]
    clock.now += RetryBudget.WINDOW - 1
    assert not budget.take()
    clock.now += 1
    assert budget.take()


@given(st.floats(0, 1), st.lists(st.tuples(st.booleans(), st.floats(0, 3)), max_size=200))
def test_never_more_than_its_share_in_a_window(share: float, steps: list[tuple[bool, float]]) -> None:
    clock = Clock()
    budget = RetryBudget(share, clock)
    requests: list[int] = []
    retries: list[int] = []
    for is_retry, pause in steps:
        clock.now += pause
        second = int(clock.now)
        if not is_retry:
            budget.request()
            requests.append(second)
        elif budget.take():
            retries.append(second)
            recent = [sum(t > second - RetryBudget.WINDOW for t in times) for times in (requests, retries)]
            assert recent[1] <= RetryBudget.FREE + share * recent[0] + 1
