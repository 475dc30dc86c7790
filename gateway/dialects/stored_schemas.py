"""Bodies, answers and queries of endpoints over the store, as schemas.py has those that scan."""

from __future__ import annotations

from gateway.dialects.schema_parts import COUNT, FLAG, MAYBE_TEXT, NUMBER, TEXT, TEXTS, enum, list_of, object_of
from gateway.types import Json

__all__ = ["ANSWERS", "BODIES", "EMPTY", "QUERIES"]

MAYBE_COUNT: Json = {"type": ["integer", "null"], "minimum": 0}
MAYBE_NUMBER: Json = {"type": ["number", "null"]}
STATUS: Json = {"enum": ["enable", "disable", None]}
COUNTS: Json = {"type": "object", "additionalProperties": COUNT}

_TOKEN = object_of(
    {
        "service_token_name": TEXT,
        "service_token_id": {"type": "string", "pattern": "^xgs_[0-9a-f]{16}$"},
        "description": TEXT,
        "division": TEXT,
        "service_token_status": enum("enable", "disable"),
        "created_at": TEXT,
        "expires_at": MAYBE_TEXT,
        "timezone": TEXT,
        "policy_id_list": list_of(TEXT),
        "allow_pattern_keywords": list_of(TEXT),
        "allow_pattern_regexes": list_of(TEXT),
    },
    requests_per_minute=COUNT,
)
_TOKEN_IN: Json = {
    "service_token_status": STATUS,
    "expires_at": MAYBE_TEXT,
    "description": MAYBE_TEXT,
    "policy_id_list": TEXTS,
    "allow_pattern_keywords": TEXTS,
    "allow_pattern_regexes": TEXTS,
    "requests_per_minute": MAYBE_COUNT,
}
_POLICY = object_of(
    {
        "policy_id": TEXT,
        "policy_name": TEXT,
        "current_version_id": TEXT,
        "policy_status": enum("enable", "disable"),
        "policy_type": TEXT,
        "risk_level": COUNT,
        "created_at": MAYBE_TEXT,
        "updated_at": MAYBE_TEXT,
        "description": TEXT,
        "enforcement_mode": TEXT,
    },
    rules_list=list_of(TEXT),
)
_POLICY_IN: Json = {"policy_status": STATUS, "description": MAYBE_TEXT, "risk_level": MAYBE_COUNT}
_REASON = object_of(
    {
        "violated_type": TEXT,
        "violated_policy_name": TEXT,
        "violated_rules_list": list_of(TEXT),
        "rationale": TEXT,
        "evidence_status": enum("AVAILABLE", "UNAVAILABLE"),
        "evidence": {"type": ["array", "null"]},
    }
)
_SAGE_POLICY = object_of({"name": TEXT, "enabled": FLAG, "policy_name": TEXT})

BODIES: dict[str, Json] = {
    "xecguard.grounding": object_of(
        {
            "response": TEXT,
            "documents": list_of(object_of({"context": TEXT}, document_id=MAYBE_TEXT), minItems=1, maxItems=256),
        },
        model=MAYBE_TEXT,
        prompt=MAYBE_TEXT,
        strictness={"enum": ["BALANCED", "STRICT", None]},
    ),
    "xecguard.tokens.create": object_of({"service_token_name": TEXT}, **_TOKEN_IN),
    "xecguard.tokens.change": object_of({}, service_token_name=MAYBE_TEXT, **_TOKEN_IN),
    "xecguard.policies.create": object_of(
        {"policy_name": TEXT, "rules_list": list_of(TEXT, minItems=1, maxItems=3)}, **_POLICY_IN
    ),
    "xecguard.policies.change": object_of({}, policy_name=MAYBE_TEXT, rules_list=TEXTS, **_POLICY_IN),
}

