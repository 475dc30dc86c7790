"""
What is kept of one request beside its event: which rules claimed what and where, keyed hashes of the
matches, and, where the policies want them, the texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.policy import Ruleset, label
from gateway.store import AgentCall, EventRecord, FindingRecord
from gateway.types import Direction, Effect, Hit, Part, Verdict
from gateway.web.events import Event
from gateway.web.places import told

__all__ = ["Kept", "texts_wanted"]

MAX_SPANS = 100  # of one request
MASKED = ("pii/", "secret/", "custom/")  # families whose findings are themselves the secret

Digest = Callable[[str], str]


@dataclass(slots=True)
class Kept:
    """Collects while a request runs; `record` makes of it what the store takes."""

    seat: bool = False  # holds a place among the events that wait
    told: dict[str, Any] = field(default_factory=dict)  # what a guard API wants to look up; no texts
    sides: dict[Direction, list[tuple[Verdict, Sequence[Part]]]] = field(default_factory=dict)
    call: AgentCall | None = None

    def set(self, direction: Direction, verdict: Verdict, parts: Sequence[Part]) -> None:
        """Instead of what was noted of this direction before."""
        self.sides[direction] = [(verdict, parts)]

    def add(self, direction: Direction, verdict: Verdict, parts: Sequence[Part]) -> None:
        self.sides.setdefault(direction, []).append((verdict, parts))

    def record(self, event: Event, wanted: str, most: int, digest: Digest) -> EventRecord:
        """`wanted`: `none`, `redacted` or `full`; `most`: bytes of texts; `digest` makes hashes of matches."""
        usage = event.usage
        told = {"told": self.told} if self.told else {}
        return EventRecord(
            id=event.id,
            at=event.at,
            tenant=event.tenant,
            key=event.key,
            client=event.client,
            route=event.route,
            model=event.model,
            decision=event.decision,
            status=event.status,
            error=event.error,
            scanned=event.scanned,
            stream=event.stream,
            upstream=event.upstream,
            duration_ms=event.duration_ms,
            scan_ms=event.scan_ms,
            tokens_in=_count(usage.get("prompt_tokens")),
            tokens_out=_count(usage.get("completion_tokens")),
            record={**event.as_json(), "spans": list(self._spans(event, digest)), **told},
            findings=self._findings(),
            texts=self._texts(wanted, most) if wanted != "none" else None,
            call=self.call,
        )

    @property
    def _clean(self) -> bool:
        return not any(verdict.violations for noted in self.sides.values() for verdict, _ in noted)

    def _findings(self) -> tuple[FindingRecord, ...]:
        if self._clean:
            return ()
        counts: Counter[tuple[str, str, str, str, str]] = Counter()
        for direction, noted in self.sides.items():
            for verdict, _ in noted:
                for v in verdict.violations:
                    if v.action != "restore":
                        counts[direction.value, v.hit.finding.category, v.policy, v.rule, v.action] += 1
        return tuple(FindingRecord(*names, number) for names, number in counts.items())

    def _spans(self, event: Event, digest: Digest) -> Iterable[dict[str, Any]]:
        """Where each finding is. A stream knows no offsets in its whole texts."""
        left = MAX_SPANS
        for direction, noted in self.sides.items():
            exact = not (event.stream and direction is Direction.OUTPUT)
            for verdict, _ in noted:
                for v in verdict.violations[:left]:
                    if v.action == "restore":
                        continue
                    finding = v.hit.finding
                    span = {"start": finding.span.start, "end": finding.span.end} if exact else {}
                    yield {
                        "direction": direction.value,
                        "category": finding.category,
                        "score": round(finding.score, 4),
                        "path": told(v.hit.part.path),
                        **span,
                        "policy": v.policy,
                        "rule": v.rule,
                        "action": v.action,
                        "hash": digest(v.hit.text),
                    }
                    left -= 1
                if left <= 0:
                    return

    def _texts(self, wanted: str, most: int) -> bytes | None:
        """As JSON, as many texts as fit. Nothing redacted is kept of what could not be scanned."""
        out: dict[str, Any] = {"request": [], "answer": [], "form": wanted, "complete": True}
        size = 0
        for direction, noted in self.sides.items():
            side = out["request" if direction is Direction.INPUT else "answer"]
            for verdict, parts in noted:
                if wanted == "redacted" and (verdict.errors or verdict.degraded):
                    out["complete"] = False
                    continue
                values = _values(verdict) if wanted == "redacted" else {}
                for part in parts:
                    text = _masked(part.text, values)
                    entry = {"role": part.role.value, "kind": part.kind.value, "path": told(part.path), "text": text}
                    size += len(orjson.dumps(entry))
                    if size > most:
                        out["complete"] = False
                        break
                    side.append(entry)
        return orjson.dumps(out)


def texts_wanted(policies: Iterable[Ruleset]) -> str:
    """The least that one of the policies wants kept."""
    order = ("none", "redacted", "full")
    return min((p.policy.event_texts for p in policies), key=order.index, default="none")


def _values(verdict: Verdict) -> dict[str, str]:
    """What must not be read, and what stands in its place."""
    hits: list[Hit] = [v.hit for v in verdict.violations if v.effect is Effect.REDACT]
    hits += [v.hit for v in verdict.violations if v.hit.finding.category.startswith(MASKED)]
    hits += [hit for hit in verdict.hits if hit.finding.category.startswith(MASKED)]
    return {hit.text: f"[{label(hit.finding.category)}]" for hit in hits if hit.text}


def _masked(text: str, values: dict[str, str]) -> str:
    """Every place where one of the values stands; places that overlap become one."""
    places: list[tuple[int, int, str]] = []
    for value, mask in values.items():
        at = text.find(value)
        while at >= 0:
            places.append((at, at + len(value), mask))
            at = text.find(value, at + 1)
    out, done = [], 0
    for start, end, mask in sorted(places):
        if start >= done:
            out += [text[done:start], mask]
        done = max(done, end)
    return "".join([*out, text[done:]])


def _count(value: object) -> int:
    """Token counts come from upstreams: never negative, never more than a database takes."""
    return min(max(value, 0), 1 << 53) if isinstance(value, int) else 0
