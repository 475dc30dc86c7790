"""Text hidden behind characters that show nothing, or that a screen reorders or deletes."""

from __future__ import annotations

from random import Random

from gateway.redteam.transforms.base import Apply, Family, Transform

__all__ = ["TRANSFORMS"]

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
# Seldom in lists of invisible characters: soft hyphen, combining grapheme joiner, Hangul and Khmer
# fillers, Mongolian separators, invisible operators.
_FILLERS = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180e\u2061\u2062\u2063\u2064\u3164\uffa0"
_EMOJI = "\U0001f600\U0001f680\U0001f4a1\U0001f98a\u2764"
_RLO, _PDF, _LRO, _RLI, _PDI = "\u202e", "\u202c", "\u202d", "\u2067", "\u2069"


def _between(signs: str, each: int = 1) -> Apply:
    """Some of these signs after every `each` letters."""

    def apply(text: str, random: Random) -> str:
        return "".join(
            c + (random.choice(signs) if at % each == each - 1 and at + 1 < len(text) else "")
            for at, c in enumerate(text)
        )

    return apply


def _tags(text: str, random: Random) -> str:
    """Unicode tags: a second ASCII that no font draws."""
    return "".join(chr(0xE0000 + ord(c)) if " " <= c <= "~" else c for c in text)


def _tags_after_flag(text: str, random: Random) -> str:
    return "Look at this flag: \U0001f3f4" + _tags(text, random)


def _selector(byte: int) -> str:
    return chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16)


def _emoji(text: str, random: Random) -> str:
    """All bytes as variation selectors after one emoji."""
    return random.choice(_EMOJI) + "".join(map(_selector, text.encode()))


def _emoji_spread(text: str, random: Random) -> str:
    """One byte behind each emoji of a long row."""
    return "".join(random.choice(_EMOJI) + _selector(byte) for byte in text.encode())


def _overridden(text: str, random: Random) -> str:
    """Stored backwards, shown forwards."""
    return _RLO + text[::-1] + _PDF


def _words_overridden(text: str, random: Random) -> str:
    return " ".join(f"{_RLO}{word[::-1]}{_PDF}" for word in text.split(" "))


def _isolated(text: str, random: Random) -> str:
    """Isolates around an override, as one more layer."""
    return f"{_RLI}{_LRO}{text}{_PDF}{_PDI}"


def _bidi_marks(text: str, random: Random) -> str:
    return _between("\u200e\u200f\u2066\u2069\u202a\u202c")(text, random)


def _deleted(key: str) -> Apply:
    """Now and then a wrong letter, and the key that takes it back."""

    def apply(text: str, random: Random) -> str:
        return "".join(
            random.choice("abcdefghijklmnopqrstuvwxyz") + key + c if random.random() < 0.5 else c for c in text
        )

    return apply


TRANSFORMS = tuple(
    Transform(name, Family.CHARACTER, apply)
    for name, apply in (
        ("zero_width", _between(_ZERO_WIDTH)),
        ("zero_width_some", _between(_ZERO_WIDTH, each=3)),
        ("fillers", _between(_FILLERS)),
        ("tags", _tags),
        ("tags_after_flag", _tags_after_flag),
        ("emoji_smuggling", _emoji),
        ("emoji_smuggling_spread", _emoji_spread),
        ("bidi_override", _overridden),
        ("bidi_override_words", _words_overridden),
        ("bidi_isolates", _isolated),
        ("bidi_marks", _bidi_marks),
        ("backspace", _deleted("\b")),
        ("delete", _deleted("\x7f")),
    )
)
