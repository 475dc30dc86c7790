"""
Categories that only models find: known words of the vocabulary also where no model is loaded, so that a
policy may name them and begins to act on them with the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from gateway.policy.decide import Ruleset
from gateway.policy.model import OFF_TASK, OUT_OF_SCOPE

__all__ = ["BY_MODELS", "UNSUPPORTED", "idle"]

UNSUPPORTED = "grounding/unsupported"

_HARMS = (
    "any", "crime", "cyber", "drugs", "harassment", "hate", "privacy", "profanity", "self_harm", "sexual",
    "sexual_minors", "violence", "weapons",
)  # fmt: skip

BY_MODELS = frozenset(
    {
        "bias/social",
        "pii/address",
        "pii/date_of_birth",
        "pii/organisation",
        "pii/person",
        "pii/place",
        "skill/malicious",
        OFF_TASK,
        OUT_OF_SCOPE,
        *(f"harm/{name}" for name in _HARMS),
    }
)


def idle(ruleset: Ruleset, found: Iterable[str]) -> list[str]:
    """What a policy asks for by name or family and nothing that is loaded finds."""
    found = frozenset(found)
    globs = {glob for rule in ruleset.rules for glob in rule.category if not glob.startswith("*")}
    globs -= {plain.category for plain in ruleset.policy.custom_rules}  # it does not load without what finds these
    return sorted(
        glob for glob in globs if not any(fnmatchcase(c, glob) for c in found) and not glob.startswith("custom/")
    )
