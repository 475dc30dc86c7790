"""
Events of a streamed chat answer, rewritten one by one.

Most functions take an event and give one like it. `ChatStream` keeps a little state: it holds back
the event that opens a tool call until the tool's name is known to be whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.surfaces.chat_response import choice_index
from gateway.types import Delta, Json, Path

__all__ = ["HEADER", "ChatStream", "carrier", "drop_obfuscation", "is_empty", "strip_usage"]

# What each event of a stream repeats.
HEADER = ("id", "object", "created", "model", "system_fingerprint", "service_tier")

_MAX_NAME = 1024  # characters of a tool's name that may come in pieces
_NOTHING = frozenset((*HEADER, "choices", "obfuscation"))
_NO_CONTENT = frozenset(("index", "type"))
_BODIES = {"function": "arguments", "custom": "input"}


def carrier(event: Json, delta: Delta, text: str) -> Json:
    """An event like this one that carries only `text`, in the place of that delta."""
    out: Json = {key: event[key] for key in HEADER if key in event}
    path = delta.part.path
    if path[0] != "choices" or len(path) < 3:
        return {**out, "choices": [], **_bare(event, path, text)}
    out.update(_bare(event, path, text))
    choice = out["choices"][0]
    choice.setdefault("index", path[1])
    choice.setdefault("delta", {})
    choice.setdefault("finish_reason", None)
    return out


def is_empty(event: Json) -> bool:
    """Is nothing left in this event that is worth sending?"""
    if any(key not in _NOTHING and not _is_blank(value) for key, value in event.items()):
        return False
    return _is_blank(event.get("choices"))


def strip_usage(event: Json) -> Json | None:
    """The event without `usage`; None where it was only sent for that."""
    if "usage" not in event:
        return event
    out = {key: value for key, value in event.items() if key != "usage"}
    return None if not event.get("choices") and is_empty(out) else out


def drop_obfuscation(event: Json) -> Json:
    """Padding that hides the length of a text says it, once the text is edited."""
    if "obfuscation" not in event:
        return event
    return {key: value for key, value in event.items() if key != "obfuscation"}


class ChatStream:
    """
    Gives events on so that each tool's name comes whole, in one event.

    Some servers stream names in pieces. An event that opens a call waits for the next one of its choice,
    and takes the rest of the name from it; everything else passes at once. Events with more than one
    choice are split.
    """

    def __init__(self) -> None:
        self._held: dict[int, Json] = {}  # by index of the choice

    def push(self, event: Json) -> list[Json]:
        choices = event.get("choices")
        if not choices:
            return [*self.flush(), event]
        return [out for single in _split(event, choices) for out in self._push(single)]

    def flush(self) -> list[Json]:
        held, self._held = list(self._held.values()), {}
        return held

    def _push(self, event: Json) -> Iterator[Json]:
        index = choice_index(event["choices"][0], 0)
        held = self._held.get(index)
        if held is not None:
            event = _take_names(held, event)
            if is_empty(event):
                return
            yield self._held.pop(index)
        if _opens_call(event):
            self._held[index] = _own(event)
        else:
            yield event


def _split(event: Json, choices: list[Json]) -> list[Json]:
    """One event for each choice; what is beside the choices goes with the last."""
    if len(choices) == 1:
        return [event]
    header = {key: event[key] for key in HEADER if key in event}
    singles = [{**header, "choices": [_indexed(choice, i)]} for i, choice in enumerate(choices[:-1])]
    return [*singles, {**event, "choices": [_indexed(choices[-1], len(choices) - 1)]}]


def _indexed(choice: Json, position: int) -> Json:
    return choice if "index" in choice else {**choice, "index": position}


def _opens_call(event: Json) -> bool:
    """Does it name a tool without saying anything to it yet?"""
    if event["choices"][0].get("finish_reason") is not None:
        return False
    return any(called.get("name") and not called.get(body) for _, called, body in _calls(event))


def _take_names(held: Json, event: Json) -> Json:
    """Move pieces of names from `event` to the calls in `held`; returns what is left of the event."""
    names = {key: called for key, called, body in _calls(held) if not called.get(body)}
    moved = False
    for key, called, _ in _calls(event):
        target, piece = names.get(key), called.get("name")
        if target is None or not piece or len(target.get("name") or "") > _MAX_NAME:
            continue
        if not moved:
            event = _own(event)
            return _take_names(held, event) if not _is_owned(event) else event
        target["name"] = (target.get("name") or "") + piece
    return event
