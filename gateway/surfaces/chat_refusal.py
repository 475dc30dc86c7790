"""
How a block looks to a client of chat completions: like the endpoint's own refusals.

A blocked request is an error with code `content_filter`; a blocked answer ends with that
`finish_reason` and says why in `refusal`. Nothing of the text that was blocked is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gateway.surfaces.chat_response import choice_index
from gateway.surfaces.chat_stream import HEADER
from gateway.types import Json

__all__ = ["KEPT", "error_body", "refusal_events", "refuse_answer"]

KEPT = (*HEADER, "usage")


def error_body(
    message: str,
    *,
    code: str = "content_filter",
    param: str | None = "messages",
    type: str = "invalid_request_error",
    guard: Json | None = None,
) -> Json:
    """The error envelope; also an event that ends a stream. `guard`: ids that say more to an operator."""
    error: Json = {"message": message, "type": type, "param": param, "code": code}
    if guard is not None:
        error["guard"] = guard
    return {"error": error}


def refuse_answer(body: Json, message: str, indexes: Collection[int], *, content: str | None = None) -> Json:
    """
    The answer with these choices refused, all others as they are.

    `indexes` are those of the choices; `content` stands in place of their text.
    """
    choices = [
        _refused(index, message, content) if (index := choice_index(choice, position)) in indexes else choice
        for position, choice in enumerate(body["choices"])
    ]
    return {**{key: body[key] for key in KEPT if key in body}, "choices": choices}


def refusal_events(
    last: Json | None, message: str, indexes: Collection[int], started: Mapping[int, bool]
) -> list[Json]:
    """
    The events that end these choices of a stream.

    `last` is an event of the same stream, if there was one; `started` says of which choices the
    client has seen something: these end without another word.
    """
    header = {"id": "", "object": "chat.completion.chunk", "created": 0, "model": ""}
    header.update({key: last[key] for key in HEADER if last is not None and last.get(key) is not None})
    events: list[Json] = []
    for index in indexes:
        if not started.get(index, False):
            delta = {"role": "assistant", "content": None, "refusal": message}
            events.append({**header, "choices": [_ending(index, delta, None)]})
        events.append({**header, "choices": [_ending(index, {}, "content_filter")]})
    return events


def _refused(index: int, message: str, content: str | None) -> Json:
    return {
        "index": index,
        "message": {"role": "assistant", "content": content, "refusal": message},
        "logprobs": None,
        "finish_reason": "content_filter",
    }


def _ending(index: int, delta: Json, reason: str | None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}
