"""
Every field of Anthropic's messages that we know, and what it holds: the types of the `anthropic` package
(0.125). tests/surfaces/test_anthropic_canary.py walks those types and says which line is missing here.
"""

from __future__ import annotations

from typing import Any

from gateway.surfaces.body import dump_json
from gateway.surfaces.chat_fields import ID as OTHER_ID
from gateway.surfaces.chat_fields import MODEL, SCHEMA_WORDS
from gateway.surfaces.edit import Dumped
from gateway.surfaces.fields import (
    Collector,
    Each,
    Either,
    Enum,
    Number,
    Obj,
    Rule,
    Text,
    Token,
    Tree,
    Words,
)
from gateway.surfaces.media import Base64, Reference, Url
from gateway.text.json_text import is_json
from gateway.types import Kind, Part, Path, Role, Unscanned

__all__ = [
    "ANSWER",
    "BLOCKS",
    "CONTENT",
    "ERROR",
    "EVENT",
    "EVENTS",
    "MESSAGE",
    "REQUEST",
    "ROLES",
    "Blocks",
    "Encrypted",
    "Input",
    "Shaped",
]

ROLES = frozenset(("user", "assistant", "system"))
EVENTS = frozenset(
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
    "model_context_window_exceeded",
)
# Blocks of messages and answers, and what stands inside those.
_CALLS = frozenset(("tool_use", "server_tool_use", "mcp_tool_use"))
_RESULTS = frozenset(
    f"{kind}_tool_result"
    for kind in ("bash_code_execution", "code_execution", "mcp", "text_editor_code_execution", "tool_search")
) | {"tool_result", "web_fetch_tool_result", "web_search_tool_result"}
_DOCUMENTS = frozenset(("document", "search_result"))
_INSIDE = """
    bash_code_execution_output bash_code_execution_result bash_code_execution_tool_result_error browser_state
    code_execution_output code_execution_result code_execution_tool_result_error encrypted_code_execution_result
    text_editor_code_execution_create_result text_editor_code_execution_str_replace_result
    text_editor_code_execution_tool_result_error text_editor_code_execution_view_result tool_reference
    tool_search_tool_result_error tool_search_tool_search_result web_fetch_result web_fetch_tool_result_error
    web_search_result web_search_tool_result_error
"""
BLOCKS = (
    frozenset(("container_upload", "image", "redacted_thinking", "text", "thinking", *_INSIDE.split()))
    | _CALLS
    | _RESULTS
    | _DOCUMENTS
)

