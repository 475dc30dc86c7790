"""Events on their way: in batches, within bounds, and none is lost unless that is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import StoreError
from gateway.settings import StoreSettings
from gateway.store import EventRecord, EventWriter
from gateway.store.database import Refused


@dataclass
class Target:
    """A store that fails to order."""

    away: bool = False
    slow: float = 0.0
    poison: frozenset[str] = frozenset()
    taken: list[str] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    tries: int = 0

    async def add(self, records: Sequence[EventRecord]) -> None:
        self.tries += 1
        await asyncio.sleep(self.slow)
        if self.away:
            raise StoreError("away")
        if self.poison & {r.id for r in records}:
            raise Refused("not this")
        self.taken += [r.id for r in records]
        self.batches.append(len(records))


def writer(target: Target, **options: Any) -> EventWriter:
    return EventWriter(target, StoreSettings(**{"flush": 0.001, **options}))


def record(number: int, size: int = 0) -> EventRecord:
    return EventRecord(f"evt_{number}", 0.0, texts=b"x" * size if size else None)


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (a test may poll)
            await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.writer.FIRST_WAIT", 0.005)


async def test_in_order_and_in_batches() -> None:
    target = Target(slow=0.002)
    out = writer(target, batch=10)
    out.start()
    for number in range(95):
        assert out.put(record(number))
    await out.aclose()
    assert target.taken == [f"evt_{n}" for n in range(95)]
    assert max(target.batches) == 10
    assert (out.written, out.lost, len(out)) == (95, 0, 0)


async def test_a_full_queue_loses_the_new_ones_and_counts_them() -> None:
    target = Target(away=True)
    out = writer(target, queue=5)
    out.start()
    assert [out.put(record(n)) for n in range(8)] == [True] * 5 + [False] * 3
    assert (out.lost, len(out), out.has_room) == (3, 5, False)
    await until(lambda: out.failing)
    assert not out.works
    target.away = False
    await out.aclose()
    assert target.taken == [f"evt_{n}" for n in range(5)]
    assert (out.written, out.lost, out.failing) == (5, 3, False)


async def test_texts_have_a_bound_of_their_own() -> None:
    out = writer(Target(away=True), queue_bytes=100)
    assert out.put(record(1, 60))
    assert not out.put(record(2, 60))
    assert out.put(record(3))
    assert (out.lost, len(out)) == (1, 2)


async def test_the_bound_of_texts_is_free_again_once_they_are_written() -> None:
    out = writer(Target(), queue_bytes=100)
    out.start()
    for number in range(10):
        assert out.put(record(number, 100))
        await until(lambda: not len(out))
    await out.aclose()
    assert out.written == 10


async def test_what_was_away_is_tried_again_until_it_is_there() -> None:
    target = Target(away=True)
    out = writer(target)
    out.start()
    out.put(record(1))
    await until(lambda: target.tries > 3)
    target.away = False
    await until(lambda: out.written == 1)
    assert (target.taken, out.lost) == (["evt_1"], 0)
    await out.aclose()


async def test_one_that_is_refused_does_not_stop_the_others() -> None:
    target = Target(poison=frozenset({"evt_3", "evt_17"}))
    out = writer(target)
    for number in range(40):
        out.put(record(number))
    out.start()
    await out.aclose()
    assert target.taken == [f"evt_{n}" for n in range(40) if n not in (3, 17)]
    assert (out.written, out.lost, out.failing) == (38, 2, False)


async def test_seats_are_kept_free() -> None:
    out = writer(Target(away=True), queue=3)
    out.put(record(1))
    out.seats = 1
    assert out.has_room
    out.seats = 2
    assert not out.has_room


async def test_the_end_has_a_deadline() -> None:
    out = writer(Target(away=True))
    out.start()
    out.put(record(1))
    await until(lambda: out.failing)
    began = asyncio.get_running_loop().time()
    await out.aclose(0.05)
    assert asyncio.get_running_loop().time() - began < 2
    assert (out.written, out.lost, len(out)) == (0, 1, 0)


@given(
    st.lists(st.one_of(st.integers(0, 3), st.sampled_from(["away", "there"])), max_size=30),
    st.sets(st.integers(0, 40), max_size=4),
    st.integers(1, 8),
    st.integers(1, 6),
)
@settings(max_examples=60, deadline=None)
def test_each_is_written_once_or_counted_as_lost(
    steps: list[int | str], poison: set[int], queue: int, batch: int
) -> None:
    async def run() -> None:
        target = Target(poison=frozenset(f"evt_{n}" for n in poison))
        out = writer(target, queue=queue, batch=batch)
        out.start()
        number = 0
        for step in steps:
            if isinstance(step, str):
                target.away = step == "away"
            else:
                for _ in range(step):
                    out.put(record(number))
                    number += 1
            await asyncio.sleep(0)
            assert len(out) <= queue
        target.away = False
        await out.aclose()
        assert len(set(target.taken)) == len(target.taken) == out.written
        assert out.written + out.lost == number
        assert target.taken == sorted(target.taken, key=lambda id: int(id[4:]))

    asyncio.run(run())
