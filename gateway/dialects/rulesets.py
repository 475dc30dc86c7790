"""Policies that an API brings along: those its callers ask for by name, and those that only look."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from gateway.policy import Policy, Ruleset
from gateway.types import Json

__all__ = ["BUILTIN", "EVERYTHING", "TOOLS", "XECGUARD", "redacting", "ruleset", "written"]

INJECTION_AT = 0.8  # as in the default policy: below, text is suspicious and no more


def ruleset(name: str, rules: Sequence[Json], **fields: str) -> Ruleset:
    policy = Policy.model_validate({"version": 1, "name": name, "rules": list(rules), **fields})
    return Ruleset(policy, "builtin")


class _Plain(yaml.SafeDumper):
    """Without aliases, which a policy may not have."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def written(policy: Json) -> str:
    """A policy as the text of a file."""
    text: str = yaml.dump(policy, Dumper=_Plain, sort_keys=False, allow_unicode=True)
    return text


def blocking(name: str, *categories: str, **rule: object) -> Ruleset:
    return ruleset(name, [{"category": list(categories), "action": "block", **rule}])


def redacting(categories: Sequence[str]) -> Ruleset:
    """Masks these, whatever else is found."""
    return ruleset("redact", [{"category": list(categories), "action": "mask"}])


# Looks for everything and claims whatever is found, however unsure.
EVERYTHING = ruleset("everything", [{"category": "*/*", "action": "flag", "threshold": 0.0}], mode="monitor")

# Whether an agent may run a tool: nobody asks in order to be told that it is dangerous and allowed.
TOOLS = blocking("tool-calls", "tool/*", threshold=0.8)

_SPOKEN = ["user", "tool", "function", "assistant"]

# The six that every licence of XecGuard has.
XECGUARD = {
    "GeneralPromptAttackProtection": ruleset(
        "xecguard-prompt-attack",
        [
            {
                "category": ["injection/direct", "injection/indirect", "injection/jailbreak"],
                "roles": _SPOKEN,
                "threshold": INJECTION_AT,
                "max_fpr": 0.01,
                "action": "block",
            },
            {"category": ["obfuscation/tags", "obfuscation/variation_selectors"], "action": "block"},
            {"category": "obfuscation/*", "roles": _SPOKEN, "threshold": INJECTION_AT, "action": "block"},
        ],
    ),
    "SystemPromptEnforcement": ruleset(
        "xecguard-system-prompt",
        [
            {"category": ["injection/system_prompt_leak", "secret/confidential"], "action": "block"},
            {"category": "topic/off_task", "max_fpr": 0.01, "action": "block"},
        ],
    ),
    "HarmfulContentProtection": ruleset(
        "xecguard-harmful-content",
        [
            {"category": "harm/*", "max_fpr": 0.01, "action": "block"},
            {"category": ["link/script", "link/exfiltration", "link/userinfo"], "action": "block"},
        ],
    ),
    "SkillsProtection": ruleset(
        "xecguard-skills",
        [
            {"category": "skill/*", "max_fpr": 0.01, "action": "block"},
            {"category": "tool/*", "action": "block"},
        ],
    ),
    "PIISensitiveDataProtection": ruleset(
        "xecguard-sensitive-data",
        [
            {"category": ["pii/ipv4", "pii/ipv6", "pii/mac", "pii/coordinates"], "action": "flag"},
            {"category": ["pii/*", "secret/*"], "action": "block"},
        ],
    ),
    "ContentBiasProtection": blocking("xecguard-bias", "bias/*", max_fpr=0.01),
}

# By the names that keys may have them bound under.
BUILTIN = {policy.name: policy for policy in XECGUARD.values()}
