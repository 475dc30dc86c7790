"""
Models at work, off the event loop: threads, batches over requests, lanes, deadlines, a bounded queue.

Texts of one window go first, in batches of like length. Longer ones are tokenized and computed a slice
at a time, in turn, between those: a text of 100,000 tokens delays a short one by one slice. A batch
starts as soon as a thread is free; it waits a moment for company only where the batch before it had
some. What nobody waits for any more (given up, or past its deadline) costs no computing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Thread
from time import monotonic

from gateway.detectors.onnx import Encoded, Model, Output, Said
from gateway.engine.cache import Cache, window_key
from gateway.engine.scan import attempt
from gateway.errors import GatewayError, Overloaded
from gateway.text.windows import Window
from gateway.types import Part

__all__ = ["Job", "Workers"]

SLICE = 1  # windows of a long text in one turn: more at once is no faster on one processor, and others wait
PATIENCE = 4  # batches of short texts in a row while a long one waits
OPEN = 16  # texts tokenized in one turn
WASTE = 1.25  # a batch may be so much larger, padded, than its texts
OVERHEAD = 512  # bytes of a waiting text besides its characters
TOO_LATE = "the deadline of the scan has passed"


@dataclass(slots=True, eq=False)
class Job:
    """One text for one model."""

    model: Model
    part: Part
    deadline: float  # of time.monotonic
    tenant: str = ""
    future: Future[Said] = field(default_factory=Future)
    windows: list[Window] | None = None  # once it is tokenized
    ids: list[int] = field(default_factory=list)  # of its only window
    outputs: list[Output] = field(default_factory=list)
    reading: Encoded | None = None

    @property
    def size(self) -> int:
        return len(self.part.text) + OVERHEAD


class Workers:
    """Threads start with the first job. `stats` counts what they did."""

    def __init__(
        self, *, threads: int = 1, queue: int = 16 << 20, batch_tokens: int = 512, wait: float = 0.002,
        cache: Cache | None = None,
    ) -> None:  # fmt: skip
        self._queue_limit = queue
        self._batch_tokens = batch_tokens
        self._wait = wait
        self._cache = Cache(0) if cache is None else cache
        self._changed = Condition()
        self._arrived: deque[Job] = deque()
        self._short: list[Job] = []
        self._long: deque[Job] = deque()
        self._number = threads
        self._threads: list[Thread] = []
        self._closed = False
        self._company = 1  # texts in the last batch
        self._turns = 0  # batches of short texts since the last long slice
        self.waiting = 0  # bytes
        self.stats = {"batches": 0, "tokens": 0, "padding": 0, "shed": 0}

    def submit(self, model: Model, part: Part, deadline: float, tenant: str = "") -> Future[Said]:
        """Raises Overloaded where too much waits already, or no time is left."""
        job = Job(model, part, deadline, tenant)
        with self._changed:
            if self._closed or self.waiting + job.size > self._queue_limit:
                self.stats["shed"] += 1
                raise Overloaded("too much text waits to be scanned")
            if monotonic() >= deadline:
                self.stats["shed"] += 1
                raise Overloaded(TOO_LATE)
            self.waiting += job.size
            self._arrived.append(job)
            self._start()
            self._changed.notify()
        return job.future

    def close(self) -> None:
        """No more work; what waits fails."""
        with self._changed:
            self._closed = True
            left = [*self._arrived, *self._short, *self._long]
            self._arrived.clear()
            self._short.clear()
            self._long.clear()
            self._changed.notify_all()
        for job in left:
            self._end(job, error=Overloaded("the gateway is shutting down", code="shutting_down"))

    def _start(self) -> None:
        while len(self._threads) < self._number:
            thread = Thread(target=self._work, name=f"model-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not (self._arrived or self._short or self._long or self._closed):
                    self._changed.wait()
                if self._closed:
                    return
                opened = [self._arrived.popleft() for _ in range(min(OPEN, len(self._arrived)))]
                batch, long = ([], None) if opened else self._choose()
            if opened:
                self._open(opened)
            elif batch:
                self._infer(batch)
            elif long is not None:
                self._slice(long)

    def _choose(self) -> tuple[list[Job], Job | None]:
        """What to compute next; with the lock held. Both empty: something changed, look again."""
        if self._long and (not self._short or self._turns >= PATIENCE):
            self._turns = 0
            return [], self._long.popleft()
        if not self._short:
            return [], None
        if len(self._short) < self._company:
            self._company = 1
            if self._changed.wait(self._wait):
                return [], None
        if not self._short:
            return [], None
        self._turns += 1
        batch = self._alike()
        chosen = set(map(id, batch))
        self._short = [job for job in self._short if id(job) not in chosen]
        return batch, None

    def _alike(self) -> list[Job]:
        """The text that must be ready first, and others near it in length."""
        first = min(self._short, key=lambda job: job.deadline)
        if first.model.alone:
            return [first]
        others = sorted(
            (job for job in self._short if job.model is first.model and job is not first),
            key=lambda job: abs(len(job.ids) - len(first.ids)),
        )
        batch, longest, total = [first], len(first.ids), len(first.ids)
        for job in others:
            most, sum_ = max(longest, len(job.ids)), total + len(job.ids)
            padded = most * (len(batch) + 1)
            if padded > self._batch_tokens or padded > WASTE * sum_:
                break
            batch.append(job)
            longest, total = most, sum_
        return batch

    def _open(self, jobs: Sequence[Job]) -> None:
        """Tokenize: short texts wholly, of others the first piece."""
        short, long = [], []
        for job in jobs:
            if self._given_up(job):
                continue
            done, error = attempt(partial(self._advance, job))
            if error is not None:
                self._end(job, error=error)
            elif done and not job.windows:
                self._end(job, said=Said())
            elif done and job.windows is not None and len(job.windows) == 1:
                short.append(job)
            else:
                long.append(job)
        with self._changed:
            self._short += short
            self._long += long
            self._changed.notify()

    def _advance(self, job: Job) -> bool:
        if job.reading is None:
            job.reading = job.model.open(job.part.text)
        reading = job.reading
        if not reading.advance():
            return False
        job.windows = list(reading.windows())
        if len(job.windows) == 1:
            job.ids = reading.input(job.windows[0])
        return True

    def _infer(self, jobs: Sequence[Job]) -> None:
        jobs = [job for job in jobs if not self._given_up(job)]
        if not jobs:
            return
        self._company = len(jobs)
        outputs, error = attempt(lambda: self._run(jobs[0].model, [job.ids for job in jobs]))
        if error is not None and len(jobs) > 1:  # one of them is at fault: the others get their answer
            for job in jobs:
                self._infer([job])
            return
        for index, job in enumerate(jobs):
            if outputs is not None:
                job.outputs = [outputs[index]]
            self._finish(job, error)

    def _slice(self, job: Job) -> None:
        if self._given_up(job):
            return
        _, error = attempt(lambda: self._advance(job) if job.windows is None else self._more(job))
        if error is not None or (job.windows is not None and len(job.outputs) == len(job.windows)):
            self._finish(job, error)
            return
        with self._changed:
            self._long.append(job)
            self._changed.notify()

    def _more(self, job: Job) -> None:
        """The next windows of a long text; those that stood in an earlier state of it are known."""
        assert job.windows is not None
        assert job.reading is not None
        at = len(job.outputs)
        fresh: list[tuple[bytes, list[int]]] = []
        slots: list[Output | None] = []
        while at < len(job.windows) and len(fresh) < SLICE:
            ids = job.reading.input(job.windows[at])
            key = window_key(job.model, ids, job.tenant)
            known = self._cache.output(key)
            slots.append(known)
            if known is None:
                fresh.append((key, ids))
            at += 1
        outputs = iter(self._run(job.model, [ids for _, ids in fresh]) if fresh else ())
        keys = iter(key for key, _ in fresh)
        for slot in slots:
            if slot is None:
                slot = next(outputs)
                self._cache.keep_output(next(keys), slot)
            job.outputs.append(slot)

    def _run(self, model: Model, texts: list[list[int]]) -> list[Output]:
        outputs = model.infer(texts)
        tokens = sum(map(len, texts))
        with self._changed:
            self.stats["batches"] += 1
            self.stats["tokens"] += tokens
            self.stats["padding"] += max(map(len, texts)) * len(texts) - tokens
        return outputs

    def _finish(self, job: Job, error: Exception | None) -> None:
        said = None
        if error is None:
            assert job.reading is not None
            said, error = attempt(partial(job.model.say, job.part, job.reading, job.outputs))
        self._end(job, said=said, error=error)

    def _given_up(self, job: Job) -> bool:
        late = monotonic() > job.deadline
        if not late and not job.future.cancelled():
            return False
        self.stats["shed"] += late
        self._end(job, error=Overloaded(TOO_LATE))
        return True

    def _end(self, job: Job, *, said: Said | None = None, error: Exception | GatewayError | None = None) -> None:
        with self._changed:
            self.waiting -= job.size
        if not job.future.set_running_or_notify_cancel():
            return
        if error is not None:
            job.future.set_exception(error)
        else:
            job.future.set_result(said or Said())
