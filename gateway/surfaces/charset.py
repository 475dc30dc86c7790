"""
Bytes as the text that they are, if they are one: by byte order mark, as UTF-8, or in the encoding that is declared
for them. Whoever reads it has the name to write it back with.
"""

from __future__ import annotations

import re

__all__ = ["declared", "text_of"]

# The mark stays in the text, as the invisible character that it is: so it is written back as well.
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# All but UTF-16 and UTF-32 read ASCII as ASCII, so that a wrong name hides no English.
_NAMES = """
    utf-16 utf-16le utf-16be utf-32 utf-32le utf-32be iso-8859-1 latin1 us-ascii windows-1250 windows-1251
    windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 shift_jis euc-jp
    gb2312 gbk gb18030 big5 euc-kr koi8-r koi8-u macintosh tis-620
"""
_ENCODINGS = frozenset((*_NAMES.split(), *(f"iso-8859-{n}" for n in range(2, 17) if n != 12)))
_ORDERED = {"utf-16": "utf-16-be", "utf-32": "utf-32-be"}  # without a mark: RFC 2781, 4.3
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_DECLARED = re.compile(r"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.ASCII | re.IGNORECASE)
_HEAD = 1024  # bytes of a file that may say it, in HTML and XML


def text_of(data: bytes, name: str = "") -> tuple[str, str] | None:
    """The text and its encoding; None for what is none. `name`: what it is said to be."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    found = _decoded(data, "utf-8")
    if found is not None:
        return found
    for given in (name.lower(), declared(data[:_HEAD].decode("latin-1")).lower()):
        if given in _ENCODINGS:
            return _decoded(data, _ORDERED.get(given, given))
    return None


def declared(head: str) -> str:
    """The encoding named in a media type, or in the beginning of HTML or XML."""
    found = _DECLARED.search(head)
    return found[1] if found else ""


def _decoded(data: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROLS.search(text) else (text, encoding)
