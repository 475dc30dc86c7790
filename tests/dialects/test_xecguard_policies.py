"""XecGuard's names, and ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.xecguard_policies import DEFAULTS, FAMILY, Draft, default_id, draft
from gateway.errors import RequestError
from gateway.policy import parse_policy

IDS = {
    "Default_Policy_GeneralPromptAttackProtection": "default_general_prompt_attack_protection",
    "Default_Policy_SystemPromptEnforcement": "default_system_prompt_enforcement",
    "Default_Policy_HarmfulContentProtection": "default_harmful_content_protection",
    "Default_Policy_SkillsProtection": "default_skills_protection",
    "Default_Policy_PIISensitiveDataProtection": "default_pii_sensitive_data_protection",
    "Default_Policy_ContentBiasProtection": "default_content_bias_protection",
}


def test_ids_of_default_policies() -> None:
    assert {name: default_id(name) for name in DEFAULTS} == IDS


@given(
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=100),
    st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=3).filter(lambda t: len(t.strip()) >= 3),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["enable", "disable"]),
)
def test_every_draft_is_a_policy_of_ours(name: str, rules: list[str], status: str) -> None:
    """Whatever is in its sentences, each is one rule and nothing else."""
    body = {"policy_name": name, "rules_list": rules, "policy_status": status, "description": rules[0][:100]}
    try:
        made = draft(body)
    except RequestError:
        assert name.startswith("Default_Policy_") or name == "*" or not name.isprintable()
        return
    ruleset = parse_policy(made.text("plc_0AB12CD34", made.own_name("blue")))
    assert ruleset.name.startswith(FAMILY)
    assert [rule.text for rule in ruleset.policy.custom_rules] == [rule.strip() for rule in rules]
    assert [rule.name for rule in ruleset.policy.custom_rules] == [f"0ab12cd34-{n}" for n in range(1, len(rules) + 1)]
    assert ruleset.monitors == (status == "disable")
    assert (ruleset.policy.rules, ruleset.policy.allow) == ((), ())


@pytest.mark.parametrize(("one", "other"), [("Policy A", "policy a"), ("規則一", "規則二"), ("a b", "a-b")])
def test_names_that_look_alike(one: str, other: str) -> None:
    """Names there are told apart by their case."""
    names = {Draft(name, ("abc",), "enable", "", 3).own_name(t) for name in (one, other) for t in ("blue", "red")}
    assert len(names) == 4
