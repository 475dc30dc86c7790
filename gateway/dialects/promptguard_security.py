"""PromptGuard beside its guard: security/scan, security/redact, agent/validate-tool, with and without /proxy."""

from __future__ import annotations

from gateway.dialects import body as fields
from gateway.dialects.base import Caller, Endpoint, Outcome, ScanRequest, Sides
from gateway.dialects.conversation import read, said
from gateway.dialects.promptguard import decide, error, reason, threat_type
from gateway.dialects.rulesets import TOOLS, redacting
from gateway.errors import RequestError
from gateway.surfaces import dump_json
from gateway.types import Direction, Effect, Json

__all__ = ["ENDPOINTS", "ENTITIES"]

PROXY = "/proxy"
MAX_AGENT = 256  # characters of an id

# Its names of what can be redacted, and ours.
ENTITIES: dict[str, tuple[str, ...]] = {
    "email": ("pii/email",),
    "phone": ("pii/phone",),
    "phone_us": ("pii/phone",),
    "phone_number": ("pii/phone",),
    "ssn": ("pii/us_ssn",),
    "credit_card": ("pii/credit_card",),
    "ip_address": ("pii/ipv4", "pii/ipv6"),
    "mac_address": ("pii/mac",),
    "iban": ("pii/iban",),
    "bank_account": ("pii/iban", "pii/*bank_account*", "pii/*_cbu", "pii/*clabe", "pii/us_aba*"),
    "passport": ("pii/*passport*", "pii/mrz"),
    "drivers_license": ("pii/*driver*", "pii/*driving*"),
    "national_id": ("pii/*_id", "pii/*_id_card", "pii/national_id"),
    "date_of_birth": ("pii/date_of_birth",),
    "address": ("pii/street_address", "pii/address", "pii/postcode", "pii/place"),
    "name": ("pii/person",),
    "person": ("pii/person",),
    "medical_record": ("pii/medical_record", "pii/health_insurance"),
    "crypto_wallet": ("pii/*_address", "pii/eth_address", "pii/btc_address"),
    "api_key": ("secret/*",),
    "secret": ("secret/*",),
}
_NAMES = {
    "pii/email": "email",
    "pii/phone": "phone",
    "pii/us_ssn": "ssn",
    "pii/ipv4": "ip_address",
    "pii/ipv6": "ip_address",
    "pii/mac": "mac_address",
    "pii/person": "name",
}
_ALL = redacting(("pii/*", "secret/*"))
_LEVELS = ((0.8, "critical"), (0.6, "high"), (0.3, "medium"))


def parse_scan(body: Json, caller: Caller) -> ScanRequest:
    content = fields.text(body, "content")
    kind = fields.choice(body, "type", ("prompt", "response"), "prompt")
    role = "user" if kind == "prompt" else "assistant"
    messages = ({"role": role, "content": content},)
    talk = read(messages, Sides.INPUT if kind == "prompt" else Sides.OUTPUT)
    return ScanRequest(messages=messages, prompt=talk.prompt, answer=talk.answer)


def scan(request: ScanRequest, outcome: Outcome) -> Json:
    decision, _ = decide(request, outcome)
    return {
        "blocked": decision == "block",
        "decision": decision,
        "flagged": outcome.flagged,
        "reason": reason(outcome),
        "threatType": threat_type(outcome),
        "confidence": outcome.confidence,
        "eventId": f"evt_{outcome.id}",
        "processingTimeMs": outcome.latency_ms,
    }


def parse_redact(body: Json, caller: Caller) -> ScanRequest:
    content = fields.text(body, "content")
    kinds = fields.texts(body, "pii_types")
    unknown = [kind for kind in kinds if kind.lower() not in ENTITIES]
    if unknown:
        raise fields.one_of("pii_types", ENTITIES)
    rules = redacting([glob for kind in kinds for glob in ENTITIES[kind.lower()]]) if kinds else _ALL
    talk = said([content], Direction.INPUT)
    return ScanRequest(prompt=talk.prompt, rulesets=(rules,), options={"content": content})


def redact(request: ScanRequest, outcome: Outcome) -> Json:
    original = request.options["content"]
    return {
        "original": original,
        "redacted": outcome.edits.get(("texts", 0), original),
        "piiFound": list(dict.fromkeys(_entity(m.category) for m in outcome.matches)),
    }


def _entity(category: str) -> str:
    if category.startswith("secret/"):
        return "api_key"
    return _NAMES.get(category) or category.rpartition("/")[2]


def parse_tool(body: Json, caller: Caller) -> ScanRequest:
    agent = fields.text(body, "agent_id", "")
    if len(agent) > MAX_AGENT or "\x00" in agent:
        raise fields.wrong("agent_id", f"a text of at most {MAX_AGENT} characters", "string_too_long")
    fields.text(body, "session_id", "")
    name, arguments = fields.text(body, "tool_name"), body.get("arguments")
    if type(arguments) not in (dict, str, type(None)):
        raise RequestError("arguments must be an object.", param="arguments", code="dict_type")
    written = arguments if type(arguments) is str else dump_json(arguments or {}).decode()
    call = {"type": "function", "function": {"name": name, "arguments": written}}
    messages = ({"role": "assistant", "content": None, "tool_calls": [call]},)
    talk = read(messages, Sides.OUTPUT)
    return ScanRequest(messages=messages, answer=talk.answer, context=talk.context, extra=(TOOLS,), agent=agent)


def tool(request: ScanRequest, outcome: Outcome) -> Json:
    """What would have to be redacted in a call is not let pass: nobody here can rewrite it."""
    allowed = outcome.effect < Effect.REDACT
    stopping = [m for m in outcome.matches if m.effect >= Effect.REDACT]
    noted = [m for m in outcome.matches if m.effect < Effect.REDACT]
    return {
        "allowed": allowed,
        "risk_score": outcome.risk,
        "risk_level": next((name for least, name in _LEVELS if outcome.risk >= least), "low"),
        "reason": reason(outcome),
        "warnings": list(dict.fromkeys(m.category for m in noted)),
        "blocked_reasons": list(dict.fromkeys([m.category for m in stopping] + [u.reason for u in outcome.refused])),
    }


def _both(path: str, name: str, *functions: object) -> tuple[Endpoint, ...]:
    parse, render = functions
    return tuple(
        Endpoint(f"/api/v1{prefix}{path}", name, parse, render, error)  # type: ignore[arg-type]
        for prefix in ("", PROXY)
    )


ENDPOINTS = (
    *_both("/security/scan", "promptguard.scan", parse_scan, scan),
    *_both("/security/redact", "promptguard.redact", parse_redact, redact),
    *_both("/agent/validate-tool", "promptguard.tool", parse_tool, tool),
)
