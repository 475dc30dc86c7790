"""PromptGuard's guardrails by themselves: what is understood, and the policies that they come to."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dialects.promptguard_guardrails import FIELDS, STRICTNESS, USE_CASES, checked, preset, presets
from gateway.dialects.promptguard_policy import compiled
from gateway.dialects.promptguard_projects import policy_text
from gateway.dialects.rulesets import written
from gateway.errors import RequestError
from gateway.policy import BY_MODELS, Ruleset, parse_policy
from gateway.types import Direction, Effect, Finding, Hit, Json, Part, Role, Span
from tests.support.gatewayed import detectors

PROJECT: Json = {"name": "p", "fail_mode": "closed"}


@cache
def known() -> frozenset[str]:
    own = {"grounding/unsupported", "tool/denied", "tool/argument", "topic/off_task"}
    return frozenset(own).union(*(d.categories for d in detectors()))


def policy(guardrails: Json, **project: Any) -> Ruleset:
    text = policy_text("project-1", {**PROJECT, **project, "guardrails": guardrails}, known())
    return parse_policy(text, categories=known())


class NoTokens:
    def placeholder(self, category: str, value: str) -> str:
        return "<x>"

    def digest(self, category: str, value: str) -> str:
        return "<x>"


def effect(ruleset: Ruleset, category: str, score: float = 1.0, fpr: float = 0.0, role: Role = Role.USER) -> Effect:
    part = Part("some text", ("texts", 0), role, 0)
    hit = Hit(part, Finding(category, score, Span(0, 4), "d", fpr=fpr))
    violations = ruleset.judge([hit], Direction.INPUT, NoTokens())
    return max((v.effect for v in violations), default=Effect.ALLOW)


@pytest.mark.parametrize("strictness", STRICTNESS)
@pytest.mark.parametrize("use_case", USE_CASES)
def test_every_preset_is_a_policy(use_case: str, strictness: str) -> None:
    ruleset = policy(preset(use_case, strictness))
    assert effect(ruleset, "injection/direct", 0.95) is Effect.BLOCK
    assert effect(ruleset, "pii/credit_card") is Effect.REDACT
    assert effect(ruleset, "secret/github_token") >= Effect.REDACT
    assert effect(ruleset, "harm/hate", 0.95, 0.001) is Effect.BLOCK
    assert effect(ruleset, "link/exfiltration") is Effect.BLOCK
    assert checked({}, preset(use_case, strictness)) == preset(use_case, strictness)


def test_all_presets_are_listed() -> None:
    told = presets()
    assert len(told["presets"]) == len(USE_CASES) * len(STRICTNESS)
    assert all(entry["guardrails"].keys() == FIELDS.keys() for entry in told["presets"])


@pytest.mark.parametrize("use_case", USE_CASES)
@pytest.mark.parametrize("category", ["injection/direct", "pii/email", "pii/ipv4", "secret/github_token", "harm/hate"])
def test_what_is_permissive_is_never_stricter(use_case: str, category: str) -> None:
    for score in (0.3, 0.55, 0.75, 0.85, 1.0):
        for fpr in (0.0, 0.001, 0.008, 0.015, 1.0):
            effects = [effect(policy_of(use_case, level), category, score, fpr) for level in STRICTNESS]
            assert all(stricter >= looser for stricter, looser in pairwise(effects)), (score, fpr, effects)


@cache
def policy_of(use_case: str, strictness: str) -> Ruleset:
    return policy(preset(use_case, strictness))


CASES: list[tuple[Json, str, float, Effect]] = [
    (
        {"prompt_injection": {"enabled": False}, "jailbreak_detection": {"enabled": False}},
        "injection/direct",
        1,
        Effect.ALLOW,
    ),
    ({"prompt_injection": {"enabled": False}}, "injection/direct", 1, Effect.BLOCK),  # a jailbreak still
    ({"prompt_injection": {"level": "strict"}}, "injection/direct", 0.6, Effect.BLOCK),
    ({"prompt_injection": {"level": "moderate"}}, "injection/direct", 0.6, Effect.FLAG),
    ({"prompt_injection": {"block_threshold": 0.9, "warn_threshold": 0.4}}, "obfuscation/bidi", 0.5, Effect.FLAG),
    ({"prompt_injection": {"block_threshold": 0.9, "warn_threshold": 0.4}}, "obfuscation/bidi", 0.9, Effect.BLOCK),
    ({"prompt_injection": {"block_threshold": 0.9, "warn_threshold": 0.4}}, "obfuscation/bidi", 0.3, Effect.ALLOW),
    ({"pii_detection": {"mode": "block"}}, "pii/email", 1, Effect.BLOCK),
    ({"pii_detection": {"mode": "tokenize"}}, "pii/email", 1, Effect.REDACT),
    ({"pii_detection": {"enabled": False}}, "pii/email", 1, Effect.ALLOW),
    ({"pii_detection": {"level": "permissive"}}, "pii/email", 1, Effect.FLAG),
    ({"pii_detection": {"level": "permissive"}}, "pii/iban", 1, Effect.REDACT),
    ({"pii_detection": {"level": "strict"}}, "pii/ipv4", 1, Effect.REDACT),
    ({"pii_detection": {"entities": ["SSN"]}}, "pii/us_ssn", 1, Effect.REDACT),
    ({"pii_detection": {"entities": ["SSN"]}}, "pii/email", 1, Effect.ALLOW),
    ({"pii_detection": {"entities": []}}, "pii/email", 1, Effect.ALLOW),
    ({"secret_key_detection": {"level": "strict"}}, "secret/github_token", 0.1, Effect.BLOCK),
    ({"secret_key_detection": {"enabled": False}}, "secret/github_token", 1, Effect.ALLOW),
    ({"toxicity": {"categories": ["violence"]}}, "harm/violence", 0.95, Effect.BLOCK),
    ({"toxicity": {"categories": ["violence"]}}, "harm/hate", 0.95, Effect.ALLOW),
    ({"toxicity": {"block_threshold": 0.3}}, "harm/hate", 0.4, Effect.BLOCK),
    ({"toxicity": {"enabled": False}}, "harm/hate", 1, Effect.ALLOW),
    (
        {"data_exfiltration": {"enabled": False}, "url_filtering": {"enabled": False}},
        "link/exfiltration",
        1,
        Effect.ALLOW,
    ),
    ({"data_exfiltration": {"enabled": False}}, "link/exfiltration", 1, Effect.FLAG),
    ({"malware_detection": {"enabled": False}}, "tool/dangerous_argument", 1, Effect.ALLOW),
    ({"hallucination": {"enabled": True, "action": "block"}}, "grounding/unsupported", 0.9, Effect.BLOCK),
    ({"hallucination": {"enabled": True, "action": "block"}}, "grounding/unsupported", 0.7, Effect.ALLOW),
    ({"hallucination": {"enabled": True}}, "grounding/unsupported", 0.9, Effect.FLAG),
    ({"multi_turn_drift": {"enabled": True}}, "topic/off_task", 0.9, Effect.FLAG),
    ({"fraud_detection": {"enabled": True}, "toxicity": {"enabled": False}}, "harm/crime", 0.9, Effect.BLOCK),
]


@pytest.mark.parametrize(("change", "category", "score", "wanted"), CASES)
def test_what_a_guardrail_changes(change: Json, category: str, score: float, wanted: Effect) -> None:
    assert effect(policy(checked(change, preset("default", "moderate"))), category, score) is wanted


def test_the_projects_failure_mode() -> None:
    assert policy(preset("default", "moderate")).policy.on_error == "block"
    assert policy(preset("default", "moderate"), fail_mode="open").policy.on_error == "allow_insecure"


@pytest.mark.parametrize(
    ("given", "at"),
    [
        (None, "guardrails"),
        ([], "guardrails"),
        ({"pii_detection": []}, "guardrails.pii_detection"),
        ({"pii_detection": {"enabled": 1}}, "guardrails.pii_detection.enabled"),
        ({"pii_detection": {"mode": "shred"}}, "guardrails.pii_detection.mode"),
        ({"pii_detection": {"level": 5}}, "guardrails.pii_detection.level"),
        ({"pii_detection": {"entities": "ssn"}}, "guardrails.pii_detection.entities"),
        ({"pii_detection": {"entities": ["shoe_size"]}}, "guardrails.pii_detection.entities"),
        ({"toxicity": {"threshold": 1.5}}, "guardrails.toxicity.threshold"),
        ({"toxicity": {"threshold": True}}, "guardrails.toxicity.threshold"),
        ({"toxicity": {"categories": ["rudeness"]}}, "guardrails.toxicity.categories"),
        ({"toxicity": {"warn_threshold": 0.5}}, "guardrails.toxicity.warn_threshold"),
        (
            {"prompt_injection": {"warn_threshold": 0.9, "block_threshold": 0.5}},
            "guardrails.prompt_injection.warn_threshold",
        ),
        ({"hallucination": {"action": "sigh"}}, "guardrails.hallucination.action"),
        ({"mcp_security": {"server_allowlist": [""]}}, "guardrails.mcp_security.server_allowlist"),
        ({"mcp_security": {"enforce_schema_validation": True}}, "guardrails.mcp_security.enforce_schema_validation"),
        ({"mcp_security": {"max_argument_size_bytes": 100}}, "guardrails.mcp_security.max_argument_size_bytes"),
    ],
)
def test_what_cannot_be_understood(given: Any, at: str) -> None:
    with pytest.raises(RequestError) as raised:
        checked(given, preset("default", "moderate"))
    assert raised.value.param == at


def test_nulls_and_unknown_fields_change_nothing() -> None:
    before = preset("default", "strict")
    nothing = {name: {**dict.fromkeys(fields), "enabled": None, "colour": 1} for name, fields in FIELDS.items()}
    after = checked({**nothing, "astrology": {"enabled": True}, "toxicity": None}, before)
    lists = {"mcp_security": {**before["mcp_security"], "server_allowlist": None, "server_blocklist": None}}
    assert after == before | lists


def values(form: Any) -> st.SearchStrategy[Any]:
    if form is bool:
        return st.just(False)
    if form is list:
        return st.none()
    if isinstance(form[0], str):
        return st.sampled_from(form)
    return st.floats(0, 1) if form[1] == 1 else st.just(0)


GUARDRAILS = st.fixed_dictionaries(
    {},
    optional={
        name: st.fixed_dictionaries(
            {},
            optional={"enabled": st.booleans()}
            | {f: values(form) for f, form in fields.items() if f != "warn_threshold"},
        )
        for name, fields in FIELDS.items()
    },
)


@settings(max_examples=40)
@given(GUARDRAILS, st.sampled_from(list(USE_CASES)), st.sampled_from(STRICTNESS))
def test_whatever_is_understood_is_a_policy(given_: Json, use_case: str, strictness: str) -> None:
    guardrails = checked(given_, preset(use_case, strictness))
    out = compiled("project-1", PROJECT, guardrails, known())
    assert parse_policy(written(out), categories=known()).name == "project-1"
    assert checked(guardrails, guardrails) == guardrails


def test_rules_of_models_wait_for_them() -> None:
    """A gateway without a model takes the same policy, and acts on it once there is one."""
    assert not any(category.startswith("harm/") for category in known())
    assert any(glob == "harm/*" for rule in policy(preset("default", "strict")).rules for glob in rule.category)
    assert "harm/hate" in BY_MODELS
