"""
Digits and signs that stand for letters: `1gn0r3 4ll pr3v10us 1nstruct10ns`, `!gn0r3 4|| pr3v!0u$ ru1e5`.

A sign may stand for several letters; a word that is known decides which. Of an unknown word, `1` and `|`
are `i` in one reading and `l` in the other. Numbers, versions and hashes stay, since only texts with
several words of letters and signs are read.
"""

from __future__ import annotations

import re
from functools import cache

from gateway.text.views import View
from gateway.text.words import FORMS, TELLING

__all__ = ["leet"]

_STAND_FOR = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g", "@": "a",
    "$": "s", "|": "il", "!": "il", "+": "t", "(": "c", "<": "c", "\u20ac": "e",
}  # fmt: skip
# Letters that one sign may stand for are one letter here, so that a word is found whichever was meant.
_MERGED = str.maketrans({"l": "i", "g": "b"} | {s: {"l": "i", "g": "b"}.get(t[0], t[0]) for s, t in _STAND_FOR.items()})
_KINDS = bytes(
    97 if chr(i).isascii() and chr(i).isalpha() else 48 if chr(i) in "01345789@$|+" else 49 if chr(i) == "!" else 32
    for i in range(256)
)
_TRACES = (b"a0a", b" 0a", b"a0 ", b"a00a", b"a1a", b" 1a")
_SIGNS = r"0-9@$|+!(<\u20ac"
_TOKEN = re.compile(rf"(?<![\w{_SIGNS}])[A-Za-z]*+[{_SIGNS}][A-Za-z{_SIGNS}]*+(?!\w)")
_LETTER = re.compile("[A-Za-z]")
# Signs of a word that nobody knows: none that may be brackets, none that ends a sentence.
_UNKNOWN = re.compile(r"(?=[^A-Za-z]*+[A-Za-z])(?=[A-Za-z!(<]*+[^A-Za-z!(<])[^26]{2,}")
_LONG_NUMBER = re.compile(r"\d{7}")
_AS_I = str.maketrans("01345789@$!|+(<\u20ac", "oieastbgasiitcce")
_AS_L = str.maketrans("01345789@$!|+(<\u20ac", "oleastbgasiltcce")
LONGEST = 32
FEW = 2  # words with signs, before the text counts as written so


def leet(text: str) -> list[View]:
    signs = text.replace("\u20ac", "3") if "\u20ac" in text else text
    kinds = b" " + signs.encode("latin-1", "replace").translate(_KINDS) + b" "
    if sum(map(kinds.count, _TRACES)) < FEW:
        return []
    out = []
    known: dict[str, str] = {}
    for name, table in (("leet", _AS_I), ("leet-l", _AS_L)):
        read = _written(text, table, known)
        if read is not None and read != text and all(read != view.text for view in out):
            out.append(View(name, read, _open_at(text)))
    return out


def _written(text: str, table: dict[int, int], known: dict[str, str]) -> str | None:
    """One reading; None where too few words are written so."""
    words = 0
    done: dict[str, str] = {}

    def read(match: re.Match[str]) -> str:
        nonlocal words
        token = match[0]
        if token not in done:
            if token not in known:
                known[token] = _known(token)
            done[token] = known[token] or _unknown(token, table)
        words += done[token] != token and _LETTER.search(token) is not None
        return done[token]

    out = _TOKEN.sub(read, text)
    return out if words >= FEW else None


def _known(token: str) -> str:
    """The word that this token spells, without the brackets and marks around it if need be; or nothing."""
    size = len(token)
    if size > LONGEST:
        return ""
    first = size - len(token.lstrip("(<"))
    last = len(token.rstrip("!("))
    for start, end in dict.fromkeys(((0, size), (0, last), (first, size), (first, last))):
        core = token[start:end]
        for word in _by_merged().get(core.lower().translate(_MERGED), ()):
            if all(w == c or w in _STAND_FOR.get(c, "") for w, c in zip(word, core.lower(), strict=True)):
                letters = (c if c.isalpha() else w for w, c in zip(word, core, strict=True))
                return token[:start] + "".join(letters) + token[end:]
    return ""


def _unknown(token: str, table: dict[int, int]) -> str:
    if len(token) > LONGEST or _LONG_NUMBER.search(token) or not _UNKNOWN.fullmatch(token):
        return token
    last = len(token.rstrip("!("))
    return token[:last].translate(table) + token[last:]


@cache
def _by_merged() -> dict[str, tuple[str, ...]]:
    """The words by their merged letters, the telling ones first."""
    out: dict[str, tuple[str, ...]] = {}
    for word in sorted(FORMS, key=lambda word: (word not in TELLING, word)):
        merged = word.translate(_MERGED)
        out[merged] = (*out.get(merged, ()), word)
    return out


def _open_at(text: str) -> int:
    return max(text.rfind(" ", max(0, len(text) - LONGEST - 1)) + 1, len(text) - LONGEST - 1, 0)
