"""The answer of chat completions, and the events of a streamed one."""

from __future__ import annotations

from typing import Any

from gateway.errors import UpstreamError
from gateway.surfaces.chat_fields import CHOICE, TOP_LEVEL
from gateway.surfaces.fields import Collector, Obj
from gateway.surfaces.logprobs import read_logprobs
from gateway.types import Delta, Direction, Json, Kind, Part, Path, Role, Transcript, Unscanned

__all__ = ["choice_index", "finished", "read_deltas", "read_response", "read_unscanned"]


class _Logprobs:
    """Read with the text they repeat: see `_Choices`."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None: ...


class _Choices:
    """`choices`, each with its text under `field`. Raises UpstreamError where there are none."""

    def __init__(self, field: str, code: str) -> None:
        self.field, self.code = field, code
        self.choice = Obj({**CHOICE, "logprobs": _Logprobs()})

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        for position, choice in enumerate(value):
            out.message = choice_index(choice, position)
            at = (*path, key)
            self.choice.read(choice, at, position, out)
            if choice.get("logprobs") is not None:
                read_logprobs(choice["logprobs"], choice.get(self.field) or {}, (*at, position, "logprobs"), out)
        out.message = -1

    def check(self, body: Any) -> None:
        if type(body) is not dict or type(body.get("choices")) is not list:
            raise self._malformed("it has no choices")
        # The last event of a choice may have no delta; an answer without a message is none.
        allowed = (dict, type(None)) if self.field == "delta" else (dict,)
        for choice in body["choices"]:
            if type(choice) is not dict or type(choice.get(self.field)) not in allowed:
                raise self._malformed(f"a choice has no {self.field}")

    def _malformed(self, why: str) -> UpstreamError:
        return UpstreamError(f"The upstream's answer cannot be read: {why}.", code=self.code)


_ANSWER_CHOICES = _Choices("message", "upstream_invalid_answer")
_ANSWER = Obj({**TOP_LEVEL, "choices": _ANSWER_CHOICES})
_EVENT_CHOICES = _Choices("delta", "upstream_invalid_event")
_EVENT = Obj({**TOP_LEVEL, "choices": _EVENT_CHOICES})


class _DeltaCollector(Collector):
    """Collects deltas: each text with the name of the channel that it continues."""

    def __init__(self, event: Json) -> None:
        super().__init__(Role.ASSISTANT)
        self.event = event
        self.message = -1
        self.deltas: list[Delta] = []

    def add(self, text: str, path: Path, kind: Kind, *, json: bool = False, whole: bool = False) -> None:
        if not text:
            return
        part = Part(text, path, self.role, self.message, kind, self.name, json)
        # What is beside the choices stands alone, and so does a number.
        channel = None if whole or path[0] != "choices" else _channel(self.event, path)
        self.deltas.append(Delta(path, part, True) if channel is None else Delta(channel, part))


def read_response(body: Any) -> Transcript:
    """Raises UpstreamError `upstream_invalid_answer` for what is no answer."""
    _ANSWER_CHOICES.check(body)
    out = Collector(Role.ASSISTANT)
    out.message = -1
    _ANSWER.members(body, (), out)
    model = body.get("model")
    return Transcript(tuple(out.parts), Direction.OUTPUT, model if type(model) is str else "", tuple(out.unscanned))


def read_deltas(event: Any) -> list[Delta]:
    """Raises UpstreamError `upstream_invalid_event` for what is no event of this endpoint."""
    return _read_event(event).deltas


def read_unscanned(event: Any) -> list[Unscanned]:
    """What the event holds beside texts."""
    return _read_event(event).unscanned


def finished(event: Json) -> tuple[int, ...]:
    """Indexes of the choices that end with this event."""
    return tuple(
        choice_index(choice, position)
        for position, choice in enumerate(event["choices"])
        if choice.get("finish_reason") is not None
    )


def choice_index(choice: Json, position: int) -> int:
    index = choice.get("index")
    return index if type(index) is int else position


def _read_event(event: Any) -> _DeltaCollector:
    _EVENT_CHOICES.check(event)
    out = _DeltaCollector(event)
    _EVENT.members(event, (), out)
    return out


def _channel(event: Json, path: Path) -> Path | None:
    """The path with the `index` that list items carry in place of where they stand; None: no text there."""
    node: Any = event
    out: list[str | int] = []
    for step in path:
        node = node[step]
        index = node.get("index") if type(step) is int and type(node) is dict else None
        out.append(index if type(index) is int else step)
    return tuple(out) if type(node) is str else None
