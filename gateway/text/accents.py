"""
What a text without its accents adds for a reader that takes accents off itself, as the tokenizers of uncased
models do. For most texts in Latin letters it is the same text, and reading it twice costs twice and says nothing new.
"""

from __future__ import annotations

import re
import unicodedata

from gateway.text.words import FORMS

__all__ = ["adds_nothing"]

_MARKS = re.compile("[\u0300-\u036f]+")
# Signs that honest texts have in another form, and letters of their own in some languages: no mark can be taken off.
_SIGNS = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u00a0", "''\"\"-- ", "")
_LETTERS = str.maketrans("đħıłøŧ", "dhilot")
_WORD = re.compile("[a-z]*[đħıłøŧ][a-zđħıłøŧ]*")
_LEAST = 3  # letters of a word that says something
_SHARE = 0.4  # of such words that are English without their letters: then these are a disguise


def adds_nothing(text: str, plain: str) -> bool:
    """Is `plain` the text but for accents, and for letters that its language has?"""
    low, read = _folded(text), _folded(plain)
    if low == read:
        return True
    if low.translate(_LETTERS) != read:
        return False
    words = [word for word in _WORD.findall(low) if len(word) >= _LEAST]
    return not words or sum(word.translate(_LETTERS) in FORMS for word in words) < _SHARE * len(words)


def _folded(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFD", text.lower())).translate(_SIGNS).replace("\u2026", "...")
