"""Rules that can never decide are told, and those that can are not."""

from __future__ import annotations

import pytest

from gateway.detectors import BUILTIN
from gateway.policy import BY_MODELS, advice, load_policies, parse_policy
from gateway.resources import folder

CATEGORIES = frozenset({"pii/email", "pii/phone", "secret/jwt", "injection/direct"})


def told(rules: str) -> list[str]:
    return list(advice(parse_policy(f"version: 1\nname: a\nrules:\n{rules}"), CATEGORIES))


@pytest.mark.parametrize(
    "rules",
    [
        "- {category: pii/*, action: allow}\n- {category: pii/email, action: block}\n",
        "- {category: '*/*', action: flag, threshold: 0.2}\n- {category: secret/*, action: mask}\n",
        "- {category: pii/*, action: flag, roles: [user, tool]}\n- {category: pii/*, action: mask, roles: [tool]}\n",
        "- {category: pii/*, action: flag, threshold: 0}\n- {category: pii/phone, action: mask, max_fpr: 1%}\n",
    ],
)
def test_a_rule_that_is_never_reached(rules: str) -> None:
    (line,) = told(rules)
    assert line.startswith("rule 2 (")
    assert "is never reached: rule 1 (" in line


def test_rules_of_what_is_extended_are_there_to_be_overruled() -> None:
    text = "version: 1\nname: a\nextends: default\nrules:\n- {category: '*/*', action: flag, threshold: 0}\n"
    assert list(advice(parse_policy(text), CATEGORIES)) == []
    (line,) = advice(parse_policy(text + "- {category: pii/email, action: block}\n"), CATEGORIES)
    assert line.startswith("rule 2 (pii/email) is never reached")


@pytest.mark.parametrize(
    "rules",
    [
        "- {category: pii/email, action: block}\n- {category: pii/*, action: allow}\n",
        "- {category: pii/*, action: flag, directions: [input]}\n- {category: pii/email, action: mask}\n",
        "- {category: pii/*, action: flag, threshold: 0.8}\n- {category: pii/email, action: mask}\n",
        "- {category: pii/*, action: flag, roles: [user]}\n- {category: pii/email, action: mask}\n",
        "- {category: pii/*, action: flag, found_by: rules}\n- {category: pii/email, action: mask}\n",
        "- {category: pii/*, action: flag, max_fpr: 1%}\n- {category: pii/email, action: mask}\n",
        "- {category: pii/*, action: flag, channels: [tool]}\n- {category: pii/email, action: mask}\n",
        "- {category: pii/*, action: flag, quoted: true, directions: [input]}\n- {category: pii/email, action: mask, "
        "directions: [input]}\n",
        "- {category: pii/*, action: flag}\n- {category: custom/none, action: mask}\n",
    ],
)
def test_a_rule_that_may_be_reached(rules: str) -> None:
    assert told(rules) == []


def test_a_share_of_all() -> None:
    (line,) = told("- {category: injection/*, action: block, max_fpr: 1}\n")
    assert line == "rule 1 (injection/*): `max_fpr: 1` is 100 %; one percent is `1%`"


def test_built_in_policies_need_no_advice() -> None:
    known = BY_MODELS.union(*(build().categories for build in BUILTIN))
    book = load_policies([folder("policies")])
    assert [line for name in book for line in advice(book[name], known)] == []
