"""
Events of a streamed response: where their texts stand, and which text of the answer each of them is.

A text comes up to four times: in deltas, in its `.done`, with its part and item, and in the answer as a
whole. All of these have one channel, the place of the text in the answer: `output, 0, content, 0, text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum as PyEnum
from enum import auto
from typing import Any

from gateway.errors import UpstreamError
from gateway.surfaces.edit import KeyName
from gateway.surfaces.fields import Collector, Enum, Obj, Text, Token, Wrapped, inert
from gateway.surfaces.logprobs import read_entries
from gateway.surfaces.media import Base64
from gateway.surfaces.responses_fields import ANSWER
from gateway.surfaces.responses_items import ANNOTATION, ITEM, PART, SUMMARY, Logprobs
from gateway.surfaces.responses_tools import ID, LABEL, METADATA, NUMBER
from gateway.types import Json, Kind, Part, Path, Role, Unscanned

__all__ = [
    "ENDS",
    "EVENT",
    "INERT_EVENT",
    "STARTS",
    "Mode",
    "Piece",
    "Read",
    "closes",
    "is_delta",
    "read_event",
    "stem_in",
    "stem_of",
]


class Mode(PyEnum):
    """How a text of an event stands to the text of its channel."""

    DELTA = auto()  # the next piece of it
    FULL = auto()  # all of it
    WHOLE = auto()  # it never comes in pieces


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of an event. `part.path` is where in the event it stands."""

    mode: Mode
    channel: Path
    part: Part


@dataclass(frozen=True, slots=True)
class Read:
    pieces: tuple[Piece, ...]
    unscanned: tuple[Unscanned, ...]  # their paths are channels


STARTS = frozenset(("response.created", "response.queued", "response.in_progress"))
ENDS = frozenset(("response.completed", "response.failed", "response.incomplete", "response.cancelled", "error"))

# Deltas: by the type of the event, without its last word: where in its item the text stands, what the `.done`
# calls it, and what it is. In places, "*" is the event's index of that list.
_TEXTS: dict[str, tuple[Path, str, Kind]] = {
    "response.output_text": (("content", "*", "text"), "text", Kind.TEXT),
    "response.refusal": (("content", "*", "refusal"), "refusal", Kind.REFUSAL),
    "response.reasoning_text": (("content", "*", "text"), "text", Kind.REASONING),
    "response.reasoning_summary_text": (("summary", "*", "text"), "text", Kind.REASONING),
    "response.function_call_arguments": (("arguments",), "arguments", Kind.TOOL_CALL),
    "response.mcp_call_arguments": (("arguments",), "arguments", Kind.TOOL_CALL),
    "response.custom_tool_call_input": (("input",), "input", Kind.TOOL_CALL),
    "response.code_interpreter_call_code": (("code",), "code", Kind.TOOL_CALL),
    "response.shell_call_command": (("action", "commands", "*"), "command", Kind.TOOL_CALL),
}
_SHELL_OUTPUT = "response.shell_call_output_content"
_AUDIO_TEXT = "response.audio.transcript"
_JSON = frozenset(("response.function_call_arguments", "response.mcp_call_arguments"))
_INDEX = {"content": "content_index", "summary": "summary_index", "commands": "command_index"}
# Types of items, and of the texts in them that may come in pieces.
_IN_PIECES = {
    "message": (("content", "*", "text"), ("content", "*", "refusal")),
    "reasoning": (("content", "*", "text"), ("summary", "*", "text")),
    "function_call": (("arguments",),),
    "mcp_call": (("arguments",),),
    "custom_tool_call": (("input",),),
    "code_interpreter_call": (("code",),),
    "shell_call": (("action", "commands", "*"),),
    "shell_call_output": (("output", "*", "stdout"), ("output", "*", "stderr")),
}
_TYPE = Token(r"(?:response|error|keepalive)(?:\.[a-z_]{1,48}){0,4}")
_WORD = Token("[a-z]{1,16}")
_SHELL_SAID = Obj(
    {
        "stdout": Text(Kind.TOOL_RESULT),
        "stderr": Text(Kind.TOOL_RESULT),
        "created_by": LABEL,
        "outcome": Obj({"type": Enum("timeout", "exit"), "exit_code": NUMBER}),
    }
)


class _AnyPart(Wrapped):
    """A part of a message, or of a summary of reasoning."""

    rules = (PART, SUMMARY)

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        named = value.get("type") if type(value) is dict else None
        reasons = named in ("summary_text", "reasoning_text")
        (SUMMARY if reasons else PART).read(value, path, key, out)


