"""Texts hidden in characters that are not shown: tag characters, and bytes in variation selectors."""

from __future__ import annotations

import re

import numpy as np

from gateway.text.codepoints import Codes, decode, encode
from gateway.text.views import Offsets, View, offsets

__all__ = ["tags", "variation_selectors"]

_TAGS = re.compile("[\U000e0020-\U000e007e]")
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}\U000e007f")
_SELECTORS = re.compile("[\ufe00-\ufe0d\U000e0100-\U000e01ef]")  # not the two that only choose how an emoji looks


def tags(text: str) -> View | None:
    """What tag characters spell, but for the flags of regions."""
    if not _TAGS.search(text):
        return None
    codes = encode(_FLAG.sub(lambda flag: " " * len(flag[0]), text))
    at = np.flatnonzero((codes >= 0xE0020) & (codes <= 0xE007E))
    if not len(at):
        return None
    return _view("tags", codes[at] - np.uint32(0xE0000), at, len(text))


def variation_selectors(text: str) -> View | None:
    """The bytes that selectors stand for, as UTF-8; what is none is left out."""
    if not _SELECTORS.search(text):
        return None
    codes = encode(text).astype(np.int64)
    low = (codes >= 0xFE00) & (codes <= 0xFE0F)
    at = np.flatnonzero(low | ((codes >= 0xE0100) & (codes <= 0xE01EF)))
    values = np.where(low[at], codes[at] - 0xFE00, codes[at] - 0xE0100 + 16).astype(np.uint8)
    spelled = values.tobytes().decode("utf-8", "replace")
    if "\ufffd" in spelled:  # lengths are not known then: ASCII alone still reads
        ascii_ = np.flatnonzero(((values >= 32) & (values < 127)) | (values == 10))
        return _view("variation-selectors", values[ascii_].astype(np.uint32), at[ascii_], len(text))
    out = encode(spelled)
    lengths = 1 + (out > 0x7F).astype(np.int64) + (out > 0x7FF) + (out > 0xFFFF)
    ends = np.cumsum(lengths)
    view = View("variation-selectors", spelled, len(text), offsets(at[ends - lengths]), offsets(at[ends - 1] + 1))
    return view if spelled.strip() else None


def _view(name: str, codes: Codes, at: Offsets, length: int) -> View | None:
    spelled = decode(codes)
    return View(name, spelled, length, offsets(at), offsets(at + 1)) if spelled.strip() else None
