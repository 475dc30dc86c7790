"""
What each endpoint takes and answers, as JSON Schema (2020-12), for the OpenAPI document.

Bodies are open: unknown fields are ignored, null is as good as absent. So a schema of a body says what is
understood, and one of an answer what is always there.
"""

from __future__ import annotations

from gateway.dialects import schemas_managed as managed
from gateway.dialects import stored_schemas as stored
from gateway.dialects.schema_parts import (
    ANY,
    BOOL,
    COUNT,
    FLAG,
    MAYBE_TEXT,
    NUMBER,
    SHARE,
    TEXT,
    TEXTS,
    enum,
    list_of,
    object_of,
)
from gateway.types import Json

__all__ = ["ANSWERS", "BODIES", "EMPTY", "ERRORS", "QUERIES", "STORED"]

# What is over the store: answers, names that answer nothing, queries.
STORED: dict[str, Json] = {**stored.ANSWERS, **managed.ANSWERS}
EMPTY = stored.EMPTY | managed.EMPTY
QUERIES = {**stored.QUERIES, **managed.QUERIES}

MESSAGE = {
    "type": "object",
    "properties": {
        "role": TEXT,
        "content": {"type": ["string", "array", "null"]},
        "tool_calls": {"type": ["array", "null"]},
    },
}
MESSAGES = list_of(MESSAGE, minItems=1, maxItems=4096)
WANT = {"payload": FLAG, "breakdown": FLAG, "dev_info": FLAG}
SPAN = object_of(
    {"start": COUNT, "end": COUNT, "text": TEXT, "detector_type": TEXT, "labels": list_of(TEXT), "message_id": COUNT}
)
DETECTOR = object_of(
    {"detector_id": TEXT, "detector_type": TEXT, "result": TEXT, "message_id": {"type": ["integer", "null"]}},
    project_id=MAYBE_TEXT,
    policy_id=MAYBE_TEXT,
    detected=BOOL,
)
SAID = object_of({"role": TEXT, "content": TEXT})

_PROMPTGUARD = object_of(
    {"messages": MESSAGES},
    direction={"enum": ["input", "output", None]},
    model=MAYBE_TEXT,
    context=ANY,
    images=ANY,
    retrieved_context=ANY,
    media=ANY,
    tools=ANY,
)
_GUARD = object_of({"messages": MESSAGES}, project_id=MAYBE_TEXT, tools=ANY, **WANT)

BODIES: dict[str, Json] = {
    "xecguard.scan": object_of(
        {"messages": MESSAGES, "policy_names": TEXTS},
        model=MAYBE_TEXT,
        scan_type={"enum": ["input", "response", "output", "both", None]},
        meta={"type": ["object", "null"]},
    ),
    "guard_v1": {**_GUARD, "properties": {**_PROMPTGUARD["properties"], **_GUARD["properties"]}},
    "sagexai.guard": _GUARD,
    "promptguard.guard": _PROMPTGUARD,
    "promptguard.scan": object_of({"content": TEXT}, type={"enum": ["prompt", "response", None]}),
    "promptguard.redact": object_of({"content": TEXT}, pii_types=TEXTS),
    "promptguard.tool": object_of(
        {"tool_name": TEXT},
        agent_id=MAYBE_TEXT,
        session_id=MAYBE_TEXT,
        arguments={"type": ["object", "string", "null"]},
    ),
    "lakera.guard": object_of({"messages": MESSAGES}, project_id=MAYBE_TEXT, tools=ANY, metadata=ANY, **WANT),
    "lakera.results": object_of({"messages": MESSAGES}, project_id=MAYBE_TEXT, tools=ANY, metadata=ANY, **WANT),
    "lakera.policies_health": object_of({}, project_id=MAYBE_TEXT),
    "lakera.policies_lint": object_of({}, policies=ANY, projects=ANY),
    "evalguard.firewall": object_of({"input": TEXT}, rules=TEXTS, sensitivity=ANY, projectId=MAYBE_TEXT),
    "evalguard.guardrails": object_of({"text": TEXT}, projectId=MAYBE_TEXT),
    "litellm.generic": object_of(
        {},
        input_type={"enum": ["request", "response", None]},
        texts=TEXTS,
        structured_messages=ANY,
        images=ANY,
        tools=ANY,
        tool_calls=ANY,
        model=MAYBE_TEXT,
    ),
    "presidio.analyze": object_of(
        {"text": {"type": ["string", "array"], "items": TEXT}},
        language=ANY,
        entities=TEXTS,
        allow_list=TEXTS,
        score_threshold={"type": ["number", "null"]},
    ),
    "presidio.anonymize": object_of(
        {
            "text": TEXT,
            "analyzer_results": list_of(
                object_of({"start": COUNT, "end": COUNT, "entity_type": TEXT}), maxItems=10_000
            ),
        },
        anonymizers={"type": ["object", "null"]},
    ),
    **stored.BODIES,
    **managed.BODIES,
    "trustyai.contents": object_of({"contents": list_of(TEXT, minItems=1, maxItems=4096)}, detector_params=ANY),
}

