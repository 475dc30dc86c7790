"""Characters in another order, shape or number than they are read: overrides, turned letters, backspaces."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from gateway.text.codepoints import BLOCK, AnyCodes, decode, encode, narrow
from gateway.text.views import View, offsets

__all__ = ["applied", "bidi", "upside_down"]

NEAR = 256  # characters that a deletion may still reach back

_OVERRIDE = re.compile("\u202e([^\u202a-\u202e\u2029\n]*)(?:\u202c|\u202d)?")
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
_TURNED = str.maketrans(
    "ɐɒɔəǝɟƃɓɥᴉıɾʞןɭɯɹɺʇʌʍʎ∀ᗺƆᗡƎℲ⅁⅄Ԁᴚ⊥∩Λ˙¿¡⅋Ɔ˥ſ‾„",
    "aaceefgghiijkllmrltvwyABCDEFGYPRTUV.?!&CLj_,",
)
_FLIPPED = str.maketrans("bdpqnuBɃMW',()[]{}", "qpdbunBBWM,')(][}{")
_TURNED_RUN = re.compile("[ɐɒɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ]")


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
    order = np.arange(len(text))
    for match in _OVERRIDE.finditer(text):
        a, b = match.span(1)
        order[a:b] = order[a:b][::-1]
    codes = encode(text)[order]
    shown = ~np.isin(codes, np.array(list(_CONTROLS), np.uint32))
    at = order[shown]
    open_at = text.rfind("\u202e") if "\u202c" not in text[text.rfind("\u202e") :] else len(text)
    return View("bidi", decode(codes[shown]), open_at, offsets(at), offsets(at + 1), monotone=False)


def upside_down(text: str) -> list[View]:
    """Turned letters upright, as they stand, and read from the other end."""
    if text.isascii() or len(_TURNED_RUN.findall(text[: 1 << 16])) < 3:
        return []
    upright = text.translate(_TURNED)
    at = np.arange(len(text) - 1, -1, -1)
    rotated = text.translate(_FLIPPED).translate(_TURNED)[::-1]
    return [
        View("upside-down", rotated, 0, offsets(at), offsets(at + 1), monotone=False),
        View("turned", upright, len(text)),
    ]
