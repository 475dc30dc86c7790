"""What PromptGuard's and Lakera's endpoints over the store take and answer; see schemas.py."""

from __future__ import annotations

from gateway.dialects.lakera_detectors import THRESHOLDS
from gateway.dialects.promptguard_guardrails import STRICTNESS
from gateway.dialects.schema_parts import BOOL, COUNT, FLAG, MAYBE_TEXT, SHARE, TEXT, TEXTS, list_of, object_of
from gateway.types import Json

__all__ = ["ANSWERS", "BODIES", "EMPTY", "QUERIES"]

COUNTS: Json = {"type": "object", "additionalProperties": COUNT}
NAME: Json = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\x00]*\S[^\x00]*$"}
OBJECT: Json = {"type": ["object", "null"]}

_GUARDRAILS = {"type": "object", "additionalProperties": object_of({"enabled": BOOL})}
_PROJECT = object_of(
    {
        "id": TEXT,
        "name": TEXT,
        "description": MAYBE_TEXT,
        "fail_mode": {"enum": ["open", "closed"]},
        "use_case": TEXT,
        "strictness_level": {"enum": list(STRICTNESS)},
        "zero_retention": BOOL,
        "created_at": TEXT,
    }
)
_PROJECT_FIELDS: Json = {
    "description": MAYBE_TEXT,
    "fail_mode": {"enum": ["open", "closed", None]},
    "use_case": {"enum": ["default", "support_bot", "code_assistant", "rag_system", None]},
    "strictness_level": {"enum": [*STRICTNESS, None]},
    "zero_retention": FLAG,
}
_KEY = object_of(
    {
        "id": TEXT,
        "name": TEXT,
        "prefix": TEXT,
        "key": {"type": "null"},
        "project_id": MAYBE_TEXT,
        "project_name": MAYBE_TEXT,
        "permissions": list_of(TEXT),
        "is_active": BOOL,
        "last_used_at": MAYBE_TEXT,
        "expires_at": MAYBE_TEXT,
        "created_at": TEXT,
        "rate_limit_per_minute": {"type": ["integer", "null"]},
    }
)
_DONE = object_of({"success": {"const": True}})
_DETECTOR = object_of(
    {"type": TEXT},
    threshold={"enum": [*THRESHOLDS, None]},
    allowed_domains=TEXTS,
    name=MAYBE_TEXT,
    regex=MAYBE_TEXT,
    words=TEXTS,
    denied_tools=TEXTS,
    allowed_tools=TEXTS,
    task=MAYBE_TEXT,
)
_DETECTORS: Json = {"type": ["array", "null"], "items": _DETECTOR}
_POLICY = object_of(
    {"name": TEXT, "policy_mode": {"const": "IO"}},
    input_detectors=list_of(_DETECTOR),
    output_detectors=list_of(_DETECTOR),
    detectors=list_of(_DETECTOR),
    default_threshold=TEXT,
)
_POLICY_FIELDS: Json = {
    "policy_mode": {"enum": ["IO", None]},
    "input_detectors": _DETECTORS,
    "output_detectors": _DETECTORS,
    "detectors": _DETECTORS,
    "default_threshold": {"enum": [*THRESHOLDS, None]},
}
_LAKERA_PROJECT = object_of({"id": TEXT, "name": TEXT, "policy_id": MAYBE_TEXT, "metadata": {"type": "object"}})


def _made(data: Json) -> Json:
    return object_of({"status": {"const": "ok"}, "message": TEXT, "id": TEXT, "data": data})


