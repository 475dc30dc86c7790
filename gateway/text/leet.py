"""
Digits and signs that stand for letters: `1gn0r3 4ll pr3v10us 1nstruct10ns`.

Only in words that have letters too, and only where most of the word is letters or such signs; numbers,
versions and hashes stay. `1` is `i` in one reading and `l` in the other.
"""

from __future__ import annotations

import re

from gateway.text.views import View

__all__ = ["leet"]

_KINDS = bytes(
    97 if chr(i).isascii() and chr(i).isalpha() else 48 if chr(i) in "01345789@$|+" else 49 if chr(i) == "!" else 32
    for i in range(256)
)
_TRACES = (b"a0a", b" 0a", b"a0 ", b"a00a", b"a1a")
# Between the ends of a word: no sign that ends a sentence, no digits before a unit.
_WORD = re.compile(
    r"(?<![\w@$|+])(?=[01345789@$!|+]*+[A-Za-z])(?=[A-Za-z]*+[01345789@$!|+])[A-Za-z01345789@$|+!]{2,32}(?<!!)(?![\w@$|+])"
)
_SIGN = re.compile(r"[01345789@$|+!]")
_LONG_NUMBER = re.compile(r"\d{7}")
_AS_I = str.maketrans("01345789@$!|+", "oieastbgasilt")
_AS_L = str.maketrans("01345789@$!|+", "oleastbgasilt")
FEW = 2  # words with signs, before the text counts as written so


def leet(text: str) -> list[View]:
    kinds = b" " + text.encode("latin-1", "replace").translate(_KINDS) + b" "
    if sum(map(kinds.count, _TRACES)) < FEW:
        return []
    words = 0

    def read(match: re.Match[str]) -> str:
        nonlocal words
        word = match[0]
        if not _SIGN.search(word) or _LONG_NUMBER.search(word):
            return word
        words += 1
        return word.translate(_AS_I)

    as_i = _WORD.sub(read, text)
    if words < FEW or as_i == text:
        return []
    out = [View("leet", as_i, _open_at(text))]
    if "1" in text:
        as_l = _WORD.sub(lambda m: m[0] if _LONG_NUMBER.search(m[0]) else m[0].translate(_AS_L), text)
        out.append(View("leet-l", as_l, _open_at(text)))
    return out


def _open_at(text: str) -> int:
    return max(text.rfind(" ", max(0, len(text) - 33)) + 1, len(text) - 33, 0)
