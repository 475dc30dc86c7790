"""
Every field of /v1/responses and /v1/conversations that we know, beside the items, and what it holds.
The fields are those of the `openai` package's types (3.57).
"""

from __future__ import annotations

from typing import Any

from gateway.surfaces.chat_fields import MODEL
from gateway.surfaces.fields import (
    Collector,
    Each,
    Either,
    Enum,
    Keyed,
    Obj,
    Rule,
    Text,
    Token,
    Tree,
    Words,
    Wrapped,
    inert,
)
from gateway.surfaces.responses_items import CONTENT, ITEM, PART
from gateway.surfaces.responses_tools import EFFORT, FORMAT, ID, LABEL, METADATA, NUMBER, TOOL, TOOL_CHOICE
from gateway.surfaces.typed import By
from gateway.types import Kind, Path, Role

__all__ = ["ANSWER", "ECHOES", "INERT_ANSWER", "INERT_REQUEST", "ITEM_LIST", "REQUEST", "Items"]

_IDENTIFIERS = Words("(?=.{1,48}$)[a-z]+(?:[_/-][a-z]+)*")
_MODE = Obj({"mode": Enum("score", "block")})
_CALLS = frozenset(("function_call", "custom_tool_call"))
_DEVELOPER = Role.DEVELOPER


class Items(Wrapped):
    """
    A list of items, or a text that is one message.

    The results of tools carry the names of the tools that were called in the same list.
    """

    rules = (Each(ITEM),)

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is not list:
            CONTENT.read(value, path, key, out)
            return
        at = (*path, key)
        called = _called(value)
        for index, item in enumerate(value):
            out.message = index
            answered = item.get("call_id") if type(item) is dict else None
            out.name = called.get(answered, "") if type(answered) is str else ""
            ITEM.read(item, at, index, out)
        out.message, out.name = -1, ""


def _called(items: list[Any]) -> dict[str, str]:
    """Names of tools by the id of their call."""
    calls = [item for item in items if type(item) is dict and item.get("type") in _CALLS]
    named = [(call.get("call_id"), call.get("name")) for call in calls]
    return {id: name for id, name in named if type(id) is str and type(name) is str}


ITEM_LIST = Items()

# What a request says and its answers repeat.
_REPEATED: dict[str, Rule] = {
    "access_programs": Obj({"cyber": Enum("standard", "daybreak_blue", "daybreak_red")}),
    "background": NUMBER,
    "conversation": Either(ID, Obj({"id": ID})),
    "image": Obj({"context_compression": Enum("auto", "enabled", "disabled")}),
    "instructions": By(_DEVELOPER, Items()),
    "max_output_tokens": NUMBER,
    "max_tool_calls": NUMBER,
    "metadata": Tree(Kind.METADATA),
    "model": MODEL,
    "parallel_tool_calls": NUMBER,
    "previous_response_id": ID,
    "prompt": Obj({"id": ID, "version": LABEL, "variables": Keyed("[a-z]+(?:_[a-z]+)*", Either(Text(), PART))}),
    "prompt_cache_key": METADATA,
    "prompt_cache_options": Obj(
        {
            "comparison_response_id": ID,
            "mode": Enum("implicit", "explicit"),
            "prewarm": NUMBER,
            "ttl": Enum("30m", "12h"),
        }
    ),
    "prompt_cache_retention": Enum("in_memory", "24h"),
    "reasoning": Obj(
        {
            "context": Enum("auto", "current_turn", "all_turns"),
            "effort": EFFORT,
            "generate_summary": Enum("auto", "concise", "detailed"),
            "mode": Token("[a-z]{1,16}"),
            "summary": Enum("auto", "concise", "detailed"),
        }
    ),
    "safety_identifier": METADATA,
    "service_tier": Enum("auto", "default", "flex", "scale", "priority", "fast", "ultrafast"),
    "store": NUMBER,
    "temperature": NUMBER,
    "text": By(_DEVELOPER, Obj({"format": FORMAT, "verbosity": Enum("low", "medium", "high")})),
    "tool_choice": By(_DEVELOPER, TOOL_CHOICE),
    "tools": By(_DEVELOPER, Each(TOOL)),
    "top_logprobs": NUMBER,
    "top_p": NUMBER,
    "truncation": Enum("auto", "disabled"),
    "user": METADATA,
}
ECHOES = frozenset(_REPEATED) - {"model"}

