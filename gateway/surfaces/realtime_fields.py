"""
Every field of the events of /v1/realtime that we know: those of the `openai` package's types (3.57), and the
names that the beta had for events.
"""

from __future__ import annotations

from typing import Any

from gateway.surfaces.chat_fields import ID, MODEL, SCHEMA_WORDS
from gateway.surfaces.fields import Collector, Each, Either, Enum, Number, Obj, Rule, Text, Token, Tree
from gateway.surfaces.media import Base64, Reference, Url
from gateway.types import Kind, Path, Role

__all__ = ["AUDIO", "FROM_CLIENT", "FROM_SERVER", "GROWING"]

_NUMBER = Number()
_METADATA = Text(Kind.METADATA)
_LABEL = Text(Kind.METADATA, whole=True)
_DESCRIPTION = Text(Kind.TOOL_DESCRIPTION)
_TOOL_NAME = Text(Kind.TOOL_NAME, whole=True)
_SCHEMA = Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS)
_ID = Token(rf"(?:conv|event|item|mcp|mcpl|mcpr|pmpt|sess)_[A-Za-z0-9]{{1,48}}(?:_r)?|{ID.pattern}")
_CODE = Token("[a-z]{1,24}(?:_[a-z]{1,24}){0,5}")

# Texts that grow: by the beginning of an event's type, the field in which its last event says all of it again.
GROWING: dict[str, tuple[str, Kind]] = {
    "response.output_text": ("text", Kind.TEXT),
    "response.text": ("text", Kind.TEXT),
    "response.output_audio_transcript": ("transcript", Kind.TRANSCRIPT),
    "response.audio_transcript": ("transcript", Kind.TRANSCRIPT),
    "response.function_call_arguments": ("arguments", Kind.TOOL_CALL),
    "response.mcp_call_arguments": ("arguments", Kind.TOOL_CALL),
    "conversation.item.input_audio_transcription": ("transcript", Kind.TRANSCRIPT),
}
AUDIO = frozenset(("response.output_audio", "response.audio"))
_CLIENT_TYPES = """
    conversation.item.create conversation.item.delete conversation.item.retrieve conversation.item.truncate
    input_audio_buffer.append input_audio_buffer.clear input_audio_buffer.commit output_audio_buffer.clear
    response.cancel response.create session.update transcription_session.update
"""
_SERVER_TYPES = """
    conversation.created conversation.item.added conversation.item.created conversation.item.deleted
    conversation.item.done conversation.item.input_audio_transcription.completed
    conversation.item.input_audio_transcription.delta conversation.item.input_audio_transcription.failed
    conversation.item.input_audio_transcription.segment conversation.item.retrieved conversation.item.truncated
    error input_audio_buffer.cleared input_audio_buffer.committed input_audio_buffer.dtmf_event_received
    input_audio_buffer.speech_started input_audio_buffer.speech_stopped input_audio_buffer.timeout_triggered
    mcp_list_tools.completed mcp_list_tools.failed mcp_list_tools.in_progress output_audio_buffer.cleared
    output_audio_buffer.started output_audio_buffer.stopped rate_limits.updated response.content_part.added
    response.content_part.done response.created response.done response.mcp_call.completed response.mcp_call.failed
    response.mcp_call.in_progress response.output_item.added response.output_item.done session.created
    session.updated transcription_session.created transcription_session.updated
"""
_ITEMS = (
    "message",
    "function_call",
    "function_call_output",
    "item_reference",
    "mcp_approval_request",
    "mcp_approval_response",
    "mcp_call",
    "mcp_list_tools",
)


class _Item(Obj):
    """An item of the conversation. Whose its texts are, its type and role say."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is not dict:
            super().read(value, path, key, out)
            return
        kind, role, name = value.get("type"), value.get("role"), value.get("name")
        if kind not in _ITEMS:
            out.skip((*path, key), "unknown_part", 0)
        outer = out.role, out.kind, out.name
        out.name = name if type(name) is str else ""
        if kind == "function_call_output":
            out.role, out.kind = Role.TOOL, Kind.TOOL_RESULT
        elif kind == "message":
            out.role = Role(role) if role in ("system", "user", "assistant") else Role.USER
        else:
            out.role = Role.ASSISTANT
        self.members(value, (*path, key), out)
        out.role, out.kind, out.name = outer


class _ResultOfCall:
    """What a server's tool said."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        outer = out.role, out.kind
        out.role, out.kind = Role.TOOL, Kind.TOOL_RESULT
        Text().read(value, path, key, out)
        out.role, out.kind = outer


