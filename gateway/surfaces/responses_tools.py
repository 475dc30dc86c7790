"""
Tools of the Responses API: what they are, which may be used, and the form that an answer must have.

Whoever wrote a tool wrote its name, description and schema: they are untrusted texts that the model reads.
"""

from __future__ import annotations

from typing import Any

from gateway.surfaces.chat_fields import MODEL, SCHEMA_WORDS
from gateway.surfaces.fields import Collector, Each, Either, Enum, Number, Obj, Rule, Text, Token, Tree
from gateway.surfaces.media import Base64, Reference, Url
from gateway.surfaces.typed import Credential, Headers
from gateway.types import Kind, Path

__all__ = ["EFFORT", "FORMAT", "ID", "LABEL", "METADATA", "NUMBER", "TOOL", "TOOL_CHOICE", "TOOL_NAME"]

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Ids as OpenAI and compatible servers make them. Any other form is scanned.
ID = Token(
    "(?:apc|apco|audio|call|chatcmpl|ci|cmp|cntr|conv|cpt|ctc|ctco|cu|cuo|fc|fco|file|fs|ig|item|lsh|lsho|mcp|mcpa|mcpl"
    "|mcpr|msg|pmpt|prog|progo|req|resp|rs|scc|sh|sho|skill|ts|tso|tun|vs|ws)[-_]"
    rf"(?:[A-Za-z0-9]{{1,64}}|{_UUID})|(?=[0-9]{{0,8}}[A-Za-z])[A-Za-z0-9]{{1,12}}|[0-9a-f]{{32}}|{_UUID}"
)
NUMBER = Number()
METADATA = Text(Kind.METADATA)
LABEL = Text(Kind.METADATA, whole=True)
TOOL_NAME = Text(Kind.TOOL_NAME, whole=True)
EFFORT = Enum("none", "minimal", "low", "medium", "high", "xhigh", "max")

_DESCRIPTION = Text(Kind.TOOL_DESCRIPTION)
_SCHEMA = Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS)
_PLACE = Obj(
    {"type": Enum("approximate"), "city": METADATA, "country": METADATA, "region": METADATA, "timezone": METADATA}
)
_TYPES = Enum(
    *("apply_patch", "code_interpreter", "computer", "computer_use", "computer_use_preview", "custom", "file_search"),
    *("function", "image_generation", "local_shell", "mcp", "namespace", "programmatic_tool_calling", "shell"),
    *("tool_search", "web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"),
)
_NAMES = Obj({"read_only": NUMBER, "tool_names": Each(LABEL)})


