"""
The request body of Anthropic's messages: strict types first, then its texts.

No value is coerced: a body that two servers could read differently is refused (`param` says where).
"""

from __future__ import annotations

from typing import Any

from gateway.surfaces.anthropic_fields import MESSAGE, REQUEST, ROLES
from gateway.surfaces.fields import show
from gateway.surfaces.shapes import Blocks
from gateway.surfaces.strict import require_objects, require_texts, wrong
from gateway.types import Direction, Json, Kind, Path, Role, Transcript

__all__ = ["MAX_BLOCKS", "MAX_MESSAGES", "MAX_TOOLS", "read_request"]

MAX_MESSAGES = 100_000  # the vendor's own
MAX_BLOCKS = 4096  # of one message
MAX_TOOLS = 1024
MAX_TOKENS = 1 << 53

_ROLES = {role: Role(role) for role in ROLES}
_DEVELOPERS = frozenset(("tools", "tool_choice", "output_config"))
_OBJECTS = ("metadata", "tool_choice", "thinking", "output_config", "cache_control")


def read_request(body: Any) -> Transcript:
    """Raises RequestError for what is no request of messages, or may be read in two ways."""
    if type(body) is not dict:
        raise wrong("", "an object")
    _check_options(body)
    out = Blocks(Role.USER, strict=True)
    _read_messages(body, out)
    out.message, out.kind = -1, Kind.TEXT
    for key, value in body.items():
        if key == "messages":
            continue
        out.role = Role.SYSTEM if key == "system" else Role.DEVELOPER if key in _DEVELOPERS else Role.USER
        REQUEST.members({key: value}, (), out)
    return Transcript(tuple(out.parts), Direction.INPUT, body["model"], tuple(out.unscanned))


def _check_options(body: Json) -> None:
    model = body.get("model")
    if type(model) is not str or not 0 < len(model) <= 256 or not model.isprintable():
        raise wrong("model", "a text of 1 to 256 printable characters")
    if type(body.get("stream")) not in (bool, type(None)):
        raise wrong("stream", "true or false")
    most = body.get("max_tokens")
    if most is not None and (type(most) is not int or not 0 <= most <= MAX_TOKENS):
        raise wrong("max_tokens", f"a whole number from 0 to {MAX_TOKENS}")
    require_objects(body.get("tools"), ("tools",), MAX_TOOLS)
    for key in _OBJECTS:
        if type(body.get(key)) not in (dict, type(None)):
            raise wrong(key, "an object")
    if body.get("system") is not None:
        _check_content(body["system"], ("system",))


def _read_messages(body: Json, out: Blocks) -> None:
    messages = body.get("messages")
    if type(messages) is not list or not messages:
        raise wrong("messages", "a list with at least one message")
    require_objects(messages, ("messages",), MAX_MESSAGES)
    for index, message in enumerate(messages):
        role = message.get("role")
        if type(role) is not str or role not in _ROLES:
            raise wrong(f"messages[{index}].role", "one of " + ", ".join(sorted(ROLES)))
        _check_content(message.get("content"), ("messages", index, "content"))
        out.role, out.message, out.kind = _ROLES[role], index, Kind.TEXT
        MESSAGE.read(message, ("messages",), index, out)


def _check_content(content: Any, at: Path) -> None:
    if type(content) is str:
        return
    if type(content) is not list:
        raise wrong(show(at), "a text or a list of blocks")
    require_objects(content, at, MAX_BLOCKS)
    require_texts(content, at, ("type", "text"))
