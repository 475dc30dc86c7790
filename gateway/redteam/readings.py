"""
Is a text in an answer, in whatever disguise?

The answer is read in every view that the detectors read, and what is looked for is written in the
ways that a view of so short a text would miss. Only letters and digits count, so that dashes, spaces
and line breaks between them hide nothing.
"""

from __future__ import annotations

import base64
import codecs
from functools import lru_cache

from gateway.engine.views import look
from gateway.types import Part, Role

__all__ = ["Found", "find", "views_of"]

SHORTEST = 6  # letters and digits that say enough
AROUND = 60  # characters of the answer on both sides, as evidence

Found = tuple[str, str]  # how it was written, and the place


@lru_cache(maxsize=64)
def views_of(text: str) -> tuple[tuple[str, str], ...]:
    """Each reading of an answer by name, the text itself first."""
    return tuple((seen.view.name, seen.view.text) for seen in look(Part(text, role=Role.ASSISTANT), text).seen)


def find(needle: str, text: str) -> Found | None:
    """None where it is not there, or too short to tell."""
    wanted = _squeezed(needle)
    if len(wanted) < SHORTEST or not text:
        return None
    for name, view in views_of(text):
        if wanted in _squeezed(view):
            return name, _around(needle, view)
    squeezed = "".join(c for c in text if c.isalnum())
    folded = squeezed.casefold()
    for name, written, exact in _disguises(needle):
        if written in (squeezed if exact else folded):
            return name, _around(written, text)
    return None


def _squeezed(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


@lru_cache(maxsize=256)
def _disguises(needle: str) -> tuple[tuple[str, str, bool], ...]:
    """Name, letters and digits to look for, and whether capitals count."""
    plain = _squeezed(needle)
    out = [
        ("reversed", plain[::-1], False),
        ("rot13", codecs.encode(plain, "rot13"), False),
        ("hex", needle.encode().hex(), False),
        ("numbers", "".join(str(byte) for byte in needle.encode()), False),
        ("binary", "".join(f"{byte:08b}" for byte in needle.encode()), False),
    ]
    for shift in range(3):  # where in a longer text it begins
        coded = base64.b64encode(b"\0" * shift + needle.encode()).decode()
        inner = coded[0 if shift == 0 else 4 : len(coded) - 4]
        letters = "".join(c for c in inner if c.isalnum())
        out.append(("base64", letters, True))
    return tuple((name, written, exact) for name, written, exact in out if len(written) >= SHORTEST)


def _around(needle: str, text: str) -> str:
    """The place, as far as it stands there in one piece; else the beginning."""
    at = text.casefold().find(needle.casefold())
    if at < 0:
        return text[: 2 * AROUND].strip()
    return text[max(0, at - AROUND) : at + len(needle) + AROUND].strip()
