"""
EvalGuard: POST /api/v1/firewall/check and /api/v1/guardrails, each answer in its envelope; project/current and
the list of guardrails.

`rules` and `sensitivity` are accepted and change nothing: the policy's rules always hold, all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Endpoint, Outcome, Problem, ScanRequest
from gateway.dialects.conversation import said
from gateway.dialects.vocabulary import words
from gateway.errors import GatewayError
from gateway.policy import Ruleset
from gateway.types import Direction, Effect, Json

__all__ = ["ENDPOINTS", "error", "project", "rules"]

_ACTIONS = {Effect.ALLOW: "allow", Effect.FLAG: "flag", Effect.REDACT: "redact", Effect.BLOCK: "block"}
_CODES = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    422: "VALIDATION_ERROR",
    413: "VALIDATION_ERROR",
    415: "VALIDATION_ERROR",
    429: "RATE_LIMITED",
}
_UNREADABLE = "unscannable"
_SPACE = UUID("6f1d1e1c-3c53-5a0b-9b0e-6d1f0a5e7c21")  # of names of tenants


def parse_check(body: Json, caller: Caller) -> ScanRequest:
    fields.texts(body, "rules")
    return _one_text(body, "input")


def parse_guardrails(body: Json, caller: Caller) -> ScanRequest:
    return _one_text(body, "text")


def _one_text(body: Json, key: str) -> ScanRequest:
    text = fields.text(body, key)
    talk = said([text], Direction.INPUT)
    project = fields.text(body, "projectId", "") or None
    return ScanRequest(messages=({"role": "user", "content": text},), prompt=talk.prompt, project=project)


def check(request: ScanRequest, outcome: Outcome) -> Json:
    """
    A firewall lets pass or does not: it cannot redact, so what would have to be redacted is stopped.
    """
    main = outcome.main
    category = words(main.category).evalguard if main else _UNREADABLE if outcome.refused else "none"
    return _success(
        {
            "blocked": outcome.effect >= Effect.REDACT,
            "score": round(main.score, 4) if main else 1.0 if outcome.refused else _most(outcome),
            "category": category,
            "subcategory": main.category if main else category,
            "latencyMs": outcome.latency_ms,
            "hits": [
                {
                    "layer": match.detector,
                    "details": match.category,
                    "score": round(match.score, 4),
                    "latencyMs": round(outcome.timings_ms.get(match.detector, 0.0), 3),
                }
                for match in outcome.matches
            ],
        }
    )


def _most(outcome: Outcome) -> float:
    return round(max(outcome.scores.values(), default=0.0), 4)


def guardrails(request: ScanRequest, outcome: Outcome) -> Json:
    reasons = dict.fromkeys(f"{words(m.category).evalguard}: {m.category}" for m in outcome.matches)
    reasons |= dict.fromkeys(f"{_UNREADABLE}: {item.reason}" for item in outcome.refused)
    return _success({"action": _ACTIONS[outcome.effect], "reasons": list(reasons), "latencyMs": outcome.latency_ms})


def project(tenant: str) -> Json:
    """A tenant has one project, whose id its name decides. Without the envelope, as its SDKs read it."""
    return {"projectId": str(uuid5(_SPACE, f"project/{tenant}")), "orgId": str(uuid5(_SPACE, f"org/{tenant}"))}


def rules(rulesets: Sequence[Ruleset]) -> Json:
    """The policies that hold for this caller."""
    return _success(
        [
            {
                "id": ruleset.name,
                "name": ruleset.name,
                "description": ruleset.policy.description.strip(),
                "enabled": not ruleset.monitors,
                "version": ruleset.version,
                "rules": list(dict.fromkeys(rule.title for rule in ruleset.rules)),
            }
            for ruleset in rulesets
        ]
    )


def _success(data: Json | list[Json]) -> Json:
    return {"success": True, "data": data}


def error(problem: GatewayError, request_id: str) -> Problem:
    code = _CODES.get(problem.status, "INTERNAL_ERROR")
    body = {"code": code, "message": problem.message, "type": problem.type, "requestId": request_id}
    return Problem(problem.status, {"success": False, "error": body})


ENDPOINTS = (
    Endpoint("/api/v1/firewall/check", "evalguard.firewall", parse_check, check, error, repeats=True),
    Endpoint("/api/v1/guardrails", "evalguard.guardrails", parse_guardrails, guardrails, error, repeats=True),
)
