"""
XecGuard's traces and statistics, made of the store's events.

A trace is told of what was unsafe only. Its messages are there where the operator's policy keeps texts; without
them the record says what was found where.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.dialects.xecguard_policies import time_text
from gateway.dialects.xecguard_tokens import TOKEN
from gateway.store import EventRecord, Statistics
from gateway.types import Json, Role

__all__ = ["GROUNDING", "PATHS", "ROUTES", "SCAN", "Tally", "is_unsafe", "stats", "token_of", "trace"]

SCAN, GROUNDING = "dialect.xecguard.scan", "dialect.xecguard.grounding"
PATHS = {SCAN: "/xecguard/v1/scan", GROUNDING: "/xecguard/v1/grounding"}
ROUTES = tuple(PATHS)
MAX_RECORDS = 100
_OWN = (Role.SYSTEM.value, Role.DEVELOPER.value)


def _told(event: EventRecord) -> Mapping[str, Any]:
    told = event.record.get("told")
    return told if isinstance(told, dict) else {}


def is_unsafe(event: EventRecord) -> bool:
    return event.route in PATHS and _told(event).get("decision") == "UNSAFE"


def token_of(event: EventRecord) -> str:
    """Of a key that is not the store's: its name."""
    return TOKEN + event.key if len(event.key) == 16 and set(event.key) <= set("0123456789abcdef") else event.key


def trace(event: EventRecord) -> Json:
    told = _told(event)
    id = event.id.removeprefix("evt_")
    reasons = [
        {
            "violated_type": reason["type"],
            "violated_policy_name": reason["violated_policy_name"],
            "violated_rules_list": reason["violated_rules_list"],
            "rationale": reason["rationale"],
            "evidence_status": reason["evidence_status"],
            "evidence": reason["evidence"],
        }
        for reason in told.get("reasons", ())
    ]
    return {
        "service_token_id": token_of(event),
        "trace_id": id,
        "route": PATHS[event.route],
        "scanned_messages": _messages(event, told.get("scan_type", "response")),
        "scan_type": told.get("scan_type"),
        "scan": None,
        "output": None,
        "latency_ms": event.duration_ms,
        "scan_latency_breakdown_ms": None,
        "scan_policy": list(told.get("policies", ())),
        "violated_types": _types(told),
        "timestamp": time_text(event.at),
        "scan_result": {"decision": "UNSAFE", "confidence_score": -1, "trace_id": id, "reasons": reasons},
        "status_code": event.status,
        "error_code": None,
        "error_source": None,
        "vendor_results": {},
    }


def _types(told: Mapping[str, Any]) -> list[str]:
    return sorted({reason["type"] for reason in told.get("reasons", ())})


def _messages(event: EventRecord, scan_type: str) -> list[Json] | None:
    """What was judged, without the system's words; None where no texts are kept."""
    if event.texts is None:
        return None
    kept = orjson.loads(event.texts)
    sides = {"input": ("request",), "response": ("answer",)}.get(scan_type, ("request", "answer"))
    return [
        {"role": text["role"], "content": text["text"]}
        for side in sides
        for text in kept.get(side, ())
        if text["role"] not in _OWN
    ]


@dataclass(slots=True)
class Tally:
    """What answered scans add up to. `add` takes them one by one."""

    unsafe: int = 0
    inputs: int = 0
    responses: int = 0
    both: int = 0
    types: Counter[str] = field(default_factory=Counter)
    violated: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    risks: Counter[str] = field(default_factory=Counter)
    records: list[Json] = field(default_factory=list)

    def add_all(self, events: Iterable[EventRecord]) -> None:
        for event in events:
            self.add(event)

    def add(self, event: EventRecord) -> None:
        told = _told(event)
        self.asked.update(told.get("policies", ()))
        if not is_unsafe(event):
            return
        self.unsafe += 1
        sides = self._sides(event, str(told.get("scan_type")))
        self.inputs += sides == ["input"]
        self.responses += sides == ["response"]
        self.both += len(sides) == 2
        reasons = told.get("reasons", ())
        self.types.update(reason["type"] for reason in reasons)
        self.violated.update(reason["violated_policy_name"] for reason in reasons)
        self.risks[str(told.get("risk", 0))] += 1
        if len(self.records) < MAX_RECORDS:
            self.records.append(
                {
                    "service_token_id": token_of(event),
                    "trace_id": event.id.removeprefix("evt_"),
                    "route": PATHS[event.route],
                    "timestamp": time_text(event.at),
                    "latency_ms": event.duration_ms,
                    "violated_types": _types(told),
                    "violated_policy_names": sorted({reason["violated_policy_name"] for reason in reasons}),
                    "violated_scan_types": sides,
                }
            )

    def _sides(self, event: EventRecord, scan_type: str) -> list[str]:
        """Which halves of the conversation were unsafe."""
        if scan_type != "both":
            return ["response" if scan_type == "response" else "input"]
        unsafe = ("redact", "block")
        halves = {"input": event.record.get("request"), "response": event.record.get("answer")}
        return [name for name, half in halves.items() if isinstance(half, dict) and half.get("decision") in unsafe]


def stats(start: str, end: str, token: str | None, told: Statistics, tally: Tally, last_error: float | None) -> Json:
    """`told`: of all calls; `tally`: of those that were answered."""
    latency = told.latency.get("duration_ms")
    quantiles = latency.quantiles if latency else {}
    errors = sum(number for status, number in told.by.get("status", {}).items() if int(status) >= 400)
    return {
        "request_statistics": {
            "start_at": start,
            "end_at": end,
            "service_token_id": token,
            "request_count": told.requests,
            "request_unsafe_count": tally.unsafe,
            "request_blocked_count": None,
            "request_error_count": errors,
            "request_internal_error_count": None,
            "request_unsafe_rate": 100 * tally.unsafe / told.requests if told.requests else 0.0,
            "request_block_rate": None,
            "tool_request_count": 0,
            "total_session_count": 0,
            "license_throttle_count": told.by.get("status", {}).get("429", 0),
            "unsafe_breakdown": {
                "input_unsafe": tally.inputs,
                "response_unsafe": tally.responses,
                "both_unsafe": tally.both or None,
            },
            "unsafe_action_breakdown": None,
            "blocked_breakdown": None,
            "error_breakdown": None,
            "scan_count": None,
            "scan_breakdown": None,
            "violation_type_counts": dict(tally.types),
            "policies_violation_counts": dict(tally.violated),
            "policies_request_counts": dict(tally.asked),
            "unsafe_request_counts_by_max_risk": dict(tally.risks),
            "blocked_request_counts_by_max_risk": None,
            "last_error_timestamp": time_text(last_error),
            "last_internal_error_timestamp": None,
        },
        "request_latency_metrics": {
            "avg_response_time_ms": None if latency is None else latency.average,
            "max_response_time_ms": None if latency is None else latency.greatest,
            "p95_response_time_ms": quantiles.get(0.95),
            "p99_response_time_ms": quantiles.get(0.99),
            "scan_latency_stats": None,
        },
        "unsafe_request_records": tally.records,
        "api_error_records": [],
    }
