"""
Answers of /v1/responses and /v1/conversations: responses, items alone or in lists, conversations.

An answer repeats what its request said: tools, instructions, the form of the text. What stands there as it
was forwarded was judged on its way in; it is given back as the client sent it and not judged again as if the
model had said it (a system prompt that its own sender gets back is no leak).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.errors import UpstreamError
from gateway.surfaces.fields import Collector
from gateway.surfaces.responses_fields import ANSWER, ECHOES
from gateway.surfaces.responses_items import ITEM, ITEMS
from gateway.surfaces.walk import leaves
from gateway.types import Direction, Json, Path, Role, Transcript

__all__ = ["echoes", "is_item", "read_response", "without_echoes"]

_LISTS = ("output", "data")


def read_response(body: Any) -> Transcript:
    """Raises UpstreamError `upstream_invalid_answer` for what is no answer."""
    if type(body) is not dict:
        raise malformed("it is no object")
    out = Collector(Role.ASSISTANT)
    out.message = -1
    if is_item(body):
        ITEM.read(body, (), "", out)
        parts = tuple(replace(part, path=part.path[1:]) for part in out.parts)
        unscanned = tuple(replace(item, path=item.path[1:]) for item in out.unscanned)
        return Transcript(parts, Direction.OUTPUT, "", unscanned)
    for key in _LISTS:
        items = body.get(key)
        if key in body and (type(items) is not list or not all(type(item) is dict for item in items)):
            raise malformed(f"its {key} is no list of items")
    ANSWER.members(body, (), out)
    model = body.get("model")
    return Transcript(tuple(out.parts), Direction.OUTPUT, model if type(model) is str else "", tuple(out.unscanned))


def is_item(body: Json) -> bool:
    """An item by itself, as a conversation gives it; everything else says what `object` it is."""
    named = body.get("type")
    return "object" not in body and type(named) is str and named in ITEMS


def echoes(asked: Json, sent: Json) -> dict[str, str]:
    """What answers may repeat of a request, as it was forwarded (`sent`): and as the client `asked` it."""
    out: dict[str, str] = {}
    for key in ECHOES & sent.keys():
        forwarded, own = leaves(sent[key]), leaves(asked.get(key))
        out |= {after: before for (_, after), (_, before) in zip(forwarded, own, strict=False)}
    return out


def without_echoes(answer: Transcript, known: Mapping[str, str]) -> tuple[Transcript, dict[Path, str]]:
    """The answer's own texts, and the edits that give the client back what it sent."""
    own, edits = [], {}
    for part in answer.parts:
        sent = known.get(part.text) if part.path[0] in ECHOES else None
        if sent is None:
            own.append(part)
        elif sent != part.text:
            edits[part.path] = sent
    return replace(answer, parts=tuple(own)), edits


def malformed(why: str) -> UpstreamError:
    return UpstreamError(f"The upstream's answer cannot be read: {why}.", code="upstream_invalid_answer")
