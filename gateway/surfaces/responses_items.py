"""
Items of the Responses API, all families: what is said, tools' calls and results, reasoning.

The fields are those of the `openai` package's types (3.57). The same items come in requests, in answers,
in streams and in what is stored. tests/surfaces/test_responses_canary.py walks those types and says which
line is missing here.
"""

from __future__ import annotations

from typing import Any

from gateway.surfaces.chat_fields import MODEL, ROLES, SCHEMA_WORDS
from gateway.surfaces.fields import Collector, Each, Either, Enum, Obj, Rule, Text, Token, Tree, Words
from gateway.surfaces.logprobs import read_entries
from gateway.surfaces.media import Base64, Reference, Url
from gateway.surfaces.responses_tools import EFFORT, FORMAT, ID, LABEL, METADATA, NUMBER, TOOL, TOOL_NAME
from gateway.surfaces.typed import By, Encrypted, Result, Typed
from gateway.types import Kind, Path, Role

__all__ = ["ANNOTATION", "CONTENT", "ITEM", "ITEMS", "PART", "SUMMARY", "Logprobs"]

_STATUS = Enum("in_progress", "completed", "incomplete", "searching", "generating", "interpreting", "calling", "failed")
_CALLED = Text(Kind.TOOL_CALL)
_ARGUMENTS = Text(Kind.TOOL_CALL, json=True)
_REASONING = Text(Kind.REASONING)
_FILE = Reference(Kind.METADATA, whole=True)
_CACHE_POINT = Obj({"mode": Enum("explicit"), "ttl": Enum("5m", "30m", "1h", "12h")})
_CALLER = Obj({"type": Enum("direct", "program"), "caller_id": ID})
_CODE = Words("(?=.{1,48}$)[a-z]+(?:[_/-][a-z]+)*")
_DESCRIPTION = Text(Kind.TOOL_DESCRIPTION)

ANNOTATION = Obj(
    {
        "type": Enum("file_citation", "url_citation", "container_file_citation", "file_path"),
        "container_id": ID,
        "end_index": NUMBER,
        "file_id": ID,
        "filename": LABEL,
        "index": NUMBER,
        "start_index": NUMBER,
        "title": LABEL,
        "url": Url(),
    }
)
_PARTS = frozenset(
    (
        *("input_text", "output_text", "text", "summary_text", "reasoning_text", "refusal"),
        *("input_image", "computer_screenshot", "input_file", "input_audio"),
    )
)


class Logprobs:
    """Read with the text that they repeat: see `_Part`."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None: ...


class _Part(Obj):
    """One part of a content list. All is read, whatever its type says; a type we do not know is reported."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is str:
            out.add(value, at, out.kind)
            return
        if type(value) is not dict:
            out.walk(value, at, Kind.UNKNOWN)
            return
        named = value.get("type")
        if type(named) is not str or named not in _PARTS:
            out.skip(at, "unknown_part", 0)
        self.members(value, at, out)
        entries = value.get("logprobs")
        if type(entries) is list:
            read_entries(entries, value.get("text"), at, "logprobs", out)
        elif entries is not None:
            out.walk(entries, (*at, "logprobs"), Kind.UNKNOWN)


