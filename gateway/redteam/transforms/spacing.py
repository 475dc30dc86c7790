"""Letters kept apart, so that no word is left to match."""

from __future__ import annotations

from random import Random

from gateway.redteam.transforms.base import Apply, Family, Transform

__all__ = ["TRANSFORMS"]


def _apart(separator: str, gap: str) -> Apply:
    """`separator` between letters, `gap` between words."""
    return lambda text, random: gap.join(separator.join(word) for word in text.split(" "))


def _apart_by_any(text: str, random: Random) -> str:
    signs = " .-_*/"
    words = ("".join(c + random.choice(signs) for c in word[:-1]) + word[-1:] for word in text.split(" "))
    return "   ".join(words)


TRANSFORMS = tuple(
    Transform(name, Family.CHARACTER, apply, exact=False)
    for name, apply in (
        ("spaces", _apart(" ", "   ")),
        ("spaces_flat", _apart(" ", " ")),
        ("dots", _apart(".", " ")),
        ("dashes", _apart("-", " ")),
        ("dashes_throughout", _apart("-", "- -")),
        ("underscores", _apart("_", " ")),
        ("stars", _apart("*", " ")),
        ("slashes", _apart("/", " ")),
        ("lines", _apart("\n", "\n\n")),
        ("tabs", _apart("\t", "\t\t")),
        ("no_break_spaces", _apart("\u00a0", "\u00a0\u00a0\u00a0")),
        ("ideographic_spaces", _apart("\u3000", "\u3000\u3000")),
        ("thin_spaces", _apart("\u2009", " ")),
        ("separators", _apart_by_any),
    )
)
