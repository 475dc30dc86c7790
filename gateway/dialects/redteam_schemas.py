"""Bodies and answers of the paths at which guard APIs run red-team scans, as JSON Schema, for the OpenAPI document."""

from __future__ import annotations

from gateway.dialects.evalguard_security import MAX_MODEL, MAX_PROMPT, MAX_TYPES
from gateway.dialects.schema_parts import BOOL, COUNT, MAYBE_TEXT, NUMBER, SHARE, TEXT, enum, list_of, object_of
from gateway.redteam.model import Severity

__all__ = ["CREATED", "CUSTOM", "PRESET", "PROBED", "PROBED_ALL", "SECURITY"]

# EvalGuard: POST /api/v1/security.
SECURITY = object_of(
    {
        "projectId": {**TEXT, "format": "uuid"},
        "model": {**TEXT, "minLength": 1, "maxLength": MAX_MODEL},
        "prompt": {**TEXT, "minLength": 1, "maxLength": MAX_PROMPT},
        "attackTypes": list_of(TEXT, minItems=1, maxItems=MAX_TYPES),
    }
)
CREATED = object_of(
    {
        "success": {"const": True},
        "data": object_of(
            {
                "id": TEXT,
                "status": enum("passed", "failed", "error"),
                "score": NUMBER,
                "totalTests": COUNT,
                "duration": COUNT,
                "severityCounts": object_of({severity.value: COUNT for severity in Severity}),
                "findingsCount": COUNT,
            }
        ),
    }
)

# PromptGuard: POST /api/v1/security-testing/run/{name}, run-all and run-custom.
PRESET = object_of({}, target_preset=MAYBE_TEXT)
CUSTOM = object_of({"custom_prompt": TEXT}, target_preset=MAYBE_TEXT)
PROBED = object_of(
    {
        "test_name": TEXT,
        "prompt": TEXT,
        "decision": enum("block", "allow", "error"),
        "reason": TEXT,
        "threat_type": MAYBE_TEXT,
        "confidence": {"type": ["number", "null"]},
        "blocked": BOOL,
        "errored": BOOL,
    }
)
PROBED_ALL = object_of(
    {
        "total_tests": COUNT,
        "blocked": COUNT,
        "allowed": COUNT,
        "block_rate": SHARE,
        "errored_count": COUNT,
        "report_version": COUNT,
        "results": list_of(PROBED),
    }
)
