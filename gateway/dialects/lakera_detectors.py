"""
What the detectors of a Lakera policy are here: from a policy's body to the policy that the engine judges by.

A type stands for all categories that answers call by it, so that what a policy asks for is what its callers read.
A threshold is the least level that flags. Everything that is claimed blocks: Lakera's callers read `flagged`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.dialects.vocabulary import LEVELS, entity, least
from gateway.policy import BY_MODELS
from gateway.types import Json, Path

__all__ = ["CUSTOM", "FAMILIES", "SIDES", "THRESHOLDS", "Detector", "categories_of", "compiled", "detectors_of"]

# Families: all of their types at once.
FAMILIES: dict[str, tuple[str, ...]] = {
    "pii": ("pii/*", "secret/*"),
    "moderated_content": ("harm/*", "bias/*"),
    "agent": ("tool/*", "skill/*", "topic/off_task"),
}
CUSTOM = ("custom", "pii/custom", "moderated_content/custom")
LEAKAGE = "agent/data_leakage"
OFF_TASK = "agent/off_task"
THRESHOLDS = {name: least(name) for name in LEVELS[:4]} | {name[:2]: least(name) for name in LEVELS[:4]}
DEFAULT_THRESHOLD = "l3_likely"
SIDES: dict[str, tuple[str, ...]] = {
    "input_detectors": ("input",),
    "output_detectors": ("output",),
    "detectors": ("input", "output"),
}
# Who speaks for whom: a system prompt is the app's own.
_SPOKEN = ("user", "tool", "function", "assistant")


@dataclass(frozen=True, slots=True)
class Detector:
    """One entry of a policy's lists, and where it stands."""

    at: Path
    directions: tuple[str, ...]
    body: Json

    @property
    def type(self) -> str:
        kind = self.body.get("type")
        return kind if type(kind) is str else ""

    def texts(self, *keys: str) -> list[str]:
        """The texts of a list, by the first of these names that is there."""
        value: Any = next((self.body[key] for key in keys if self.body.get(key) is not None), [])
        return [value] if type(value) is str else [text for text in value if type(text) is str]


def detectors_of(policy: Json) -> Iterator[Detector]:
    """All that have the right form."""
    for side, directions in SIDES.items():
        value = policy.get(side)
        if type(value) is list:
            for index, body in enumerate(value):
                if type(body) is dict:
                    yield Detector((side, index), directions, body)


def categories_of(kind: str, known: Collection[str]) -> tuple[str, ...]:
    """Our categories, or globs of them, that a type of detector stands for; none where there is no such type."""
    if kind in FAMILIES:
        return FAMILIES[kind]
    if kind == LEAKAGE:
        return FAMILIES["pii"]
    return tuple(sorted(c for c in {*known, *BY_MODELS, *_ALWAYS} if entity(c) == kind and not c.startswith("custom/")))


# What policies bring along by themselves.
_ALWAYS = ("tool/denied", "tool/argument", "secret/password")


@dataclass(slots=True)
class _Parts:
    rules: list[Json] = field(default_factory=list)
    custom: dict[str, Json] = field(default_factory=dict)
    plain: dict[str, Json] = field(default_factory=dict)
    allow: list[Json] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)


def compiled(policy: Json, id: str, known: Collection[str]) -> Json:
    """The policy as a file of ours says it. The body must be sound."""
    parts = _Parts()
    default = policy.get("default_threshold") or DEFAULT_THRESHOLD
    for detector in detectors_of(policy):
        threshold = THRESHOLDS[detector.body.get("threshold") or default]
        claim = {"directions": list(detector.directions), "threshold": threshold, "action": "block"}
        if detector.type in CUSTOM:
            _custom(parts, detector, claim)
        else:
            _built_in(parts, detector, claim, known)
    out: Json = {
        "version": 1,
        "name": id,
        "description": str(policy.get("name") or "")[:1000],
        "rules": parts.rules,
        "custom": list(parts.custom.values()),
        "custom_rules": list(parts.plain.values()),
        "allow": parts.allow,
    }
    if parts.denied or parts.allowed:
        out["tools"] = {"deny": _once(parts.denied), "allow": _once(parts.allowed)}
    return {key: value for key, value in out.items() if value != []}


def _built_in(parts: _Parts, detector: Detector, claim: Json, known: Collection[str]) -> None:
    kind = detector.type
    rule: Json = {"category": list(categories_of(kind, known)), "name": kind, **claim}
    if kind == "prompt_attack":
        rule["roles"] = list(_SPOKEN)
    elif kind == LEAKAGE:
        rule["kinds"] = ["tool_call"]
    if kind in ("agent", "agent/denied_tool"):
        parts.denied += detector.texts("denied_tools")
        parts.allowed += detector.texts("allowed_tools")
    if kind in ("agent", OFF_TASK) and detector.body.get("task"):
        _task(parts, detector, claim)
    parts.rules.append(rule)
    domains = detector.texts("allowed_domains")
    if domains and "link" in {category.partition("/")[0] for category in rule["category"]}:
        hosts = [host for domain in domains for host in (domain.lower(), f"*.{domain.lower()}")]
        parts.allow.append({"category": "link/*", "directions": claim["directions"], "hosts": hosts})


def _task(parts: _Parts, detector: Detector, claim: Json) -> None:
    """Calls of tools that are about something else than the task that the policy names."""
    name = f"off_task_{'_'.join(detector.directions)}"
    parts.plain[name] = {
        "name": name,
        "text": detector.body["task"],
        "only": True,
        "kinds": ["tool_call"],
        "roles": ["assistant"],
        **claim,
    }


def _custom(parts: _Parts, detector: Detector, claim: Json) -> None:
    family = detector.type.rpartition("/")[0]
    said = detector.body.get("name") or detector.type.rpartition("/")[0] or "custom"
    slug = re.sub(r"[^a-z0-9_-]+", "_", str(said).lower())[:40].strip("_") or "custom"
    made: Json = {}
    if detector.body.get("regex") is not None:
        made["pattern"] = detector.body["regex"]
    else:
        made["keywords"] = detector.texts("words", "keywords")
    base = f"custom/{family}.{slug}" if family else f"custom/{slug}"
    category = next(
        name for name in _names(base) if parts.custom.get(name, made | {"category": name}) == made | {"category": name}
    )
    parts.custom[category] = {"category": category, **made}
    parts.rules.append({"category": [category], "name": detector.type, **claim})


def _names(base: str) -> Iterator[str]:
    """`base`, and what it is called where another has that name."""
    yield base
    number = 2
    while True:
        yield f"{base}_{number}"
        number += 1


def _once(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))