# Also of /v1/responses/compact and /v1/responses/input_tokens, and of /v1/conversations and its items.
REQUEST = Obj(
    {
        **_REPEATED,
        "background_options": Obj({"completion_window": Enum("soonest", "2h", "8h"), "continuation_id": ID}),
        "context_management": Each(Obj({"type": Token("[a-z_]{1,24}"), "compact_threshold": NUMBER})),
        "include": Each(
            Enum(
                *("code_interpreter_call.outputs", "computer_call_output.output.image_url", "file_search_call.results"),
                *("message.input_image.image_url", "message.output_text.logprobs", "reasoning.encrypted_content"),
                *("web_search_call.action.sources", "web_search_call.results"),
            )
        ),
        "input": ITEM_LIST,
        "items": ITEM_LIST,
        "moderation": Obj({"model": MODEL, "policy": Obj({"input": _MODE, "output": _MODE})}),
        "personality": Token("[a-z]{1,24}"),
        "stream": NUMBER,
        "stream_options": Obj({"include_obfuscation": NUMBER}),
    }
)

_STATUSES = Enum("completed", "failed", "in_progress", "cancelled", "queued", "incomplete")
_ERROR = Obj(
    {
        "code": Token("(?=.{1,64}$)[a-z]+(?:[_/-](?:[a-z]+|base64))*"),
        "message": METADATA,
        "misalignment": Obj(
            {
                "detailed_explanation": METADATA,
                "error_type": _IDENTIFIERS,
                "review_target": METADATA,
                "steer": Obj({"message": METADATA}),
            }
        ),
        "param": LABEL,
        "type": _IDENTIFIERS,
    }
)
_MODERATED = Obj(
    {
        "type": Enum("moderation_result", "moderation_results", "error"),
        "model": MODEL,
        "flagged": NUMBER,
        "categories": _IDENTIFIERS,
        "category_scores": _IDENTIFIERS,
        "category_applied_input_types": _IDENTIFIERS,
        "code": _IDENTIFIERS,
        "message": METADATA,
    }
)

# An answer: a response, a compaction, a conversation, or a list of items.
ANSWER = Obj(
    {
        **_REPEATED,
        "completed_at": NUMBER,
        "created_at": NUMBER,
        "data": ITEM_LIST,
        "deleted": NUMBER,
        "error": _ERROR,
        "first_id": ID,
        "has_more": NUMBER,
        "id": ID,
        "incomplete_details": Obj({"reason": _IDENTIFIERS}),
        "input_tokens": NUMBER,
        "input_transformations": Each(
            Obj({"id": ID, "action": Enum("removed"), "reason": _IDENTIFIERS, "type": Enum("reasoning")})
        ),
        "last_id": ID,
        "moderation": Obj({"input": _MODERATED, "output": _MODERATED}),
        "object": Enum(
            *("response", "response.compaction", "response.deleted", "response.input_tokens", "list"),
            *("conversation", "conversation.deleted"),
        ),
        "output": ITEM_LIST,
        "output_text": Text(),
        "prompt_cache_diagnostics": _IDENTIFIERS,
        "status": _STATUSES,
        "tool_usage": _IDENTIFIERS,
        "usage": _IDENTIFIERS,
    }
)

# All that goes unread, for reviewers: (glob of the path, pattern that it must fit).
INERT_REQUEST = tuple(inert(REQUEST))
INERT_ANSWER = tuple(inert(ANSWER))
