"""Events of /v1/realtime, both ways: where they carry text, and which texts grow over many of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from gateway.errors import RequestError, UpstreamError
from gateway.surfaces.media import Base64
from gateway.surfaces.realtime_fields import AUDIO, FROM_CLIENT, FROM_SERVER, GROWING
from gateway.surfaces.shapes import Blocks
from gateway.types import Delta, Direction, Json, Kind, Part, Path, Role, Transcript, Unscanned

__all__ = ["Growth", "audio_of", "growth_of", "read_client", "read_server"]


@dataclass(frozen=True, slots=True)
class Growth:
    """A text that grows: its channel and kind, where its piece stands in the event, and whether this ends it."""

    channel: Path
    kind: Kind
    field: str
    last: bool

    @property
    def item(self) -> Path:
        """Whose text it is: the item, and the part of it."""
        return self.channel[:2]


def growth_of(event: Json) -> Growth | None:
    """
    Which growing text an event of a server continues or ends. A delta of a kind that we do not know grows, too.

    Raises UpstreamError where it is no text.
    """
    kind = event.get("type")
    stem, _, end = kind.rpartition(".") if type(kind) is str else ("", "", "")
    field, text = GROWING.get(stem, (stem, Kind.UNKNOWN))
    known = stem in GROWING and end in ("delta", "done", "completed")
    if not known and (end != "delta" or stem in AUDIO or "delta" not in event):
        return None
    growth = Growth((*_part_of(event), field), text, field if end != "delta" else "delta", end != "delta")
    if type(event.get(growth.field, "")) is not str:
        raise UpstreamError("an event of the upstream cannot be read", code="upstream_invalid_event")
    return growth if growth.field in event else None


def _part_of(event: Json) -> Path:
    item, index = event.get("item_id"), event.get("content_index")
    return (item if type(item) is str else "", index if type(index) is int else 0)


def audio_of(event: Json) -> Path | None:
    """Of which part of which item this event is sound, or its end."""
    kind = event.get("type")
    if type(kind) is not str or kind.rpartition(".")[0] not in AUDIO:
        return None
    return _part_of(event)


def read_client(event: Any) -> Transcript:
    """Raises RequestError for what is no event, or may be read in two ways."""
    if type(event) is not dict or type(event.get("type")) is not str:
        raise RequestError("an event must be an object with a type", param="type", code="invalid_event")
    out = Blocks(Role.USER, strict=True)
    for key, value in event.items():
        # Instructions and tools are the operator's.
        out.role = Role.SYSTEM if key in ("session", "response") else Role.USER
        out.kind = Kind.TEXT
        FROM_CLIENT.members({key: value}, (), out)
    parts = tuple(replace(p, role=Role.DEVELOPER) if p.kind is Kind.TOOL_DESCRIPTION else p for p in out.parts)
    return Transcript(tuple(map(_of_user, parts)), Direction.INPUT, "", tuple(out.unscanned))


def read_server(event: Any, skip: str = "") -> tuple[list[Delta], list[Unscanned]]:
    """All texts of an event, each by itself, but for that of the field `skip`. Raises UpstreamError."""
    if type(event) is not dict or type(event.get("type")) is not str:
        raise UpstreamError("an event of the upstream has no type", code="upstream_invalid_event")
    out = Blocks(Role.ASSISTANT)
    audio = audio_of(event) is not None
    for key, value in event.items():
        if key == "delta" and audio:
            Base64().read(value, (), key, out)
        elif key != skip:
            FROM_SERVER.members({key: value}, (), out)
    return [Delta(part.path, part, True) for part in out.parts], out.unscanned


def _of_user(part: Part) -> Part:
    """What fills a prompt is not the operator's own word."""
    return replace(part, role=Role.USER) if "variables" in part.path else part
