"""
XecGuard's policies: the six that every licence has, and those that a tenant writes in plain words.

A tenant's own is one of our policies: each of its sentences becomes a rule in plain words that blocks. What
XecGuard calls it (names there have capitals and spaces) is kept beside it; all else is read from its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import yaml

from gateway.dialects import body as fields
from gateway.dialects.base import Named
from gateway.dialects.rulesets import XECGUARD
from gateway.errors import RequestError
from gateway.store import CustomPolicy
from gateway.types import Json

__all__ = [
    "DEFAULTS",
    "FAMILY",
    "MAX_RULES",
    "MAX_WORDS",
    "PREFIX",
    "STATUSES",
    "Draft",
    "bind_names",
    "bound_ids",
    "default_id",
    "default_view",
    "draft",
    "is_own",
    "listing",
    "name_of",
    "risk_of",
    "time_text",
    "view",
]

PREFIX = "Default_Policy_"
FAMILY = "xg-"  # how the names of a tenant's own begin among our policies
MAX_RULES = 3
MAX_WORDS = 400  # of one rule
MAX_RISK = 5
STATUSES = ("enable", "disable")

_RISKS = {
    "GeneralPromptAttackProtection": 4,
    "SystemPromptEnforcement": 3,
    "HarmfulContentProtection": 3,
    "SkillsProtection": 4,
    "PIISensitiveDataProtection": 3,
    "ContentBiasProtection": 2,
}
DEFAULTS = {PREFIX + key: Named(PREFIX + key, ruleset, _RISKS[key]) for key, ruleset in XECGUARD.items()}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+")


def default_id(name: str) -> str:
    """`Default_Policy_HarmfulContentProtection` is `default_harmful_content_protection`."""
    return "_".join(["default", *(word.lower() for word in _WORD.findall(name.removeprefix(PREFIX)))])


_IDS = {default_id(name): named for name, named in DEFAULTS.items()}
_NAMES = {named.ruleset.name: default_id(name) for name, named in DEFAULTS.items()}


def is_own(policy: CustomPolicy) -> bool:
    """Was it made through XecGuard's API?"""
    return policy.name.startswith(FAMILY) and isinstance(policy.metadata.get("xecguard"), dict)


def name_of(policy: CustomPolicy) -> str:
    return str(policy.metadata["xecguard"].get("name", policy.name))


def risk_of(policy: CustomPolicy) -> int:
    return int(policy.metadata["xecguard"].get("risk", 3))


def bind_names(ids: Iterable[str], stored: Iterable[CustomPolicy]) -> tuple[str, ...]:
    """Our names of the policies with these ids. Raises RequestError."""
    names = {policy.id: policy.name for policy in stored if is_own(policy)}
    names |= {id: named.ruleset.name for id, named in _IDS.items()}
    out = []
    for id in dict.fromkeys(ids):
        if id not in names:
            raise RequestError(
                "policy_id_list holds the id of a policy that does not exist.",
                param="policy_id_list",
                code="policy_not_found",
            )
        out.append(names[id])
    return tuple(out)


