"""PromptGuard's projects, API keys, usage and events: bodies in, records out. Knows no store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.dialects import body as fields
from gateway.dialects.promptguard_guardrails import STRICTNESS, checked, preset, use_case_of
from gateway.dialects.promptguard_policy import compiled
from gateway.dialects.rulesets import written
from gateway.dialects.vocabulary import words
from gateway.types import Json

__all__ = [
    "NewKey",
    "key_name",
    "new_key",
    "policy_text",
    "project_of",
    "scopes_of",
    "threat_of",
    "threats",
    "with_guardrails",
]

MAX_NAME = 200
_OPENNESS = ("open", "closed")

# Its permissions, and the scopes of ours that they come to.
PERMISSIONS = {
    "proxy": ("proxy",),
    "chat": ("proxy",),
    "scan": ("scan",),
    "guard": ("scan",),
    "security": ("scan",),
    "read": ("scan",),
    "manage": ("manage",),
    "admin": ("manage",),
    "write": ("manage",),
}


def project_of(body: Json, before: Json | None = None) -> Json:
    """
    What is kept of a body that makes a project, or changes the one `before`: what is not given stays. Another
    use case or strictness begins with its own guardrails. Raises RequestError.
    """
    old: Json = before or {
        "description": None,
        "fail_mode": "closed",
        "use_case": "default",
        "strictness_level": "moderate",
        "zero_retention": False,
    }
    kept: Json = {**old, "name": fields.text(body, "name", old.get("name"))}
    if not 0 < len(kept["name"].strip()) <= MAX_NAME or "\x00" in kept["name"]:
        raise fields.wrong("name", f"a text of 1 to {MAX_NAME} characters", "string_too_long")
    if body.get("description") is not None:
        kept["description"] = fields.text(body, "description")[:1000].replace("\x00", "")
    kept["fail_mode"] = fields.choice(body, "fail_mode", _OPENNESS, old["fail_mode"])
    kept["use_case"] = use_case_of(fields.text(body, "use_case", old["use_case"]))
    kept["strictness_level"] = fields.choice(body, "strictness_level", STRICTNESS, old["strictness_level"])
    if body.get("zero_retention") is not None:
        kept["zero_retention"] = fields.flag(body, "zero_retention")
    if any(kept[key] != old.get(key) for key in ("use_case", "strictness_level")) or "guardrails" not in kept:
        kept["guardrails"] = preset(kept["use_case"], kept["strictness_level"])
    return kept


def with_guardrails(kept: Json, body: Json) -> Json:
    return {**kept, "guardrails": checked(body.get("guardrails"), kept["guardrails"])}


def policy_text(name: str, kept: Json, known: Iterable[str]) -> str:
    """A project as a policy of ours."""
    return written(compiled(name, kept, kept["guardrails"], frozenset(known)))


class NewKey:
    """What a body asks of a new key."""

    __slots__ = ("expires_at", "name", "permissions", "project", "scopes")

    def __init__(self, body: Json) -> None:
        self.name = fields.text(body, "name")
        if not 0 < len(self.name.strip()) <= MAX_NAME or "\x00" in self.name:
            raise fields.wrong("name", f"a text of 1 to {MAX_NAME} characters", "string_too_long")
        self.project = fields.text(body, "project_id", "") or None
        self.permissions = fields.texts(body, "permissions")
        self.scopes = scopes_of(self.permissions)
        self.expires_at = body.get("expires_at")


def new_key(body: Json) -> NewKey:
    return NewKey(body)


def scopes_of(permissions: Iterable[str]) -> tuple[str, ...]:
    """Raises RequestError for a permission that there is not."""
    given = tuple(permissions) or ("proxy", "scan")
    if any(name not in PERMISSIONS for name in given):
        raise fields.one_of("permissions", PERMISSIONS)
    return tuple(dict.fromkeys(scope for name in given for scope in PERMISSIONS[name]))


def key_name(title: str) -> str:
    """The name of a key in events and metrics, which hold no words of clients' choice."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:63].strip("-")
    return slug or "key"


def threats(categories: Mapping[str, int]) -> dict[str, int]:
    """Findings in its words, the most frequent first."""
    counts: dict[str, int] = {}
    for category, number in categories.items():
        word = words(category).promptguard
        counts[word] = counts.get(word, 0) + number
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def threat_of(record: Mapping[str, Any]) -> str | None:
    """The first threat of an event's record: the prompt's before the answer's."""
    for side in ("request", "answer"):
        found = (record.get(side) or {}).get("findings") or {}
        for category in found:
            return words(category).promptguard
    return None
