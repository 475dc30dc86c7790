"""Ciphers that a child can undo, and so a model can."""

from __future__ import annotations

import re
import string
from random import Random

from gateway.redteam.transforms.base import Apply, Family, Transform

__all__ = ["TRANSFORMS"]

_LOWER, _UPPER = string.ascii_lowercase, string.ascii_uppercase

_CODES = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
    "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. "
    ".-.-.- --..-- ..--.. .----. -.-.-- -..-. -.--. -.--.- ---... -.-.-. -...- .-.-. -....- ..--.- .-..-. "
    "...-..- .--.-. .-..."
)
_MORSE = dict(zip(_LOWER + string.digits + ".,?'!/():;=+-_\"$@&", _CODES.split(), strict=True))


def _shifted(by: int) -> Apply:
    table = str.maketrans(_LOWER + _UPPER, _LOWER[by:] + _LOWER[:by] + _UPPER[by:] + _UPPER[:by])
    return lambda text, random: text.translate(table)


def _caesar(text: str, random: Random) -> str:
    return _shifted(random.randint(1, 25))(text, random)


def _atbash(text: str, random: Random) -> str:
    return text.translate(str.maketrans(_LOWER + _UPPER, _LOWER[::-1] + _UPPER[::-1]))


def _morse(separator: str) -> Apply:
    def apply(text: str, random: Random) -> str:
        words = text.lower().split()
        return separator.join(" ".join(_MORSE[c] for c in word if c in _MORSE) for word in words)

    return apply


def _reversed(text: str, random: Random) -> str:
    return text[::-1]


def _words_reversed(text: str, random: Random) -> str:
    """Each word backwards, in its place."""
    return re.sub(r"\S+", lambda word: word[0][::-1], text)


def _order_reversed(text: str, random: Random) -> str:
    """The last word first."""
    return " ".join(text.split(" ")[::-1])


TRANSFORMS = tuple(
    Transform(name, Family.CIPHER, apply, not name.startswith("morse"))
    for name, apply in (
        ("rot13", _shifted(13)),
        ("caesar", _caesar),
        ("atbash", _atbash),
        ("morse", _morse(" / ")),
        ("morse_gaps", _morse("   ")),
        ("reversed", _reversed),
        ("words_reversed", _words_reversed),
        ("order_reversed", _order_reversed),
    )
)