ANSWERS: dict[str, Json] = {
    "xecguard.grounding": object_of(
        {
            "decision": enum("SAFE", "UNSAFE"),
            "trace_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "xecguard_result": object_of({"violated_rules_list": list_of(TEXT), "rationale": TEXT}),
        }
    ),
    "xecguard.licenses": object_of(
        {
            "license_info": object_of(
                {
                    "customer_id": TEXT,
                    "customer_name": TEXT,
                    "license_status": TEXT,
                    "license_type": TEXT,
                    "language": TEXT,
                    "timezone": TEXT,
                    "expires_at": MAYBE_TEXT,
                    "max_service_tokens": COUNT,
                    "current_service_tokens": COUNT,
                    "current_policy_num": COUNT,
                    "data_retention_days": MAYBE_COUNT,
                    "data_retention_record_limit": MAYBE_COUNT,
                    "mode": TEXT,
                    "span_extraction_enabled": FLAG,
                }
            )
        }
    ),
    "xecguard.tokens.list": list_of(_TOKEN),
    "xecguard.tokens.create": {
        "allOf": [
            _TOKEN,
            object_of({"token": TEXT, "max_service_tokens": COUNT, "current_service_tokens": COUNT}),
        ]
    },
    "xecguard.tokens.get": _TOKEN,
    "xecguard.tokens.change": _TOKEN,
    "xecguard.policies.list": list_of(_POLICY),
    "xecguard.policies.create": _POLICY,
    "xecguard.policies.get": _POLICY,
    "xecguard.policies.change": _POLICY,
    "xecguard.trace": object_of(
        {
            "service_token_id": TEXT,
            "trace_id": TEXT,
            "route": TEXT,
            "scanned_messages": {"type": ["array", "null"], "items": object_of({"role": TEXT, "content": TEXT})},
            "scan_type": TEXT,
            "latency_ms": NUMBER,
            "scan_policy": list_of(TEXT),
            "violated_types": list_of(TEXT),
            "timestamp": TEXT,
            "scan_result": object_of({"decision": enum("UNSAFE"), "trace_id": TEXT, "reasons": list_of(_REASON)}),
            "status_code": COUNT,
            "vendor_results": object_of({}),
        }
    ),
    "xecguard.stats": object_of(
        {
            "request_statistics": object_of(
                {
                    "start_at": TEXT,
                    "end_at": TEXT,
                    "service_token_id": MAYBE_TEXT,
                    "request_count": COUNT,
                    "request_unsafe_count": COUNT,
                    "request_error_count": COUNT,
                    "request_unsafe_rate": NUMBER,
                    "violation_type_counts": COUNTS,
                    "policies_violation_counts": COUNTS,
                    "policies_request_counts": COUNTS,
                    "unsafe_request_counts_by_max_risk": COUNTS,
                    "last_error_timestamp": MAYBE_TEXT,
                }
            ),
            "request_latency_metrics": object_of(
                {f"{name}_response_time_ms": MAYBE_NUMBER for name in ("avg", "max", "p95", "p99")}
            ),
            "unsafe_request_records": list_of(object_of({"service_token_id": TEXT, "trace_id": TEXT})),
            "api_error_records": list_of(object_of({})),
        }
    ),
    "sagexai.results": object_of(
        {
            "data": list_of(
                object_of(
                    {
                        "id": {"type": "string", "pattern": "^scan_[0-9A-HJKMNP-TV-Z]{26}$"},
                        "created_at": TEXT,
                        "flagged": FLAG,
                        "summary": object_of({"matches": COUNT, "detectors": list_of(TEXT)}),
                    }
                )
            ),
            "meta": object_of({"page": COUNT, "per_page": COUNT, "total": COUNT}),
        }
    ),
    "sagexai.policies.list": object_of({"policy": {"type": "object", "additionalProperties": _SAGE_POLICY}}),
    "sagexai.policies.get": _SAGE_POLICY,
    "evalguard.project": object_of({"projectId": TEXT, "orgId": TEXT}),
    "evalguard.guardrails.list": object_of(
        {"success": {"const": True}, "data": list_of(object_of({"id": TEXT, "name": TEXT, "enabled": FLAG}))}
    ),
}

# Answered 204, without a body.
EMPTY = frozenset({"xecguard.tokens.delete", "xecguard.policies.delete"})

# Parameters of queries, and whether they must be there.
QUERIES: dict[str, dict[str, bool]] = {
    "xecguard.policies.list": {"policy_status": False},
    "xecguard.stats": {"start_at": True, "end_at": True, "service_token_id": False},
    "sagexai.results": {"project_id": False, "scan_id": False, "page": False, "per_page": False},
}
