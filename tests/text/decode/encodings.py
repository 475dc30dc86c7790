"""What the decoders must read back, written independently of them."""

from __future__ import annotations

import base64
import gzip
import string
import urllib.parse
import zlib
from collections.abc import Callable

_CODES = ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
LOWER, UPPER = string.ascii_lowercase, string.ascii_uppercase
MORSE = dict(
    zip(
        LOWER,
        _CODES.split(),
        strict=True,
    )
)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def pieces(text: str, size: int, gap: str) -> str:
    return gap.join(text[at : at + size] for at in range(0, len(text), size))


def each(form: str, gap: str = "") -> Callable[[str], str]:
    return lambda text: gap.join(form.format(byte) for byte in text.encode())


def caesar(by: int) -> Callable[[str], str]:
    table = str.maketrans(LOWER + UPPER, LOWER[by:] + LOWER[:by] + UPPER[by:] + UPPER[:by])
    return lambda text: text.translate(table)


def pig(word: str) -> str:
    head = next((at for at, letter in enumerate(word) if letter in "aeiou"), 0)
    return word[head:] + word[:head] + "ay" if head else word + "way"


# Each is local: the same wherever the text goes on.
LOCAL: dict[str, tuple[str, Callable[[str], str]]] = {
    "base64": ("base64", b64),
    "base64 without padding": ("base64", lambda t: b64(t).rstrip("=")),
    "base64 for URLs": ("base64", lambda t: base64.urlsafe_b64encode(t.encode()).decode()),
    "base64 in lines": ("base64", lambda t: pieces(b64(t), 24, "\n")),
    "base64 in words": ("base64", lambda t: pieces(b64(t), 8, " ")),
    "gzip in base64": ("base64", lambda t: base64.b64encode(gzip.compress(t.encode(), mtime=0)).decode()),
    "zlib in base64": ("base64", lambda t: base64.b64encode(zlib.compress(t.encode())).decode()),
    "base32": ("base32", lambda t: base64.b32encode(t.encode()).decode()),
    "hex": ("hex", lambda t: t.encode().hex()),
    "HEX": ("hex", lambda t: t.encode().hex().upper()),
    "hex in words": ("hex", lambda t: t.encode().hex(" ")),
    "hex with colons": ("hex", lambda t: t.encode().hex(":")),
    "hex as a list": ("hex", each("0x{:02x}", ", ")),
    "binary": ("binary", each("{:08b}")),
    "binary in words": ("binary", each("{:08b}", " ")),
    "binary of seven": ("binary", each("{:07b}", " ")),
    "octal": ("octal", each("{:03o}", " ")),
    "octal escapes": ("backslash", each("\\{:03o}")),
    "decimal": ("decimal", each("{}", " ")),
    "decimal as a list": ("decimal", each("{}", ", ")),
    "URL": ("url", each("%{:02X}")),
    "URL as usual": ("url", urllib.parse.quote),
    "entities": ("html", each("&#{};")),
    "entities in hex": ("html", each("&#x{:x};")),
    "\\x": ("backslash", each("\\x{:02x}")),
    "\\u": ("backslash", each("\\u{:04x}")),
    "\\u{}": ("backslash", each("\\u{{{:x}}}")),
    "U+": ("backslash", each("U+{:04X}", " ")),
    "quoted-printable": ("quoted_printable", each("={:02X}")),
}

# Each is of a whole text.
WHOLE: dict[str, tuple[str, Callable[[str], str]]] = {
    "base85": ("base85", lambda t: base64.b85encode(t.encode()).decode()),
    "Ascii85": ("base85", lambda t: base64.a85encode(t.encode()).decode()),
    "Ascii85 in marks": ("base85", lambda t: base64.a85encode(t.encode(), adobe=True).decode()),
    **{f"Caesar {by}": ("caesar", caesar(by)) for by in range(1, 26)},
    "atbash": ("atbash", lambda t: t.translate(str.maketrans(LOWER + UPPER, LOWER[::-1] + UPPER[::-1]))),
    "reversed": ("reversed", lambda t: t[::-1]),
    "words reversed": ("reversed_words", lambda t: " ".join(word[::-1] for word in t.split(" "))),
    "words in reverse order": ("word_order", lambda t: " ".join(t.split(" ")[::-1])),
    "pig latin": ("pig_latin", lambda t: " ".join(map(pig, t.split(" ")))),
    "Morse": ("morse", lambda t: " / ".join(" ".join(MORSE[c] for c in word) for word in t.split(" "))),
    "Morse with wide gaps": ("morse", lambda t: "   ".join(" ".join(MORSE[c] for c in word) for word in t.split(" "))),
}
