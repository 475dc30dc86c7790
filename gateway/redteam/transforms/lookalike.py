"""
Other characters for the same letters.

The tables are of letters that readers take for one another. They are ours, made from the shapes of
the letters, and not those that the normalised views fold by.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from random import Random

from gateway.redteam.transforms.base import Apply, Family, Transform

__all__ = ["TRANSFORMS"]

_LOWER, _UPPER, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
_LETTERS = _LOWER + _UPPER

_CYRILLIC = str.maketrans("aceijopsxyABCEHIJKMOPSTXY", "асеіјорѕхуАВСЕНІЈКМОРЅТХҮ")
_GREEK = str.maketrans("ioνvpuABEHIKMNOPTXYZ", "ιοννρυΑΒΕΗΙΚΜΝΟΡΤΧΥΖ")
# Armenian, Cherokee, Lisu, Coptic and Latin letters of other languages.
_MIXED: Mapping[str, str] = {
    "a": "аɑα", "b": "Ьƅ", "c": "сϲᴄ", "d": "ԁⅾ", "e": "еҽ", "f": "ƒ", "g": "ɡց", "h": "һհ", "i": "іıⅰ", "j": "јϳ",
    "k": "κк", "l": "ӏⅼǀ", "m": "ⅿ", "n": "ոп", "o": "оοօ", "p": "рρ", "q": "ԛզ", "r": "гᴦ", "s": "ѕꜱ", "t": "τт",
    "u": "υսᴜ", "v": "νѵⅴ", "w": "ԝᴡ", "x": "хⅹ", "y": "уү", "z": "ᴢ",
    "A": "АΑᎪ", "B": "ВΒᏴ", "C": "СϹᏟ", "D": "ᎠⅮ", "E": "ЕΕᎬ", "F": "ꓝ", "G": "Ԍꓖ", "H": "НΗᎻ", "I": "ІΙⅠ",
    "J": "ЈᎫ", "K": "КΚᏦ", "L": "ᏞⅬ", "M": "МΜᎷ", "N": "Νꓠ", "O": "ОΟՕ", "P": "РΡᏢ", "Q": "Ԛ", "R": "ᎡᏒ",
    "S": "ЅՏᏚ", "T": "ТΤᎢ", "U": "Սꓴ", "V": "ѴᏙⅤ", "W": "ԜᎳ", "X": "ХΧⅩ", "Y": "ҮΥ", "Z": "ΖᏃ",
}  # fmt: skip
_SMALL_CAPITALS = str.maketrans(_LOWER, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ")
_TURNED = str.maketrans(_LOWER + ".,?!'\"()[]{}&_", "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz˙'¿¡,„)(][}{⅋‾")
_NUMBERS = str.maketrans("aeiostbgAEIOSTBG", "4310578943105789")
_SIGNS: Mapping[str, str] = {"a": "4@", "e": "3€", "i": "1!|", "o": "0", "s": "5$", "t": "7+", "l": "1|", "c": "(<"}

_UNDERLINE, _TILDE_BELOW, _OVERLINE, _STROKE = "\u0332", "\u0330", "\u0305", "\u0336"
_ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327\u0323"
_MARKS = [chr(c) for c in range(0x300, 0x370) if c != 0x34F]


def _styled(lower: int | None = None, upper: int | None = None, digits: int | None = None) -> dict[int, int]:
    """An alphabet that stands in one row at these code points."""
    rows = ((_LOWER, lower), (_UPPER, upper), (_DIGITS, digits))
    table = {ord(c): first + at for row, first in rows if first is not None for at, c in enumerate(row)}
    # Letters that Unicode had before their alphabet: the places in the row are empty.
    return {c: _EARLIER.get(code, code) for c, code in table.items()}


_EARLIER = {
    0x1D455: 0x210E, 0x1D49D: 0x212C, 0x1D4A0: 0x2130, 0x1D4A1: 0x2131, 0x1D4A3: 0x210B, 0x1D4A4: 0x2110,
    0x1D4A7: 0x2112, 0x1D4A8: 0x2133, 0x1D4AD: 0x211B, 0x1D4BA: 0x212F, 0x1D4BC: 0x210A, 0x1D4C4: 0x2134,
    0x1D506: 0x212D, 0x1D50B: 0x210C, 0x1D50C: 0x2111, 0x1D515: 0x211C, 0x1D51D: 0x2128, 0x1D53A: 0x2102,
    0x1D53F: 0x210D, 0x1D545: 0x2115, 0x1D547: 0x2119, 0x1D548: 0x211A, 0x1D549: 0x211D, 0x1D551: 0x2124,
}  # fmt: skip


def _table(table: Mapping[int, int]) -> Apply:
    return lambda text, random: text.translate(table)


def _mixed(text: str, random: Random) -> str:
    return "".join(random.choice(_MIXED[c]) if c in _MIXED else c for c in text)


def _some(table: Mapping[int, int]) -> Apply:
    """Every second letter of those that have a twin."""

    def apply(text: str, random: Random) -> str:
        return "".join(c.translate(table) if random.random() < 0.5 else c for c in text)

    return apply


def _full_width(text: str, random: Random) -> str:
    return "".join("\u3000" if c == " " else chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _marked(marks: str) -> Apply:
    return lambda text, random: "".join(c + random.choice(marks) if c in _LETTERS else c for c in text)


def _accented(text: str, random: Random) -> str:
    """Letters that have their accent in them, as far as there are such letters."""
    return unicodedata.normalize("NFC", _marked(_ACCENTS)(text, random))


def _zalgo(text: str, random: Random) -> str:
    return "".join(c + "".join(random.choices(_MARKS, k=random.randint(2, 8))) if c.isalpha() else c for c in text)


def _turned(text: str, random: Random) -> str:
    return text.lower().translate(_TURNED)[::-1]


def _signs(text: str, random: Random) -> str:
    return "".join(random.choice(_SIGNS[c.lower()]) if c.lower() in _SIGNS else c for c in text)


def _regional(text: str, random: Random) -> str:
    """Regional indicators, kept from pairing into flags."""
    return "".join(chr(0x1F1E6 + ord(c) - 97) + "\u200b" if c in _LOWER else c for c in text.lower())


_INEXACT = {"upside_down", "numbers", "leet", "regional_indicators", "parenthesised", "squared"}

TRANSFORMS = tuple(
    Transform(name, Family.CHARACTER, apply, name not in _INEXACT)
    for name, apply in (
        ("cyrillic", _table(_CYRILLIC)),
        ("cyrillic_some", _some(_CYRILLIC)),
        ("greek", _table(_GREEK)),
        ("homoglyphs", _mixed),
        ("small_capitals", _table(_SMALL_CAPITALS)),
        ("full_width", _full_width),
        ("math_bold", _table(_styled(0x1D41A, 0x1D400, 0x1D7CE))),
        ("math_italic", _table(_styled(0x1D44E, 0x1D434))),
        ("script", _table(_styled(0x1D4B6, 0x1D49C))),
        ("fraktur", _table(_styled(0x1D51E, 0x1D504))),
        ("double_struck", _table(_styled(0x1D552, 0x1D538, 0x1D7D8))),
        ("monospace", _table(_styled(0x1D68A, 0x1D670, 0x1D7F6))),
        ("circled", _table(_styled(0x24D0, 0x24B6))),
        ("parenthesised", _table(_styled(0x249C, 0x249C))),
        ("squared", _table(_styled(0x1F130, 0x1F130))),
        ("negative_squared", _table(_styled(0x1F170, 0x1F170))),
        ("regional_indicators", _regional),
        ("diacritics", _marked(_ACCENTS)),
        ("accents", _accented),
        ("underline", _marked(_UNDERLINE + _TILDE_BELOW)),
        ("overline", _marked(_OVERLINE + _STROKE)),
        ("zalgo", _zalgo),
        ("upside_down", _turned),
        ("numbers", _table(_NUMBERS)),
        ("leet", _signs),
    )
)