_CONTENT = Obj(
    {
        "type": Enum("input_text", "input_audio", "input_image", "output_text", "output_audio", "text", "audio"),
        "text": Text(),
        "transcript": Text(Kind.TRANSCRIPT),
        "audio": Base64(),
        "image_url": Url(content=True),
        "detail": Enum("auto", "low", "high"),
    }
)
_MCP_TOOL = Obj(
    {"name": _TOOL_NAME, "description": _DESCRIPTION, "input_schema": _SCHEMA, "annotations": _SCHEMA}, named="name"
)
_ERROR = Obj({"type": _CODE, "code": Either(_CODE, _NUMBER), "message": Text(), "param": _LABEL, "event_id": _ID})
_STATUS = Enum("completed", "in_progress", "incomplete", "cancelled", "failed", "calling")
_ITEM = _Item(
    {
        "type": Enum(*_ITEMS),
        "id": _ID,
        "object": Enum("realtime.item"),
        "status": _STATUS,
        "role": Enum("system", "user", "assistant"),
        "content": Each(_CONTENT),
        "name": _TOOL_NAME,
        "call_id": _ID,
        "arguments": Text(Kind.TOOL_CALL, json=True),
        "output": _ResultOfCall(),
        "server_label": _LABEL,
        "tools": Each(_MCP_TOOL),
        "approval_request_id": _ID,
        "approve": _NUMBER,
        "reason": Text(),
        "error": _ERROR,
    }
)
_NAMES = Either(_LABEL, Obj({"tool_names": Each(_LABEL), "read_only": _NUMBER}))
_TOOL = Obj(
    {
        "type": Enum("function", "mcp"),
        "name": _DESCRIPTION,
        "description": _DESCRIPTION,
        "parameters": _SCHEMA,
        "server_label": _LABEL,
        "server_url": Url(),
        "server_description": _DESCRIPTION,
        "authorization": _METADATA,
        "headers": Tree(Kind.METADATA),
        "connector_id": _CODE,
        "tunnel_id": _ID,
        "allowed_tools": Tree(Kind.METADATA, frozenset(("tool_names", "read_only"))),
        "allowed_callers": Each(Enum("direct", "programmatic")),
        "require_approval": Tree(Kind.METADATA, frozenset(("always", "never", "tool_names", "read_only"))),
        "defer_loading": _NUMBER,
    },
    named="name",
)
_FORMAT = Either(_CODE, Obj({"type": Enum("audio/pcm", "audio/pcma", "audio/pcmu"), "rate": _NUMBER}))
_VOICE = Either(Token("[a-z]{1,12}"), Obj({"id": _METADATA}))
_DETECTION = Obj(
    {
        "type": Enum("server_vad", "semantic_vad", "none"),
        "eagerness": Enum("auto", "low", "medium", "high"),
        **dict.fromkeys(("threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"), _NUMBER),
        **dict.fromkeys(("create_response", "interrupt_response"), _NUMBER),
    }
)
_EFFORT = Enum("minimal", "low", "medium", "high", "xhigh")
_TRANSCRIPTION = Obj(
    {
        "model": MODEL,
        "language": Token("[a-z]{2,3}(?:-[A-Za-z]{2,4})?"),
        "languages": Each(Token("[a-z]{2,3}(?:-[A-Za-z]{2,4})?")),
        "prompt": Text(),
        "keywords": Each(_METADATA),
        "delay": _EFFORT,
    }
)
_AUDIO = Obj(
    {
        "input": Obj(
            {
                "format": _FORMAT,
                "noise_reduction": Obj({"type": Enum("near_field", "far_field")}),
                "transcription": _TRANSCRIPTION,
                "turn_detection": _DETECTION,
            }
        ),
        "output": Obj({"format": _FORMAT, "voice": _VOICE, "speed": _NUMBER}),
    }
)
_VARIABLE = Either(
    Text(),
    Obj(
        {
            "type": Enum("input_text", "input_image", "input_file"),
            "text": Text(),
            "image_url": Url(content=True),
            "detail": Enum("auto", "low", "high", "original"),
            "file_id": Reference(Kind.METADATA),
            "file_data": Base64(),
            "file_url": Url(content=True),
            "filename": _METADATA,
            "prompt_cache_breakpoint": Obj({"mode": Enum("explicit"), "ttl": Enum("30m", "12h")}),
        }
    ),
)


