"""The blocks of Anthropic's messages: of requests, of answers, and what stands inside them."""

from __future__ import annotations

from typing import Any

from gateway.surfaces.chat_fields import ID as OTHER_ID
from gateway.surfaces.chat_fields import MODEL
from gateway.surfaces.fields import Collector, Each, Either, Enum, Number, Obj, Text, Token, Tree, Words
from gateway.surfaces.media import Base64, Reference, Url
from gateway.surfaces.shapes import Blocks, Encrypted, JsonText, Shaped
from gateway.types import Kind, Path, Role

__all__ = [
    "BLOCK",
    "BLOCKS",
    "CACHE",
    "CALLERS",
    "CITATION",
    "CONTENT",
    "ID",
    "IDENTIFIERS",
    "LABEL",
    "TIME",
    "TOOL_NAME",
]

# Blocks of messages and answers, and what stands inside those.
_CALLS = frozenset(("tool_use", "server_tool_use", "mcp_tool_use"))
_RESULTS = frozenset(
    f"{kind}_tool_result"
    for kind in ("advisor", "bash_code_execution", "code_execution", "mcp", "text_editor_code_execution", "tool_search")
) | {"tool_result", "web_fetch_tool_result", "web_search_tool_result"}
_DOCUMENTS = frozenset(("document", "search_result"))
_INSIDE = """
    advisor_redacted_result advisor_result advisor_tool_result_error mcp_tool_reference mcp_toolset_reference
    bash_code_execution_output bash_code_execution_result bash_code_execution_tool_result_error browser_state
    code_execution_output code_execution_result code_execution_tool_result_error encrypted_code_execution_result
    text_editor_code_execution_create_result text_editor_code_execution_str_replace_result
    text_editor_code_execution_tool_result_error text_editor_code_execution_view_result tool_reference
    tool_search_tool_result_error tool_search_tool_search_result web_fetch_result web_fetch_tool_result_error
    web_search_result web_search_tool_result_error
"""
KINDS = (
    frozenset(("compaction", "fallback", "tool_addition", "tool_removal"))  # beta
    | frozenset(("container_upload", "image", "redacted_thinking", "text", "thinking", *_INSIDE.split()))
    | _CALLS
    | _RESULTS
    | _DOCUMENTS
)

ID = Token(rf"(?:srvtoolu|mcptoolu|container|download|msgbatch|tab)_[A-Za-z0-9]{{1,48}}|{OTHER_ID.pattern}")
TIME = Token(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")
# Words such as max_uses_exceeded.
IDENTIFIERS = Words("(?=.{1,48}$)[a-z]+(?:_[a-z]+)*")
_NUMBER = Number()
LABEL = Text(Kind.METADATA, whole=True)
TOOL_NAME = Text(Kind.TOOL_NAME, whole=True)
CACHE = Obj({"type": Enum("ephemeral"), "ttl": Enum("5m", "1h")})
CALLERS = ("direct", "code_execution_20250825", "code_execution_20260120", "code_execution_20260521")
_CALLER = Obj({"type": Enum(*CALLERS), "tool_id": ID})
_BINARY = Base64()


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
CITATION = Obj(
    {
        "type": Enum(
            "char_location",
            "content_block_location",
            "page_location",
            "search_result_location",
            "web_search_result_location",
        ),
        "cited_text": LABEL,
        "document_title": LABEL,
        "encrypted_index": Encrypted(),
        "file_id": ID,
        "source": Url(),
        "title": LABEL,
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
        if kind not in KINDS:
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


_SERVED = Obj({"model": MODEL})
_TAB = Obj({"tab_id": ID, "title": Text(), "url": Url(), "active": _NUMBER})
_CHANGE = Obj(
    {
        "type": Enum("download_completed", "download_failed", "download_started", "tab_opened"),
        "tab_id": ID,
        "download_id": ID,
        "path": Text(),
        "url": Url(),
        "error": Text(),
    }
)
BLOCK = _Block(
    {
        "type": Enum(*KINDS),
        "text": Text(),
        "cache_control": CACHE,
        # Of a text: what it cites. Of a document: whether it may be cited.
        "citations": Shaped(Text(), CITATION, Obj({"enabled": _NUMBER})),
        # Documents and pictures; of a search result, its address.
        "source": Either(Url(), _SOURCE),
        "title": Text(),
        "context": Text(),
        "transformations": Obj({"oversized_image": Enum("downsize", "error")}),
        "thinking": Text(Kind.REASONING),
        "signature": Encrypted(),
        "data": Encrypted(),
        # Calls and results.
        "id": ID,
        "name": TOOL_NAME,
        "input": JsonText(Kind.TOOL_CALL),
        "caller": _CALLER,
        "toolset_name": TOOL_NAME,
        "server_name": TOOL_NAME,
        "tool_use_id": ID,
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
        "error_code": IDENTIFIERS,
        "error_message": Text(),
        "file_type": Enum("text", "image", "pdf"),
        "is_file_update": _NUMBER,
        "lines": Each(Text()),
        **{f"{which}_{what}": _NUMBER for which in ("new", "old") for what in ("lines", "start")},
        **{f"{which}_{what}": _NUMBER for which in ("num", "total") for what in ("lines",)},
        "start_line": _NUMBER,
        "retrieved_at": TIME,
        "tool_name": TOOL_NAME,
        "tabs": Each(_TAB),
        "state_changes": Each(_CHANGE),
        # Beta: another model goes on, or tools come and go.
        "from": _SERVED,
        "to": _SERVED,
        "trigger": Tree(Kind.METADATA, frozenset(("type", "refusal", "category"))),
        "tool": Obj({"type": IDENTIFIERS, "name": TOOL_NAME, "server_name": TOOL_NAME}),
        "stop_reason": IDENTIFIERS,
    }
)
CONTENT = Shaped(Text(), BLOCK, BLOCK)
BLOCK.fields |= {"content": CONTENT, "tool_references": Each(BLOCK)}
_SOURCE.fields["content"] = CONTENT
BLOCKS = Each(BLOCK)
