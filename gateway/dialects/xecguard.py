"""
XecGuard: POST /xecguard/v1/scan.

`policy_names` chooses among its six policies; `["*"]`, or none where a policy is bound to the key, means the
policy of the key. All of a text is scanned, so an answer never says that it was truncated.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Endpoint, Match, Outcome, Problem, ScanRequest, Sides
from gateway.dialects.conversation import offset, read
from gateway.dialects.rulesets import XECGUARD
from gateway.dialects.vocabulary import words
from gateway.errors import GatewayError, RequestError
from gateway.policy import Ruleset
from gateway.surfaces import dump_json
from gateway.types import Effect, Json

__all__ = ["ENDPOINTS", "error"]

PREFIX = "Default_Policy_"
UNREADABLE = "VIOLATION_CUSTOMIZED_RULE"

_TYPES = {
    "GeneralPromptAttackProtection": "VIOLATION_GENERAL_PROMPT",
    "SystemPromptEnforcement": "VIOLATION_SYSTEM_PROMPT",
    "HarmfulContentProtection": "VIOLATION_HARMFUL",
    "SkillsProtection": "VIOLATION_SKILLS",
    "PIISensitiveDataProtection": "VIOLATION_PII",
    "ContentBiasProtection": "VIOLATION_BIAS",
}
_SIDES = {"input": Sides.INPUT, "response": Sides.OUTPUT, "output": Sides.OUTPUT, "both": Sides.BOTH}
_VIRTUAL_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


def parse(body: Json, caller: Caller) -> ScanRequest:
    messages = fields.messages(body)
    sides = _SIDES[fields.choice(body, "scan_type", _SIDES, "input")]
    _check_meta(body.get("meta"))
    talk = read(messages, sides)
    return ScanRequest(
        messages=messages,
        prompt=talk.prompt,
        answer=talk.answer,
        context=talk.context,
        model=fields.text(body, "model", ""),
        rulesets=_rulesets(fields.texts(body, "policy_names"), caller.policy),
    )


def _rulesets(names: tuple[str, ...], bound: str) -> tuple[Ruleset, ...]:
    """None: the gateway's own policies."""
    if not names and not bound:
        raise RequestError("policy_names must name at least one policy: none is bound to this token.", **_NO_POLICY)
    if bound and set(names) <= {"*", bound}:
        return ()
    if "*" in names:
        return tuple(XECGUARD.values())
    unknown = next((n for n in names if n.removeprefix(PREFIX) not in XECGUARD or not n.startswith(PREFIX)), None)
    if unknown is not None:
        raise RequestError("policy_names holds the name of a policy that does not exist.", **_NO_POLICY)
    return tuple(dict.fromkeys(XECGUARD[name.removeprefix(PREFIX)] for name in names))


_NO_POLICY = {"param": "policy_names", "code": "policy_not_found"}


def _check_meta(meta: Any) -> None:
    """Flat facts about the caller. They play no part in the verdict, but a wrong form is refused, as it is there."""
    if meta is None:
        return
    if type(meta) is not dict or len(dump_json(meta)) > 4096:
        raise fields.wrong("meta", "an object of at most 4096 bytes")
    key, data = meta.get("virtualkey"), meta.get("data")
    if type(key) is str and not _VIRTUAL_KEY.fullmatch(key):
        raise fields.wrong("meta.virtualkey", "1 to 64 letters, digits, dots, dashes and underscores")
    if type(key) not in (str, dict, type(None)):
        raise fields.wrong("meta.virtualkey", "a name, or an object with alias and key_id")
    if data is None:
        return
    if type(data) is not dict or len(data) > 32:
        raise fields.wrong("meta.data", "an object of at most 32 fields")
    for value in data.values():
        if type(value) in (dict, list) or (type(value) is str and len(value) > 512):
            raise fields.wrong("meta.data", "flat, with texts of at most 512 characters")


def answer(request: ScanRequest, outcome: Outcome) -> Json:
    unsafe = outcome.effect >= Effect.REDACT
    return {
        "decision": "UNSAFE" if unsafe else "SAFE",
        "action": "block" if unsafe else "allow",
        "confidence_score": -1,
        "trace_id": outcome.id,
        "xecguard_result": _results(request, outcome) if unsafe else [],
        "truncation": None,
    }


def _results(request: ScanRequest, outcome: Outcome) -> list[Json]:
    """One for each policy that was violated."""
    found: dict[tuple[str, str], list[Match]] = {}
    for match in outcome.matches:
        if match.effect >= Effect.REDACT:
            found.setdefault(_policy(match), []).append(match)
    out = [_result(request, name, kind, matches) for (name, kind), matches in found.items()]
    if outcome.refused:
        name = outcome.policies[0] if outcome.policies else "policy"
        rationale = (
            f"Something could not be scanned ({outcome.refused[0].reason}), and the policy does not let it pass."
        )
        out.append(_violation(name, UNREADABLE, rationale, []))
    return out


def _policy(match: Match) -> tuple[str, str]:
    """Name and type of the policy that a finding violates."""
    name = words(match.category).xecguard
    return (PREFIX + name, _TYPES[name]) if name else (match.policy, UNREADABLE)


def _result(request: ScanRequest, name: str, kind: str, matches: list[Match]) -> Json:
    places: dict[str, list[str]] = {}
    for match in matches:
        where = "beside the messages" if match.message is None else f"in message {match.message}"
        told = places.setdefault(match.says or words(match.category).says, [])
        if where not in told:
            told.append(where)
    rationale = " ".join(f"{says.rstrip('.')}: {', '.join(where)}." for says, where in places.items())
    evidence = [item for match in matches if (item := _evidence(request, match)) is not None]
    return _violation(name, kind, rationale, evidence)


def _violation(name: str, kind: str, rationale: str, evidence: list[Json]) -> Json:
    return {
        "violated_policy_name": name,
        "violated_rules_list": [],
        "rationale": rationale,
        "type": kind,
        "evidence_status": "AVAILABLE" if evidence else "UNAVAILABLE",
        "evidence": evidence or None,
        "action_taken": "block",
    }


def _evidence(request: ScanRequest, match: Match) -> Json | None:
    base = offset(request.messages, match.path)
    if base is None or match.end == match.start:
        return None
    return {
        "message_index": match.message,
        "start": base + match.start,
        "end": base + match.end,
        "text": match.text,
    }


def error(problem: GatewayError, request_id: str) -> Problem:
    return Problem(problem.status, _error_body(problem))


def _error_body(problem: GatewayError) -> Json:
    theirs = 400 <= problem.status < 500
    return {
        "error_code": "LICENSE_THROTTLE" if problem.status == 429 else problem.code.upper(),
        "error_source": "request" if theirs else "server",
        "message": problem.message,
        "detail": problem.message,
        "trace_id": None,
    }


ENDPOINTS = (Endpoint("/xecguard/v1/scan", "xecguard.scan", parse, answer, error),)