class _Allowed:
    """Names of tools, or which of them."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        rule = Each(LABEL) if type(value) is list else _NAMES
        if value is not None:
            rule.read(value, path, key, out)


_NETWORK = Obj(
    {
        "type": Enum("disabled", "allowlist"),
        "allowed_domains": Each(LABEL),
        "domain_secrets": Each(Obj({"domain": LABEL, "name": LABEL, "value": Credential()})),
    }
)
_SOURCE = Obj({"type": Enum("base64"), "media_type": Enum("application/zip"), "data": Base64()})
_SKILL = Obj(
    {
        "type": Enum("skill_reference", "inline"),
        "skill_id": ID,
        "version": LABEL,
        "name": _DESCRIPTION,
        "description": _DESCRIPTION,
        "path": LABEL,
        "source": _SOURCE,
    }
)
_CONTAINER = Obj(
    {
        "type": Enum("auto", "container_auto", "local", "container_reference"),
        "container_id": ID,
        "file_ids": Each(Reference(Kind.METADATA, whole=True)),
        "memory_limit": Enum("1g", "4g", "16g", "64g"),
        "network_policy": _NETWORK,
        "skills": Each(_SKILL),
    }
)
_RANKING = Obj(
    {
        "hybrid_search": Obj({"embedding_weight": NUMBER, "text_weight": NUMBER}),
        "ranker": Enum("auto", "default-2024-11-15"),
        "score_threshold": NUMBER,
    }
)
_CONNECTORS = Enum(
    *("connector_dropbox", "connector_gmail", "connector_googlecalendar", "connector_googledrive"),
    *("connector_microsoftteams", "connector_outlookcalendar", "connector_outlookemail", "connector_sharepoint"),
)
_FILTER_WORDS = frozenset(
    ("and", "eq", "filters", "gt", "gte", "in", "key", "lt", "lte", "ne", "nin", "or", "type", "value")
)
_OF_SCREENS: dict[str, Rule] = {"display_height": NUMBER, "display_width": NUMBER}
_OF_IMAGES: dict[str, Rule] = {
    "action": Enum("generate", "edit", "auto"),
    "background": Enum("transparent", "opaque", "auto"),
    "complexity": Enum("low", "medium", "high"),
    "frame_count": NUMBER,
    "frame_duration_ms": NUMBER,
    "input_fidelity": Enum("high", "low"),
    "input_image_mask": Obj({"file_id": Reference(Kind.METADATA, whole=True), "image_url": Url(content=True)}),
    "model": MODEL,
    "moderation": Enum("auto", "low"),
    "output_compression": NUMBER,
    "output_format": Enum("png", "webp", "jpeg", "gif", "svg"),
    "partial_images": NUMBER,
    "quality": Enum("low", "medium", "high", "xhigh", "max", "auto"),
    "size": Token("[0-9]{1,5}x[0-9]{1,5}|auto"),
    "svg": Obj({"model": MODEL, "reasoning": Obj({"effort": EFFORT})}),
}
_OF_SEARCHES: dict[str, Rule] = {
    "external_web_access": NUMBER,
    "filters": Tree(Kind.METADATA, _FILTER_WORDS),
    "max_num_results": NUMBER,
    "ranking_options": _RANKING,
    "search_content_types": Each(Enum("text", "image")),
    "search_context_size": Enum("low", "medium", "high"),
    "user_location": _PLACE,
    "vector_store_ids": Each(Reference(Kind.METADATA, whole=True)),
}
_OF_SERVERS: dict[str, Rule] = {
    "allowed_tools": _Allowed(),
    "authorization": Credential(),
    "connector_id": _CONNECTORS,
    "headers": Headers(),
    "require_approval": Either(Enum("always", "never"), Obj({"always": _NAMES, "never": _NAMES})),
    "server_description": _DESCRIPTION,
    "server_label": LABEL,
    "server_url": Url(),
    "tunnel_id": ID,
}
_OF_FUNCTIONS: dict[str, Rule] = {
    "allowed_callers": Each(Enum("direct", "programmatic")),
    "async": NUMBER,
    "defer_loading": NUMBER,
    "description": _DESCRIPTION,
    "execution": Enum("server", "client"),
    "format": Obj({"type": Enum("text", "grammar"), "definition": _DESCRIPTION, "syntax": Enum("lark", "regex")}),
    "name": _DESCRIPTION,
    "output_schema": _SCHEMA,
    "parameters": _SCHEMA,
    "strict": NUMBER,
}
_MEMBER = Obj({"type": Enum("function", "custom"), **_OF_FUNCTIONS}, named="name")

# One table for tools of all types: their fields differ, and where two share one they agree.
TOOL = Obj(
    {
        "type": _TYPES,
        **_OF_FUNCTIONS,
        **_OF_SCREENS,
        **_OF_IMAGES,
        **_OF_SEARCHES,
        **_OF_SERVERS,
        "container": Either(ID, _CONTAINER),
        "environment": Either(Enum("windows", "mac", "linux", "ubuntu", "browser"), _CONTAINER),
        "tools": Each(_MEMBER),
    },
    named="name",
)

TOOL_CHOICE = Either(
    Enum("none", "auto", "required"),
    Obj(
        {
            "type": Enum("allowed_tools", *_TYPES.words),
            "mode": Enum("auto", "required"),
            "name": TOOL_NAME,
            "server_label": LABEL,
            "tools": Tree(Kind.TOOL_DESCRIPTION, frozenset({"type", "name", "server_label", *_TYPES.words})),
        }
    ),
)

FORMAT = Obj(
    {
        "type": Enum("text", "json_object", "json_schema"),
        "name": _DESCRIPTION,
        "description": _DESCRIPTION,
        "schema": _SCHEMA,
        "strict": NUMBER,
    }
)