BODIES: dict[str, Json] = {
    "promptguard.projects.new": object_of({"name": NAME}, **_PROJECT_FIELDS),
    "promptguard.projects.change": object_of({}, name=MAYBE_TEXT, **_PROJECT_FIELDS),
    "promptguard.guardrails.change": object_of({"guardrails": {"type": "object"}}),
    "promptguard.keys.new": object_of({"name": NAME}, project_id=MAYBE_TEXT, permissions=TEXTS, expires_at=MAYBE_TEXT),
    "lakera.policies.new": object_of({"name": NAME}, **_POLICY_FIELDS),
    "lakera.policies.change": object_of({}, name=MAYBE_TEXT, **_POLICY_FIELDS),
    "lakera.projects.new": object_of({"name": NAME}, policy_id=MAYBE_TEXT, metadata=OBJECT),
    "lakera.projects.change": object_of({}, name=MAYBE_TEXT, policy_id=MAYBE_TEXT, metadata=OBJECT),
}

ANSWERS: dict[str, Json] = {
    "promptguard.projects.list": list_of(_PROJECT),
    **dict.fromkeys(("promptguard.projects.new", "promptguard.projects.get", "promptguard.projects.change"), _PROJECT),
    **dict.fromkeys(
        ("promptguard.guardrails.get", "promptguard.guardrails.change"), object_of({"guardrails": _GUARDRAILS})
    ),
    "promptguard.keys.list": list_of(_KEY),
    "promptguard.keys.get": _KEY,
    "promptguard.keys.new": object_of({"key": TEXT, "id": TEXT, "name": TEXT, "prefix": TEXT}),
    "promptguard.keys.toggle": object_of({"success": {"const": True}, "is_active": BOOL}),
    **dict.fromkeys(("promptguard.projects.delete", "promptguard.keys.delete"), _DONE),
    "promptguard.presets": object_of(
        {
            "use_cases": list_of(object_of({"id": TEXT, "description": TEXT})),
            "strictness_levels": list_of(TEXT),
            "presets": list_of(
                object_of({"id": TEXT, "use_case": TEXT, "strictness_level": TEXT, "guardrails": _GUARDRAILS})
            ),
        }
    ),
    "promptguard.usage": object_of(
        {
            "has_subscription": BOOL,
            "plan": TEXT,
            "status": TEXT,
            "monthly_limit": {"type": "integer"},
            "used_this_month": COUNT,
            "remaining": {"type": "integer"},
            "usage_percentage": {"type": "number"},
            "reset_date": TEXT,
            "requests_used": COUNT,
            "requests_limit": {"type": "integer"},
            "overage": COUNT,
            "reset_at": TEXT,
            "decisions": COUNTS,
            "block_rate": SHARE,
            "threats": COUNTS,
            "coverage": object_of({"scanned": COUNT, "not_fully_scanned": COUNT, "share": SHARE}),
            "latency_ms": {"type": "object", "additionalProperties": {"type": "number"}},
        }
    ),
    "promptguard.events": list_of(
        object_of(
            {
                "id": TEXT,
                "type": TEXT,
                "decision": {"enum": ["allow", "redact", "block"]},
                "threat_type": MAYBE_TEXT,
                "route": TEXT,
                "model": MAYBE_TEXT,
                "latency_ms": {"type": "number"},
                "created_at": TEXT,
            }
        )
    ),
    "promptguard.agent": object_of(
        {
            "agent_id": TEXT,
            "total_tool_calls": COUNT,
            "blocked_calls": COUNT,
            "avg_risk_score": SHARE,
            "active_sessions": {"const": 0},
            "anomalies_detected": COUNT,
        }
    ),
    "lakera.policies.new": _made(_POLICY),
    **dict.fromkeys(("lakera.policies.get", "lakera.policies.change"), _POLICY),
    "lakera.projects.new": _made(object_of({"name": TEXT, "policy_id": MAYBE_TEXT, "metadata": {"type": "object"}})),
    **dict.fromkeys(("lakera.projects.get", "lakera.projects.change"), _LAKERA_PROJECT),
}

EMPTY = frozenset({"lakera.policies.delete", "lakera.projects.delete"})

# Names in the query, and whether they must be there.
QUERIES: dict[str, dict[str, bool]] = {"promptguard.events": {"limit": False, "type": False}}
