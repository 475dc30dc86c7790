"""
What each guard API calls what we find. One table: our categories, as globs, and everybody's words for them.

The first row that fits decides. An empty word: that API has none, and the finding shows in its verdict only.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

__all__ = ["LEVELS", "PRESIDIO", "TABLE", "Words", "entity", "label", "least", "level", "presidio", "words"]


@dataclass(frozen=True, slots=True)
class Words:
    """`xecguard` is the policy without its prefix; `{}` in `lakera` is the name of the entity."""

    category: str
    says: str  # in a sentence: "... was found"
    xecguard: str
    sagexai: str
    promptguard: str
    lakera: str
    evalguard: str
    severity: str = "high"


_ATTACK, _SYSTEM = "GeneralPromptAttackProtection", "SystemPromptEnforcement"
_HARM, _SKILLS = "HarmfulContentProtection", "SkillsProtection"
_PII, _BIAS = "PIISensitiveDataProtection", "ContentBiasProtection"

# fmt: off
TABLE: tuple[Words, ...] = (
    Words("injection/system_prompt_leak", "Words of the system prompt", _SYSTEM, "LLM07",
          "system_prompt_leak", "prompt_attack", "system-prompt"),
    Words("secret/confidential", "What the system prompt keeps to itself", _SYSTEM, "LLM07",
          "system_prompt_leak", "prompt_attack", "system-prompt"),
    Words("injection/forbidden_request", "A request for what the system prompt forbids", _SYSTEM, "LLM07",
          "off_topic", "agent/off_task", "system-prompt", "medium"),
    Words("injection/indirect", "An instruction hidden in data", _ATTACK, "LLM01",
          "prompt_injection", "prompt_attack", "prompt-injection", "critical"),
    Words("injection/jailbreak", "An attempt to lift the rules", _ATTACK, "LLM01",
          "prompt_injection", "prompt_attack", "jailbreak", "critical"),
    Words("injection/*", "An attempt to override instructions", _ATTACK, "LLM01",
          "prompt_injection", "prompt_attack", "prompt-injection", "critical"),
    Words("obfuscation/homoglyph", "Look-alike characters", _ATTACK, "LLM03",
          "syntactic_masking", "prompt_attack", "encoding-attack"),
    Words("obfuscation/*", "Hidden or misleading characters", _ATTACK, "LLM03",
          "html_obfuscation", "prompt_attack", "encoding-attack"),
    Words("pii/*", "Personal data", _PII, "LLM02", "pii_leak", "pii/{}", "pii-leak"),
    Words("secret/pass*", "A password", _PII, "LLM02", "secret_key_leak", "pii/custom", "data-extraction", "critical"),
    Words("secret/*private*", "A private key", _PII, "LLM02", "secret_key_leak", "pii/custom",
          "data-extraction", "critical"),
    Words("secret/*", "A credential", _PII, "LLM02", "api_key_leak", "pii/custom", "data-extraction", "critical"),
    Words("harm/sexual*", "Sexual content", _HARM, "LLM05", "toxicity", "moderated_content/sexual", "toxicity"),
    Words("harm/hate*", "Hateful content", _HARM, "LLM05", "toxicity", "moderated_content/hate", "toxicity"),
    Words("harm/harassment*", "Harassment", _HARM, "LLM05", "toxicity", "moderated_content/hate", "toxicity"),
    Words("harm/profan*", "Profanity", _HARM, "LLM05", "toxicity", "moderated_content/profanity", "toxicity", "low"),
    Words("harm/toxic*", "Toxic language", _HARM, "LLM05", "toxicity", "moderated_content/profanity", "toxicity"),
    Words("harm/weapon*", "Talk of making weapons", _HARM, "LLM05",
          "toxicity", "moderated_content/weapons", "toxicity"),
    Words("harm/violen*", "Violent content", _HARM, "LLM05", "toxicity", "moderated_content/violence", "toxicity"),
    Words("harm/self*", "Talk of self-harm", _HARM, "LLM05", "toxicity", "moderated_content/violence", "toxicity"),
    Words("harm/*", "Harmful content", _HARM, "LLM05", "toxicity", "moderated_content/crime", "toxicity"),
    Words("link/*", "A dangerous link", _HARM, "LLM05", "url_violation", "unknown_links", "ssrf", "medium"),
    Words("output/refusal", "A refusal by the model", _HARM, "LLM05",
          "policy_violation", "agent/refusal", "custom", "low"),
    Words("output/*", "Control codes", _HARM, "LLM05", "insecure_code", "prompt_attack", "encoding-attack", "medium"),
    Words("tool/denied", "A tool that may not be used", _SKILLS, "LLM06",
          "mcp_violation", "agent/denied_tool", "excessive-agency"),
    Words("tool/*", "Misuse of a tool", _SKILLS, "LLM06", "mcp_violation", "agent/tool_misuse", "excessive-agency"),
    Words("skill/*", "A malicious skill", _SKILLS, "LLM06", "mcp_violation", "agent/malicious_skill",
          "excessive-agency"),
    Words("topic/off_task*", "A departure from the task", _SYSTEM, "LLM07",
          "off_topic", "agent/off_task", "system-prompt", "medium"),
    Words("topic/out_of_scope", "A request outside of the application's scope", _SYSTEM, "LLM07",
          "off_topic", "agent/off_task", "system-prompt", "medium"),
    Words("bias/*", "Bias", _BIAS, "LLM09", "policy_violation", "moderated_content/hate", "bias", "medium"),
    Words("grounding/*", "A statement without support", _SYSTEM, "LLM09",
          "policy_violation", "agent/unsupported_claim", "hallucination", "medium"),
    Words("custom/pii.*", "What a rule of the policy forbids", "", "LLM00",
          "policy_violation", "pii/custom", "custom", "medium"),
    Words("custom/moderated_content.*", "What a rule of the policy forbids", "", "LLM00",
          "policy_violation", "moderated_content/custom", "custom", "medium"),
    Words("*", "What a rule of the policy forbids", "", "LLM00", "policy_violation", "custom", "custom", "medium"),
)
# fmt: on

# Lakera's names for entities that we call otherwise, after its default policy.
_LAKERA = {
    "street_address": "address",
    "postcode": "address",
    "iban": "iban_code",
    "ipv4": "ip_address",
    "ipv6": "ip_address",
    "phone": "phone_number",
    "us_ssn": "us_social_security_number",
    "person": "name",
}

# SageXAI's labels; else the category's own name.
_LABELS = {
    "injection/direct": "Instruction Override",
    "injection/indirect": "Indirect Prompt Injection",
    "obfuscation/homoglyph": "Adversarial Unicode Homoglyph",
}

# Presidio's entity types. What has none there keeps our name, in capitals.
PRESIDIO = {
    "pii/email": "EMAIL_ADDRESS",
    "pii/phone": "PHONE_NUMBER",
    "pii/iban": "IBAN_CODE",
    "pii/ipv4": "IP_ADDRESS",
    "pii/ipv6": "IP_ADDRESS",
    "pii/mac": "MAC_ADDRESS",
    "pii/btc_address": "CRYPTO",
    "pii/person": "PERSON",
    "pii/organisation": "ORGANIZATION",
    "pii/street_address": "LOCATION",
    "pii/address": "LOCATION",
    "pii/place": "LOCATION",
    "pii/date_of_birth": "DATE_TIME",
    "pii/driver_license": "US_DRIVER_LICENSE",
    "pii/es_dni": "ES_NIF",
    "pii/it_vat": "IT_VAT_CODE",
    "pii/it_id_card": "IT_IDENTITY_CARD",
    "pii/pl_pesel": "PL_PESEL",
    "pii/sg_nric": "SG_NRIC_FIN",
    "pii/fi_hetu": "FI_PERSONAL_IDENTITY_CODE",
    "pii/kr_rrn": "KR_RRN",
}

LEVELS = ("l1_confident", "l2_very_likely", "l3_likely", "l4_less_likely", "l5_unlikely")
_LEAST = (0.95, 0.85, 0.70, 0.50)


@lru_cache(maxsize=2048)
def words(category: str) -> Words:
    return next(row for row in TABLE if fnmatchcase(category, row.category))


@lru_cache(maxsize=2048)
def entity(category: str) -> str:
    """Lakera's word for a category: `pii/email`, `prompt_attack`."""
    name = category.rpartition("/")[2]
    return words(category).lakera.replace("{}", _LAKERA.get(name, name))


def label(category: str) -> str:
    name = category.rpartition("/")[2].removeprefix("pii.").removeprefix("moderated_content.")
    return _LABELS.get(category) or name.replace("_", " ").replace("-", " ").title()


def presidio(category: str) -> str:
    return PRESIDIO.get(category) or category.rpartition("/")[2].upper().replace("-", "_").replace(".", "_")


def level(score: float) -> str:
    """How sure, in Lakera's five steps."""
    return next((name for name, least in zip(LEVELS, _LEAST, strict=False) if score >= least), LEVELS[-1])


def least(name: str) -> float:
    """The least score of a level."""
    return _LEAST[LEVELS.index(name)]