_VERDICT = object_of(
    {
        "decision": enum("allow", "redact", "block"),
        "event_id": TEXT,
        "confidence": SHARE,
        "latency_ms": NUMBER,
        "threat_type": MAYBE_TEXT,
        "redacted_messages": {"type": ["array", "null"], "items": SAID},
        "threats": list_of(object_of({"type": TEXT, "confidence": SHARE, "details": TEXT})),
        "unscanned": list_of(object_of({"index": COUNT, "reason": TEXT})),
        "unavailable": list_of(object_of({"detector": TEXT, "reason": TEXT})),
    }
)
_FLAGGED = object_of({"flagged": BOOL}, payload=list_of(SPAN), breakdown=list_of(DETECTOR), dev_info=object_of({}))
_LINT = object_of({"passed": BOOL, "errors": list_of(object_of({"message": TEXT, "severity": TEXT}))})

ANSWERS: dict[str, Json] = {
    **STORED,
    "xecguard.scan": object_of(
        {
            "decision": enum("SAFE", "UNSAFE"),
            "action": enum("allow", "block"),
            "confidence_score": NUMBER,
            "trace_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "xecguard_result": list_of(
                object_of(
                    {
                        "violated_policy_name": TEXT,
                        "violated_rules_list": list_of(TEXT),
                        "rationale": TEXT,
                        "type": TEXT,
                        "evidence_status": enum("AVAILABLE", "UNAVAILABLE"),
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
    "promptguard.scan": object_of(
        {
            "blocked": BOOL,
            "decision": enum("allow", "redact", "block"),
            "flagged": BOOL,
            "reason": TEXT,
            "threatType": MAYBE_TEXT,
            "confidence": SHARE,
            "eventId": TEXT,
            "processingTimeMs": NUMBER,
        }
    ),
    "promptguard.redact": object_of({"original": TEXT, "redacted": TEXT, "piiFound": list_of(TEXT)}),
    "promptguard.tool": object_of(
        {
            "allowed": BOOL,
            "risk_score": SHARE,
            "risk_level": enum("low", "medium", "high", "critical"),
            "reason": TEXT,
            "warnings": list_of(TEXT),
            "blocked_reasons": list_of(TEXT),
        }
    ),
    "promptguard.health": object_of({"status": TEXT}),
    "lakera.guard": {"allOf": [_FLAGGED, object_of({"metadata": object_of({"request_uuid": TEXT})})]},
    "lakera.results": object_of({"results": list_of(DETECTOR)}, dev_info=object_of({})),
    "lakera.policies_health": object_of({"status": TEXT, "is_default": BOOL, "message": TEXT, "lint": _LINT}),
    "lakera.policies_lint": _LINT,
    "lakera.startupz": object_of({"status": TEXT}),
    "lakera.readyz": object_of({"status": TEXT}),
    "lakera.livez": object_of({"status": TEXT}),
    "evalguard.firewall": object_of(
        {
            "success": {"const": True},
            "data": object_of(
                {
                    "blocked": BOOL,
                    "score": SHARE,
                    "category": TEXT,
                    "subcategory": TEXT,
                    "latencyMs": NUMBER,
                    "hits": list_of(object_of({"layer": TEXT, "details": TEXT, "score": SHARE, "latencyMs": NUMBER})),
                }
            ),
        }
    ),
    "evalguard.guardrails": object_of(
        {
            "success": {"const": True},
            "data": object_of(
                {"action": enum("allow", "flag", "redact", "block"), "reasons": list_of(TEXT), "latencyMs": NUMBER}
            ),
        }
    ),
    "litellm.generic": object_of(
        {"action": enum("NONE", "GUARDRAIL_INTERVENED", "BLOCKED")}, texts=list_of(TEXT), blocked_reason=TEXT
    ),
    "presidio.analyze": list_of({"type": ["object", "array"]}),
    "presidio.anonymize": object_of(
        {"text": TEXT, "items": list_of(object_of({"start": COUNT, "end": COUNT, "text": TEXT}))}
    ),
    "trustyai.contents": list_of(
        list_of(object_of({"start": COUNT, "end": COUNT, "text": TEXT, "detection": TEXT, "score": SHARE}))
    ),
}

_SAID = object_of({"message": TEXT, "type": TEXT, "code": TEXT, "request_id": TEXT})
_ENVELOPE = object_of({"error": _SAID}, detail=list_of(object_of({"loc": list_of(TEXT), "msg": TEXT, "type": TEXT})))

# By dialect.
ERRORS: dict[str, Json] = {
    "xecguard": object_of(
        {"error_code": TEXT, "error_source": enum("request", "server"), "message": TEXT, "trace_id": {"type": "null"}}
    ),
    "sagexai": _ENVELOPE,
    "promptguard": _ENVELOPE,
    "lakera": object_of(
        {"message": TEXT, "code": TEXT, "error": object_of({"type": TEXT, "message": TEXT}), "metadata": object_of({})}
    ),
    "evalguard": object_of(
        {"success": {"const": False}, "error": object_of({"code": TEXT, "message": TEXT, "requestId": TEXT})}
    ),
    "litellm": _ENVELOPE,
    "presidio": object_of({"error": TEXT}),
    "trustyai": object_of({"code": COUNT, "message": TEXT}),
}
