"""Everybody's words: every category has them, and they are the words that the clients know."""

from __future__ import annotations

import pytest

from gateway.dialects.lakera import TAXONOMY
from gateway.dialects.rulesets import XECGUARD
from gateway.dialects.vocabulary import LEVELS, TABLE, entity, label, level, presidio, words
from gateway.engine import Guard
from tests.support.gatewayed import detectors

CATEGORIES = sorted(Guard(detectors()).categories)

# What PromptGuard's SDK knows as types of threats, as far as the table uses them.
PROMPTGUARD = {
    "prompt_injection", "system_prompt_leak", "syntactic_masking", "html_obfuscation", "pii_leak", "api_key_leak",
    "secret_key_leak", "toxicity", "url_violation", "insecure_code", "mcp_violation", "off_topic", "policy_violation",
}  # fmt: skip


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_words(category: str) -> None:
    row = words(category)
    assert row.category != "*"
    assert row.xecguard in XECGUARD
    assert row.promptguard in PROMPTGUARD
    assert row.sagexai.startswith("LLM0")
    assert row.evalguard
    assert presidio(category).isupper()
    assert label(category)
    kind = entity(category)
    assert kind in TAXONOMY or kind.startswith(("pii/", "agent/"))


@pytest.mark.parametrize(
    ("category", "kind", "entity_type"),
    [
        ("pii/us_ssn", "pii/us_social_security_number", "US_SSN"),
        ("pii/iban", "pii/iban_code", "IBAN_CODE"),
        ("pii/ipv6", "pii/ip_address", "IP_ADDRESS"),
        ("pii/person", "pii/name", "PERSON"),
        ("pii/uk_nhs", "pii/uk_nhs", "UK_NHS"),
        ("secret/github_token", "pii/custom", "GITHUB_TOKEN"),
        ("harm/weapons", "moderated_content/weapons", "WEAPONS"),
        ("injection/direct", "prompt_attack", "DIRECT"),
        ("custom/word", "custom", "WORD"),
    ],
)
def test_names(category: str, kind: str, entity_type: str) -> None:
    assert entity(category) == kind
    assert presidio(category) == entity_type


@pytest.mark.parametrize(
    ("score", "name"),
    [(1, "l1"), (0.95, "l1"), (0.94, "l2"), (0.85, "l2"), (0.7, "l3"), (0.5, "l4"), (0.49, "l5"), (0, "l5")],
)
def test_levels(score: float, name: str) -> None:
    assert level(score)[:2] == name
    assert level(score) in LEVELS


def test_no_row_is_hidden() -> None:
    """The first that fits decides, so a row below a wider one would never be used."""
    for index, row in enumerate(TABLE):
        sample = row.category.replace("*", "x")
        assert words(sample) is row, f"row {index} is hidden by {words(sample).category}"
