"""
PromptGuard: /api/v1/security-testing, attacks on the guard itself. Pure.

It asks what the policy makes of a prompt, not what a model makes of it: so no model is needed, and a prompt that is
let pass here may still be turned down by one, or its answer be stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.dialects import body as fields
from gateway.dialects.base import Outcome, Problem
from gateway.dialects.promptguard import envelope, reason, threat_type
from gateway.dialects.promptguard import error as common_error
from gateway.dialects.promptguard_guardrails import STRICTNESS, USE_CASES, use_case_of
from gateway.errors import GatewayError, RequestError
from gateway.redteam.model import Attack, Case
from gateway.types import Effect, Json

__all__ = ["broken", "catalog", "error", "messages", "policies_of", "response", "summary"]

VERSION = 2  # errors are counted by themselves


def catalog(cases: Sequence[Case]) -> Json:
    attacks = [case.attack for case in cases]
    return {"total": len(attacks), "tests": [_info(attack) for attack in attacks]}


def _info(attack: Attack) -> Json:
    return {"name": attack.id, "category": attack.type, "description": attack.goal, "expected_result": "block"}


def messages(case: Case) -> list[Json]:
    """What a user, and a tool, would say; the system prompt is the operator's."""
    return [message for step in case.steps for message in step.messages]


def policies_of(body: Json) -> tuple[str, ...]:
    """
    The policies that a preset asks for on top of those that hold anyway; what holds cannot be made weaker. Raises
    RequestError (`invalid_preset`) with all names.
    """
    preset = fields.text(body, "target_preset", "default")
    use_case, _, strictness = preset.partition(":")
    if not strictness and use_case in STRICTNESS:
        use_case, strictness = "default", use_case
    try:
        use_case_of(use_case)
        known = (strictness or "moderate") in STRICTNESS
    except RequestError:
        known = False
    if not known:
        names = ", ".join(f"{name}:{level}" for name in USE_CASES for level in STRICTNESS)
        raise RequestError(
            f"There is no preset of that name; there are: {names}.", param="target_preset", code="invalid_preset"
        )
    return ("strict",) if strictness == "strict" else ()


def response(name: str, prompt: str, outcome: Outcome) -> Json:
    blocked = outcome.effect is Effect.BLOCK
    return {
        "test_name": name,
        "prompt": prompt,
        "decision": "block" if blocked else "allow",
        "reason": reason(outcome),
        "threat_type": threat_type(outcome),
        "confidence": outcome.confidence,
        "blocked": blocked,
        "errored": False,
    }


def broken(name: str, prompt: str, why: str) -> Json:
    """A prompt of which nobody could say anything: neither blocked nor allowed."""
    return {
        "test_name": name,
        "prompt": prompt,
        "decision": "error",
        "reason": why,
        "threat_type": None,
        "confidence": None,
        "blocked": False,
        "errored": True,
    }


def summary(results: Sequence[Json]) -> Json:
    told = [result for result in results if not result["errored"]]
    blocked = sum(result["blocked"] for result in told)
    return {
        "total_tests": len(told),
        "blocked": blocked,
        "allowed": len(told) - blocked,
        "block_rate": round(blocked / len(told), 4) if told else 0.0,
        "errored_count": len(results) - len(told),
        "report_version": VERSION,
        "results": list(results),
    }


def error(problem: GatewayError, request_id: str) -> Problem:
    if problem.code == "invalid_preset":
        return Problem(400, envelope(problem, request_id))
    return common_error(problem, request_id)
