"""Batches, lanes, deadlines, the bounded queue, and faults of models."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep

import pytest

from gateway.detectors.onnx import Model, Output, Said, load_folder
from gateway.engine.cache import Cache
from gateway.engine.workers import OVERHEAD, Workers
from gateway.errors import Overloaded, TooLargeToScan
from gateway.types import Part
from tests.support.tiny_models import make

LATER = 60.0
LONG = "word " * 400 + "zebra"


class Gate:
    """Stops a model before each batch until it is told to go on, and notes what it was given."""

    def __init__(self, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[int] = []
        self.lengths: list[list[int]] = []
        self.fault: Callable[[Sequence[Sequence[int]]], None] = lambda texts: None
        self._go = threading.Semaphore(0)
        self._came = threading.Semaphore(0)
        self._infer = model.infer
        monkeypatch.setattr(model, "infer", self)

    def __call__(self, texts: Sequence[Sequence[int]]) -> list[Output]:
        self._came.release()
        assert self._go.acquire(timeout=LATER)
        self.batches.append(len(texts))
        self.lengths.append([len(t) for t in texts])
        self.fault(texts)
        return self._infer(texts)

    def wait(self) -> None:
        assert self._came.acquire(timeout=LATER)

    def open(self, times: int = 10_000) -> None:
        self._go.release(times)


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load_folder(make(tmp_path / "m"))


@pytest.fixture
def gate(model: Model, monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(model, monkeypatch)


@pytest.fixture
def workers() -> Iterator[Workers]:
    out = Workers(queue=1 << 20, wait=0)
    yield out
    out.close()


def soon() -> float:
    return monotonic() + LATER


def score(said: Said) -> float:
    return max(f.score for f in said.findings)


TEXTS = ["the zebra", "the weather is fine", "", "x", LONG, "a " * 7, "word " * 30, "the zebra of Lisbon"]


@pytest.mark.parametrize("threads", [1, 3])
def test_the_same_findings_as_alone(model: Model, threads: int) -> None:
    workers = Workers(threads=threads)
    futures = [workers.submit(model, Part(text), soon()) for text in TEXTS * 5]
    found = [list(future.result(LATER).findings) for future in futures]
    workers.close()
    for text, findings in zip(TEXTS * 5, found, strict=True):
        (alone,) = model.scan([Part(text)])
        assert [(f.category, f.span) for f in findings] == [(f.category, f.span) for f in alone]
        assert [f.score for f in findings] == pytest.approx([f.score for f in alone], abs=1e-5)
    assert workers.waiting == 0


def test_texts_of_many_requests_share_a_batch(model: Model, gate: Gate, workers: Workers) -> None:
    first = workers.submit(model, Part("the"), soon())
    gate.wait()
    rest = [workers.submit(model, Part("the zebra"), soon()) for _ in range(8)]
    gate.open()
    for future in [first, *rest]:
        future.result(LATER)
    assert gate.batches == [1, 8]


def test_texts_of_like_length_share_a_batch(model: Model, gate: Gate, workers: Workers) -> None:
    first = workers.submit(model, Part("the"), soon())
    gate.wait()
    rest = [workers.submit(model, Part("word " * n), soon()) for n in (1, 13, 1, 13, 1, 13)]
    gate.open()
    for future in [first, *rest]:
        future.result(LATER)
    assert sorted(gate.lengths[1:]) == [[3, 3, 3], [15, 15, 15]]
    assert workers.stats["padding"] == 0


def test_in_eight_bits_each_text_is_alone(
    model: Model, gate: Gate, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "alone", True)
    first = workers.submit(model, Part("the"), soon())
    gate.wait()
    rest = [workers.submit(model, Part("the zebra"), soon()) for _ in range(4)]
    gate.open()
    for future in [first, *rest]:
        future.result(LATER)
    assert gate.batches == [1] * 5


def test_a_batch_is_bounded(model: Model, gate: Gate) -> None:
    workers = Workers(batch_tokens=12, wait=0)
    first = workers.submit(model, Part("the"), soon())
    gate.wait()
    rest = [workers.submit(model, Part("the zebra"), soon()) for _ in range(7)]
    gate.open()
    for future in [first, *rest]:
        future.result(LATER)
    workers.close()
    assert gate.batches == [1, 3, 3, 1]


def test_a_long_text_never_starves_a_short_one(model: Model, gate: Gate, workers: Workers) -> None:
    long = workers.submit(model, Part(LONG), soon())
    gate.wait()
    short = workers.submit(model, Part("the zebra"), soon())
    gate.open(3)  # the slice that runs, at most one more, then the short one
    assert score(short.result(LATER)) > 0.9
    assert not long.done()
    gate.open()
    assert score(long.result(LATER)) > 0.9
    assert max(gate.batches) <= 2


def test_nor_do_short_texts_starve_a_long_one(model: Model, gate: Gate) -> None:
    workers = Workers(batch_tokens=64, wait=0)
    first = workers.submit(model, Part("the"), soon())
    gate.wait()
    futures = [workers.submit(model, Part("the " * (n % 12 + 1)), soon()) for n in range(200)]
    long = workers.submit(model, Part("word " * 30), soon())
    before: list[int] = []
    long.add_done_callback(lambda _: before.append(sum(f.done() for f in futures)))  # in the worker's thread
    gate.open()
    long.result(LATER)
    for future in [first, *futures]:
        future.result(LATER)
    assert before[0] < len(futures)
    workers.close()


def test_a_deadline_that_passed_costs_nothing(model: Model, gate: Gate, workers: Workers) -> None:
    first = workers.submit(model, Part("the"), soon())
    gate.wait()
    late = workers.submit(model, Part("the zebra"), monotonic() + 0.05)
    sleep(0.1)
    gate.open()
    with pytest.raises(Overloaded, match="deadline"):
        late.result(LATER)
    first.result(LATER)
    with pytest.raises(Overloaded, match="deadline"):
        workers.submit(model, Part("the zebra"), monotonic() - 1)
    assert gate.batches == [1]
    assert workers.stats["shed"] == 2
    assert workers.waiting == 0


def test_what_must_be_ready_first_is_read_first(model: Model, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "alone", True)
    workers = Workers(wait=0)
    done: list[str] = []
    first = workers.submit(model, Part("x"), soon())
    gate.wait()
    for name, late in (("a", 3), ("the", 1), ("of", 2)):
        future = workers.submit(model, Part(name), soon() + late)
        future.add_done_callback(lambda _, name=name: done.append(name))  # type: ignore[misc]
    gate.open()
    first.result(LATER)
    future.result(LATER)
    workers.submit(model, Part("x"), soon() + 9).result(LATER)
    assert done == ["the", "of", "a"]
    workers.close()


def test_what_was_given_up_costs_nothing(model: Model, gate: Gate, workers: Workers) -> None:
    first = workers.submit(model, Part("the"), soon())
    gate.wait()
    gone = workers.submit(model, Part("the zebra"), soon())
    gone_long = workers.submit(model, Part(LONG), soon())
    assert gone.cancel()
    assert gone_long.cancel()
    gate.open()
    first.result(LATER)
    workers.submit(model, Part("a"), soon()).result(LATER)
    assert gate.batches == [1, 1]
    assert workers.waiting == 0


def test_the_queue_is_bounded(model: Model, gate: Gate) -> None:
    workers = Workers(queue=3 * (OVERHEAD + 10), wait=0)
    futures = [workers.submit(model, Part("x" * 10), soon()) for _ in range(3)]
    with pytest.raises(Overloaded, match="waits"):
        workers.submit(model, Part("x"), soon())
    gate.open()
    for future in futures:
        future.result(LATER)
    workers.submit(model, Part("x" * 10), soon()).result(LATER)
    workers.close()


def test_a_fault_hits_only_its_own_text(model: Model, gate: Gate, workers: Workers) -> None:
    first = workers.submit(model, Part("the"), soon())
    gate.wait()

    def fault(texts: Sequence[Sequence[int]]) -> None:
        if any(len(text) == 6 for text in texts):
            raise RuntimeError("text of somebody")

    gate.fault = fault
    rest = [workers.submit(model, Part(text), soon()) for text in ("the zebra a", "the zebra", "x a a a")]
    gate.open()
    first.result(LATER)
    assert score(rest[0].result(LATER)) > 0.9
    assert score(rest[1].result(LATER)) > 0.9
    with pytest.raises(RuntimeError):
        rest[2].result(LATER)
    assert gate.batches == [1, 3, 1, 1, 1]


def test_too_long_is_said_before_anything_is_computed(model: Model, gate: Gate, workers: Workers) -> None:
    future = workers.submit(model, Part("word " * 6000), soon())
    with pytest.raises(TooLargeToScan):
        future.result(LATER)
    assert gate.batches == []


def test_windows_of_an_earlier_state_are_known(model: Model) -> None:
    workers = Workers(cache=Cache(1 << 20))
    text = "word " * 100
    workers.submit(model, Part(text), soon(), "one").result(LATER)
    before = workers.stats["tokens"]
    workers.submit(model, Part(text + "zebra"), soon(), "one").result(LATER)
    grown = workers.stats["tokens"] - before
    assert 0 < grown <= 3 * 16
    workers.submit(model, Part(text + "zebra"), soon(), "two").result(LATER)
    assert workers.stats["tokens"] - before - grown > before / 2
    workers.close()


def test_closing_ends_what_waits(model: Model, gate: Gate) -> None:
    workers = Workers(wait=0)
    first = workers.submit(model, Part("the"), soon())
    gate.wait()
    second = workers.submit(model, Part("the"), soon())
    workers.close()
    with pytest.raises(Overloaded):
        second.result(LATER)
    with pytest.raises(Overloaded):
        workers.submit(model, Part("the"), soon())
    gate.open()
    first.result(LATER)
