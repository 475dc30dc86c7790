"""
EvalGuard: /api/v1/security, red-team scans in its words. Pure: what a body asks for, what a scan's record says.

Its clients take a scan without findings for a clean one: so a scan that did not see something of every type that
was asked for, or had calls without an answer, is `error` and never `passed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.dialects import body as fields
from gateway.errors import RequestError
from gateway.redteam.model import Result, Ruling, Severity
from gateway.redteam.report import exchange
from gateway.redteam.score import score
from gateway.types import Json

__all__ = ["Asked", "created", "detail", "kept", "parse", "row", "success"]

MAX_MODEL, MAX_PROMPT, MAX_TYPES = 100, 100_000, 50
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Asked:
    project: str
    model: str
    prompt: str
    types: tuple[str, ...]


def parse(body: Json, known: Iterable[str]) -> Asked:
    """Raises RequestError."""
    project = fields.text(body, "projectId")
    if not _UUID.fullmatch(project):
        raise RequestError("projectId must be a UUID.", param="projectId", code="uuid")
    model, prompt = _text(body, "model", MAX_MODEL), _text(body, "prompt", MAX_PROMPT)
    types = tuple(dict.fromkeys(fields.texts(body, "attackTypes")))
    if not 1 <= len(types) <= MAX_TYPES:
        raise RequestError(f"attackTypes must name 1 to {MAX_TYPES} types.", param="attackTypes", code="length")
    names = sorted(known)
    if unknown := [name for name in types if name not in names]:
        raise RequestError(
            f"There is no attack type {unknown[0][:64]!r}; there are: {', '.join(names)}.",
            param="attackTypes",
            code="unknown_type",
        )
    return Asked(project.lower(), model, prompt, types)


def kept(asked: Asked, results: Sequence[Result], duration_ms: int) -> Json:
    """What is stored of a scan that has ended. `results` are settled, and of attacks alone."""
    found = score(results)
    return {
        "project": asked.project,
        "prompt": asked.prompt,
        "types": list(asked.types),
        "outcome": _status(asked, results),
        "score": found.value if found.value is not None else 0.0,
        "totalTests": found.judged,
        "passedCount": found.held,
        "unjudgedCount": found.unjudged,
        "errorCount": found.errors,
        "skippedCount": found.skipped,
        "duration": duration_ms,
        "severityCounts": found.severities,
        "findings": [_finding(r) for r in results if r.ruling in (Ruling.HELD, Ruling.BROKEN)],
    }


def created(id: str, record: Mapping[str, Any]) -> Json:
    """The answer to POST."""
    return success(
        {
            "id": id,
            "status": record["outcome"],
            "score": record["score"],
            "totalTests": record["totalTests"],
            "duration": record["duration"],
            "severityCounts": record["severityCounts"],
            "findingsCount": record["totalTests"] - record["passedCount"],
        }
    )


def row(id: str, model: str, record: Mapping[str, Any], created_at: str | None, completed_at: str | None) -> Json:
    """A scan as lists show it."""
    return {
        "id": id,
        "model": model,
        "prompt": record.get("prompt", ""),
        "status": record.get("outcome", "running"),
        "config": {"projectId": record.get("project"), "attackTypes": record.get("types", [])},
        "created_at": created_at,
        "completed_at": completed_at,
        "created_by": record.get("by"),
        "attack_types": record.get("types", []),
    }


def detail(shown: Json, record: Mapping[str, Any]) -> Json:
    """A row and all that is known of it."""
    total, passed = record.get("totalTests", 0), record.get("passedCount", 0)
    counts = record.get("severityCounts") or {severity.value: 0 for severity in Severity}
    return {
        **shown,
        "findings": [{"scanId": shown["id"], **finding} for finding in record.get("findings", [])],
        "totalTests": total,
        "passedCount": passed,
        "score": record.get("score", 0.0),
        "severityCounts": counts,
        "passRate": round(100 * passed / total, 1) if total else 0.0,
        **{f"{severity.value}Count": counts[severity.value] for severity in Severity},
        "duration": record.get("duration", 0),
        **{name: record.get(name, 0) for name in ("unjudgedCount", "errorCount", "skippedCount")},
    }


def success(data: Any) -> Json:
    return {"success": True, "data": data}


def _status(asked: Asked, results: Sequence[Result]) -> str:
    if any(r.ruling is Ruling.BROKEN for r in results):
        return "failed"
    judged = {r.type for r in results if r.ruling is Ruling.HELD}
    complete = judged >= set(asked.types) and not any(r.ruling is Ruling.ERROR for r in results)
    return "passed" if complete else "error"


def _finding(result: Result) -> Json:
    said = exchange(result)
    return {
        "id": result.case,
        "type": result.type,
        "severity": result.severity.value,
        "title": f"{result.attack} ({result.strategy})",
        "description": result.goal,
        "input": str(said[-2]["content"]) if len(said) > 1 else "",
        "output": str(said[-1]["content"]) if said else "",
        "passed": result.ruling is Ruling.HELD,
        "pluginId": result.attack,
        "strategyId": result.strategy,
        "metadata": {"judge": result.judge, "evidence": result.evidence},
    }


def _text(body: Json, key: str, longest: int) -> str:
    value = fields.text(body, key)
    if not 1 <= len(value) <= longest:
        raise RequestError(f"{key} must have 1 to {longest} characters.", param=key, code="length")
    return value
