"""What the client of a streamed response knows of it so far, and the parts of events that repeat its texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.surfaces.responses_events import STARTS, stem_in, stem_of
from gateway.surfaces.responses_refusal import Draft
from gateway.surfaces.responses_rewrite import moved, rewrite_part
from gateway.types import Json, Part, Path, Span

__all__ = ["DraftKeeper", "rewritten"]

Changes = Callable[[Path, str], Iterable[tuple[Span, str]] | None]

_TYPES = {
    "response.function_call_arguments": ("function_call", "arguments"),
    "response.mcp_call_arguments": ("mcp_call", "arguments"),
    "response.custom_tool_call_input": ("custom_tool_call", "input"),
    "response.code_interpreter_call_code": ("code_interpreter_call", "code"),
}
_PARTS = {"response.content_part": "content", "response.reasoning_summary_part": "summary"}


class DraftKeeper:
    """Takes cleaned events, in the order in which the client gets them."""

    def __init__(self) -> None:
        self._draft = Draft()

    def take(self, event: Json) -> None:
        draft, named = self._draft, event["type"]
        index = event.get("output_index", 0)
        if named in STARTS:
            draft.head = event["response"] if isinstance(event.get("response"), dict) else draft.head
        elif named == "response.output_item.added":
            draft.items[index] = event.get("item", {})
            draft.open.add(index)
        elif named == "response.output_item.done":
            draft.items[index] = event.get("item", {})
            draft.open.discard(index)
            draft.parts = {part for part in draft.parts if part[1] != index}
        elif (stem := stem_of(event)) in _PARTS:
            self._part(event, index, _PARTS[stem], named.endswith(".added"))

    def begun(self, event: Json) -> None:
        """Deltas of an item that was never opened: its client made one up, and so do we."""
        index, stem = event.get("output_index", 0), stem_of(event)
        if index in self._draft.items or "output_index" not in event:
            return
        known = _TYPES.get(stem)
        item: Json = {"id": event.get("item_id", ""), "status": "in_progress"}
        if known is not None:
            item |= {"type": known[0], known[1]: ""}
        elif "summary" in stem or "reasoning" in stem:
            item |= {"type": "reasoning", "summary": [], "content": []}
        else:
            item |= {"type": "message", "role": "assistant", "content": []}
        self._draft.items[index] = item
        self._draft.open.add(index)

    def _part(self, event: Json, index: int, of: str, added: bool) -> None:
        number = event.get(f"{of}_index", 0)
        at: Path = ("output", index, of, number)
        item = self._draft.items.get(index)
        if item is None or not isinstance(item.get(of), list) or not 0 <= number <= len(item[of]):
            return
        parts = [*item[of]]
        parts[number : number + 1] = [event.get("part", {})]
        self._draft.items[index] = {**item, of: parts}
        (self._draft.parts.add if added else self._draft.parts.discard)(at)

    def named(self, part: Part, channel: Path) -> Part:
        """The part with the name of the tool that it is said to, which its events do not repeat."""
        if part.name or channel[0] != "output" or len(channel) < 3:
            return part
        name = self._item(channel).get("name")
        return replace(part, name=name) if isinstance(name, str) else part

    def stem(self, event: Json, channel: Path) -> str:
        """The type, without its last word, of the events with this text that will come."""
        item = event.get("item")
        return stem_in(item if isinstance(item, dict) else self._item(channel), channel)

    def item_id(self, channel: Path) -> Any:
        return self._item(channel).get("id", "")

    def cited(
        self, event: Json, changes: Sequence[tuple[Span, str]], counts: dict[Path, int], path: Path
    ) -> list[Json]:
        """The event with its citation where its words stand now; nothing where they were edited."""
        annotation = moved(event.get("annotation"), changes)
        if annotation is None and event.get("annotation") is not None:
            return []
        number = counts.get(path, 0)
        counts[path] = number + 1
        return [{**event, "annotation": annotation, "annotation_index": number}]

    def filled(self, text_of: Callable[[Path], str]) -> Draft:
        """The draft with what has left of the texts of open items."""
        for index in self._draft.open:
            self._draft.items[index] = _filled(self._draft.items[index], ("output", index), text_of)
        return self._draft

    def _item(self, channel: Path) -> Json:
        index = channel[1]
        return self._draft.items.get(index, {}) if isinstance(index, int) else {}


def _filled(item: Json, at: Path, text_of: Callable[[Path], str]) -> Json:
    out = dict(item)
    for key in ("arguments", "input", "code"):
        if key in out and (text := text_of((*at, key))):
            out[key] = text
    for of in ("content", "summary"):
        parts = out.get(of)
        if isinstance(parts, list):
            out[of] = [_filled_part(part, (*at, of, number), text_of) for number, part in enumerate(parts)]
    action = out.get("action")
    if isinstance(action, dict) and isinstance(given := action.get("commands"), list):
        commands = [text_of((*at, "action", "commands", number)) or said for number, said in enumerate(given)]
        out["action"] = {**action, "commands": commands}
    return out


def _filled_part(part: Any, at: Path, text_of: Callable[[Path], str]) -> Any:
    if not isinstance(part, dict):
        return part
    fields = {field: text for field in ("text", "refusal") if (text := text_of((*at, field)))}
    return {**part, **fields}


def rewritten(out: Json, event: Json, changes_of: Changes, *, alternatives: bool) -> Json:
    """An event whose parts' side channels fit their texts. `event` is how it came."""
    for at, channel in _texts(event):
        old, new = _get(event, at), _get(out, at)
        text = old.get("text")
        if not isinstance(text, str):
            continue
        changes = changes_of(channel, text)
        if changes is None:
            changes = [] if new.get("text") == text else [(Span(0, len(text)), "")]
        fields = rewrite_part(new, text, [*changes], alternatives=alternatives)
        if fields:
            out = _put(out, at, {**new, **fields})
    return out


def _texts(event: Json) -> Iterator[tuple[Path, Path]]:
    """Where an event has a text with side channels, and the channel of that text."""
    base: Path = ("output", event.get("output_index", 0))
    if event["type"] == "response.output_text.done":
        yield (), (*base, "content", event.get("content_index", 0), "text")
    if stem_of(event) == "response.content_part" and isinstance(event.get("part"), dict):
        yield ("part",), (*base, "content", event.get("content_index", 0), "text")
    item, response = event.get("item"), event.get("response")
    if isinstance(item, dict):
        yield from _in_item(item, ("item",), base)
    if isinstance(response, dict):
        for index, item in enumerate(response.get("output") or ()):
            yield from _in_item(item, ("response", "output", index), ("output", index))


def _in_item(item: Mapping[str, Any], at: Path, base: Path) -> Iterator[tuple[Path, Path]]:
    content = item.get("content")
    for number, part in enumerate(content if isinstance(content, list) else ()):
        if isinstance(part, dict):
            yield (*at, "content", number), (*base, "content", number, "text")


def _get(node: Any, path: Path) -> Any:
    for step in path:
        node = node[step]
    return node


def _put(node: Any, path: Path, value: Any) -> Any:
    """A copy of what is on the way, with this value at its end."""
    if not path:
        return value
    out = node.copy()
    out[path[0]] = _put(node[path[0]], path[1:], value)
    return out