def bound_ids(names: Iterable[str], stored: Iterable[CustomPolicy]) -> list[str]:
    """The ids of those among a key's policies that are XecGuard's."""
    ids = _NAMES | {policy.name: policy.id for policy in stored if is_own(policy)}
    return [ids[name] for name in names if name in ids]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a body says of a policy, over what there was. `text` is our policy."""

    name: str
    rules: tuple[str, ...]
    status: str
    description: str
    risk: int

    def text(self, id: str, own_name: str) -> str:
        """As one of our policies, in YAML. Its rules have names that no other policy's have."""
        tag = id.removeprefix("plc_").lower()
        policy: Json = {
            "version": 1,
            "name": own_name,
            "description": self.description,
            "mode": "enforce" if self.status == "enable" else "monitor",
            "custom_rules": [{"name": f"{tag}-{n}", "text": rule} for n, rule in enumerate(self.rules, 1)],
        }
        return yaml.safe_dump(policy, sort_keys=False, allow_unicode=True)

    def own_name(self, tenant: str) -> str:
        """A name that our policies may have, and no other tenant's has."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:40] or "policy"
        return f"{FAMILY}{slug}-{sha256(f'{tenant}/{self.name}'.encode()).hexdigest()[:8]}"


def draft(body: Json, before: CustomPolicy | None = None) -> Draft:
    """Raises RequestError. What the body does not say stays as it was."""
    known = _read(before) if before is not None else Draft("", (), "enable", "", 3)
    name = fields.text(body, "policy_name", known.name or None).strip()
    if not 0 < len(name) <= 100 or name == "*" or name.startswith(PREFIX) or not name.isprintable():
        raise fields.wrong("policy_name", f"a name of at most 100 characters that does not begin with {PREFIX}")
    rules = fields.texts(body, "rules_list") or known.rules
    if not 0 < len(rules) <= MAX_RULES:
        raise fields.wrong("rules_list", f"a list of 1 to {MAX_RULES} rules")
    for rule in rules:
        if not 3 <= len(rule.strip()) <= 4000 or len(rule.split()) > MAX_WORDS or "\x00" in rule:
            raise fields.wrong("rules_list", f"a list of rules of at most {MAX_WORDS} words and 4000 characters")
    description = fields.text(body, "description", known.description)
    if len(description) > 1000 or "\x00" in description:
        raise fields.wrong("description", "a text of at most 1000 characters")
    status = fields.choice(body, "policy_status", STATUSES, known.status)
    return Draft(name, tuple(rule.strip() for rule in rules), status, description, _risk(body, known.risk))


def _risk(body: Json, default: int) -> int:
    value = body.get("risk_level")
    if value is None:
        return default
    if type(value) is not int or not 0 <= value <= MAX_RISK:
        raise fields.wrong("risk_level", f"a number from 0 to {MAX_RISK}")
    return value


def _read(policy: CustomPolicy) -> Draft:
    """From its text, which may have been changed since."""
    said: Mapping[str, Any] = yaml.safe_load(policy.text)
    rules = tuple(str(rule["text"]) for rule in said.get("custom_rules", ()))
    status = "disable" if said.get("mode") == "monitor" else "enable"
    return Draft(name_of(policy), rules, status, str(said.get("description", "")), risk_of(policy))


def view(policy: CustomPolicy, *, fresh: bool = False) -> Json:
    """`fresh`: as the answer to its making says it."""
    said = _read(policy)
    return {
        **_head(policy, said),
        "updated_at": None if fresh else time_text(policy.updated_at),
        "description": said.description,
        "rules_list": list(said.rules),
        "enforcement_mode": "block",
    }


def _head(policy: CustomPolicy, said: Draft) -> Json:
    return {
        "policy_id": policy.id,
        "policy_name": said.name,
        "current_version_id": f"v{policy.metadata['xecguard'].get('revision', 1)}",
        "policy_status": said.status,
        "policy_type": "semantic",
        "risk_level": said.risk,
        "created_at": time_text(policy.created_at),
    }


def default_view(id: str) -> Json | None:
    """None where there is no default policy of this id."""
    named = _IDS.get(id)
    return None if named is None else {**_default(id, named), "rules_list": []}


def _default(id: str, named: Named) -> Json:
    return {
        "policy_id": id,
        "policy_name": named.name,
        "current_version_id": "v1",
        "policy_status": "enable",
        "policy_type": "semantic",
        "risk_level": named.risk,
        "created_at": None,
        "updated_at": None,
        "description": "System default policy",
        "enforcement_mode": "block",
    }


def listing(stored: Iterable[CustomPolicy], status: str | None) -> list[Json]:
    """The tenant's own, the newest first, then the six."""
    own = sorted((policy for policy in stored if is_own(policy)), key=lambda p: -p.created_at)
    told = [{name: value for name, value in view(p).items() if name != "rules_list"} for p in own]
    told += [_default(id, named) for id, named in _IDS.items()]
    return [item for item in told if status is None or item["policy_status"] == status]


def time_text(at: float | None) -> str | None:
    """Whole seconds, UTC."""
    return None if at is None else datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")
