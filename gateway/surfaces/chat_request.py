"""
The request body of chat completions: strict types first, then its texts.

No value is coerced: a body that two servers could read differently is refused (`param` says where).
"""

from __future__ import annotations

from typing import Any

from gateway.errors import RequestError
from gateway.surfaces.chat_fields import MESSAGE, REQUEST, ROLES
from gateway.surfaces.fields import Collector, Rule, show
from gateway.surfaces.strict import require_objects, require_texts, wrong
from gateway.text.json_text import is_json
from gateway.types import Direction, Json, Kind, Part, Path, Role, Transcript

__all__ = [
    "MAX_CHOICES",
    "MAX_MESSAGES",
    "MAX_PARTS",
    "MAX_TOOLS",
    "ask_usage",
    "read_request",
    "read_result",
    "remember",
]

MAX_MESSAGES = 4096
MAX_PARTS = 1024  # of one message
MAX_TOOLS = 1024
MAX_CHOICES = 128
MAX_TOKENS = 1 << 53

_RESULTS = frozenset((Role.TOOL, Role.FUNCTION))
_MAY_BE_EMPTY = frozenset((Role.ASSISTANT, Role.FUNCTION))
_ROLES = {role: Role(role) for role in ROLES}
_DEVELOPERS = frozenset(("tools", "functions", "response_format", "tool_choice", "function_call"))
_OBJECTS = ("stream_options", "response_format", "metadata", "logit_bias", "prediction", "web_search_options")


def read_request(body: Any) -> Transcript:
    """Raises RequestError for what is no chat request, or may be read in two ways."""
    if type(body) is not dict:
        raise wrong("", "an object")
    _check_options(body)
    out = Collector(Role.USER, strict=True)
    _read_messages(body, out)
    out.role, out.message, out.kind = Role.USER, -1, Kind.TEXT
    for key, value in body.items():
        if key == "messages":
            continue
        out.role = Role.DEVELOPER if key in _DEVELOPERS else Role.USER
        REQUEST.member(key, value, (), out)
    return Transcript(tuple(out.parts), Direction.INPUT, body["model"], tuple(out.unscanned))


def ask_usage(body: Json) -> tuple[Json, bool]:
    """The body with usage asked for at the end of a stream, and whether the client had asked."""
    if body.get("stream") is not True:
        return body, False
    options = body.get("stream_options") or {}
    if options.get("include_usage") is True:
        return body, True
    return {**body, "stream_options": {**options, "include_usage": True}}, False


def _check_options(body: Json) -> None:
    model = body.get("model")
    if type(model) is not str or not 0 < len(model) <= 256 or not model.isprintable():
        raise wrong("model", "a text of 1 to 256 printable characters")
    if type(body.get("stream")) not in (bool, type(None)):
        raise wrong("stream", "true or false")
    for key, most in (("n", MAX_CHOICES), ("max_tokens", MAX_TOKENS), ("max_completion_tokens", MAX_TOKENS)):
        value = body.get(key)
        if value is not None and (type(value) is not int or not 1 <= value <= most):
            raise wrong(key, f"a whole number from 1 to {most}")
    both = {body[key] for key in ("max_tokens", "max_completion_tokens") if body.get(key) is not None}
    if len(both) > 1:
        raise RequestError("Give max_tokens or max_completion_tokens, not both.", param="max_tokens")
    for key in ("tools", "functions"):
        require_objects(body.get(key), (key,), MAX_TOOLS)
    for key in _OBJECTS:
        if type(body.get(key)) not in (dict, type(None)):
            raise wrong(key, "an object")


def _read_messages(body: Json, out: Collector) -> None:
    messages = body.get("messages")
    if type(messages) is not list or not messages:
        raise wrong("messages", "a list with at least one message")
    require_objects(messages, ("messages",), MAX_MESSAGES)
    called: dict[str, str] = {}  # names of tools by the id of their call
    for index, message in enumerate(messages):
        role = _role(message, index)
        _check_content(message.get("content"), role, ("messages", index, "content"))
        require_objects(message.get("tool_calls"), ("messages", index, "tool_calls"), MAX_TOOLS)
        out.role, out.message = role, index
        if role not in _RESULTS:
            out.kind = Kind.TEXT
            MESSAGE.read(message, ("messages",), index, out)
            if role is Role.ASSISTANT and message.get("tool_calls"):
                remember(message["tool_calls"], called)
            continue
        read_result(message, index, called, out)


def read_result(
    message: Json, index: int, called: dict[str, str], out: Collector, at: str = "messages", rule: Rule = MESSAGE
) -> None:
    """What a tool said. Where it is JSON, detectors shall see its strings as they are meant."""
    start = len(out.parts)
    out.kind = Kind.TOOL_RESULT
    asked = message.get("tool_call_id")
    name = called.get(asked) if type(asked) is str else message.get("name")
    out.name = name if type(name) is str else ""
    rule.read(message, (at,), index, out)
    out.name = ""
    for place in range(start, len(out.parts)):
        part = out.parts[place]
        if part.kind is Kind.TOOL_RESULT and is_json(part.text):
            out.parts[place] = Part(part.text, part.path, part.role, part.message, part.kind, part.name, True)


def _role(message: Json, index: int) -> Role:
    role = message.get("role")
    if type(role) is not str or role not in _ROLES:
        raise wrong(f"messages[{index}].role", "one of " + ", ".join(sorted(ROLES)))
    return _ROLES[role]


def _check_content(content: Any, role: Role, at: Path) -> None:
    if type(content) is str or (content is None and role in _MAY_BE_EMPTY):
        return
    if type(content) is not list:
        raise wrong(show(at), "a text or a list of parts")
    require_objects(content, at, MAX_PARTS)
    require_texts(content, at, ("type", "text", "refusal"))


def remember(calls: list[Json], called: dict[str, str]) -> None:
    for call in calls:
        tool = call.get("function") or call.get("custom")
        name = tool.get("name") if type(tool) is dict else None
        if type(name) is str and type(call.get("id")) is str:
            called[call["id"]] = name
