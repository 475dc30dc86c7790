"""
What each endpoint takes and answers, as JSON Schema (2020-12), for the OpenAPI document.

Bodies are open: unknown fields are ignored, null is as good as absent. So a schema of a body says what is
understood, and one of an answer what is always there.
"""

from __future__ import annotations

from gateway.types import Json

__all__ = ["ANSWERS", "BODIES", "ERRORS"]

TEXT: Json = {"type": "string"}
MAYBE_TEXT: Json = {"type": ["string", "null"]}
FLAG: Json = {"type": ["boolean", "null"]}
BOOL: Json = {"type": "boolean"}
NUMBER: Json = {"type": "number"}
COUNT: Json = {"type": "integer", "minimum": 0}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
TEXTS: Json = {"type": ["array", "null"], "items": TEXT}
ANY: Json = {}


def _object(required: Json, **optional: Json) -> Json:
    """An open object."""
    return {"type": "object", "properties": {**required, **optional}, "required": sorted(required)}


def _list(items: Json, **more: int) -> Json:
    return {"type": "array", "items": items, **more}


def _enum(*words: str) -> Json:
    return {"enum": list(words)}


MESSAGE = {
    "type": "object",
    "properties": {
        "role": TEXT,
        "content": {"type": ["string", "array", "null"]},
        "tool_calls": {"type": ["array", "null"]},
    },
}
MESSAGES = _list(MESSAGE, minItems=1, maxItems=4096)
WANT = {"payload": FLAG, "breakdown": FLAG, "dev_info": FLAG}
SPAN = _object(
    {"start": COUNT, "end": COUNT, "text": TEXT, "detector_type": TEXT, "labels": _list(TEXT), "message_id": COUNT}
)
DETECTOR = _object(
    {"detector_id": TEXT, "detector_type": TEXT, "result": TEXT, "message_id": {"type": ["integer", "null"]}},
    project_id=MAYBE_TEXT,
    policy_id=MAYBE_TEXT,
    detected=BOOL,
)
SAID = _object({"role": TEXT, "content": TEXT})

_PROMPTGUARD = _object(
    {"messages": MESSAGES},
    direction={"enum": ["input", "output", None]},
    model=MAYBE_TEXT,
    context=ANY,
    images=ANY,
    retrieved_context=ANY,
    media=ANY,
    tools=ANY,
)
_GUARD = _object({"messages": MESSAGES}, project_id=MAYBE_TEXT, tools=ANY, **WANT)

BODIES: dict[str, Json] = {
    "xecguard.scan": _object(
        {"messages": MESSAGES, "policy_names": TEXTS},
        model=MAYBE_TEXT,
        scan_type={"enum": ["input", "response", "output", "both", None]},
        meta={"type": ["object", "null"]},
    ),
    "guard_v1": {**_GUARD, "properties": {**_PROMPTGUARD["properties"], **_GUARD["properties"]}},
    "sagexai.guard": _GUARD,
    "promptguard.guard": _PROMPTGUARD,
    "promptguard.scan": _object({"content": TEXT}, type={"enum": ["prompt", "response", None]}),
    "promptguard.redact": _object({"content": TEXT}, pii_types=TEXTS),
    "promptguard.tool": _object(
        {"tool_name": TEXT},
        agent_id=MAYBE_TEXT,
        session_id=MAYBE_TEXT,
        arguments={"type": ["object", "string", "null"]},
    ),
    "lakera.guard": _object({"messages": MESSAGES}, project_id=MAYBE_TEXT, tools=ANY, metadata=ANY, **WANT),
    "lakera.results": _object({"messages": MESSAGES}, project_id=MAYBE_TEXT, tools=ANY, metadata=ANY, **WANT),
    "lakera.policies_health": _object({}, project_id=MAYBE_TEXT),
    "lakera.policies_lint": _object({}, policies=ANY, projects=ANY),
    "evalguard.firewall": _object({"input": TEXT}, rules=TEXTS, sensitivity=ANY, projectId=MAYBE_TEXT),
    "evalguard.guardrails": _object({"text": TEXT}, projectId=MAYBE_TEXT),
    "litellm.generic": _object(
        {},
        input_type={"enum": ["request", "response", None]},
        texts=TEXTS,
        structured_messages=ANY,
        images=ANY,
        tools=ANY,
        tool_calls=ANY,
        model=MAYBE_TEXT,
    ),
    "presidio.analyze": _object(
        {"text": {"type": ["string", "array"], "items": TEXT}},
        language=ANY,
        entities=TEXTS,
        allow_list=TEXTS,
        score_threshold={"type": ["number", "null"]},
    ),
    "presidio.anonymize": _object(
        {
            "text": TEXT,
            "analyzer_results": _list(_object({"start": COUNT, "end": COUNT, "entity_type": TEXT}), maxItems=10_000),
        },
        anonymizers={"type": ["object", "null"]},
    ),
    "trustyai.contents": _object({"contents": _list(TEXT, minItems=1, maxItems=4096)}, detector_params=ANY),
}