_ID = Token(rf"(?:srvtoolu|mcptoolu|container|download|msgbatch|tab)_[A-Za-z0-9]{{1,48}}|{OTHER_ID.pattern}")
_TIME = Token(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")
# Words such as max_uses_exceeded.
_IDENTIFIERS = Words("(?=.{1,48}$)[a-z]+(?:_[a-z]+)*")
_NUMBER = Number()
_METADATA = Text(Kind.METADATA)
_LABEL = Text(Kind.METADATA, whole=True)
_DESCRIPTION = Text(Kind.TOOL_DESCRIPTION)
_TOOL_NAME = Text(Kind.TOOL_NAME, whole=True)
_REGION = Token("[a-z]{2,8}|not_available")
_CACHE = Obj({"type": Enum("ephemeral"), "ttl": Enum("5m", "1h")})
_CALLERS = ("direct", "code_execution_20250825", "code_execution_20260120", "code_execution_20260521")
_CALLER = Obj({"type": Enum(*_CALLERS), "tool_id": _ID})


class Blocks(Collector):
    """Collects texts of messages. `called`: names of tools by the id of their call."""

    def __init__(self, role: Role, *, strict: bool = False) -> None:
        super().__init__(role, strict=strict)
        self.called: dict[str, str] = {}

    def add(self, text: str, path: Path, kind: Kind, *, json: bool = False, whole: bool = False) -> None:
        if text:
            self.parts.append(self.part(text, path, kind, json))

    def part(self, text: str, path: Path, kind: Kind, json: bool) -> Part:
        # Where a tool says JSON, detectors shall see its strings as they are meant.
        json = json or (kind is Kind.TOOL_RESULT and is_json(text))
        return Part(text, path, self.role, self.message, kind, self.name, json)


class Encrypted(Base64):
    """What only the vendor can read. A text in its place is scanned."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        before = len(out.unscanned)
        super().read(value, path, key, out)
        out.unscanned[before:] = [Unscanned(u.path, "encrypted", u.size) for u in out.unscanned[before:]]


class Input:
    """What a tool is called with: one text, its JSON, as it is in a stream."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is dict:
            if value:
                text = dump_json(value).decode()
                out.add(text, (*path, Dumped(key)), Kind.TOOL_CALL, json=True, whole=True)
        elif value is not None:
            out.walk(value, (*path, key), Kind.TOOL_CALL)


class Shaped:
    """A text, a list or an object."""

    def __init__(self, text: Rule, items: Rule, single: Rule) -> None:
        self.text, self.items, self.single = text, Each(items), single

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        rule = self.items if type(value) is list else self.single if type(value) is dict else self.text
        if value is not None:
            rule.read(value, path, key, out)


class _Source(Obj):
    """Where a picture or document is. Only `base64` is: what looks like it elsewhere is text."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is dict and value.get("type") == "base64" and type(value.get("data")) is str:
            at = (*path, key)
            _BINARY.read(value["data"], at, "data", out)
            self.members({name: item for name, item in value.items() if name != "data"}, at, out)
            return
        super().read(value, path, key, out)


_BINARY = Base64()
_CITATION = Obj(
    {
        "type": Enum(
            "char_location",
            "content_block_location",
            "page_location",
            "search_result_location",
            "web_search_result_location",
        ),
        "cited_text": _LABEL,
        "document_title": _LABEL,
        "encrypted_index": Encrypted(),
        "file_id": _ID,
        "source": Url(),
        "title": _LABEL,
        "url": Url(),
        **{
            f"{end}_{what}": _NUMBER
            for end in ("start", "end")
            for what in ("block_index", "char_index", "page_number")
        },
        "document_index": _NUMBER,
        "search_result_index": _NUMBER,
    }
)
_SOURCE = _Source(
    {
        "type": Enum("base64", "text", "url", "file", "content"),
        "media_type": Token(r"[a-z]{1,16}/[a-z0-9.+-]{1,48}"),
        "data": Text(Kind.DOCUMENT),
        "url": Url(content=True),
        "file_id": Reference(Kind.METADATA),
    }
)


class _Block(Obj):
    """One block. All of it is read, whatever its type says; a type that we do not know is reported."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is str:
            out.add(value, (*path, key), out.kind)
            return
        if type(value) is not dict:
            super().read(value, path, key, out)
            return
        said = value.get("type")
        kind = said if type(said) is str else ""
        if kind not in BLOCKS:
            out.skip((*path, key), "unknown_part", 0)
        outer = out.role, out.kind, out.name
        if kind in _CALLS:
            self._call(value, out)
        elif kind in _RESULTS:
            self._result(value, out)
        elif kind in _DOCUMENTS and out.kind is Kind.TEXT:
            out.kind = Kind.DOCUMENT
        self.members(value, (*path, key), out)
        out.role, out.kind, out.name = outer

    @staticmethod
    def _call(value: dict[str, Any], out: Collector) -> None:
        name, id = value.get("name"), value.get("id")
        out.name = name if type(name) is str else ""
        if isinstance(out, Blocks) and type(id) is str:
            out.called[id] = out.name

    @staticmethod
    def _result(value: dict[str, Any], out: Collector) -> None:
        asked = value.get("tool_use_id")
        out.role, out.kind = Role.TOOL, Kind.TOOL_RESULT
        out.name = out.called.get(asked, "") if isinstance(out, Blocks) and type(asked) is str else ""


_TAB = Obj({"tab_id": _ID, "title": Text(), "url": Url(), "active": _NUMBER})
_CHANGE = Obj(
    {
        "type": Enum("download_completed", "download_failed", "download_started", "tab_opened"),
        "tab_id": _ID,
        "download_id": _ID,
        "path": Text(),
        "url": Url(),
        "error": Text(),
    }
)
_BLOCK = _Block(
    {
        "type": Enum(*BLOCKS),
        "text": Text(),
        "cache_control": _CACHE,
        # Of a text: what it cites. Of a document: whether it may be cited.
        "citations": Shaped(Text(), _CITATION, Obj({"enabled": _NUMBER})),
        # Documents and pictures; of a search result, its address.
        "source": Either(Url(), _SOURCE),
        "title": Text(),
        "context": Text(),
        "transformations": Obj({"oversized_image": Enum("downsize", "error")}),
        "thinking": Text(Kind.REASONING),
        "signature": Encrypted(),
        "data": Encrypted(),
        # Calls and results.
        "id": _ID,
        "name": _TOOL_NAME,
        "input": Input(),
        "caller": _CALLER,
        "toolset_name": _TOOL_NAME,
        "server_name": _TOOL_NAME,
        "tool_use_id": _ID,
        "is_error": _NUMBER,
        # What is in results of the vendor's own tools.
        "file_id": Reference(Kind.METADATA),
        "url": Url(),
        "page_age": Text(),
        "encrypted_content": Encrypted(),
        "encrypted_stdout": Encrypted(),
        "stdout": Text(),
        "stderr": Text(),
        "return_code": _NUMBER,
        "error_code": _IDENTIFIERS,
        "error_message": Text(),
        "file_type": Enum("text", "image", "pdf"),
        "is_file_update": _NUMBER,
        "lines": Each(Text()),
        **{f"{which}_{what}": _NUMBER for which in ("new", "old") for what in ("lines", "start")},
        **{f"{which}_{what}": _NUMBER for which in ("num", "total") for what in ("lines",)},
        "start_line": _NUMBER,
        "retrieved_at": _TIME,
        "tool_name": _TOOL_NAME,
        "tabs": Each(_TAB),
        "state_changes": Each(_CHANGE),
    }
)
_CONTENT = Shaped(Text(), _BLOCK, _BLOCK)
_BLOCK.fields |= {"content": _CONTENT, "tool_references": Each(_BLOCK)}
_SOURCE.fields["content"] = _CONTENT
CONTENT = Each(_BLOCK)

MESSAGE = Obj({"role": Enum(*ROLES), "content": _CONTENT})

_SKILL = Obj({"type": Enum("anthropic", "custom"), "skill_id": _LABEL, "version": _LABEL})
_CONTAINER = Either(_ID, Obj({"id": _ID, "expires_at": _TIME, "skills": Each(_SKILL)}))
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
        "allowed_callers": Each(Enum(*_CALLERS)),
        "cache_control": _CACHE,
        # The vendor's own tools.
        "allowed_domains": Each(_LABEL),
        "blocked_domains": Each(_LABEL),
        "citations": Obj({"enabled": _NUMBER}),
        "configs": _IDENTIFIERS,
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
    },
    named="name",
)

