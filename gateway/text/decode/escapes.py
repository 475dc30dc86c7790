"""Escapes: URL, HTML, backslashes of programming languages, quoted-printable, punycode."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from html.entities import html5
from itertools import accumulate, islice

from gateway.text.decode.base import Budget, Found
from gateway.text.decode.maps import Edit

__all__ = ["backslash", "html", "mail", "open_escape", "punycode", "quoted_printable", "url"]

# One character or a short run of ASCII ones at a time, so that an edit is exact and nothing later changes it.
_TAIL = "[89ABab][0-9A-Fa-f]"
_ASCII = "[0-7][0-9A-Fa-f]"
_URL = re.compile(
    rf"(?=%)(?:((?:%{_ASCII}){{1,256}})|%(?:[CDcd][0-9A-Fa-f]%{_TAIL}|[Ee][0-9A-Fa-f](?:%{_TAIL}){{2}}"
    rf"|[Ff][0-4](?:%{_TAIL}){{3}}|u([0-9A-Fa-f]{{4}})))"
)
_HTML = re.compile(
    r"(?=&)(?:((?:&#[0-9]{2,3};){2,256})|&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31})(?=;));?)"
)
# Behind several backslashes, too: JSON in a string of JSON has two of them, in a string of that one four.
_BACKSLASH = re.compile(
    rf"(?=[\\Uu])(?:((?:\\x{_ASCII}){{1,256}})|((?:\\u00{_ASCII}){{1,256}})"
    r"|\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}"
    r"|N\{([A-Za-z0-9 -]{2,60})\}|([0-7]{3}))|\\{2,16}(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))"
    r"|(?<![A-Za-z0-9])[Uu]\+([0-9A-Fa-f]{4,6})(?: (?=[Uu]\+))?)"
)
_SOFT = r"(?:=\r?\n)?"  # the end of a line may stand between the bytes of one character
_WIDE = (
    rf"[CD][0-9A-F]{_SOFT}=[89AB][0-9A-F]|E[0-9A-F](?:{_SOFT}=[89AB][0-9A-F]){{2}}"
    rf"|F[0-4](?:{_SOFT}=[89AB][0-9A-F]){{3}}"
)
_QUOTED = re.compile(
    r"=(?:((?:[2-7][0-9A-F]|0[9AD])(?:=(?:[2-7][0-9A-F]|0[9AD])){1,255})|[2-7][0-9A-F](?==[0-9A-F]{2})"
    rf"|{_WIDE}"
    r"|3D|(?<==[0-9A-F]{2}=)[2-7][0-9A-F]"
    r"|(?<=\w=)\r?\n(?=[\w=])|(?<=[A-Za-z,.]=)20(?=[A-Za-z]))"
)
_MAIL = re.compile(rf"=(?:{_WIDE}|[2-7][0-9A-F]|\r?\n)")
_BETWEEN = re.compile(r"[=\r\n]+")
# A search jumps to the first character: what stands before it is looked at from there.
_MAILED = re.compile(r"=(?:(?<=[A-Za-z0-9,.:;]=)20(?=[\w+(=])|[CD][0-9A-F](?:=\r?\n)?=[89AB][0-9A-F]|(?<=[\w=]=)\r?\n)")
# What is not read a stretch at a time.
_MAIL_ONLY = re.compile(r"=(?:(?<=[:;!?)]=)20|20(?:[0-9+(]|=\r?\n)|(?<=[^\w=]=)\r?\n|\r?\n[^\w=])")
# A line as long as mail programs make them, cut anywhere.
_CUT = re.compile("=\r?\n")
_LINE = range(72, 76)
_PUNYCODE = re.compile(r"(?<![A-Za-z0-9-])[xX][nN]--([A-Za-z0-9-]{1,59})")
_PRICE = 2200  # of reading one escape and of its place in a view
_OPEN = re.compile(
    r"(?:(?:%[0-9A-Fa-f]{2}){0,3}%(?:[0-9A-Fa-f]{0,2}|u[0-9A-Fa-f]{0,4})|&#?[A-Za-z0-9]{0,32};?"
    r"|\\{1,16}(?:[xUuN]\{?[0-9A-Za-z -]{0,60}\}?|[0-7]{0,3})|[Uu](?:\+[0-9A-Fa-f]{0,6} ?)?"
    r"|(?:=[0-9A-F]{2}){0,3}=(?:[0-9A-F]{0,2}|\r?\n?)|(?<![A-Za-z0-9-])[xX](?:[nN](?:-(?:-[A-Za-z0-9-]{0,59})?)?)?)\Z"
)


def _found(
    text: str, budget: Budget, pattern: re.Pattern[str], read: Callable[[re.Match[str]], Edit | str | None]
) -> Found | None:
    edits: list[Edit] = []
    for match in pattern.finditer(text):
        out = read(match)
        if out is None:
            continue
        edit = Edit(match.start(), match.end(), out) if isinstance(out, str) else out
        if not budget.work_on(_PRICE) or not budget.write(len(edit.out)):
            return Found(edits, [(match.start(), len(text))])
        edits.append(edit)
    return Found(edits) if edits else None


def _uniform(match: re.Match[str], sign: str) -> Edit:
    """A run of ASCII characters, each as two figures behind this sign."""
    out = bytes.fromhex(match[0].replace(sign, "")).decode()
    start, end = match.span()
    width = len(sign) + 2
    return Edit(start, end, out, range(start, end, width), range(start + width, end + 1, width))


def _shown(code: int) -> str | None:
    """The character, unless it is a control or no character."""
    if not 32 <= code < 0x110000 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000:
        return chr(code) if code in (9, 10, 13) else None
    return chr(code)


def url(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, _URL, _from_url) if "%" in text else None


def _from_url(match: re.Match[str]) -> Edit | str | None:
    if match[1]:
        return _uniform(match, "%")
    return _shown(int(match[2], 16)) if match[2] else _utf8(match[0].replace("%", ""))


def _utf8(digits: str) -> str | None:
    try:
        return bytes.fromhex(digits).decode()
    except UnicodeDecodeError:
        return None


def html(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, _HTML, _from_html) if "&" in text else None


def _from_html(match: re.Match[str]) -> Edit | str | None:
    run, decimal, hexadecimal, name = match.groups()
    if run:
        codes = run[2:-1].split(";&#")
        edges = list(accumulate((len(code) + 3 for code in codes), initial=match.start()))
        return Edit(match.start(), match.end(), "".join([chr(int(code)) for code in codes]), edges[:-1], edges[1:])
    if decimal:
        return _shown(int(decimal))
    if hexadecimal:
        return _shown(int(hexadecimal, 16))
    return html5.get(name + ";")


def backslash(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, _BACKSLASH, _from_backslash) if "\\" in text or "U+" in text or "u+" in text else None


def _from_backslash(match: re.Match[str]) -> Edit | str | None:
    if match[1] or match[2]:
        return _uniform(match, "\\x" if match[1] else "\\u00")
    name, octal = match[8], match[9]
    if name:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return None
    if octal:
        return _shown(int(octal, 8)) if octal < "400" else None
    digits = next(d for d in match.groups() if d)
    return _shown(int(digits, 16))


def quoted_printable(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, _QUOTED, _from_quoted) if "=" in text else None


def mail(text: str, budget: Budget) -> Found | None:
    """A whole text as mail encodes it: blanks, and lines cut anywhere. `a=20` by itself is an assignment."""
    mailed = next(islice(_MAILED.finditer(text), 1, None), None) is not None and _MAIL_ONLY.search(text) is not None
    if not mailed and all(
        at - text.rfind("\n", 0, at) - 1 not in _LINE for at in map(re.Match.start, _CUT.finditer(text))
    ):
        return None
    return _found(text, budget, _MAIL, _from_mail)


def _from_mail(match: re.Match[str]) -> Edit | str | None:
    run = match[0]
    if run[1] in "\r\n":
        return ""
    return _shown(int(run[1:], 16)) if len(run) == 3 else _utf8(_BETWEEN.sub("", run))


def _from_quoted(match: re.Match[str]) -> Edit | str | None:
    if match[1]:
        return _uniform(match, "=")
    run = match[0]
    if run[1] in "\r\n":
        return ""
    return _shown(int(run[1:], 16)) if len(run) == 3 else _utf8(_BETWEEN.sub("", run))


def punycode(text: str, budget: Budget) -> Found | None:
    return _found(text, budget, _PUNYCODE, _from_punycode) if "xn--" in text.lower() else None


def _from_punycode(match: re.Match[str]) -> str | None:
    return _label(match[1])


@lru_cache(maxsize=64)  # a page names a few hosts many times, and the codec is slow
def _label(encoded: str) -> str | None:
    try:
        return encoded.encode().decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return None


def open_escape(text: str) -> int:
    """Where an escape begins that later characters may complete or lengthen, or the length."""
    match = _OPEN.search(text, max(0, len(text) - 100))
    return match.start() if match else len(text)