# Beside the texts above, which are read by themselves.
EVENT = Obj(
    {
        "type": _TYPE,
        "annotation": ANNOTATION,
        "annotation_index": NUMBER,
        "background": _WORD,
        "code": LABEL,
        "command_index": NUMBER,
        "content_index": NUMBER,
        "item": ITEM,
        "item_id": ID,
        "logprobs": Logprobs(),
        "message": METADATA,
        "obfuscation": Token("[A-Za-z0-9]{0,256}"),
        "output_format": _WORD,
        "output_index": NUMBER,
        "param": LABEL,
        "part": _AnyPart(),
        "partial_image_b64": Base64(),
        "partial_image_index": NUMBER,
        "quality": _WORD,
        "response": ANSWER,
        "response_id": ID,
        "sequence_number": NUMBER,
        "size": Token("[0-9]{1,5}x[0-9]{1,5}|auto"),
        "status": Enum("completed", "in_progress", "incomplete"),
        "summary_index": NUMBER,
    }
)
INERT_EVENT = tuple(inert(EVENT))


def is_delta(event: Json) -> bool:
    return str(event.get("type")).endswith(".delta")


def closes(event: Json) -> Path | None:
    """What ends with this event: every text whose channel begins so. None: nothing."""
    named = event["type"]
    if named in ENDS:
        return ()
    stem, _, last = named.rpartition(".")
    if last != "done":
        return None
    base: Path = ("output", event.get("output_index", 0))
    if stem == "response.output_item":
        return base
    if stem == "response.content_part":
        return (*base, "content", event.get("content_index", 0))
    if stem == "response.reasoning_summary_part":
        return (*base, "summary", event.get("summary_index", 0))
    if stem == _AUDIO_TEXT:
        return ("audio", "transcript")
    if stem == _SHELL_OUTPUT:
        return (*base, "output", event.get("command_index", 0))
    return _place(stem, event) if stem in _TEXTS else None


def read_event(event: Json) -> Read:
    """Raises UpstreamError `upstream_invalid_event` for what is no event of this endpoint."""
    if type(event.get("type")) is not str:
        raise _malformed()
    _check(event)
    stem = event["type"].rpartition(".")[0]
    out = Collector(Role.ASSISTANT)
    out.message = event["output_index"] if type(event.get("output_index")) is int else -1
    own = list(_own_texts(stem, event))
    taken = {piece.part.path[0] for piece in own}
    if stem == _SHELL_OUTPUT:
        taken |= {"delta", "output"}
        _shell(event, out)
    elif event["type"] == "response.audio.delta":
        taken.add("delta")
        Base64().read(event.get("delta"), (), "delta", out)
    EVENT.members({key: value for key, value in event.items() if key not in taken}, (), out)
    entries = event.get("logprobs")
    if type(entries) is list:
        read_entries(entries, event.get("delta", event.get("text")), (), "logprobs", out)
    elif entries is not None:
        out.walk(entries, ("logprobs",), Kind.UNKNOWN)
    others = [_located(event, part) for part in out.parts]
    unscanned = tuple(replace(u, path=_channel(event, u.path)) for u in out.unscanned)
    return Read((*own, *others), unscanned)


_OBJECTS = ("response", "item", "part")
_INDEXES = ("output_index", "content_index", "summary_index", "command_index", "annotation_index")


def _check(event: Json) -> None:
    if any(key in event and type(event[key]) is not dict for key in _OBJECTS):
        raise _malformed()
    if any(key in event and type(event[key]) is not int for key in _INDEXES):
        raise _malformed()
    output = event["response"].get("output", []) if "response" in event else []
    if type(output) is not list or not all(type(item) is dict for item in output):
        raise _malformed()


def _own_texts(stem: str, event: Json) -> Iterator[Piece]:
    """The text of a delta, or of its `.done`."""
    delta = is_delta(event)
    if stem == _AUDIO_TEXT and delta and type(event.get("delta")) is str:
        part = Part(event["delta"], ("delta",), Role.ASSISTANT, -1, Kind.TRANSCRIPT)
        yield Piece(Mode.DELTA, ("audio", "transcript"), part)
    if stem not in _TEXTS:
        return
    _, done, kind = _TEXTS[stem]
    field = "delta" if delta else done
    if type(event.get(field)) is not str:
        return
    begins = event["type"].endswith(".added")
    mode = Mode.DELTA if delta or begins else Mode.FULL
    index = event.get("output_index", 0)
    number = index if type(index) is int else -1
    part = Part(event[field], (field,), Role.ASSISTANT, number, kind, json=stem in _JSON)
    yield Piece(mode, _place(stem, event), part)