PART = _Part(
    {
        "type": Enum(*_PARTS),
        "annotations": Each(ANNOTATION),
        "detail": Enum("low", "high", "auto", "original"),
        "file_data": Base64(),
        "file_id": _FILE,
        "file_url": Url(content=True),
        "filename": LABEL,
        "image_url": Url(content=True),
        "input_audio": Obj({"data": Base64(), "format": Enum("mp3", "wav")}),
        "logprobs": Logprobs(),
        "prompt_cache_breakpoint": _CACHE_POINT,
        "refusal": Text(Kind.REFUSAL),
        "text": Text(),
    }
)
CONTENT = Either(Text(), Each(PART))
SUMMARY = Obj({"type": Enum("summary_text", "reasoning_text"), "text": _REASONING})
_RESULT = By(Role.TOOL, Either(Result(), Each(PART)), Kind.TOOL_RESULT)
_SAID_BY_TOOL = By(Role.TOOL, Result())
_CHECKS = Each(Obj({"id": ID, "code": _CODE, "message": METADATA}))
_POINT = Obj({"x": NUMBER, "y": NUMBER})
_ON_SCREEN = Obj(
    {
        "type": Enum("click", "double_click", "drag", "keypress", "move", "screenshot", "scroll", "type", "wait"),
        "button": Enum("left", "right", "wheel", "back", "forward"),
        "keys": Each(Text(Kind.TOOL_CALL, whole=True)),
        "path": Each(_POINT),
        "scroll_x": NUMBER,
        "scroll_y": NUMBER,
        "text": _CALLED,
        "x": NUMBER,
        "y": NUMBER,
    }
)
_SCREENSHOT = Obj({"type": Enum("computer_screenshot"), "file_id": _FILE, "image_url": Url(content=True)})
_IN_SHELL = Obj({"commands": Each(_CALLED), "max_output_length": NUMBER, "timeout_ms": NUMBER})
_SHELL = Obj(
    {
        "type": Enum("local", "container_reference"),
        "container_id": ID,
        "skills": Each(Obj({"name": _DESCRIPTION, "description": _DESCRIPTION, "path": LABEL})),
    }
)
_OUTCOME = Obj({"type": Enum("timeout", "exit"), "exit_code": NUMBER})
_SHELL_SAID = Obj(
    {"outcome": _OUTCOME, "stderr": Text(Kind.TOOL_RESULT), "stdout": Text(Kind.TOOL_RESULT), "created_by": LABEL}
)
_SEARCHED = Obj(
    {
        "type": Enum("search", "open_page", "find_in_page"),
        "pattern": _CALLED,
        "queries": Each(_CALLED),
        "query": _CALLED,
        "sources": Each(Obj({"type": Enum("url"), "url": Url()})),
        "url": Url(),
    }
)
_FOUND = Obj(
    {"attributes": Tree(Kind.METADATA), "file_id": ID, "filename": LABEL, "score": NUMBER, "text": Text(Kind.DOCUMENT)}
)
_EXECUTED = Obj(
    {
        "type": Enum("exec"),
        "command": Each(_CALLED),
        "env": Tree(Kind.TOOL_CALL),
        "timeout_ms": NUMBER,
        "user": LABEL,
        "working_directory": LABEL,
    }
)
_PATCH = Obj({"type": Enum("create_file", "delete_file", "update_file"), "diff": _CALLED, "path": Text(Kind.TOOL_CALL)})
_LISTED = Obj(
    {
        "name": _DESCRIPTION,
        "description": _DESCRIPTION,
        "annotations": Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS),
        "input_schema": Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS),
    },
    named="name",
)
_MCP_ERROR = Obj(
    {
        "type": Enum("mcp_protocol_error", "mcp_tool_execution_error", "http_error"),
        "code": NUMBER,
        "content": Tree(Kind.TOOL_RESULT),
        "message": Text(Kind.TOOL_RESULT),
    }
)
_IMAGE_ERROR = Obj(
    {
        "code": _CODE,
        "message": METADATA,
        "moderation_details": Obj({"categories": Each(_CODE), "moderation_stage": Enum("input", "output", "unknown")}),
        "param": LABEL,
        "type": _CODE,
    }
)
_LOGS = Obj({"type": Enum("logs", "image"), "logs": Result(), "url": Url()})


def _item(type: str, fields: dict[str, Rule], role: Role | None = Role.ASSISTANT, named: str = "") -> dict[str, Rule]:
    common: dict[str, Rule] = {
        "type": Enum(type),
        "id": ID,
        "call_id": ID,
        "status": _STATUS,
        "created_by": LABEL,
        "caller": _CALLER,
    }
    rule = Obj({**common, **fields}, named=named)
    return {type: rule if role is None else By(role, rule)}


_TOOL = Role.TOOL
_NAMED: dict[str, Rule] = {"async": NUMBER, "name": TOOL_NAME, "namespace": LABEL}
_RETURNED: dict[str, Rule] = {"name": LABEL, "namespace": LABEL, "output": _RESULT}

