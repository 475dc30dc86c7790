"""Lakera's policies by themselves: their detectors, what is unsound in them, and their files."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from gateway.dialects.lakera import TAXONOMY
from gateway.dialects.lakera_detectors import FAMILIES, categories_of
from gateway.dialects.lakera_files import load, policy_text
from gateway.dialects.lakera_policies import lint, policy_of, project_of
from gateway.dialects.vocabulary import entity
from gateway.errors import ConfigError, RequestError
from gateway.policy import BY_MODELS, Ruleset, parse_policy
from gateway.types import Direction, Effect, Finding, Hit, Json, Kind, Part, Role, Span
from tests.dialects.test_promptguard_guardrails import NoTokens
from tests.support.gatewayed import detectors


@cache
def known() -> frozenset[str]:
    return frozenset({"tool/denied", "tool/argument", "topic/off_task"}).union(*(d.categories for d in detectors()))


def policy(*inputs: Json, out: tuple[Json, ...] = (), **fields: Any) -> Ruleset:
    body = {"name": "p", "input_detectors": list(inputs), "output_detectors": list(out), **fields}
    return parse_policy(policy_text(policy_of(body, known()), "policy-1", known()), categories=known())


def flags(ruleset: Ruleset, category: str, score: float, direction: Direction = Direction.INPUT, **part: Any) -> bool:
    place = Part(part.pop("text", "some text"), ("texts", 0), part.pop("role", Role.USER), 0, **part)
    hit = Hit(place, Finding(category, score, Span(0, len(place.text)), "d"))
    violations = ruleset.judge([hit], direction, NoTokens())
    return any(v.effect > Effect.ALLOW for v in violations)


@pytest.mark.parametrize(
    "kind", [*TAXONOMY, "agent/denied_tool", "agent/off_task", "agent/tool_misuse", "pii/passport"]
)
def test_a_type_is_what_answers_call_so(kind: str) -> None:
    found = categories_of(kind, known())
    assert found
    assert {entity(category) for category in found} == {kind}


def test_no_category_is_left_out() -> None:
    kinds = {entity(category) for category in known() | BY_MODELS}
    covered = {c for kind in kinds for c in categories_of(kind, known())}
    assert known() | BY_MODELS <= covered


@pytest.mark.parametrize(
    ("threshold", "least"),
    [("l1_confident", 0.95), ("l2", 0.85), ("l3_likely", 0.7), ("l4_less_likely", 0.5), (None, 0.7)],
)
def test_thresholds(threshold: str | None, least: float) -> None:
    ruleset = policy({"type": "prompt_attack", "threshold": threshold})
    assert flags(ruleset, "injection/direct", least)
    assert not flags(ruleset, "injection/direct", least - 0.01)


def test_a_default_threshold_and_detectors_of_both_sides() -> None:
    body = {"name": "p", "default_threshold": "l1_confident", "detectors": [{"type": "pii"}]}
    kept = policy_of(body, known())
    assert kept == {**body, "policy_mode": "IO"}
    ruleset = parse_policy(policy_text(kept, "policy-1", known()), categories=known())
    for direction in Direction:
        assert flags(ruleset, "pii/email", 0.95, direction)
        assert not flags(ruleset, "pii/email", 0.94, direction)


def test_sides() -> None:
    ruleset = policy({"type": "pii/email"}, out=({"type": "pii/phone_number"},))
    wanted = {("pii/email", Direction.INPUT), ("pii/phone", Direction.OUTPUT)}
    for category in ("pii/email", "pii/phone", "pii/iban"):
        for direction in Direction:
            assert flags(ruleset, category, 1.0, direction) == ((category, direction) in wanted)


def test_system_prompts_are_the_apps_own() -> None:
    ruleset = policy({"type": "prompt_attack"})
    assert not flags(ruleset, "injection/direct", 1.0, role=Role.SYSTEM)
    assert flags(ruleset, "injection/indirect", 1.0, role=Role.TOOL)


def test_allowed_domains_hold_on_their_side_alone() -> None:
    ruleset = policy(
        {"type": "unknown_links", "allowed_domains": ["Trusted.example"]}, out=({"type": "unknown_links"},)
    )
    for host, allowed in (("trusted.example", True), ("a.trusted.example", True), ("untrusted.example", False)):
        for direction in Direction:
            seen = flags(ruleset, "link/url", 1.0, direction, text=f"https://{host}/x")
            assert seen == (not allowed or direction is Direction.OUTPUT)


def test_custom_detectors() -> None:
    ruleset = policy(
        {"type": "pii/custom", "name": "Staff number", "regex": r"\bST-\d{4}\b"},
        {"type": "moderated_content/custom", "name": "rivals", "words": ["Globex"]},
        {"type": "custom", "name": "Staff number", "regex": "x+"},
        {"type": "pii/custom", "name": "staff NUMBER", "regex": r"\bSU-\d{4}\b"},
    )
    assert [c.category for c in ruleset.policy.custom] == [
        "custom/pii.staff_number",
        "custom/moderated_content.rivals",
        "custom/staff_number",
        "custom/pii.staff_number_2",
    ]
    assert entity("custom/pii.staff_number") == "pii/custom"
    assert entity("custom/moderated_content.rivals") == "moderated_content/custom"
    assert entity("custom/staff_number") == "custom"


def test_the_same_custom_detector_on_both_sides_is_one() -> None:
    own = {"type": "pii/custom", "name": "a", "regex": "a+"}
    assert len(policy(own, out=(own,)).policy.custom) == 1


def test_tools() -> None:
    ruleset = policy({"type": "agent/denied_tool", "denied_tools": ["shell", "db_*"]}, {"type": "agent/data_leakage"})
    assert ruleset.policy.tools is not None
    assert ruleset.policy.tools.deny == ("shell", "db_*")
    assert flags(ruleset, "tool/denied", 1.0, kind=Kind.TOOL_NAME)
    assert flags(ruleset, "pii/email", 1.0, kind=Kind.TOOL_CALL)
    assert not flags(ruleset, "pii/email", 1.0)


def test_a_task_is_a_rule_in_plain_words() -> None:
    (rule,) = policy({"type": "agent/off_task", "task": "Booking of trains"}).policy.custom_rules
    assert (rule.text, rule.only, rule.kinds) == ("Booking of trains", True, (Kind.TOOL_CALL,))
    assert entity(rule.category) == "agent/off_task"


UNSOUND: list[tuple[Any, str]] = [
    ([], "The file must be an object"),
    ({"policies": {}}, "policies must be a list of objects."),
    ({"policies": [5]}, "policies must be a list of objects."),
    ({"policies": [{"name": "a", "detectors": [{"type": "pii"}]}]}, "policies[0] has no id."),
    ({"policies": [{"id": "A B", "name": "a", "detectors": [{"type": "pii"}]}]}, "policies[0].id may have"),
    ({"projects": [{"id": "x"}]}, "projects[0] has no policy_id"),
    ({"projects": [{"id": "x", "policy_id": "y"}]}, "projects[0].policy_id names a policy"),
    ({"name": "a"}, "policy has no detectors"),
    ({"detectors": [{"type": "pii"}]}, "policy has no name."),
    ({"name": "a", "policy_mode": "X", "detectors": [{"type": "pii"}]}, "policy_mode must be IO."),
    ({"name": "a", "default_threshold": "l9", "detectors": [{"type": "pii"}]}, "default_threshold must be"),
    ({"name": "a", "input_detectors": "pii"}, "input_detectors must be a list of objects."),
    ({"name": "a", "input_detectors": [{"type": "mood"}]}, "input_detectors[0].type is not a type"),
    ({"name": "a", "input_detectors": [{"type": "pii/shoe_size"}]}, "input_detectors[0].type is not a type"),
    ({"name": "a", "input_detectors": [{"type": "pii", "threshold": "l5_unlikely"}]}, "threshold must be one of"),
    ({"name": "a", "input_detectors": [{"type": "pii", "threshold": 1}]}, "threshold must be one of"),
    ({"name": "a", "input_detectors": [{"type": "unknown_links", "allowed_domains": "x"}]}, "allowed_domains must be"),
    ({"name": "a", "input_detectors": [{"type": "pii/custom"}]}, "has neither a regex nor words"),
    ({"name": "a", "input_detectors": [{"type": "pii/custom", "regex": "("}]}, "regex is not a regular expression"),
    ({"name": "a", "input_detectors": [{"type": "pii/custom", "regex": "a(?=b)"}]}, "regex is not a regular"),
    ({"name": "a", "input_detectors": [{"type": "agent", "denied_tools": [""]}]}, "denied_tools must be a list"),
    ({"name": "a", "input_detectors": [{"type": "agent/off_task", "task": "x"}]}, "task must be a text"),
    ({"name": "a", "detectors": [{"type": "agent", "allowed_tools": [name]} for name in "ab"]}, "several lists"),
]


@pytest.mark.parametrize(("body", "wanted"), UNSOUND)
def test_what_is_unsound(body: Any, wanted: str) -> None:
    told = lint(body, known())
    assert told["passed"] is False
    assert any(wanted in error["message"] for error in told["errors"]), told


@pytest.mark.parametrize("kind", [*TAXONOMY, *FAMILIES])
def test_what_is_sound(kind: str) -> None:
    policies = [
        {"id": "policy-1", "name": "a", "policy_mode": "IO", "input_detectors": [{"type": kind, "threshold": "l2"}]}
    ]
    body = {"policies": policies, "projects": [{"id": "project-1", "name": "x", "policy_id": "policy-1"}]}
    assert lint(body, known()) == {"passed": True, "errors": []}
    files = load({"a.json": json.dumps(body)}, known())
    assert (list(files.policies), files.projects) == (["policy-1"], {"project-1": "policy-1"})


def test_a_change_keeps_what_it_does_not_name() -> None:
    before = policy_of({"name": "a", "input_detectors": [{"type": "pii"}], "output_detectors": None}, known())
    assert policy_of({"name": "b", "output_detectors": None}, known(), before) == {**before, "name": "b"}
    assert project_of({"policy_id": None}, {"name": "x", "policy_id": "p", "metadata": {"a": 1}}) == {
        "name": "x",
        "policy_id": "p",
        "metadata": {"a": 1},
    }
    with pytest.raises(RequestError):
        policy_of({"name": "a", "detectors": [{"type": "pii"}], "custom_guardrail_ids": ["x"]}, known())


FILE = """{
  "policies": [
    {
      "id": "policy-1", "name": "First",
      "input_detectors": [
        {"type": "pii", "threshold": "l2"},
        {"type": "prompt_attack",
         "threshold": "l1"}
      ]
    }
  ],
  "projects": [{"id": "project-1", "name": "One", "policy_id": "policy-1"}]
}
"""


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('"threshold": "l1"', '"threshold": "l9"', "a.json:8: policies[0].input_detectors[1].threshold must be"),
        ('"type": "pii"', '"type": "mood"', "a.json:6: policies[0].input_detectors[0].type is not"),
        ('"policy_id": "policy-1"', '"policy_id": "policy-2"', "a.json:12: projects[0].policy_id names"),
        ('"name": "First",', "", "a.json:3: policies[0] has no name."),
        ('"threshold": "l2"', '"threshold" "l2"', "a.json:6: The body is not valid JSON"),
        ('"id": "policy-1", ', '"id": "policy-1", "id": "policy-1", ', "a.json:4: An object has the same key twice"),
    ],
)
def test_mistakes_in_files_are_told_with_their_lines(old: str, new: str, wanted: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load({"a.json": FILE.replace(old, new)}, known())
    assert raised.value.message.startswith(wanted)


def test_several_files_are_one_configuration() -> None:
    more = '{"projects": [\n{"id": "project-2", "name": "Two", "policy_id": "policy-1"}\n]}'
    files = load({"a.json": FILE, "b.json": more}, known())
    assert files.projects == {"project-1": "policy-1", "project-2": "policy-1"}
    with pytest.raises(ConfigError, match=r"b\.json:2: projects\[0\]\.id is also in a\.json"):
        load({"a.json": FILE, "b.json": more.replace("project-2", "project-1")}, known())
    assert load({}, known()).projects == {}
