"""
The policy that a project of PromptGuard comes to: rules for each guardrail that is on. The first rule that fits a
finding decides, so what blocks stands before what redacts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from fnmatch import fnmatchcase
from glob import escape
from typing import Any

from gateway.dialects.promptguard_guardrails import TOXIC
from gateway.dialects.promptguard_security import ENTITIES
from gateway.policy import BY_MODELS
from gateway.types import Json

__all__ = ["compiled"]

# Least scores of what rules find, and the most false alarms of what models find.
_THRESHOLDS = {"strict": 0.5, "moderate": 0.8, "permissive": 0.9}
_MOST_ALARMS = {"strict": 0.02, "moderate": 0.01, "permissive": 0.002}

_TECHNICAL = ("pii/ipv4", "pii/ipv6", "pii/mac", "pii/coordinates")
_NAMES = ("pii/person", "pii/place", "pii/organisation", "pii/address", "pii/date_of_birth")
# What a permissive project still acts on.
_SERIOUS = ("pii/credit_card", "pii/card_cvv", "pii/iban", "pii/us_ssn", "pii/*passport*", "pii/medical_record")
_MASKS = {"redact": "mask", "mask": "mask", "tokenize": "placeholder", "block": "block"}
_SPOKEN = ["user", "tool", "function", "assistant"]


def compiled(name: str, project: Json, guardrails: Json, known: Collection[str]) -> Json:
    """As a file of ours says it. `known` are the categories that are looked for."""
    on = {key: values for key, values in guardrails.items() if values["enabled"]}
    rules: list[Json] = []
    for key, make in _RULES.items():
        if key in on:
            rules += make(on[key])
    out: Json = {
        "version": 1,
        "name": name,
        "description": f"Project {project['name']} of PromptGuard's API."[:1000],
        "on_error": "allow_insecure" if project["fail_mode"] == "open" else "block",
        "rules": [rule for rule in (_findable(rule, known) for rule in rules) if rule["category"]],
    }
    if "mcp_security" in on and (tools := _servers(on["mcp_security"])):
        out["tools"] = tools
        out["rules"].append({"category": "tool/denied", "name": "mcp-security", "action": "block"})
    return out


def _findable(rule: Json, known: Collection[str]) -> Json:
    """Without what nothing finds, here or with any model: a policy may not name it."""
    categories = {*known, *BY_MODELS}
    return {**rule, "category": [g for g in rule["category"] if any(fnmatchcase(c, g) for c in categories)]}


def _injection(values: Json) -> list[Json]:
    categories = ["injection/direct", "injection/indirect", "obfuscation/*"]
    rules: list[Json] = [{"category": ["obfuscation/tags", "obfuscation/variation_selectors"], "action": "block"}]
    bands = _bands(values)
    if bands:
        rules += [_rule("prompt-injection", categories, roles=_SPOKEN, **band) for band in bands]
    else:
        rules += _measured("prompt-injection", categories, values["level"])
    return [{"name": "prompt-injection", **rule} for rule in rules]


def _bands(values: Json) -> list[Json]:
    """Where a project names its own thresholds."""
    block, warn = values["block_threshold"], values["warn_threshold"]
    if block is None:
        return []
    bands: list[Json] = [{"threshold": block, "action": "block"}]
    return bands if warn is None else [*bands, {"threshold": warn, "action": "flag"}]


def _measured(name: str, categories: list[str], level: str) -> list[Json]:
    """By what rules find, by what models find as surely as their errors are known, else as a note."""
    return [
        _rule(name, categories, roles=_SPOKEN, found_by="rules", threshold=_THRESHOLDS[level], action="block"),
        _rule(name, categories, roles=_SPOKEN, found_by="models", max_fpr=_MOST_ALARMS[level], action="block"),
        _rule(name, categories, roles=_SPOKEN, action="flag"),
    ]


def _pii(values: Json) -> list[Json]:
    level, action = values["level"], _MASKS[values["mode"]]
    if values["entities"] is not None:
        globs = [glob for entity in values["entities"] for glob in ENTITIES[entity.lower()]]
        wanted = [glob for glob in globs if not glob.startswith("secret/")]
        return [_rule("pii-detection", wanted, action=action)] if wanted else []
    if level == "strict":
        return [_rule("pii-detection", ["pii/*"], action=action)]
    if level == "permissive":
        return [_rule("pii-detection", _SERIOUS, action=action), _rule("pii-detection", ["pii/*"], action="flag")]
    return [
        _rule("pii-detection", _NAMES, found_by="models", action="flag"),
        _rule("pii-detection", _TECHNICAL, action="flag"),
        _rule("pii-detection", ["pii/*"], action=action),
    ]


def _toxicity(values: Json) -> list[Json]:
    wanted = values["categories"]
    globs = ["harm/*", "bias/*"] if wanted is None else [g for name in wanted for g in TOXIC[name.lower()]]
    least = values["threshold"]
    # Where a project names no band of its own, what a model finds must also be as good as sure.
    bands = _bands(values) or [
        {"threshold": least, "max_fpr": 0.01, "action": "block"},
        {"threshold": max(least, 0.9), "found_by": "unmeasured", "action": "block"},
    ]
    return [_rule("toxicity", globs, roles=["user", "assistant"], **band) for band in bands] if globs else []


def _exfiltration(values: Json) -> list[Json]:
    leaks = ["injection/system_prompt_leak", "secret/confidential", "link/exfiltration", "link/userinfo"]
    rules = [_rule("data-exfiltration", leaks, action="block")]
    if values["level"] == "strict":
        rules.append(_rule("data-exfiltration", ["link/image", "link/data"], directions=["output"], action="block"))
    return rules


def _secrets(values: Json) -> list[Json]:
    threshold = {"strict": 0.0, "moderate": 0.5, "permissive": 0.8}[values["level"]]
    block = {"action": "block"} if values["level"] == "strict" else {"action": "mask"}
    return [_rule("secret-key-detection", ["secret/*"], threshold=threshold, **block)]


def _hallucination(values: Json) -> list[Json]:
    action = "block" if values["action"] == "block" else "flag"
    return [_rule("hallucination", ["grounding/unsupported"], threshold=values["block_threshold"], action=action)]


def _rule(name: str, categories: Collection[str], **fields_: Any) -> Json:
    return {"name": name, "category": list(categories), **fields_}


# By guardrail, in the order in which their rules are asked.
_RULES: dict[str, Callable[[Json], list[Json]]] = {
    "malware_detection": lambda values: [
        _rule("malware-detection", ["link/script", "skill/malicious", "tool/dangerous_*"], action="block"),
        _rule("malware-detection", ["harm/cyber"], max_fpr=0.01, action="block"),
    ],
    "prompt_injection": _injection,
    "jailbreak_detection": lambda values: _measured("jailbreak-detection", ["injection/direct"], "moderate"),
    "tool_injection": lambda values: _measured("tool-injection", ["injection/indirect"], "moderate"),
    "data_exfiltration": _exfiltration,
    "secret_key_detection": _secrets,
    "pii_detection": _pii,
    "toxicity": _toxicity,
    "fraud_detection": lambda values: [_rule("fraud-detection", ["harm/crime"], max_fpr=0.01, action="block")],
    "url_filtering": lambda values: [_rule("url-filtering", ["link/*"], action="flag")],
    "multi_turn_drift": lambda values: [_rule("multi-turn-drift", ["topic/off_task"], max_fpr=0.01, action="flag")],
    "hallucination": _hallucination,
}


def _servers(values: Json) -> Json:
    """Tools of MCP servers, as clients name them: `mcp__server__tool`. Other tools are not meant."""
    blocked = [f"mcp__{escape(name.strip())}__*" for name in values["server_blocklist"] or ()]
    allowed = [f"mcp__{escape(name.strip())}__*" for name in values["server_allowlist"] or ()]
    out: Json = {}
    if blocked:
        out["deny"] = blocked
    if allowed:
        out["allow"] = [*allowed, *_NOT_MCP]
    return out


# Every name that does not begin with `mcp__`.
_NOT_MCP = ("[!m]*", "m", "m[!c]*", "mc", "mc[!p]*", "mcp", "mcp[!_]*", "mcp_", "mcp_[!_]*")
