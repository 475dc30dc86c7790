"""
One record for each request: what was decided, by which version of which policy, what was not scanned.

Never the text: categories, counts, sizes. `scanned` is true only if every detector finished on all
that was seen, and nothing passed that none could read.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.policy import Ruleset
from gateway.types import Effect, Verdict
from gateway.web.places import field_of

__all__ = ["DECISION", "Event", "Side", "Sink", "log_event", "new_event_id", "worst"]

log = logging.getLogger("gateway.event")

DECISION = {Effect.ALLOW: "allow", Effect.FLAG: "flag", Effect.REDACT: "redact", Effect.BLOCK: "block"}
MAX_MODEL = 256  # characters of its name that are told
_SEVERITY = ["none", *DECISION.values()]


@dataclass(slots=True)
class Side:
    """The prompt's half, or the answer's."""

    decision: str = "none"
    findings: Mapping[str, int] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    scanned: int = 0
    seen: int = 0
    unscanned: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    ledger: Mapping[str, int] = field(default_factory=dict)  # what `unscanned` says, by field
    extracted: Mapping[str, int] = field(default_factory=dict)  # text taken out of files, by field

    @classmethod
    def of(cls, verdict: Verdict) -> Side:
        scanned, seen = verdict.coverage.scanned, verdict.coverage.seen
        if not (verdict.violations or verdict.unscanned or verdict.extracted):
            return cls(DECISION[verdict.effect], {}, (), scanned, seen, {}, verdict.errors, verdict.degraded)
        claimed = [v for v in verdict.violations if v.action != "restore"]
        sizes, ledger = Counter[str](), Counter[str]()
        for item in verdict.unscanned:
            sizes[item.reason] += item.size
            ledger[field_of(item.path)] += item.size
        extracted = Counter[str]()
        for file in verdict.extracted:
            extracted[field_of(file.path)] += file.size
        return cls(
            DECISION[verdict.effect],
            dict(Counter(v.hit.finding.category for v in claimed)),
            tuple(dict.fromkeys(f"{v.policy}:{v.rule}:{v.action}" for v in claimed)),
            scanned,
            seen,
            dict(sizes),
            verdict.errors,
            verdict.degraded,
            dict(ledger),
            dict(extracted),
        )

    @property
    def complete(self) -> bool:
        """Was all of it read, by every detector? What no detector can read was not."""
        return not self.errors and not self.degraded and not self.unscanned and self.scanned == self.seen

    def as_json(self) -> dict[str, Any]:
        return {
            "decision": self.decision,
            "findings": self.findings,
            "rules": self.rules,
            "scanned": self.scanned,
            "seen": self.seen,
            "unscanned": self.unscanned,
            "errors": self.errors,
            "degraded": self.degraded,
            "ledger": self.ledger,
            "extracted": self.extracted,
        }

    def merge(self, other: Side) -> Side:
        """Both together, where one request holds several texts."""
        if other.decision == "none":
            return self
        return Side(
            worst(self.decision, other.decision),
            dict(Counter(self.findings) + Counter(other.findings)),
            tuple(dict.fromkeys(other.rules + self.rules)),
            self.scanned + other.scanned,
            self.seen + other.seen,
            _sum(self.unscanned, other.unscanned),
            tuple(dict.fromkeys(other.errors + self.errors)),
            tuple(dict.fromkeys(other.degraded + self.degraded)),
            _sum(self.ledger, other.ledger),
            _sum(self.extracted, other.extracted),
        )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Also what is nought: a Counter would forget it."""
    return {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}


@dataclass(slots=True)
class Event:
    id: str
    route: str
    client: str = "anonymous"
    tenant: str = "default"
    key: str = "anonymous"
    at: float = field(default_factory=time.time)
    model: str = ""
    policies: Mapping[str, str] = field(default_factory=dict)  # name -> version
    request: Side = field(default_factory=Side)
    answer: Side = field(default_factory=Side)
    stream: bool = False
    status: int = 0
    error: str = ""
    upstream: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)
    duration_ms: float = 0.0
    scan_ms: float = 0.0
    _told: dict[str, Any] | None = field(default=None, init=False, repr=False, compare=False)

    def apply(self, policies: tuple[Ruleset, ...]) -> None:
        self.policies = {p.name: p.version for p in policies}

    def by(self, client: str, tenant: str, key: str) -> None:
        self.client, self.tenant, self.key = client, tenant, key

    @property
    def scanned(self) -> bool:
        one, other = self.request, self.answer
        if one.decision == other.decision == "none":
            return False
        return (one.decision == "none" or one.complete) and (other.decision == "none" or other.complete)

    @property
    def decision(self) -> str:
        one, other = self.request.decision, self.answer.decision
        return one if one == other else worst(one, other)

    def close(self) -> None:
        """Nothing of it changes any more."""
        self._told = self.as_json()

    def as_json(self) -> dict[str, Any]:
        """Once it is closed the same each time: log and store both tell it."""
        if self._told is not None:
            return self._told
        # Written out: dataclasses.asdict copies everything deeply, and a loop over fields costs twice as much.
        return {
            "id": self.id,
            "route": self.route,
            "client": self.client,
            "tenant": self.tenant,
            "key": self.key,
            "at": self.at,
            "model": self.model[:MAX_MODEL],  # a client's word
            "policies": self.policies,
            "request": self.request.as_json(),
            "answer": self.answer.as_json(),
            "stream": self.stream,
            "status": self.status,
            "error": self.error,
            "upstream": self.upstream,
            "usage": self.usage,
            "duration_ms": self.duration_ms,
            "scan_ms": self.scan_ms,
            "scanned": self.scanned,
            "decision": self.decision,
        }


def worst(*decisions: str) -> str:
    return max(decisions, key=_SEVERITY.index)


Sink = Callable[[Event], None]


_random: list[str] = []  # for ids to come: the system is asked for many at once
os.register_at_fork(after_in_child=_random.clear)


def new_event_id() -> str:
    """Sorts by time, cannot be guessed."""
    try:
        random = _random.pop()
    except IndexError:
        some = os.urandom(640).hex()
        random, *more = (some[i : i + 20] for i in range(0, len(some), 20))
        _random.extend(more)
    return f"evt_{int(time.time() * 1000):012x}{random}"


def log_event(event: Event) -> None:
    """`log.info("request", extra={"event": ...})`, without the search for who called."""
    if log.isEnabledFor(logging.INFO):
        record = logging.getLogRecordFactory()(log.name, logging.INFO, __file__, 0, "request", (), None)
        record.event = event.as_json()
        log.handle(record)
