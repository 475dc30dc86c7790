"""
What stands around a value: boundaries, labels and the gap between a label and its value.

A bare run of digits means nothing. It becomes an identifier through check digits that rarely come
true by chance, through typical separators, or through a label next to it. These three builders write
that down once, so that a row only names its labels and the shape of its value.
"""

from __future__ import annotations

__all__ = ["BLANK", "BLANKS", "LABEL", "RIGHT", "alone", "labelled", "near"]

# Blanks inside a number; French and German typography use non-breaking ones.
BLANKS = " \u00a0\u202f"
BLANK = f"[{BLANKS}]"

# Not inside a word, a decimal fraction, a path, a price, or a longer number with separators.
_LEFT = r"(?:^|[^\w.+/$€£#-])"
# A full stop or hyphen may follow, as long as the number does not go on behind it.
RIGHT = r"(?:$|[^\w.-]|[.-](?:$|[^\w]))"

# How the pattern of every labelled row begins.
LABEL = "(?:^|[^0-9A-Za-z])(?i:"

# Words that may stand between a label and a value that nothing but the label vouches for.
_FILLER = (
    "is|was|are|as|of|no|nr|num|number|id|code|value|at|on|the|my|your|his|her|this|new|says|reads|ist|lautet|war|"
    "der|die|das|est|le|la|los|el|es|un|il|è|é|numero|número|numéro|nummer|är|er|to|jest|numer"
)


def alone(value: str, left: str = _LEFT) -> str:
    """A value that needs no label, because its shape and check digits are telling."""
    return f"{left}(?P<v>{value}){RIGHT}"


def labelled(value: str, words: str, unspaced: str = "") -> str:
    """
    A value right behind its label, with at most three filler words between them. For values without
    check digits: nothing else vouches for them. `words` are alternatives in scripts that put blanks
    between words (a blank in them also stands for `_`, `-` or nothing), `unspaced` in those that do
    not.
    """
    gap = rf"[^\w]{{0,4}}?(?i:(?:{_FILLER})[^0-9A-Za-z][^\w]{{0,3}}?){{0,3}}?"
    return f"{_label(words, unspaced)}{gap}(?P<v>{value}){RIGHT}"


def near(value: str, words: str, unspaced: str = "", gap: int = 28) -> str:
    """A value at most `gap` characters behind its label, no other digit between. For check digits."""
    return rf"{_label(words, unspaced)}(?:[^\d]{{0,{gap}}}?[^\w])??(?P<v>{value}){RIGHT}"


def _label(words: str, unspaced: str) -> str:
    spaced = f"(?:{words.replace(' ', '[ _-]?')})[^0-9A-Za-z]"
    either = f"(?:{spaced}|{unspaced})" if unspaced else spaced
    return f"{LABEL}{either})"
