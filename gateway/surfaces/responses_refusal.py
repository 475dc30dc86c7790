"""
How a block looks to a client of /v1/responses, and how an answer that is broken off comes to its end.

A blocked answer is `incomplete` with the reason `content_filter`, and says why in a part of type `refusal`;
in a stream open parts and items are closed first. Nothing of the text that was blocked is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from gateway.surfaces.fields import Collector
from gateway.surfaces.responses_events import stem_in
from gateway.surfaces.responses_fields import ANSWER
from gateway.types import Json, Path, Role

__all__ = ["Draft", "delta_event", "end_events", "refuse_answer"]

_KEPT = (
    *("id", "object", "created_at", "model", "parallel_tool_calls", "temperature", "top_p", "store", "background"),
    *("max_output_tokens", "previous_response_id", "conversation", "service_tier", "truncation", "top_logprobs"),
    *("moderation", "usage"),
)
_INDEXES = {"content": "content_index", "summary": "summary_index"}
_BLANK: Json = {
    "object": "response",
    "error": None,
    "instructions": None,
    "metadata": {},
    "tools": [],
    "tool_choice": "auto",
}


def refuse_answer(body: Json, message: str) -> Json:
    """The answer with nothing in it but a refusal."""
    head = clean_head(body)
    item = _message(head, [{"type": "refusal", "refusal": message}])
    return {**head, **_incomplete("content_filter"), "output": [item]}


def clean_head(body: Json) -> Json:
    """What our own answers say of the answer: only what is not worth a scan, never a text."""
    out: Json = {**_BLANK, "id": "", "created_at": 0, "model": "", "parallel_tool_calls": True}
    for key in _KEPT:
        if key in body:
            seen = Collector(Role.ASSISTANT)
            ANSWER.members({key: body[key]}, (), seen)
            if not seen.parts:
                out[key] = body[key]
    return out


@dataclass(slots=True)
class Draft:
    """
    What the client knows of an answer so far: its head, its items by index as their client has them, which
    of these are open, and the places of their open parts (`output, 0, content, 0`).
    """

    head: Json | None = None
    items: dict[int, Json] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    parts: set[Path] = field(default_factory=set)


def end_events(draft: Draft, reason: str, refusal: str | None = None) -> list[Json]:
    """The events that end a stream early. `refusal`: what its last message says then."""
    events: list[Json] = []
    head = clean_head(draft.head or {})
    if draft.head is None:
        events.append({"type": "response.created", "response": {**head, "status": "in_progress", "output": []}})
    refused = refusal is None
    for index in sorted(draft.open):
        item = draft.items[index]
        for at in sorted((part for part in draft.parts if part[1] == index), key=str):
            events += _close_part(item, at)
        if not refused and item.get("type") == "message" and type(item.get("content")) is list:
            events += _refuse(item, index, refusal or "")
            refused = True
        item["status"] = "incomplete"
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    if not refused:
        index = max(draft.items, default=-1) + 1
        item = draft.items[index] = _message(head, [])
        opened = {**item, "status": "in_progress", "content": []}
        events.append({"type": "response.output_item.added", "output_index": index, "item": opened})
        events += _refuse(item, index, refusal or "")
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    output = [draft.items[index] for index in sorted(draft.items)]
    response = {**head, **_incomplete(reason), "output": output}
    return [*events, {"type": "response.incomplete", "response": response}]


def delta_event(stem: str, channel: Path, item_id: Any, text: str) -> Json:
    """A delta of our own. `stem` is the type without its last word."""
    if channel[0] == "audio":
        return {"type": f"{stem}.delta", "delta": text}
    out: Json = {"type": f"{stem}.delta", "item_id": item_id, "output_index": channel[1], "delta": text}
    if len(channel) > 3 and channel[2] in _INDEXES:
        out[_INDEXES[str(channel[2])]] = channel[3]
    elif channel[2] == "action":
        out["command_index"] = channel[4]
    elif channel[2] == "output":
        out |= {"command_index": channel[3], "delta": {channel[4]: text}}
    if stem == "response.output_text":
        out["logprobs"] = []
    return out


def _close_part(item: Json, at: Path) -> list[Json]:
    _, index, of, number = at
    part = item[str(of)][number]
    where = {"item_id": item.get("id", ""), "output_index": index, _INDEXES[str(of)]: number}
    field = "refusal" if "refusal" in part else "text"
    ends: Json = {"type": f"{stem_in(item, (*at, field))}.done", **where, field: part.get(field, "")}
    if ends["type"] == "response.output_text.done":
        ends["logprobs"] = []
    kind = "reasoning_summary_part" if of == "summary" else "content_part"
    return [ends, {"type": f"response.{kind}.done", **where, "part": part}]


def _refuse(item: Json, index: int, message: str) -> list[Json]:
    where = {"item_id": item.get("id", ""), "output_index": index, "content_index": len(item["content"])}
    part = {"type": "refusal", "refusal": message}
    item["content"] = [*item["content"], part]
    return [
        {"type": "response.content_part.added", **where, "part": {"type": "refusal", "refusal": ""}},
        {"type": "response.refusal.delta", **where, "delta": message},
        {"type": "response.refusal.done", **where, "refusal": message},
        {"type": "response.content_part.done", **where, "part": part},
    ]


def _message(head: Json, content: Sequence[Json]) -> Json:
    name = sha256(f"refusal:{head['id']}".encode()).hexdigest()[:32]
    return {
        "id": f"msg_{name}",
        "type": "message",
        "role": "assistant",
        "status": "incomplete",
        "content": [*content],
    }


def _incomplete(reason: str) -> Json:
    return {"status": "incomplete", "incomplete_details": {"reason": reason}}
