"""
Request bodies of /v1/responses and /v1/conversations: strict types first, then their texts.

No value is coerced: a body that two servers could read differently is refused (`param` says where).
"""

from __future__ import annotations

import re
from typing import Any

from gateway.surfaces.chat_fields import ROLES
from gateway.surfaces.fields import Collector, show
from gateway.surfaces.responses_fields import REQUEST
from gateway.surfaces.strict import require_objects, require_texts, wrong
from gateway.types import Direction, Json, Path, Role, Transcript, Unscanned

__all__ = ["MAX_ITEMS", "conversation_of", "read_create", "read_request"]

MAX_ITEMS = 4096
MAX_PARTS = 1024  # of one item
MAX_TOOLS = 1024
MAX_TOKENS = 1 << 53

_LISTS = (("tools", MAX_TOOLS), ("context_management", 64))
_OBJECTS = (
    *("metadata", "moderation", "prompt", "prompt_cache_options", "reasoning", "stream_options", "text"),
    *("background_options", "image", "access_programs"),
)
_TRUTHS = ("background", "parallel_tool_calls", "store", "stream")
_NAMES = ("previous_response_id", "instructions", "user", "safety_identifier", "prompt_cache_key")


_LANE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OF_SOCKETS = ("type", "stream_id", "generate")


def read_create(event: Json) -> tuple[Json, str | None]:
    """The request in a `response.create` of a WebSocket, and its lane. Raises RequestError."""
    lane = event.get("stream_id")
    if lane is not None and (type(lane) is not str or not _LANE.fullmatch(lane)):
        raise wrong("stream_id", "a text of letters and digits")
    if event.get("generate") not in (True, None):
        raise wrong("generate", "true")
    return {**{key: value for key, value in event.items() if key not in _OF_SOCKETS}, "stream": True}, lane


def read_request(body: Any) -> Transcript:
    """Raises RequestError for what is no such request, or may be read in two ways."""
    if type(body) is not dict:
        raise wrong("", "an object")
    _check_options(body)
    for key in ("input", "items"):
        _check_items(body.get(key), key)
    out = Collector(Role.USER, strict=True)
    out.message = -1
    for key, value in body.items():
        out.message = 0 if key == "input" and type(value) is str else -1
        REQUEST.members({key: value}, (), out)
    out.unscanned += _referred(body)
    model = body.get("model")
    return Transcript(tuple(out.parts), Direction.INPUT, model if type(model) is str else "", tuple(out.unscanned))


def conversation_of(body: Json) -> tuple[str, str]:
    """The ids of what the model reads before this request: the response before it, and its conversation."""
    previous, conversation = body.get("previous_response_id"), body.get("conversation")
    if type(conversation) is dict:
        conversation = conversation.get("id")
    return (
        previous if type(previous) is str else "",
        conversation if type(conversation) is str else "",
    )


def _referred(body: Json) -> list[Unscanned]:
    """A prompt that is kept at the model's server is part of the request, and nobody here reads it."""
    prompt = body.get("prompt")
    return [Unscanned(("prompt",), "reference")] if type(prompt) is dict and prompt.get("id") else []


def _check_options(body: Json) -> None:
    model = body.get("model")
    if model is not None and (type(model) is not str or not 0 < len(model) <= 256 or not model.isprintable()):
        raise wrong("model", "a text of 1 to 256 printable characters")
    for key in _TRUTHS:
        if type(body.get(key)) not in (bool, type(None)):
            raise wrong(key, "true or false")
    for key in _NAMES:
        if type(body.get(key)) not in (str, type(None)):
            raise wrong(key, "a text")
    tokens = body.get("max_output_tokens")
    if tokens is not None and (type(tokens) is not int or not 1 <= tokens <= MAX_TOKENS):
        raise wrong("max_output_tokens", f"a whole number from 1 to {MAX_TOKENS}")
    for key in _OBJECTS:
        if type(body.get(key)) not in (dict, type(None)):
            raise wrong(key, "an object")
    for key, most in _LISTS:
        require_objects(body.get(key), (key,), most)
    _check_conversation(body.get("conversation"))


def _check_conversation(value: Any) -> None:
    given = value.get("id") if type(value) is dict else value
    if value is not None and type(given) is not str:
        raise wrong("conversation", "an id, or an object with one")


def _check_items(items: Any, key: str) -> None:
    if items is None or (key == "input" and type(items) is str):
        return
    require_objects(items, (key,), MAX_ITEMS)
    for index, item in enumerate(items):
        at = (key, index)
        for field in ("type", "role"):
            if type(item.get(field)) not in (str, type(None)):
                raise wrong(show((*at, field)), "a text")
        if item.get("type") == "message" or ("type" not in item and item.keys() != {"id"}):
            _check_message(item, at)


def _check_message(item: Json, at: Path) -> None:
    if item.get("role") not in ROLES:
        raise wrong(show((*at, "role")), "one of " + ", ".join(sorted(ROLES)))
    content = item.get("content")
    if type(content) is str:
        return
    if type(content) is not list:
        raise wrong(show((*at, "content")), "a text or a list of parts")
    require_objects(content, (*at, "content"), MAX_PARTS)
    require_texts(
        content,
        (
            *at,
            "content",
        ),
        ("type", "text", "refusal"),
    )
