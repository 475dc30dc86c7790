"""
Every field of Anthropic's messages that we know, and what it holds: the types of the `anthropic` package
(0.125). tests/surfaces/test_anthropic_canary.py walks those types and says which line is missing here.
"""

from __future__ import annotations

from gateway.surfaces import anthropic_beta as beta
from gateway.surfaces.anthropic_blocks import (
    BLOCK,
    BLOCKS,
    CACHE,
    CALLERS,
    CITATION,
    CONTENT,
    ID,
    IDENTIFIERS,
    LABEL,
    TIME,
    TOOL_NAME,
)
from gateway.surfaces.chat_fields import MODEL, SCHEMA_WORDS
from gateway.surfaces.fields import Each, Either, Enum, Number, Obj, Rule, Text, Token, Tree
from gateway.surfaces.shapes import Encrypted
from gateway.types import Kind

__all__ = ["ANSWER", "EVENT", "MESSAGE", "REQUEST", "ROLES"]

ROLES = frozenset(("user", "assistant", "system"))
_EVENTS = frozenset(
    (
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "ping",
        "error",
    )
)
_STOPS = (
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "compaction",
    "model_context_window_exceeded",
)
_DELTAS = (
    "text_delta",
    "thinking_delta",
    "input_json_delta",
    "citations_delta",
    "signature_delta",
    "compaction_delta",
)
_NUMBER = Number()
_METADATA = Text(Kind.METADATA)
_DESCRIPTION = Text(Kind.TOOL_DESCRIPTION)
_REGION = Token("[a-z]{2,8}|not_available")

MESSAGE = Obj({"role": Enum(*ROLES), "content": CONTENT})

_SKILL = Obj({"type": Enum("anthropic", "custom"), "skill_id": LABEL, "version": LABEL})
_CONTAINER = Either(ID, Obj({"id": ID, "expires_at": TIME, "skills": Each(_SKILL)}))
_SCHEMA = Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS)
_CITY = Obj(
    {
        "type": Enum("approximate"),
        "city": _METADATA,
        "country": _METADATA,
        "region": _METADATA,
        "timezone": _METADATA,
    }
)
_TOOL = Obj(
    {
        "type": Token("custom|[a-z]{1,16}(?:_[a-z0-9]{1,16}){0,4}"),
        "name": _DESCRIPTION,
        "description": _DESCRIPTION,
        "input_schema": _SCHEMA,
        "input_examples": _SCHEMA,
        "strict": _NUMBER,
        "defer_loading": _NUMBER,
        "eager_input_streaming": _NUMBER,
        "allowed_callers": Each(Enum(*CALLERS)),
        "cache_control": CACHE,
        # The vendor's own tools.
        "allowed_domains": Each(LABEL),
        "blocked_domains": Each(LABEL),
        "citations": Obj({"enabled": _NUMBER}),
        "configs": IDENTIFIERS,
        "max_characters": _NUMBER,
        "max_content_tokens": _NUMBER,
        "max_uses": _NUMBER,
        "response_inclusion": Enum("full", "excluded"),
        "use_cache": _NUMBER,
        "user_location": _CITY,
        "display_height_px": _NUMBER,
        "display_width_px": _NUMBER,
        "display_number": _NUMBER,
        "enable_zoom": _NUMBER,
        **beta.TOOL,
    },
    named="name",
)

REQUEST = Obj(
    {
        "messages": Each(MESSAGE),
        "model": MODEL,
        "max_tokens": _NUMBER,
        "cache_control": CACHE,
        "container": _CONTAINER,
        "inference_geo": _REGION,
        "metadata": Obj({"user_id": _METADATA}),
        "output_config": Obj(
            {
                "effort": Enum("low", "medium", "high", "xhigh", "max"),
                "format": beta.OUTPUT_FORMAT,
                **beta.TASK_BUDGET,
            }
        ),
        "service_tier": Enum("auto", "standard_only"),
        "stop_sequences": Each(LABEL),
        "stream": _NUMBER,
        "system": CONTENT,
        "temperature": _NUMBER,
        "thinking": Obj(
            {
                "type": Enum("enabled", "disabled", "adaptive"),
                "budget_tokens": _NUMBER,
                "display": Enum("summarized", "omitted"),
            }
        ),
        "tool_choice": Obj(
            {"type": Enum("auto", "any", "tool", "none"), "name": TOOL_NAME, "disable_parallel_tool_use": _NUMBER}
        ),
        "tools": Each(_TOOL),
        "top_k": _NUMBER,
        "top_p": _NUMBER,
        "user_profile_id": ID,
        **beta.REQUEST,
    }
)

_USAGE = Obj(
    {
        **{f"{which}input_tokens": _NUMBER for which in ("", "cache_creation_", "cache_read_")},
        "output_tokens": _NUMBER,
        "cache_creation": Obj({f"ephemeral_{time}_input_tokens": _NUMBER for time in ("5m", "1h")}),
        "output_tokens_details": Obj({"thinking_tokens": _NUMBER}),
        "server_tool_use": Obj({f"web_{what}_requests": _NUMBER for what in ("fetch", "search")}),
        "service_tier": Enum("standard", "priority", "batch"),
        "inference_geo": _REGION,
        **beta.USAGE,
    }
)
_USAGE.fields["iterations"] = Each(Obj({**_USAGE.fields, "type": IDENTIFIERS, "model": MODEL}))
_ENDING: dict[str, Rule] = {
    "container": _CONTAINER,
    "stop_reason": Enum(*_STOPS),
    "stop_sequence": LABEL,
    "stop_details": Obj({"type": Enum("refusal"), "category": IDENTIFIERS, "explanation": LABEL, **beta.STOP_DETAILS}),
}
ANSWER = Obj(
    {
        "id": ID,
        "type": Enum("message"),
        "role": Enum("assistant"),
        "model": MODEL,
        "content": BLOCKS,
        "usage": _USAGE,
        "input_tokens": _NUMBER,  # of what only counts
        **_ENDING,
        **beta.ANSWER,
    }
)
_ERROR = Obj({"type": IDENTIFIERS, "message": Text()})
EVENT = Obj(
    {
        "type": Enum(*_EVENTS),
        "index": _NUMBER,
        "message": ANSWER,
        "content_block": BLOCK,
        "delta": Obj(
            {
                "type": Enum(*_DELTAS),
                "text": Text(),
                "thinking": Text(Kind.REASONING),
                "partial_json": Text(Kind.TOOL_CALL, json=True),
                "signature": Encrypted(),
                "citation": CITATION,
                "content": Text(),
                "encrypted_content": Encrypted(),
                **_ENDING,
            }
        ),
        "usage": _USAGE,
        "error": _ERROR,
        "request_id": ID,
        **beta.ANSWER,
    }
)