def _shell(event: Json, out: Collector) -> None:
    """What a command said: to one of two places, or all that it said."""
    out.role, role = Role.TOOL, out.role
    for key in ("delta", "output"):
        value = event.get(key)
        for index, said in enumerate(value if type(value) is list else [value]):
            if said is not None:
                at: tuple[Path, str | int] = ((key,), index) if type(value) is list else ((), key)
                _SHELL_SAID.read(said, *at, out)
    out.role = role


def _located(event: Json, part: Part) -> Piece:
    channel = _channel(event, part.path)
    odd = part.kind is Kind.UNKNOWN and part.path[0] != "logprobs" and not isinstance(channel[-1], KeyName)
    if odd and is_delta(event):
        # A delta that we do not know: it may be a piece of a text, too.
        indexes = [event.get(key, 0) for key in _INDEXES[:4]]
        return Piece(Mode.DELTA, (event["type"], *indexes, *part.path), part)
    if isinstance(channel[-1], KeyName) or not _in_pieces(event, part.path, channel):
        return Piece(Mode.WHOLE, channel, part)
    last = event["type"].rpartition(".")[2]
    return Piece(Mode.DELTA if last in ("added", "delta") else Mode.FULL, channel, part)


def _channel(event: Json, path: Path) -> Path:
    """Where in the answer a text stands that stands here in the event."""
    base: Path = ("output", event.get("output_index", 0))
    match path:
        case ("response", _, *_):
            return path[1:]
        case ("item", _, *_):
            return (*base, *path[1:])
        case ("part", _, *_):
            of = "summary" if "reasoning_summary" in event["type"] else "content"
            return (*base, of, event.get(_INDEX[of], 0), *path[1:])
        case ("delta", field) if event["type"].startswith(_SHELL_OUTPUT):
            return (*base, "output", event.get("command_index", 0), field)
        case ("output", int(number), *rest) if event["type"].startswith(_SHELL_OUTPUT):
            return (*base, "output", event.get("command_index", 0) + number, *rest)
    return (event["type"], *path)


def _in_pieces(event: Json, path: Path, channel: Path) -> bool:
    """May this text of the answer come in deltas?"""
    if event["type"].startswith(_SHELL_OUTPUT):
        return channel[-1] in ("stdout", "stderr")
    if channel[0] != "output" or len(channel) < 3:
        return False
    inner = channel[2:]
    if path[0] == "part":
        return len(inner) == 3 and inner[2] in ("text", "refusal")
    item = event["item"] if path[0] == "item" else event["response"]["output"][channel[1]]
    places = _IN_PIECES.get(str(item.get("type", "message")), ())
    return any(
        len(place) == len(inner) and all(a in ("*", b) for a, b in zip(place, inner, strict=True)) for place in places
    )


def _place(stem: str, event: Json) -> Path:
    out: list[str | int] = ["output", event.get("output_index", 0)]
    for step in _TEXTS[stem][0]:
        out.append(event.get(_INDEX[str(out[-1])], 0) if step == "*" else step)
    return tuple(out)


def stem_of(event: Json) -> str:
    """The type of an event without its last word."""
    return str(event["type"]).rpartition(".")[0]


_STEMS = {
    ("function_call", "arguments"): "response.function_call_arguments",
    ("mcp_call", "arguments"): "response.mcp_call_arguments",
    ("custom_tool_call", "input"): "response.custom_tool_call_input",
    ("code_interpreter_call", "code"): "response.code_interpreter_call_code",
    ("shell_call", "action"): "response.shell_call_command",
    ("shell_call_output", "output"): _SHELL_OUTPUT,
    ("reasoning", "summary"): "response.reasoning_summary_text",
    ("reasoning", "content"): "response.reasoning_text",
}


def stem_in(item: Json, channel: Path) -> str:
    """The type of the events, without its last word, that bring this text of an item."""
    if channel[-1] == "refusal":
        return "response.refusal"
    return _STEMS.get((str(item.get("type")), str(channel[2])), "response.output_text")


def _malformed() -> UpstreamError:
    return UpstreamError("an event of the upstream cannot be read", code="upstream_invalid_event")
