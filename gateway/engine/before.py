"""
What the model has read before a request that does not repeat it: the turns that a `previous_response_id` or
a conversation stands for.

Of each turn the last texts are kept, as the model has them, and the placeholders that stand in them. The texts
are read together with those of the next request, so that what is split over turns is seen; what is in them
alone has been judged in its own turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from gateway.engine.joined import NEAR, TURNS
from gateway.engine.scan import Scan
from gateway.types import Kind, Part, Path, Role

__all__ = ["BEFORE", "Before", "forget", "later"]

BEFORE = "{before}"  # where texts of earlier turns stand, in a body in which no key is called so
MOST_TEXT = 2 * NEAR  # characters of one text: its end
MOST_PLACEHOLDERS = 1024
MOST_VALUES = 64 << 10  # characters of what they stand for

_KEPT = frozenset({Kind.TEXT, Kind.TOOL_RESULT, Kind.DOCUMENT, Kind.TRANSCRIPT, Kind.UNKNOWN})
_SYSTEM = (Role.SYSTEM, Role.DEVELOPER)


@dataclass(frozen=True, slots=True)
class Before:
    """`placeholders`: each and the value that it stands for."""

    parts: tuple[Part, ...] = ()
    placeholders: Mapping[str, str] = field(default_factory=dict)

    def dump(self) -> bytes:
        texts = [[part.role, part.kind, part.text] for part in self.parts]
        return orjson.dumps({"texts": texts, "placeholders": dict(self.placeholders)})

    @classmethod
    def load(cls, data: bytes) -> Before:
        value: Any = orjson.loads(data)
        texts = enumerate(value["texts"])
        parts = tuple(Part(text, (BEFORE, i), Role(role), -1, Kind(kind)) for i, (role, kind, text) in texts)
        return cls(parts, value["placeholders"])


def later(
    before: Before,
    request: Iterable[Part],
    edits: Mapping[Path, str],
    answer: Iterable[Part],
    placeholders: Mapping[str, str],
) -> Before:
    """What is kept after one more turn: `request` as it was before these edits, `answer` as the model gave it."""
    said = [replace(part, text=edits.get(part.path, part.text)) for part in request]
    texts = [part for part in (*said, *answer) if part.kind in _KEPT and part.role not in _SYSTEM and part.text]
    kept = [*before.parts, *texts][-TURNS:]
    parts = tuple(
        Part(_clean(part.text[-MOST_TEXT:]), (BEFORE, i), part.role, -1, part.kind) for i, part in enumerate(kept)
    )
    return Before(parts, _newest({**before.placeholders, **placeholders}))


def forget(scan: Scan) -> Scan:
    """What a scan says of earlier turns is not news."""
    scan.hits = [hit for hit in scan.hits if hit.part.path[:1] != (BEFORE,)]
    scan.unread = [item for item in scan.unread if item.path[:1] != (BEFORE,)]
    return scan


def _newest(placeholders: Mapping[str, str]) -> dict[str, str]:
    size, out = 0, []
    for token, value in list(placeholders.items())[: -MOST_PLACEHOLDERS - 1 : -1]:
        size += len(value)
        if size > MOST_VALUES:
            break
        out.append((token, value))
    return dict(reversed(out))


def _clean(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