class _Variables:
    """Free names, each with a text or a file."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is not dict:
            out.walk(value, (*path, key), Kind.UNKNOWN)
            return
        for name, item in value.items():
            out.walk({name: None}, (*path, key), Kind.METADATA)
            _VARIABLE.read(item, (*path, key), name, out)


_ASKED: dict[str, Rule] = {
    "instructions": Text(),
    "tools": Each(_TOOL),
    "tool_choice": Either(
        Enum("auto", "none", "required"),
        Obj({"type": Enum("function", "mcp"), "name": _TOOL_NAME, "server_label": _LABEL}),
    ),
    "parallel_tool_calls": _NUMBER,
    "prompt": Obj({"id": _ID, "version": _LABEL, "variables": _Variables()}),
    "output_modalities": Each(Enum("text", "audio")),
    "modalities": Each(Enum("text", "audio")),
    "max_output_tokens": Either(Enum("inf"), _NUMBER),
    "reasoning": Obj({"effort": _EFFORT}),
    "audio": _AUDIO,
    "voice": _VOICE,
    "temperature": _NUMBER,
}
_SESSION = Obj(
    {
        **_ASKED,
        "id": _ID,
        "object": Enum("realtime.session", "realtime.transcription_session"),
        "type": Enum("realtime", "transcription"),
        "model": MODEL,
        "expires_at": _NUMBER,
        "include": Each(Enum("item.input_audio_transcription.logprobs")),
        "tracing": Either(
            Enum("auto"), Obj({"workflow_name": _METADATA, "group_id": _METADATA, "metadata": Tree(Kind.METADATA)})
        ),
        "truncation": Either(
            Enum("auto", "disabled"),
            Obj(
                {
                    "type": Enum("retention_ratio"),
                    "retention_ratio": _NUMBER,
                    "token_limits": Obj({"post_instructions": _NUMBER}),
                }
            ),
        ),
        # Of the beta.
        "turn_detection": _DETECTION,
        "input_audio_format": _CODE,
        "output_audio_format": _CODE,
        "input_audio_transcription": _TRANSCRIPTION,
        "input_audio_noise_reduction": Obj({"type": Enum("near_field", "far_field")}),
        "speed": _NUMBER,
        "client_secret": Tree(Kind.METADATA),
    }
)
_COUNTS = {f"{kind}_tokens": _NUMBER for kind in ("text", "audio", "image", "cached", "input", "output", "total")}
_DETAILS = Obj({**_COUNTS, "cached_tokens_details": Obj(_COUNTS), "reasoning_tokens": _NUMBER})
_USAGE = Obj(
    {
        **_COUNTS,
        "type": Enum("tokens", "duration"),
        "seconds": _NUMBER,
        "input_token_details": _DETAILS,
        "output_token_details": _DETAILS,
    }
)
_RESPONSE = Obj(
    {
        **_ASKED,
        "id": _ID,
        "object": Enum("realtime.response"),
        "conversation": Either(Token("auto|none|conv_[A-Za-z0-9]{1,48}"), _NUMBER),
        "conversation_id": _ID,
        "metadata": Tree(Kind.METADATA),
        "input": Each(_ITEM),
        "output": Each(_ITEM),
        "status": _STATUS,
        "status_details": Obj(
            {
                "type": _STATUS,
                "reason": Enum("turn_detected", "client_cancelled", "max_output_tokens", "content_filter"),
                "error": _ERROR,
            }
        ),
        "usage": _USAGE,
    }
)
_COMMON: dict[str, Rule] = {
    "event_id": _ID,
    "item": _ITEM,
    "item_id": _ID,
    "previous_item_id": _ID,
    "response_id": _ID,
    "call_id": _ID,
    "session": _SESSION,
    "response": _RESPONSE,
    **dict.fromkeys(("content_index", "output_index", "audio_end_ms", "audio_start_ms", "sequence_number"), _NUMBER),
}
FROM_CLIENT = Obj({**_COMMON, "type": Enum(*_CLIENT_TYPES.split()), "audio": Base64()})
_GROWING_TYPES = (f"{stem}.{end}" for stem in (*GROWING, *AUDIO) for end in ("delta", "done"))
FROM_SERVER = Obj(
    {
        **_COMMON,
        "type": Enum(*_SERVER_TYPES.split(), *_GROWING_TYPES),
        "conversation": Obj({"id": _ID, "object": Enum("realtime.conversation")}),
        "part": _CONTENT,
        "delta": Text(),
        "text": Text(),
        "transcript": Text(Kind.TRANSCRIPT),
        "arguments": Text(Kind.TOOL_CALL, json=True),
        "name": _TOOL_NAME,
        "error": _ERROR,
        "usage": _USAGE,
        "obfuscation": Token("[A-Za-z0-9]{0,256}"),
        "logprobs": Each(Obj({"token": Text(), "logprob": _NUMBER, "bytes": Each(_NUMBER)})),
        "rate_limits": Each(
            Obj({"name": Enum("requests", "tokens"), **dict.fromkeys(("limit", "remaining", "reset_seconds"), _NUMBER)})
        ),
        "languages": Each(Obj({"code": Token("[a-z]{2,3}"), "probability": _NUMBER})),
        "speaker": _LABEL,
        "id": _ID,
        "start": _NUMBER,
        "end": _NUMBER,
        "start_ms": _NUMBER,
        "end_ms": _NUMBER,
        "event": _LABEL,
        "received_at": _NUMBER,
    }
)
