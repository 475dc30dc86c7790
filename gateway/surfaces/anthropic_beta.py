"""Fields of Anthropic's messages that are in beta: tables for gateway/surfaces/anthropic_fields.py."""

from __future__ import annotations

from gateway.surfaces.anthropic_blocks import CACHE, ID, IDENTIFIERS, LABEL
from gateway.surfaces.chat_fields import MODEL, SCHEMA_WORDS
from gateway.surfaces.fields import Each, Either, Enum, Number, Obj, Rule, Text, Token, Tree
from gateway.surfaces.media import Url
from gateway.types import Kind

__all__ = ["ANSWER", "OUTPUT_FORMAT", "REQUEST", "STOP_DETAILS", "TOOL", "USAGE"]

_NUMBER = Number()
_METADATA = Text(Kind.METADATA)
_DATED = Token("[a-z]{1,16}(?:_[a-z]{1,16}){1,4}(?:_20[0-9]{6})?")
_SPEED = Enum("fast", "standard")
OUTPUT_FORMAT = Obj({"type": Enum("json_schema"), "schema": Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS)})
_BUDGET = Obj({"type": Enum("tokens"), "total": _NUMBER, "remaining": _NUMBER})
_AMOUNT = Either(Enum("all"), Obj({"type": IDENTIFIERS, "value": _NUMBER}))
_EDIT = Obj(
    {
        "type": _DATED,
        "trigger": _AMOUNT,
        "keep": _AMOUNT,
        "clear_at_least": _AMOUNT,
        "clear_tool_inputs": Each(LABEL),
        "exclude_tools": Each(LABEL),
        "instructions": Text(),
        "pause_after_compaction": _NUMBER,
    }
)
_EFFORT = Enum("low", "medium", "high", "xhigh", "max")
_THINKING = Obj(
    {
        "type": Enum("enabled", "disabled", "adaptive"),
        "budget_tokens": _NUMBER,
        "display": Enum("summarized", "omitted"),
    }
)
_FALLBACK = Obj(
    {
        "model": MODEL,
        "max_tokens": _NUMBER,
        "speed": _SPEED,
        "thinking": _THINKING,
        "output_config": Obj({"effort": _EFFORT, "format": OUTPUT_FORMAT, "task_budget": _BUDGET}),
    }
)
_SERVER = Obj(
    {
        "type": Enum("url"),
        "url": Url(),
        "name": LABEL,
        "authorization_token": _METADATA,
        "tool_configuration": Obj({"enabled": _NUMBER, "allowed_tools": Each(LABEL)}),
    }
)
REQUEST: dict[str, Rule] = {
    "betas": Each(Token("[a-z0-9]{1,24}(?:-[a-z0-9]{1,24}){1,8}")),
    "context_management": Obj({"edits": Each(_EDIT)}),
    "diagnostics": Obj({"previous_message_id": ID}),
    "fallback_credit_token": Either(_METADATA, Obj({"token": _METADATA, "mode": Enum("best_effort", "strict")})),
    "fallbacks": Either(Enum("default"), Each(_FALLBACK)),
    "mcp_servers": Each(_SERVER),
    "output_format": OUTPUT_FORMAT,
    "speed": _SPEED,
}
TASK_BUDGET: dict[str, Rule] = {"task_budget": _BUDGET}
TOOL: dict[str, Rule] = {
    "caching": CACHE,
    "mcp_server_name": LABEL,
    "model": MODEL,
    "default_config": Obj({"enabled": _NUMBER, "defer_loading": _NUMBER}),
}
_APPLIED = Obj(
    {
        "type": _DATED,
        **dict.fromkeys(("cleared_input_tokens", "cleared_thinking_turns", "cleared_tool_uses"), _NUMBER),
    }
)
ANSWER: dict[str, Rule] = {
    "context_management": Obj({"applied_edits": Each(_APPLIED)}),
    "diagnostics": Obj(
        {"cache_miss_reason": Obj({"type": IDENTIFIERS, "cache_missed_input_tokens": _NUMBER})},
    ),
}
STOP_DETAILS: dict[str, Rule] = {
    "fallback_credit_token": _METADATA,
    "fallback_has_prefill_claim": _NUMBER,
    "recommended_model": MODEL,
}
_CREDIT = Obj(
    {
        "status": Obj({"type": IDENTIFIERS, "reason": IDENTIFIERS, "remove_to_redeem": Each(LABEL)}),
        "amount": _NUMBER,
    }
)
USAGE: dict[str, Rule] = {"fallback_credit": _CREDIT, "speed": _SPEED}
