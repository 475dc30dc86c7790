"""
XecGuard: POST /xecguard/v1/scan.

`policy_names` chooses policies: its six, those that the tenant has written, and `*` for those bound to the
token. What the operator has chosen judges beside them, so that a caller can only ask for more. All of a text is
scanned, so an answer never says that it was truncated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Endpoint, Match, Named, Outcome, Problem, ScanRequest, Sides
from gateway.dialects.conversation import offset, read
from gateway.dialects.vocabulary import words
from gateway.dialects.xecguard_policies import DEFAULTS, FAMILY, PREFIX
from gateway.errors import GatewayError, RequestError
from gateway.policy import Ruleset
from gateway.surfaces import dump_json
from gateway.types import Effect, Json

__all__ = ["ENDPOINTS", "SCAN", "error", "violation"]

SCAN = "xecguard.scan"
UNREADABLE = "VIOLATION_CUSTOMIZED_RULE"

_TYPES = {
    PREFIX + "GeneralPromptAttackProtection": "VIOLATION_GENERAL_PROMPT",
    PREFIX + "SystemPromptEnforcement": "VIOLATION_SYSTEM_PROMPT",
    PREFIX + "HarmfulContentProtection": "VIOLATION_HARMFUL",
    PREFIX + "SkillsProtection": "VIOLATION_SKILLS",
    PREFIX + "PIISensitiveDataProtection": "VIOLATION_PII",
    PREFIX + "ContentBiasProtection": "VIOLATION_BIAS",
}
_SIDES = {"input": Sides.INPUT, "response": Sides.OUTPUT, "output": Sides.OUTPUT, "both": Sides.BOTH}
_VIRTUAL_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


def parse(body: Json, caller: Caller) -> ScanRequest:
    messages = fields.messages(body)
    scan_type = fields.choice(body, "scan_type", _SIDES, "input")
    _check_meta(body.get("meta"))
    talk = read(messages, _SIDES[scan_type])
    chosen = _chosen(fields.texts(body, "policy_names"), caller)
    return ScanRequest(
        messages=messages,
        prompt=talk.prompt,
        answer=talk.answer,
        context=talk.context,
        model=fields.text(body, "model", ""),
        rulesets=tuple(named.ruleset for named in chosen),
        options={"scan_type": "response" if scan_type == "output" else scan_type, "named": caller.named},
    )


def _chosen(names: tuple[str, ...], caller: Caller) -> tuple[Named, ...]:
    """What judges beside the operator's choice; none: that alone."""
    bound = any(not (r.monitors and r.name.startswith(FAMILY)) for r in caller.own)  # one of them may be disabled
    if not names and not bound:
        raise RequestError("policy_names must name at least one policy: none is bound to this token.", **_NO_POLICY)
    own = {ruleset.name for ruleset in caller.own}
    out: list[Named] = []
    for name in names:
        if name == "*":
            out += () if bound else DEFAULTS.values()
        elif (found := caller.named.get(name) or DEFAULTS.get(name)) is not None:
            out.append(found)
        elif name not in own:
            raise RequestError("policy_names holds the name of a policy that does not exist.", **_NO_POLICY)
    return tuple({named.name: named for named in out}.values())


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
    known = _by_ruleset(request)
    found: dict[tuple[str, str], list[Match]] = {}
    for match in outcome.matches:
        if match.effect >= Effect.REDACT:
            found.setdefault(_policy(match, known), []).append(match)
    out = [_result(request, name, kind, matches, known) for (name, kind), matches in found.items()]
    if outcome.refused:
        policy = outcome.policies[0] if outcome.policies else "policy"
        name = known[policy].name if policy in known else policy
        rationale = (
            f"Something could not be scanned ({outcome.refused[0].reason}), and the policy does not let it pass."
        )
        out.append(violation(name, UNREADABLE, rationale))
    return out


def _by_ruleset(request: ScanRequest) -> dict[str, Named]:
    """What callers call our policies."""
    every: Iterable[Named] = (*DEFAULTS.values(), *request.options["named"].values())
    return {named.ruleset.name: named for named in every}


def _policy(match: Match, known: dict[str, Named]) -> tuple[str, str]:
    """Name and type of the policy that a finding violates."""
    if (named := known.get(match.policy)) is not None:
        return named.name, _TYPES.get(named.name, UNREADABLE)
    name = words(match.category).xecguard
    return (PREFIX + name, _TYPES[PREFIX + name]) if name else (match.policy, UNREADABLE)


def _result(request: ScanRequest, name: str, kind: str, matches: list[Match], known: dict[str, Named]) -> Json:
    places: dict[str, list[str]] = {}
    rules: dict[str, None] = {}
    for match in matches:
        where = "beside the messages" if match.message is None else f"in message {match.message}"
        says = match.says or words(match.category).says
        if match.policy in known and (rule := _rule(known[match.policy].ruleset, match)):
            rules[rule] = None
            says = "What one of its rules is about"
        told = places.setdefault(says, [])
        if where not in told:
            told.append(where)
    rationale = " ".join(f"{says.rstrip('.')}: {', '.join(where)}." for says, where in places.items())
    evidence: dict[tuple[Any, ...], Json] = {}  # each place once, however many categories it has
    for match in matches:
        if (item := _evidence(request, match)) is not None:
            evidence[match.message, item["start"], item["end"]] = item
    return violation(name, kind, rationale, list(evidence.values()), list(rules))


def _rule(ruleset: Ruleset, match: Match) -> str:
    """The sentence that a text fell under."""
    return next((rule.text for rule in ruleset.policy.custom_rules if rule.name == match.rule), "")


def violation(name: str, kind: str, rationale: str, evidence: list[Json] | None = None, rules: Any = ()) -> Json:
    return {
        "violated_policy_name": name,
        "violated_rules_list": list(rules),
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


def note(request: ScanRequest, outcome: Outcome) -> Json:
    """What traces and statistics are made of: no text of the caller's."""
    known = _by_ruleset(request)
    told = answer(request, outcome)
    results = told["xecguard_result"]
    for result in results:
        for item in result["evidence"] or ():
            del item["text"]
    risks = {named.name: named.risk for named in known.values()}
    return {
        "scan_type": request.options["scan_type"],
        "decision": told["decision"],
        "policies": [known[name].name if name in known else name for name in outcome.policies],
        "reasons": results,
        "risk": max((risks.get(result["violated_policy_name"], 3) for result in results), default=0),
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


ENDPOINTS = (Endpoint("/xecguard/v1/scan", SCAN, parse, answer, error, note, chooses=True),)