REQUEST = Obj(
    {
        "messages": Each(MESSAGE),
        "model": MODEL,
        "max_tokens": _NUMBER,
        "cache_control": _CACHE,
        "container": _CONTAINER,
        "inference_geo": _REGION,
        "metadata": Obj({"user_id": _METADATA}),
        "output_config": Obj(
            {
                "effort": Enum("low", "medium", "high", "xhigh", "max"),
                "format": Obj({"type": Enum("json_schema"), "schema": _SCHEMA}),
            }
        ),
        "service_tier": Enum("auto", "standard_only"),
        "stop_sequences": Each(_LABEL),
        "stream": _NUMBER,
        "system": _CONTENT,
        "temperature": _NUMBER,
        "thinking": Obj(
            {
                "type": Enum("enabled", "disabled", "adaptive"),
                "budget_tokens": _NUMBER,
                "display": Enum("summarized", "omitted"),
            }
        ),
        "tool_choice": Obj(
            {"type": Enum("auto", "any", "tool", "none"), "name": _TOOL_NAME, "disable_parallel_tool_use": _NUMBER}
        ),
        "tools": Each(_TOOL),
        "top_k": _NUMBER,
        "top_p": _NUMBER,
        "user_profile_id": _ID,
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
    }
)
_ENDING: dict[str, Rule] = {
    "container": _CONTAINER,
    "stop_reason": Enum(*_STOPS),
    "stop_sequence": _LABEL,
    "stop_details": Obj({"type": Enum("refusal"), "category": _IDENTIFIERS, "explanation": _LABEL}),
}
ANSWER = Obj(
    {
        "id": _ID,
        "type": Enum("message"),
        "role": Enum("assistant"),
        "model": MODEL,
        "content": CONTENT,
        "usage": _USAGE,
        "input_tokens": _NUMBER,  # of what only counts
        **_ENDING,
    }
)
ERROR = Obj({"type": _IDENTIFIERS, "message": Text()})
EVENT = Obj(
    {
        "type": Enum(*EVENTS),
        "index": _NUMBER,
        "message": ANSWER,
        "content_block": _BLOCK,
        "delta": Obj(
            {
                "type": Enum("text_delta", "thinking_delta", "input_json_delta", "citations_delta", "signature_delta"),
                "text": Text(),
                "thinking": Text(Kind.REASONING),
                "partial_json": Text(Kind.TOOL_CALL, json=True),
                "signature": Encrypted(),
                "citation": _CITATION,
                **_ENDING,
            }
        ),
        "usage": _USAGE,
        "error": ERROR,
        "request_id": _ID,
    }
)
