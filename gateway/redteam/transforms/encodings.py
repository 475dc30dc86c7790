"""Encodings of the bytes of a text, each as people write it down."""

from __future__ import annotations

import base64
import gzip
import quopri
import re
import zlib
from collections.abc import Callable
from random import Random
from textwrap import wrap
from urllib.parse import quote

from gateway.redteam.transforms.base import Apply, Family, Transform

__all__ = ["TRANSFORMS"]

_ENTITIES = {"<": "lt", ">": "gt", "&": "amp", '"': "quot", ":": "colon", ".": "period", ",": "comma", "@": "commat"}
_TWINS = str.maketrans("aeoc", "\u0430\u0435\u043e\u0441")


def _bytes(encode: Callable[[bytes], bytes]) -> Apply:
    return lambda text, random: encode(text.encode()).decode()


def _each(pattern: str, separator: str = " ") -> Apply:
    """Every byte by itself, as a format of its number."""
    return lambda text, random: separator.join(format(byte, pattern) for byte in text.encode())


def _escaped(prefix: str, pattern: str = "02x", suffix: str = "") -> Apply:
    return lambda text, random: "".join(f"{prefix}{byte:{pattern}}{suffix}" for byte in text.encode())


def _base64(text: str, random: Random) -> str:
    return base64.b64encode(text.encode()).decode()


def _base64_lines(text: str, random: Random) -> str:
    return "\n".join(wrap(_base64(text, random), 40))


def _base64_groups(text: str, random: Random) -> str:
    return " ".join(wrap(_base64(text, random), 4))


def _percent(times: int) -> Apply:
    """Every character, letters too, and again."""

    def apply(text: str, random: Random) -> str:
        text = "".join(f"%{byte:02X}" for byte in text.encode())
        for _ in range(times - 1):
            text = quote(text, safe="")
        return text

    return apply


def _entities(pattern: str) -> Apply:
    return lambda text, random: "".join(f"&#{ord(c):{pattern}};" for c in text)


def _hexadecimal_entities(text: str, random: Random) -> str:
    return "".join(f"&#x{ord(c):x};" for c in text)


def _named_entities(text: str, random: Random) -> str:
    """Names for what has one, numbers for vowels."""
    return "".join(
        f"&{_ENTITIES[c]};" if c in _ENTITIES else f"&#{ord(c)};" if c.lower() in "aeiou" else c for c in text
    )


def _unicode_escapes(text: str, random: Random) -> str:
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _braced_escapes(text: str, random: Random) -> str:
    return "".join(f"\\u{{{ord(c):x}}}" for c in text)


def _quoted_printable(text: str, random: Random) -> str:
    """Mail's encoding; letters too, since it leaves them as they are."""
    return "".join(f"={byte:02X}" for byte in text.encode())


def _quoted_printable_mail(text: str, random: Random) -> str:
    return quopri.encodestring(text.translate(_TWINS).encode(), quotetabs=True).decode()


def _punycode(text: str, random: Random) -> str:
    """
    Each word as the label of a host, with one letter beyond ASCII so that there is something to encode. Letters
    inside a key are none: nobody could tell where their label ends.
    """
    return re.sub(r"(?<![\w-])[^\W\d_]+(?![\w-])", _label, text)


def _label(word: re.Match[str]) -> str:
    twin = next((c for c in word[0] if ord(c) in _TWINS), "")
    if not twin:
        return word[0]
    return "xn--" + word[0].replace(twin, twin.translate(_TWINS), 1).encode("punycode").decode()


# What is no word here stays as it is, and letters get twins.
_INEXACT = {"punycode", "quoted_printable_mail"}

TRANSFORMS = tuple(
    Transform(name, Family.ENCODING, apply, name not in _INEXACT)
    for name, apply in (
        ("base64", _base64),
        ("base64_url", _bytes(base64.urlsafe_b64encode)),
        ("base64_unpadded", lambda text, random: _base64(text, random).rstrip("=")),
        ("base64_lines", _base64_lines),
        ("base64_groups", _base64_groups),
        ("base32", _bytes(base64.b32encode)),
        ("base85", _bytes(base64.b85encode)),
        ("ascii85", _bytes(lambda data: base64.a85encode(data, adobe=True))),
        ("hex", _each("02x", "")),
        ("hex_spaced", _each("02x")),
        ("hex_upper", _each("02X")),
        ("hex_prefixed", _each("#04x", ", ")),
        ("hex_colons", _each("02x", ":")),
        ("hex_escapes", _escaped("\\x")),
        ("binary", _each("08b")),
        ("binary_joined", _each("08b", "")),
        ("octal", _each("03o")),
        ("octal_escapes", _escaped("\\", "03o")),
        ("decimal", _each("d")),
        ("decimal_commas", _each("d", ", ")),
        ("url", _percent(1)),
        ("url_twice", _percent(2)),
        ("url_thrice", _percent(3)),
        ("entities", _entities("d")),
        ("entities_padded", _entities("07d")),
        ("entities_hex", _hexadecimal_entities),
        ("entities_named", _named_entities),
        ("unicode_escapes", _unicode_escapes),
        ("unicode_escapes_braced", _braced_escapes),
        ("quoted_printable", _quoted_printable),
        ("quoted_printable_mail", _quoted_printable_mail),
        ("punycode", _punycode),
        ("gzip_base64", _bytes(lambda data: base64.b64encode(gzip.compress(data, mtime=0)))),
        ("zlib_base64", _bytes(lambda data: base64.b64encode(zlib.compress(data)))),
    )
)
