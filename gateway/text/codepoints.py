"""
What single characters are to the normalised view, as tables over all code points.

`data/folds.txt` says what they are read as (scripts/unicode_folds makes it from Unicode's data).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ALIKE", "BLOCK", "FOLD", "HIDDEN", "LATIN", "MARK", "NEARLY", "OWN", "AnyCodes",
    "Codes", "Tables", "classes_of", "decode", "encode", "narrow", "tables",
]  # fmt: skip

Codes = NDArray[np.uint32]
AnyCodes = Codes | NDArray[np.uint8]

BLOCK = 1 << 15  # characters worked on at once, where arrays are many: they stay in the processor's caches

# Classes, as bits.
HIDDEN = 1  # out of the text: invisible, or a mark
FOLD = 2  # read as something else, wherever it stands
LATIN = 4
ALIKE = 8  # a letter of another alphabet that looks Latin
OWN = 16  # one that does not
MARK = 32  # a mark of some script: out of the text after what is not of that script
NEARLY = 64  # as ALIKE, but nobody would take a whole word of them for a Latin one

_INVISIBLE = (
    (0x00, 0x08), (0x0E, 0x1A), (0x1C, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C),
    (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
    (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_SIGNS = (
    (0x300, 0x34E), (0x350, 0x36F), (0x483, 0x489), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)  # fmt: skip
_LATIN = (
    (0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x2AF), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF), (0xAB30, 0xAB6F),
)  # fmt: skip
_ALPHABETS = (
    (0x370, 0x58F), (0x10A0, 0x10FF), (0x13A0, 0x16FF), (0x1C80, 0x1CBF), (0x1F00, 0x1FFF), (0x2C80, 0x2D7F),
    (0xA4D0, 0xA6FF), (0xAB70, 0xABBF), (0x10280, 0x1057F), (0x118A0, 0x118FF), (0x16F00, 0x16F9F),
)  # fmt: skip
_MARKED = (
    (0x591, 0x1ABF),
    (0x2DE0, 0x309F),
    (0xA66F, 0xABFF),
    (0xFB1E, 0xFB1E),
    (0x10A00, 0x11FFF),
    (0x1E000, 0x1E8FF),
)

# Letters that pass for Latin ones inside a word that has Latin letters, though nobody would confuse them alone.
_NEARLY_ALIKE = "вbкkмmнhтtпnиuьbяrЯRИNшwзzεeκkτtβbωwχxςs"
_BETTER = "ӏl"  # Unicode has i


@dataclass(frozen=True, slots=True)
class Tables:
    """`classes` by code point; `keys` are those of FOLD, sorted, each with its `counts` of `pool` from `begins`."""

    classes: NDArray[np.uint8]
    keys: Codes
    begins: NDArray[np.int64]
    counts: NDArray[np.int64]
    pool: Codes
    alike: Codes
    letters: Codes


@cache
def tables() -> Tables:
    """Read once, when the first text needs it."""
    folds: dict[int, list[int]] = {}
    alike = {ord(c): ord(to) for c, to in zip(_NEARLY_ALIKE[::2], _NEARLY_ALIKE[1::2], strict=True)}
    nearly = set(alike)
    for line in (Path(__file__).parent / "data/folds.txt").read_text("ascii").splitlines():
        if line.startswith("?"):
            code, letter = line[1:].split()
            alike[int(code, 16)] = int(letter, 16)
            nearly.discard(int(code, 16))
        elif not line.startswith("#"):
            codes = [int(x, 16) for x in line.split()]
            folds[codes[0]] = codes[1:]
    alike |= {ord(c): ord(to) for c, to in zip(_BETTER[::2], _BETTER[1::2], strict=True)}
    keys = np.array(sorted(folds), np.uint32)
    counts = np.array([len(folds[int(k)]) for k in keys], np.int64)
    others = np.array(sorted(alike), np.uint32)
    return Tables(
        classes=_classes(keys, others, np.array(sorted(nearly), np.uint32)),
        keys=keys,
        begins=np.cumsum(counts) - counts,
        counts=counts,
        pool=np.array([c for k in keys for c in folds[int(k)]], np.uint32),
        alike=others,
        letters=np.array([alike[int(k)] for k in others], np.uint32),
    )


def _classes(folded: Codes, alike: Codes, nearly: Codes) -> NDArray[np.uint8]:
    out = np.zeros(0x110000, np.uint8)
    for code in _codes(_MARKED):
        if unicodedata.category(chr(code)) in ("Mn", "Me"):
            out[code] = MARK
    for code in _codes(_LATIN):
        if chr(code).isalpha():
            out[code] = LATIN
    for code in _codes(_ALPHABETS):
        if chr(code).isalpha():
            out[code] = OWN
    out[folded] |= FOLD
    out[alike] = ALIKE
    out[nearly] = ALIKE | NEARLY
    for first, last in _SIGNS:
        out[first : last + 1] = HIDDEN
    for first, last in _INVISIBLE:
        out[first : last + 1] = HIDDEN
    return out


def _codes(ranges: Iterable[tuple[int, int]]) -> Iterable[int]:
    return (code for first, last in ranges for code in range(first, last + 1))


def classes_of(codes: Codes) -> NDArray[np.uint8]:
    out = np.empty(len(codes), np.uint8)
    classes = tables().classes
    for begin in range(0, len(codes), BLOCK):
        out[begin : begin + BLOCK] = classes[codes[begin : begin + BLOCK]]
    return out


def encode(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def narrow(text: str) -> AnyCodes:
    """To write on; a byte each where that is enough, since long arrays cost what they hold."""
    if text.isascii():
        return np.frombuffer(bytearray(text, "ascii"), np.uint8)
    return np.frombuffer(bytearray(text, "utf-32-le", "surrogatepass"), np.uint32)


def decode(codes: AnyCodes) -> str:
    if codes.dtype == np.uint8:
        return str(np.ascontiguousarray(codes).data, "ascii")
    return str(np.ascontiguousarray(codes, "<u4").data, "utf-32-le", "surrogatepass")
