"""
What Prometheus sees. Labels come from our own configuration and vocabulary, never from clients.

Times of a streamed answer are those of delivered bytes: the first token counts when it leaves us.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from tempfile import mkdtemp
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from gateway.errors import ConfigError
from gateway.types import Direction, Verdict
from gateway.web.events import Event
from gateway.web.places import field_of

__all__ = ["SHARED", "Metrics", "forget_worker", "shared_folder"]

ROOM = 8 << 20  # bytes
SHARED = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client keeps the counts of all workers in this folder

SAMPLE = 17  # of so many verdicts one tells what each detector took; odd, so that prompts and answers take turns

M = TypeVar("M", Counter, Histogram)

_FAST = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
_SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """One registry per gateway, so that two in one process do not mix."""

    content_type = "text/plain; version=1.0.0; charset=utf-8"

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("guard_requests", "Requests.", ["route", "decision", "status"], registry=registry)
        self.findings = Counter(
            "guard_findings", "Findings that a rule claimed.", ["direction", "category", "action"], registry=registry
        )
        self.scanned = Counter("guard_scanned_bytes", "Bytes scanned.", ["route", "direction"], registry=registry)
        self.errors = Counter("guard_detector_errors", "Detectors that failed.", ["detector"], registry=registry)
        self.detector = Histogram(
            "guard_detector_seconds",
            "Time of one detector on one body, of a sample of bodies.",
            ["detector"],
            buckets=_FAST,
            registry=registry,
        )
        self.scan = Histogram(
            "guard_scan_seconds", "Time of all detectors.", ["direction"], buckets=_FAST, registry=registry
        )
        self.upstream = Histogram(
            "guard_upstream_seconds", "Time to an upstream's headers.", ["upstream"], buckets=_SLOW, registry=registry
        )
        self.first_token = Histogram(
            "guard_first_token_seconds", "Request to first delivered text.", buckets=_SLOW, registry=registry
        )
        self.inter_token = Histogram(
            "guard_inter_token_seconds", "Between deliveries of text.", buckets=_SLOW, registry=registry
        )
        self.hold = Histogram(
            "guard_hold_seconds", "How long text was held back before it left.", buckets=_FAST, registry=registry
        )
        self.in_flight = Gauge(
            "guard_in_flight", "Requests being served.", multiprocess_mode="livesum", registry=registry
        )
        self.insecure = Gauge(
            "guard_fail_open",
            "1 if a policy in force lets failures pass.",
            multiprocess_mode="livemax",
            registry=registry,
        )
        self.shed_connections = Counter(
            "guard_connections_shed", "Connections that there was no room for.", ["how"], registry=registry
        )
        self._of_media(registry)
        self._of_limits(registry)
        self._of_policies(registry)
        self.cached = Counter(
            "guard_cache_lookups", "Texts that a model had read before, or not.", ["result"], registry=registry
        )
        self._of_store(registry)
        self.tokens = Counter("guard_model_tokens", "Tokens that models read.", registry=registry)
        self.shed = Counter("guard_model_shed", "Texts that models had no time for.", registry=registry)
        self._models: dict[str, int] = {}
        self._verdicts = 0
        self._children: dict[tuple[int | str, ...], Any] = {}
        self._shared = SHARED in os.environ
        self._counts: dict[Counter, float] = {}  # what has been counted since somebody last looked

    def _of_policies(self, registry: CollectorRegistry) -> None:
        self.reloads = Counter("guard_reloads", "Policy reloads.", ["result"], registry=registry)
        self.stale = Gauge(
            "guard_policies_stale",
            "1 while policy files have a mistake and older ones are in force.",
            multiprocess_mode="livemax",
            registry=registry,
        )

    def _of_store(self, registry: CollectorRegistry) -> None:
        self.events = Counter("guard_events", "Events for the store: written, or lost.", ["result"], registry=registry)
        self.waiting = Gauge(
            "guard_events_waiting", "Events not yet written.", multiprocess_mode="livesum", registry=registry
        )
        self.store_up = Gauge(
            "guard_store_up",
            "1 while the store can be reached and takes events.",
            multiprocess_mode="livemin",
            registry=registry,
        )

    def _of_media(self, registry: CollectorRegistry) -> None:
        self.unscanned = Counter(
            "guard_unscanned_bytes",
            "Bytes passed or refused without a scan.",
            ["route", "field", "reason"],
            registry=registry,
        )
        self.extracted = Counter(
            "guard_extracted_bytes", "Bytes of text taken out of files.", ["route", "kind"], registry=registry
        )

    def _of_limits(self, registry: CollectorRegistry) -> None:
        self.limit_calls = Histogram(
            "guard_limit_seconds", "Time of one decision on limits.", buckets=_FAST, registry=registry
        )
        self.limits = Counter(
            "guard_limit_decisions", "Decisions on limits.", ["decision", "scope", "bound"], registry=registry
        )
        self.limiter_open = Gauge(
            "guard_limiter_open",
            "1 while the shared limiter is left alone because it fails.",
            multiprocess_mode="livemax",
            registry=registry,
        )

    def expect(self, detectors: Iterable[str]) -> None:
        """Begin at 0 what alerts are for: whoever asks for a rise does not see one from nothing to 1."""
        for name in detectors:
            self.errors.labels(name)
        for counter, results in ((self.events, ("written", "lost")), (self.reloads, ("taken", "refused"))):
            for result in results:
                counter.labels(result)

    def running(self, number: Callable[[], int]) -> None:
        """Who knows how many requests run; workers that share what they count tell each change instead."""
        if not self._shared:
            self.in_flight.set_function(number)

    def runs(self, more: int) -> None:
        if self._shared:
            self.in_flight.inc(more)

    def verdict(self, route: str, direction: Direction, verdict: Verdict) -> None:
        for violation in verdict.violations:
            self._count(1, self.findings, direction, violation.hit.finding.category, violation.action)
        for item in verdict.unscanned:
            self._count(item.size, self.unscanned, route, field_of(item.path), item.reason)
        for file in verdict.extracted:
            self._count(file.size, self.extracted, route, file.kind)
        for error in verdict.errors:
            self._count(1, self.errors, error.partition(":")[0])
        self._count(verdict.coverage.scanned, self.scanned, route, direction)
        timings = verdict.timings_ms
        if not timings:
            return
        self._child(self.scan, direction).observe(sum(timings.values()) / 1000)
        if self._verdicts % SAMPLE == 0:
            for name, milliseconds in timings.items():
                self._child(self.detector, name).observe(milliseconds / 1000)
        self._verdicts += 1

    def answered(self, upstream: str, seconds: float) -> None:
        """An upstream's headers have come."""
        self._child(self.upstream, upstream).observe(seconds)

    def limited(self, decision: str, scope: str, bound: str, seconds: float) -> None:
        """A request was admitted or refused by its limits, or nobody could say."""
        self.limit_calls.observe(seconds)
        self._count(1, self.limits, decision, scope, bound)

    def crowded(self, how: str) -> None:
        """As many connections are open as there may be."""
        self._count(1, self.shed_connections, how)

    def event(self, event: Event) -> None:
        self._count(1, self.requests, event.route, event.decision, str(event.status))

    def models(self, totals: Mapping[str, int]) -> None:
        """What cache and workers have counted since they began; the difference to the last time is added."""
        for name, counter in (
            ("hits", self.cached.labels("hit")),
            ("misses", self.cached.labels("miss")),
            ("tokens", self.tokens),
            ("shed", self.shed),
        ):
            more = totals[name] - self._models.get(name, 0)
            if more > 0:
                counter.inc(more)
                self._models[name] = totals[name]

    def render(self) -> bytes:
        """The text format: of this process, or of all workers where they share SHARED."""
        if not self._shared:
            counts, self._counts = self._counts, {}
            for child, more in counts.items():
                child.inc(more)
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def _count(self, more: float, metric: Counter, *labels: str) -> None:
        """A counter has a lock and checks; where only this process counts, it waits until it is read."""
        child = self._child(metric, *labels)
        if self._shared:
            child.inc(more)
        else:
            self._counts[child] = self._counts.get(child, 0) + more

    def _child(self, metric: M, *labels: str) -> M:
        """`metric.labels(...)`, remembered: looking a child up costs more than counting with it."""
        children = self._children
        key: tuple[int | str, ...] = (id(metric), *labels)
        if key not in children:
            children[key] = metric.labels(*labels)
        child: M = children[key]
        return child


@contextmanager
def shared_folder() -> Iterator[None]:
    """While inside, workers keep their counts in one folder: SHARED where it is set, else one that goes with them."""
    if SHARED in os.environ:
        yield
        return
    try:
        folder = mkdtemp(prefix="portcullis-metrics-")
    except OSError:
        message = "workers count together in a temporary folder, and none can be made: set TMPDIR, or " + SHARED
        raise ConfigError(message) from None
    os.environ[SHARED] = folder
    try:
        if shutil.disk_usage(folder).free < ROOM:  # their counts are mapped files: no room is a SIGBUS, not an error
            raise ConfigError(f"workers count together in {folder}, which has less than 8 MiB left: set TMPDIR")
        yield
    finally:
        del os.environ[SHARED]
        shutil.rmtree(folder, ignore_errors=True)


def forget_worker(pid: int | None) -> None:
    """One that is no more has no requests, and no store that is away. What it has counted stays."""
    with suppress(OSError):
        mark_process_dead(pid)  # type: ignore[no-untyped-call]
