"""
Streamed answers whose events have a `type` each: which of their texts grow from event to event, and which events
end them. Every other text of an event stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import UpstreamError
from gateway.surfaces.edit import KeyName
from gateway.surfaces.fields import Collector, Obj
from gateway.types import Delta, Json, Kind, Part, Path, Role, Unscanned

__all__ = ["Events", "Grows"]


@dataclass(frozen=True, slots=True)
class Grows:
    """
    The events of one type. `texts` finds the paths of the pieces in one, each with the name of the text that it
    continues; `ends` the names (or their beginnings) of texts that are complete when it comes.
    """

    texts: Callable[[Json], Mapping[Path, Path]] = field(default=lambda _: {})
    ends: Callable[[Json], tuple[Path, ...]] = field(default=lambda _: ())


class _Reading(Collector):
    def __init__(self, grows: Mapping[Path, Path]) -> None:
        super().__init__(Role.ASSISTANT)
        self.message = -1
        self.deltas: list[Delta] = []
        self._grows = grows

    def add(self, text: str, path: Path, kind: Kind, *, json: bool = False, whole: bool = False) -> None:
        if text:
            part = Part(text, path, self.role, self.message, kind, self.name, json)
            name = None if isinstance(path[-1], KeyName) else self._grows.get(path)
            self.deltas.append(Delta(path, part, True) if name is None else Delta(name, part))


class Events:
    """
    `rules` says what the fields of all types hold, `types` what grows; `kind` is where an event says its type.
    `logprobs` stand beside a text and repeat it: where anything may be rewritten they do not leave.
    """

    def __init__(
        self,
        rules: Obj,
        types: Mapping[str, Grows],
        *,
        kind: str = "type",
        dropped: tuple[str, ...] = ("obfuscation",),
        logprobs: tuple[str, ...] = (),
    ) -> None:
        self._rules, self._types, self._kind = rules, types, kind
        self._dropped, self._logprobs = dropped, logprobs

    def read(self, event: Json) -> tuple[list[Delta], list[Unscanned]]:
        grows = self._type(event)
        out = _Reading(grows.texts(event))
        self._rules.members(event, (), out)
        return out.deltas, out.unscanned

    def ends(self, event: Json) -> tuple[Path, ...]:
        return self._type(event).ends(event)

    def clean(self, event: Json, *, holds: bool) -> Json:
        """Without what says how long a text was, or repeats it."""
        gone = (*self._dropped, *(self._logprobs if holds else ()))
        return {key: value for key, value in event.items() if key not in gone} if event.keys() & set(gone) else event

    def carrier(self, event: Json, delta: Delta, text: str) -> Json:
        """An event like this one that says only this."""
        out: Json = _with(event, delta.part.path, text)
        return out

    def failed(self, error: Json) -> Json:
        """The event that says so."""
        return error if self._kind == "type" else {"event": "error", "data": error}

    def _type(self, event: Json) -> Grows:
        kind = event.get(self._kind)
        if type(kind) is not str:
            raise UpstreamError("an event of the upstream has no type", code="upstream_invalid_event")
        return self._types.get(kind, _NOTHING)


_NOTHING = Grows()


def _with(node: Any, path: Path, text: str, inside: bool = False) -> Any:
    """
    The same with another text there. Every other list item on the way is left out, and so is what stands beside
    the text `inside` of a delta: clients add up what deltas say.
    """
    if not path:
        return text
    step, rest = path[0], path[1:]
    if type(node) is list and type(step) is int:
        return [_with(node[step], rest, text, inside)]
    beside = {key: node[key] for key in ("index", "type") if key in node} if inside else node
    return {**beside, step: _with(node[step], rest, text, inside or step == "delta")}
