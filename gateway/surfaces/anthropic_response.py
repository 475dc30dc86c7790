"""The answer of Anthropic's messages, the events of a streamed one, and how a refusal looks in both."""

from __future__ import annotations

from typing import Any

from gateway.errors import UpstreamError
from gateway.surfaces.anthropic_fields import ANSWER, EVENT
from gateway.surfaces.shapes import Blocks
from gateway.types import Delta, Direction, Json, Kind, Path, Role, Transcript, Unscanned

__all__ = ["EventTexts", "carrier", "ending", "read_event", "read_response", "refuse_answer", "stop_details"]

_KEPT = ("id", "type", "role", "model", "usage")
# Where a text begins with its block, and goes on in deltas.
_GROWING = frozenset(("text", "thinking", "content"))
_DELTAS = {"text": "text_delta", "thinking": "thinking_delta", "content": "compaction_delta"}


def read_response(body: Any) -> Transcript:
    """Raises UpstreamError `upstream_invalid_answer` for what is no answer."""
    if type(body) is not dict or not (_is_message(body) or _is_count(body)):
        raise UpstreamError("The upstream's answer cannot be read: it has no content.", code="upstream_invalid_answer")
    out = Blocks(Role.ASSISTANT)
    ANSWER.members(body, (), out)
    model = body.get("model")
    return Transcript(tuple(out.parts), Direction.OUTPUT, model if type(model) is str else "", tuple(out.unscanned))


class EventTexts(Blocks):
    """The texts of one event, each with the name of the channel that it continues. `name`: the tool called."""

    def __init__(self, event: Json, name: str = "") -> None:
        super().__init__(Role.ASSISTANT)
        self.name = name
        self.index = event.get("index")
        self.deltas: list[Delta] = []

    def add(self, text: str, path: Path, kind: Kind, *, json: bool = False, whole: bool = False) -> None:
        if not text:
            return
        part = self.part(text, path, kind, json)
        channel = None if whole else self._channel(path)
        self.deltas.append(Delta(path, part, True) if channel is None else Delta(channel, part))

    def _channel(self, path: Path) -> Path | None:
        if type(self.index) is not int:
            return None
        if path[0] == "delta" or (path[0] == "content_block" and len(path) == 2 and path[1] in _GROWING):
            return ("content", self.index, *path[1:])
        return None


def read_event(event: Json, name: str = "") -> tuple[list[Delta], list[Unscanned]]:
    """Raises UpstreamError `upstream_invalid_event` for what is no event of this endpoint."""
    kind = event.get("type")
    if type(kind) is not str or not kind.replace("_", "").isalnum() or not kind.isascii():
        raise UpstreamError(
            "The upstream's answer cannot be read: an event has no type.", code="upstream_invalid_event"
        )
    if any(type(event.get(key)) not in (dict, type(None)) for key in ("content_block", "delta", "message")):
        raise UpstreamError("an event of the upstream cannot be read", code="upstream_invalid_event")
    out = EventTexts(event, name)
    EVENT.members(event, (), out)
    return out.deltas, out.unscanned


def carrier(event: Json, path: Path, text: str) -> Json:
    """An event that carries only `text`, where `event` has one at `path`."""
    delta = event.get("delta")
    kind = delta.get("type") if type(delta) is dict else _DELTAS.get(str(path[1]))
    inner: Any = text
    for step in reversed(path[1:]):
        inner = {step: inner} if type(step) is str else [inner]
    return {"type": "content_block_delta", "index": event.get("index"), "delta": {"type": kind, **inner}}


def refuse_answer(body: Json, message: str) -> Json:
    """The answer with `message` in place of all that it said."""
    return {
        **{key: body[key] for key in _KEPT if key in body},
        "content": [{"type": "text", "text": message}],
        "stop_reason": "refusal",
        "stop_sequence": None,
        "stop_details": stop_details(message),
    }


def stop_details(message: str) -> Json:
    return {"type": "refusal", "category": None, "explanation": message}


def ending(reason: str, tokens: int, message: str = "") -> list[Json]:
    """The events that end a stream; with a message, a refused one."""
    delta: Json = {"stop_reason": reason, "stop_sequence": None}
    if message:
        delta["stop_details"] = stop_details(message)
    return [
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": tokens}},
        {"type": "message_stop"},
    ]


def _is_message(body: Json) -> bool:
    content = body.get("content")
    return type(content) is list and all(type(block) is dict for block in content)


def _is_count(body: Json) -> bool:
    return type(body.get("input_tokens")) is int and "content" not in body