_VERDICT = _object(
    {
        "decision": _enum("allow", "redact", "block"),
        "event_id": TEXT,
        "confidence": SHARE,
        "latency_ms": NUMBER,
        "threat_type": MAYBE_TEXT,
        "redacted_messages": {"type": ["array", "null"], "items": SAID},
        "threats": _list(_object({"type": TEXT, "confidence": SHARE, "details": TEXT})),
        "unscanned": _list(_object({"index": COUNT, "reason": TEXT})),
        "unavailable": _list(_object({"detector": TEXT, "reason": TEXT})),
    }
)
_FLAGGED = _object({"flagged": BOOL}, payload=_list(SPAN), breakdown=_list(DETECTOR), dev_info=_object({}))
_LINT = _object({"passed": BOOL, "errors": _list(_object({"message": TEXT, "severity": TEXT}))})

ANSWERS: dict[str, Json] = {
    "xecguard.scan": _object(
        {
            "decision": _enum("SAFE", "UNSAFE"),
            "action": _enum("allow", "block"),
            "confidence_score": NUMBER,
            "trace_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "xecguard_result": _list(
                _object(
                    {
                        "violated_policy_name": TEXT,
                        "violated_rules_list": _list(TEXT),
                        "rationale": TEXT,
                        "type": TEXT,
                        "evidence_status": _enum("AVAILABLE", "UNAVAILABLE"),
                        "evidence": {"type": ["array", "null"]},
                        "action_taken": TEXT,
                    }
                )
            ),
            "truncation": {"type": "null"},
        }
    ),
    "guard_v1": {"allOf": [_VERDICT, _FLAGGED]},
    "sagexai.guard": _FLAGGED,
    "promptguard.guard": _VERDICT,
    "promptguard.scan": _object(
        {
            "blocked": BOOL,
            "decision": _enum("allow", "redact", "block"),
            "flagged": BOOL,
            "reason": TEXT,
            "threatType": MAYBE_TEXT,
            "confidence": SHARE,
            "eventId": TEXT,
            "processingTimeMs": NUMBER,
        }
    ),
    "promptguard.redact": _object({"original": TEXT, "redacted": TEXT, "piiFound": _list(TEXT)}),
    "promptguard.tool": _object(
        {
            "allowed": BOOL,
            "risk_score": SHARE,
            "risk_level": _enum("low", "medium", "high", "critical"),
            "reason": TEXT,
            "warnings": _list(TEXT),
            "blocked_reasons": _list(TEXT),
        }
    ),
    "promptguard.health": _object({"status": TEXT}),
    "lakera.guard": {"allOf": [_FLAGGED, _object({"metadata": _object({"request_uuid": TEXT})})]},
    "lakera.results": _object({"results": _list(DETECTOR)}, dev_info=_object({})),
    "lakera.policies_health": _object({"status": TEXT, "is_default": BOOL, "message": TEXT, "lint": _LINT}),
    "lakera.policies_lint": _LINT,
    "lakera.startupz": _object({"status": TEXT}),
    "lakera.readyz": _object({"status": TEXT}),
    "lakera.livez": _object({"status": TEXT}),
    "evalguard.firewall": _object(
        {
            "success": {"const": True},
            "data": _object(
                {
                    "blocked": BOOL,
                    "score": SHARE,
                    "category": TEXT,
                    "subcategory": TEXT,
                    "latencyMs": NUMBER,
                    "hits": _list(_object({"layer": TEXT, "details": TEXT, "score": SHARE, "latencyMs": NUMBER})),
                }
            ),
        }
    ),
    "evalguard.guardrails": _object(
        {
            "success": {"const": True},
            "data": _object(
                {"action": _enum("allow", "flag", "redact", "block"), "reasons": _list(TEXT), "latencyMs": NUMBER}
            ),
        }
    ),
    "litellm.generic": _object(
        {"action": _enum("NONE", "GUARDRAIL_INTERVENED", "BLOCKED")}, texts=_list(TEXT), blocked_reason=TEXT
    ),
    "presidio.analyze": _list({"type": ["object", "array"]}),
    "presidio.anonymize": _object(
        {"text": TEXT, "items": _list(_object({"start": COUNT, "end": COUNT, "text": TEXT}))}
    ),
    "trustyai.contents": _list(
        _list(_object({"start": COUNT, "end": COUNT, "text": TEXT, "detection": TEXT, "score": SHARE}))
    ),
}

_SAID = _object({"message": TEXT, "type": TEXT, "code": TEXT, "request_id": TEXT})
_ENVELOPE = _object({"error": _SAID}, detail=_list(_object({"loc": _list(TEXT), "msg": TEXT, "type": TEXT})))

# By dialect.
ERRORS: dict[str, Json] = {
    "xecguard": _object(
        {"error_code": TEXT, "error_source": _enum("request", "server"), "message": TEXT, "trace_id": {"type": "null"}}
    ),
    "sagexai": _ENVELOPE,
    "promptguard": _ENVELOPE,
    "lakera": _object(
        {"message": TEXT, "code": TEXT, "error": _object({"type": TEXT, "message": TEXT}), "metadata": _object({})}
    ),
    "evalguard": _object(
        {"success": {"const": False}, "error": _object({"code": TEXT, "message": TEXT, "requestId": TEXT})}
    ),
    "litellm": _ENVELOPE,
    "presidio": _object({"error": TEXT}),
    "trustyai": _object({"code": COUNT, "message": TEXT}),
}
