"""
Events of a streamed chat answer, rewritten one by one.

Most functions take an event and give one like it. `ChatStream` keeps a little state: it holds back
the event that opens a tool call until the tool's name is known to be whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

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


class _Called(NamedTuple):
    """A call in a delta: which one, its name and what is said to it (`body` is the field of that)."""

    key: Path
    tool: Json
    body: str
    has_id: bool


def _calls(event: Json) -> Iterator[_Called]:
    delta = event["choices"][0].get("delta")
    if type(delta) is not dict:
        return
    calls = delta.get("tool_calls")
    for position, call in enumerate(calls if type(calls) is list else ()):
        if type(call) is not dict:
            continue
        for kind, body in _BODIES.items():
            if type(call.get(kind)) is dict:
                yield _Called((choice_index(call, position), kind), call[kind], body, bool(call.get("id")))
    if type(delta.get("function_call")) is dict:
        yield _Called(("function_call",), delta["function_call"], "arguments", False)


def _opens_call(event: Json) -> bool:
    """Does it name a tool without saying anything to it yet?"""
    if event["choices"][0].get("finish_reason") is not None:
        return False
    return any(_name(called) and not called.tool.get(called.body) for called in _calls(event))


def _take_names(held: Json, event: Json) -> Json:
    """Move pieces of names from `event` to the calls that `held` opens; returns what is left of the event."""
    opened = {called.key: called.tool for called in _calls(held) if _name(called) and not called.tool.get(called.body)}
    if not any(_continues(called, opened) for called in _calls(event)):
        return event
    event = _own(event)
    for called in _calls(event):
        if _continues(called, opened):
            opened[called.key]["name"] += called.tool.pop("name")
    return event


def _continues(called: _Called, opened: Mapping[Path, Json]) -> bool:
    tool = opened.get(called.key)
    return tool is not None and not called.has_id and bool(_name(called)) and len(tool["name"]) < _MAX_NAME


def _name(called: _Called) -> str:
    name = called.tool.get("name")
    return name if type(name) is str else ""


def _own(event: Json) -> Json:
    """A copy whose calls are ours to change."""
    choice = event["choices"][0]
    return {**event, "choices": [{**choice, "delta": deepcopy(choice["delta"])}]}


def _is_blank(value: Any) -> bool:
    if type(value) is dict:
        return all(key in _NO_CONTENT or _is_blank(item) for key, item in value.items())
    if type(value) is list:
        return all(map(_is_blank, value))
    return value is None or value == ""


def _bare(node: Any, path: Path, text: str) -> Any:
    """Only what is on the way to the text; list items keep their `index`, content parts their type."""
    out: Any = text
    for depth in range(len(path) - 1, -1, -1):
        step = path[depth]
        if type(step) is not int:
            out = {step: out}
            continue
        item: Any = node
        for outer in path[: depth + 1]:
            item = item[outer]
        if type(item) is dict and type(out) is dict:
            kept = ("index", "type") if depth and path[depth - 1] == "content" else ("index",)
            out = {**{key: item[key] for key in kept if key in item}, **out}
        out = [out]
    return out
