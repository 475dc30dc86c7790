"""
PromptGuard's guardrails: what a project looks for. What that comes to is promptguard_policy's business.

A preset is a use case with a strictness: guardrails to begin with. What a body does not name keeps its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.dialects import body as fields
from gateway.dialects.promptguard_security import ENTITIES
from gateway.types import Json

__all__ = ["FIELDS", "STRICTNESS", "TOXIC", "USE_CASES", "checked", "preset", "presets", "use_case_of"]

STRICTNESS = ("strict", "moderate", "permissive")
MODES = ("redact", "mask", "block", "tokenize")
ACTIONS = ("metadata", "flag", "block")

# What a use case is for, and which guardrails are a step stricter (-1) or looser (1) than the project.
USE_CASES: dict[str, tuple[str, Mapping[str, int]]] = {
    "default": ("General apps.", {}),
    "support_bot": ("Talks to customers.", {"pii_detection": -1, "data_exfiltration": -1}),
    "code_assistant": ("Reads and writes code.", {"secret_key_detection": -1}),
    "rag_system": ("Answers from documents.", {"prompt_injection": -1, "data_exfiltration": -1}),
    "data_analysis": ("Works on records.", {"pii_detection": -1, "secret_key_detection": -1}),
    "creative_writing": ("Writes stories.", {"prompt_injection": 1}),
}
_SYNONYMS = {"creative": "creative_writing", "customer_support": "support_bot", "rag": "rag_system"}

# The fields of each guardrail: texts are one of these words, a pair of numbers is a range.
_LEVEL: Json = {"level": STRICTNESS}
_BAND = (0.0, 1.0)  # may be null: then there is none
_BANDS: Json = {"warn_threshold": _BAND, "block_threshold": _BAND}
FIELDS: dict[str, Json] = {
    "prompt_injection": {**_LEVEL, **_BANDS},
    "pii_detection": {**_LEVEL, "mode": MODES, "entities": list},
    "toxicity": {**_BANDS, "threshold": (0, 1), "categories": list},
    "data_exfiltration": _LEVEL,
    "secret_key_detection": _LEVEL,
    "url_filtering": {},
    "fraud_detection": {},
    "malware_detection": {},
    "jailbreak_detection": {},
    "tool_injection": {},
    "multi_turn_drift": {},
    "hallucination": {"action": ACTIONS, "block_threshold": (0, 1)},
    "mcp_security": {
        "server_allowlist": list,
        "server_blocklist": list,
        "enforce_schema_validation": bool,
        "max_argument_size_bytes": (0, 1 << 31),
    },
}

# Words for toxic content, and our categories.
TOXIC: dict[str, tuple[str, ...]] = {
    "hate": ("harm/hate", "harm/harassment"),
    "harassment": ("harm/harassment",),
    "violence": ("harm/violence", "harm/weapons"),
    "sexual": ("harm/sexual", "harm/sexual_minors"),
    "self_harm": ("harm/self_harm",),
    "profanity": ("harm/profanity",),
}
_MAX_NAMES = 100


def preset(use_case: str, strictness: str) -> Json:
    """The guardrails that a project begins with."""
    steps = USE_CASES[use_case_of(use_case)][1]
    given = STRICTNESS.index(strictness)

    def level(name: str) -> str:
        return STRICTNESS[min(max(given + steps.get(name, 0), 0), len(STRICTNESS) - 1)]

    return {
        "prompt_injection": {
            "enabled": True,
            "level": level("prompt_injection"),
            "warn_threshold": None,
            "block_threshold": None,
        },
        "pii_detection": {"enabled": True, "level": level("pii_detection"), "mode": "redact", "entities": None},
        "toxicity": {
            "enabled": True,
            "threshold": {"strict": 0.5, "moderate": 0.7, "permissive": 0.9}[strictness],
            "categories": None,
            "warn_threshold": None,
            "block_threshold": None,
        },
        "data_exfiltration": {"enabled": True, "level": level("data_exfiltration")},
        "secret_key_detection": {"enabled": True, "level": level("secret_key_detection")},
        "url_filtering": {"enabled": True},
        "fraud_detection": {"enabled": strictness == "strict"},
        "malware_detection": {"enabled": True},
        "jailbreak_detection": {"enabled": True},
        "tool_injection": {"enabled": True},
        "multi_turn_drift": {"enabled": False},
        "hallucination": {"enabled": False, "action": "flag", "block_threshold": 0.8},
        "mcp_security": {
            "enabled": False,
            "server_allowlist": [],
            "server_blocklist": [],
            "enforce_schema_validation": False,
            "max_argument_size_bytes": 0,
        },
    }


def use_case_of(name: str) -> str:
    """Raises RequestError."""
    known = _SYNONYMS.get(name, name)
    if known not in USE_CASES:
        raise fields.one_of("use_case", [*USE_CASES, *_SYNONYMS])
    return known


def presets() -> Json:
    return {
        "use_cases": [{"id": name, "description": says} for name, (says, _) in USE_CASES.items()],
        "strictness_levels": list(STRICTNESS),
        "presets": [
            {"id": f"{name}:{level}", "use_case": name, "strictness_level": level, "guardrails": preset(name, level)}
            for name in USE_CASES
            for level in STRICTNESS
        ],
    }


def checked(given: Any, before: Json) -> Json:
    """The guardrails after a change. Raises RequestError."""
    if type(given) is not dict:
        raise fields.wrong("guardrails", "an object", "missing" if given is None else "dict_type")
    out = {name: dict(values) for name, values in before.items()}
    for name, values in given.items():
        if name not in FIELDS or values is None:
            continue
        if type(values) is not dict:
            raise fields.wrong(f"guardrails.{name}", "an object", "dict_type")
        out[name] |= {"enabled": out[name]["enabled"] if values.get("enabled") is None else _flag(name, values)}
        for field, form in FIELDS[name].items():
            if field in values:
                out[name][field] = _value(f"guardrails.{name}.{field}", values[field], form, before[name][field])
    entities = out["pii_detection"]["entities"] or ()
    if any(entity.lower() not in ENTITIES for entity in entities):
        raise fields.one_of("guardrails.pii_detection.entities", ENTITIES)
    if any(name.lower() not in TOXIC for name in out["toxicity"]["categories"] or ()):
        raise fields.one_of("guardrails.toxicity.categories", TOXIC)
    for name in ("prompt_injection", "toxicity"):
        _check_bands(name, out[name])
    for field in ("enforce_schema_validation", "max_argument_size_bytes"):
        if out["mcp_security"][field]:
            raise fields.wrong(f"guardrails.mcp_security.{field}", "off: nothing here checks it")
    return out


def _check_bands(name: str, values: Json) -> None:
    warn, block = values["warn_threshold"], values["block_threshold"]
    if warn is not None and (block is None or warn > block):
        raise fields.wrong(f"guardrails.{name}.warn_threshold", "no more than block_threshold, which it needs")


def _flag(name: str, values: Json) -> bool:
    if type(values["enabled"]) is not bool:
        raise fields.wrong(f"guardrails.{name}.enabled", "true or false", "bool_type")
    return values["enabled"]


def _value(at: str, value: Any, form: Any, before: Any) -> Any:
    """Null takes a value back where there may be none, and else is as good as absent."""
    if value is None:
        return None if form is list or form is _BAND else before
    if form is bool:
        if type(value) is not bool:
            raise fields.wrong(at, "true or false", "bool_type")
    elif form is list:
        if type(value) is not list or len(value) > _MAX_NAMES or not all(_is_name(item) for item in value):
            raise fields.wrong(at, f"a list of at most {_MAX_NAMES} names", "list_type")
    elif isinstance(form[0], str):
        if value not in form:
            raise fields.one_of(at, form)
    elif type(value) not in (int, float) or not form[0] <= value <= form[1]:
        raise fields.wrong(at, f"a number from {form[0]} to {form[1]}", "number")
    return value


def _is_name(item: Any) -> bool:
    return type(item) is str and 0 < len(item.strip()) <= 128 and "\x00" not in item