# By the `type` of the item. `message` is by whom its role says: see `_Item`.
ITEMS: dict[str, Rule] = {
    **_item(
        "message",
        {
            "role": Enum(*ROLES, "unknown", "critic", "discriminator"),
            "content": CONTENT,
            "phase": Enum("commentary", "final_answer"),
        },
        None,
    ),
    **_item("function_call", {**_NAMED, "arguments": _ARGUMENTS}, named="name"),
    **_item("function_call_output", _RETURNED, _TOOL),
    **_item("custom_tool_call", {**_NAMED, "input": _CALLED}, named="name"),
    **_item("custom_tool_call_output", _RETURNED, _TOOL),
    **_item(
        "tool_search_call",
        {"arguments": Either(_ARGUMENTS, Tree(Kind.TOOL_CALL)), "execution": Enum("server", "client")},
    ),
    **_item("tool_search_output", {"tools": Each(TOOL), "execution": Enum("server", "client")}, _TOOL),
    **_item(
        "additional_tools", {"tools": Each(TOOL), "role": Enum(*ROLES, "unknown", "critic", "discriminator")}, _TOOL
    ),
    **_item("file_search_call", {"queries": Each(_CALLED), "results": By(_TOOL, Each(_FOUND))}),
    **_item("web_search_call", {"action": _SEARCHED}),
    **_item("computer_call", {"action": _ON_SCREEN, "actions": Each(_ON_SCREEN), "pending_safety_checks": _CHECKS}),
    **_item("computer_call_output", {"output": _SCREENSHOT, "acknowledged_safety_checks": _CHECKS}, _TOOL),
    **_item(
        "reasoning",
        {
            "content": Either(_REASONING, Each(SUMMARY)),
            "encrypted_content": Encrypted(),
            "summary": Either(_REASONING, Each(SUMMARY)),
        },
    ),
    **_item("compaction", {"encrypted_content": Encrypted()}),
    **_item("compaction_trigger", {}),
    **_item(
        "configuration_update", {"reasoning": Obj({"effort": EFFORT}), "text": Obj({"format": FORMAT})}, Role.DEVELOPER
    ),
    **_item("item_reference", {"id": Reference(Kind.METADATA, whole=True)}, None),
    **_item("program", {"code": _CALLED, "fingerprint": Encrypted()}),
    **_item("program_output", {"result": Result()}, _TOOL),
    **_item(
        "image_generation_call",
        {
            "action": Enum("generate", "edit", "auto"),
            "background": Enum("transparent", "opaque", "auto"),
            "error": _IMAGE_ERROR,
            "output_format": Enum("png", "webp", "jpeg", "gif", "svg"),
            "quality": Enum("low", "medium", "high", "xhigh", "max", "auto"),
            "result": Base64(),
            "revised_prompt": Text(),
            "size": Token("[0-9]{1,5}x[0-9]{1,5}|auto"),
            "svg_usage": Obj(
                {
                    "model": MODEL,
                    "input_tokens": NUMBER,
                    "output_tokens": NUMBER,
                    "reasoning_tokens": NUMBER,
                    "total_tokens": NUMBER,
                }
            ),
        },
    ),
    **_item("code_interpreter_call", {"code": _CALLED, "container_id": ID, "outputs": By(_TOOL, Each(_LOGS))}),
    **_item("local_shell_call", {"action": _EXECUTED}),
    **_item("local_shell_call_output", {"output": Result()}, _TOOL),
    **_item("shell_call", {"action": _IN_SHELL, "environment": _SHELL}),
    **_item("shell_call_output", {"output": Each(_SHELL_SAID), "max_output_length": NUMBER}, _TOOL),
    **_item("apply_patch_call", {"operation": _PATCH}),
    **_item("apply_patch_call_output", {"output": Result()}, _TOOL),
    **_item("mcp_list_tools", {"server_label": LABEL, "tools": Each(_LISTED), "error": _SAID_BY_TOOL}, _TOOL),
    **_item("mcp_approval_request", {"name": TOOL_NAME, "server_label": LABEL, "arguments": _ARGUMENTS}, named="name"),
    **_item("mcp_approval_response", {"approval_request_id": ID, "approve": NUMBER, "reason": Text()}, Role.USER),
    **_item(
        "mcp_call",
        {
            "approval_request_id": ID,
            "arguments": _ARGUMENTS,
            "error": By(_TOOL, Either(Result(), _MCP_ERROR)),
            "name": TOOL_NAME,
            "output": _SAID_BY_TOOL,
            "server_label": LABEL,
        },
        named="name",
    ),
}


class _Item(Typed):
    """An item, with whose words its texts are. One with neither type nor role refers to another."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        role, kind, name = out.role, out.kind, out.name
        out.kind = Kind.TEXT
        if type(value) is dict:
            said_by = value.get("role")
            if type(said_by) is str and said_by in ROLES and value.get("type", "message") == "message":
                out.role = Role(said_by)
                out.kind = Kind.TOOL_RESULT if out.role in (Role.TOOL, Role.FUNCTION) else Kind.TEXT
        if type(value) is dict and "type" not in value and "role" not in value:
            ITEMS["item_reference"].read(value, path, key, out)
        else:
            super().read(value, path, key, out)
        out.role, out.kind, out.name = role, kind, name


ITEM = _Item(ITEMS, reason="unknown_item", default="message")
