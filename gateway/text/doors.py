"""
Which readings and decoders a text is worth: a few walks over it for all of them. Never one too few.

Whoever reads a text asks for its doors once and opens only those; each reading still looks for itself.
"""

from __future__ import annotations

from gateway.text.decode.gate import GATES, looking
from gateway.text.leet import INNER, leet
from gateway.text.markup import ANY
from gateway.text.normalise import CONTROLS, readings
from gateway.text.order import applied
from gateway.text.spacing import PAIR, joined
from gateway.text.spelled import spelled
from gateway.text.views import View

__all__ = ["CONTROL", "LEET", "MARKUP", "SPACED", "doors", "read"]

LEET, SPACED, MARKUP, CONTROL = "leet", "spaced", "markup", "control"
_READINGS = {
    LEET: INNER,
    SPACED: PAIR,
    MARKUP: f"{ANY}|</[a-zA-Z]",
    CONTROL: "[" + "".join(f"\\x{code:02x}" for code in CONTROLS) + "]",
}
_LOOK = looking({**GATES, **_READINGS})
_BEYOND = frozenset(_READINGS)


def doors(text: str) -> frozenset[str]:
    """Names of decoders and of the readings above. Of text beyond ASCII all of the latter."""
    names = frozenset(_LOOK(text))
    return names if text.isascii() else names | _BEYOND


def read(text: str, opened: frozenset[str]) -> list[View]:
    """As `readings`, where `opened` are the doors of this text."""
    if opened.isdisjoint(_READINGS):
        return []
    if not text.isascii():
        return readings(text)
    found = [
        applied(text) if CONTROL in opened else None,
        joined(text) if SPACED in opened else None,
        spelled(text) if SPACED in opened else None,
        *(leet(text) if LEET in opened else ()),
    ]
    return [view for view in found if view is not None and view.text != text]
