"""Characters in another order, shape or number than they are read: overrides, turned letters, backspaces."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from gateway.text.codepoints import BLOCK, AnyCodes, Codes, decode, encode, narrow
from gateway.text.views import View, offsets

__all__ = ["applied", "bidi", "upside_down"]

NEAR = 256  # characters that a deletion may still reach back

_ENDS = np.array((*range(0x202A, 0x202F), 0x2029, 0x0A), np.uint32)  # what an override goes up to
_CONTROLS = np.array((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F), np.uint32)
_TURNED = str.maketrans(
    "ɐɒɔəǝɟƃɓɥᴉıɾʞןɭɯɹɺʇʌʍʎ∀ᗺƆᗡƎℲ⅁⅄Ԁᴚ⊥∩Λ˙¿¡⅋Ɔ˥ſ‾„",
    "aaceefgghiijkllmrltvwyABCDEFGYPRTUV.?!&CLj_,",
)
_FLIPPED = str.maketrans("bdpqnuBɃMW',()[]{}", "qpdbunBBWM,')(][}{")
_FEW = 3  # turned letters that are an accident, and one more
_TURNED_RUN = re.compile("[ɐɒɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ]")


def _table(letters: Callable[[str], str]) -> Codes:
    """What each of the first 65,536 code points becomes."""
    out = np.arange(1 << 16, dtype=np.uint32)
    for code in {*_TURNED, *_FLIPPED}:
        out[code] = ord(letters(chr(code)))
    return out


_UPRIGHT = _table(lambda letter: letter.translate(_TURNED))
_ROTATED = _table(lambda letter: letter.translate(_FLIPPED).translate(_TURNED))


def _mapped(codes: Codes, table: Codes) -> Codes:
    low = codes < len(table)
    return np.where(low, table[np.where(low, codes, 0)], codes)


def applied(text: str) -> View | None:
    """Backspaces and deletions carried out."""
    if "\b" not in text and "\x7f" not in text:
        return None
    codes = narrow(text)
    at = np.flatnonzero(_left(codes))
    return View("applied", decode(codes[at]), max(0, len(text) - NEAR), offsets(at), offsets(at, last=len(text)))


def _left(codes: AnyCodes) -> NDArray[np.bool_]:
    """
    Which characters no deletion takes back: a level that later ones do not fall below. In blocks, since
    what fits into the processor's caches costs half as much.
    """
    levels = np.empty(len(codes), np.int32)
    shown = np.empty(len(codes), bool)
    level = lowest = 0
    for begin in range(0, len(codes), BLOCK):
        block = codes[begin : begin + BLOCK]
        typed = (block != 8) & (block != 0x7F)
        shown[begin : begin + BLOCK] = typed
        run = np.cumsum(2 * typed.view(np.int8) - 1, dtype=np.int32) + level
        floor = np.minimum(np.minimum.accumulate(run), lowest)
        levels[begin : begin + BLOCK] = run - floor
        level, lowest = int(run[-1]), int(floor[-1])
    least = np.iinfo(np.int32).max
    for begin in range((len(codes) - 1) // BLOCK * BLOCK, -1, -BLOCK):
        here = levels[begin : begin + BLOCK]
        later = np.minimum(np.minimum.accumulate(here[::-1])[::-1], least)
        shown[begin : begin + BLOCK] &= later >= here
        least = int(later[0])
    return shown


def bidi(text: str) -> View | None:
    """Right-to-left overrides in the order in which they are shown."""
    if "\u202e" not in text:
        return None
    codes = encode(text)
    ends = np.append(np.flatnonzero(np.isin(codes, _ENDS)), len(codes))
    begun = np.flatnonzero(codes == 0x202E) + 1
    lengths = ends[np.searchsorted(ends, begun)] - begun
    order = np.arange(len(codes))
    # Of each stretch the first and the last change places, and so on.
    sums = np.repeat(2 * begun + lengths - 1, lengths)
    inside = np.arange(len(sums)) + np.repeat(begun - (np.cumsum(lengths) - lengths), lengths)
    order[inside] = sums - inside
    codes = codes[order]
    shown = ~np.isin(codes, _CONTROLS)
    at = order[shown]
    open_at = text.rfind("\u202e") if "\u202c" not in text[text.rfind("\u202e") :] else len(text)
    return View("bidi", decode(codes[shown]), open_at, offsets(at), offsets(at + 1), monotone=False)


def upside_down(text: str) -> list[View]:
    """Turned letters upright, as they stand, and read from the other end."""
    if text.isascii() or next(islice(_TURNED_RUN.finditer(text, 0, 1 << 16), _FEW - 1, None), None) is None:
        return []
    codes = encode(text)
    upright = decode(_mapped(codes, _UPRIGHT))
    at = np.arange(len(text) - 1, -1, -1)
    rotated = decode(_mapped(codes, _ROTATED)[::-1])
    return [
        View("upside-down", rotated, 0, offsets(at), offsets(at + 1), monotone=False),
        View("turned", upright, len(text)),
    ]
