"""SageXAI: GET /api/v1/guard/results, what was scanned; GET /api/v1/policies, what is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.dialects import body as fields
from gateway.dialects.base import Outcome, ScanRequest
from gateway.dialects.vocabulary import words
from gateway.dialects.xecguard_policies import time_text
from gateway.policy import Ruleset
from gateway.store import EventRecord
from gateway.types import Direction, Json

__all__ = ["ROUTES", "Page", "event_id", "note", "page_of", "policies", "results", "scan_id"]

ROUTES = ("dialect.guard_v1", "dialect.sagexai.guard")
MAX_PER_PAGE = 100
MAX_PAGE = 100_000
MAX_PROJECT = 128  # characters of its id that are kept

# Crockford's base 32, as ULIDs have it: 26 digits for 128 bits.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SCAN = re.compile(r"scan_([0-7][0-9A-HJKMNP-TV-Z]{25})")

_RISKS = {
    "LLM00": "Custom Rule",
    "LLM01": "Prompt Injection",
    "LLM02": "Sensitive Information Disclosure",
    "LLM03": "Adversarial Unicode",
    "LLM05": "Harmful Content",
    "LLM06": "Excessive Agency",
    "LLM07": "System Prompt Leakage",
    "LLM09": "Misinformation",
}


def scan_id(event: str) -> str:
    """Our ids are a time and chance, in as many bits as a ULID."""
    number = int(event.removeprefix("evt_"), 16)
    return "scan_" + "".join(_DIGITS[number >> shift & 31] for shift in range(125, -1, -5))


def event_id(scan: str) -> str | None:
    """None where it is no id of ours."""
    match = _SCAN.fullmatch(scan.strip().upper().replace("SCAN_", "scan_"))
    if match is None:
        return None
    number = 0
    for digit in match[1]:
        number = number << 5 | _DIGITS.index(digit)
    return f"evt_{number:032x}"


def note(request: ScanRequest, outcome: Outcome) -> Json:
    """What the list is made of."""
    return {
        "project_id": request.project[:MAX_PROJECT] if request.project else None,
        "flagged": outcome.flagged,
        "matches": len(outcome.matches),
        "detectors": sorted({words(match.category).sagexai for match in outcome.matches}),
    }


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked for. `event`: this one alone; "" for one that cannot be."""

    number: int
    size: int
    project: str | None = None
    event: str | None = None

    @property
    def skip(self) -> int:
        return (self.number - 1) * self.size


def page_of(query: Json) -> Page:
    """Raises RequestError."""
    scan = query.get("scan_id") or None
    return Page(
        _number(query, "page", 1, MAX_PAGE),
        _number(query, "per_page", 25, MAX_PER_PAGE),
        (query.get("project_id") or "")[:MAX_PROJECT] or None,
        None if scan is None else event_id(scan) or "",
    )


def _number(query: Json, key: str, default: int, most: int) -> int:
    value = query.get(key) or str(default)
    if not (value.isascii() and value.isdigit() and len(value) < 9 and 1 <= int(value) <= most):
        raise fields.wrong(key, f"a number from 1 to {most}", "int_parsing")
    return int(value)


def results(events: Iterable[EventRecord], page: Page, total: int) -> Json:
    data = []
    for event in events:
        told = event.record.get("told") or {}
        summary = {"matches": told.get("matches", 0), "detectors": list(told.get("detectors", ()))}
        flagged = bool(told.get("flagged"))
        data.append(
            {"id": scan_id(event.id), "created_at": time_text(event.at), "flagged": flagged, "summary": summary}
        )
    return {"data": data, "meta": {"page": page.number, "per_page": page.size, "total": total}}


def policies(rulesets: Sequence[Ruleset], categories: Iterable[str]) -> Json:
    """By code and policy: is anything of that code looked for?"""
    known = sorted(categories)
    out: Json = {}
    for ruleset in rulesets:
        wanted = {
            words(category).sagexai
            for category in (*known, *(rule.category for rule in ruleset.policy.custom_rules))
            if any(ruleset.wants(category, direction) for direction in Direction)
        }
        for code, name in _RISKS.items():
            key = f"{code}__{ruleset.name}"
            out[key] = {"name": name, "enabled": code in wanted, "policy_name": ruleset.name}
    return out
