"""
Keys and numbers of documents whose letters a disguise has made all small, or all capitals: enclosed letters,
Morse, turned letters. Only the case is restored that is known by the first characters, or of an upper-case number.

Not for a text as it stands: who writes `akia` in small letters writes no key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from gateway.text.patterns import compile_re2, searcher
from gateway.text.prefixes import KEYS
from gateway.text.views import View

__all__ = ["recased"]

_HEXADECIMAL = ("0x", "[0-9a-f]{40}")
_ALL = (*KEYS, _HEXADECIMAL)
_KEY = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    + "|".join(f"({re.escape(prefix)})(?={rest})" for prefix, rest in sorted(_ALL, key=lambda key: -len(key[0])))
    + r")[A-Za-z0-9_./+=-]*",
    re.IGNORECASE,
)
# The same, but for what stands before and after it: in RE2, since Python's tries each key at each character.
_SEEN = searcher(
    compile_re2("(?i)(?:" + "|".join(f"{re.escape(prefix)}{rest}" for prefix, rest in _ALL) + ")", utf8=False)
)
_ORDERED = [prefix for prefix, _ in sorted(_ALL, key=lambda key: -len(key[0]))]
_CAPITALS = frozenset(("AKIA", "ASIA", "ABIA", "ACCA"))  # of which the rest is in capitals too
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_@.:/-])(?=[a-z]*[0-9])(?=[0-9]*[a-z])(?!0x)[a-z0-9]{6,40}(?![A-Za-z0-9_@/]|[.:-]\w)"
)
_ADDRESS = re.compile(
    r"(?<!\w)\d{1,5} (?:[A-Za-z]+ ){1,3}?(?:street|avenue|road|lane|drive|court|boulevard|square|st|ave|rd)\b"
    r"(?:,(?: [a-z]+){1,3}(?=,))?"
)
# Where one may be, in RE2 as above.
_MIXED = searcher(compile_re2("[0-9]+[a-z][a-z0-9]*|[a-z]+[0-9][a-z0-9]*", utf8=False))
_ADDRESSED = searcher(
    compile_re2(
        "[0-9] (?:[A-Za-z]+ ){1,3}(?:street|avenue|road|lane|drive|court|boulevard|square|st|ave|rd)", utf8=False
    )
)
_STATE = re.compile(r"(?<=, )[a-z]{2}(?= \d{5}(?!\d))")


def recased(text: str) -> View | None:
    """The text with the case of its keys restored, where a key has one case only."""
    out = text.lower() if text.isupper() and text.isascii() else text
    read = _with_keys(out)
    data = out.encode("ascii", "replace")  # a byte a character
    if read.islower() or (read != text and text.islower()):
        read = _with_numbers(read, data)
        read = _STATE.sub(_upper, read) if ", " in read else read
    if _ADDRESSED(data, 0, len(data))[0][0] >= 0:
        read = _ADDRESS.sub(lambda match: match[0].title(), read)
    return View("recased", read, 0) if read != text else None


def _with_keys(text: str) -> str:
    """`_KEY.sub(_restored, text)`."""
    # What Python takes for letters of ASCII where case does not count.
    data = text.replace("\u017f", "s").replace("\u212a", "k").encode("ascii", "replace")
    return _replaced(_KEY, text, _keys(data), _restored)


def _with_numbers(text: str, data: bytes) -> str:
    """`_NUMBER.sub(_upper, text)`, where `data` is the text but for capitals."""
    return _replaced(_NUMBER, text, _numbers(data), _upper)


def _upper(match: re.Match[str]) -> str:
    return match[0].upper()


def _keys(data: bytes) -> Iterator[int]:
    """Where one may begin."""
    at, size = -1, len(data)
    while (at := _SEEN(data, at + 1, size)[0][0]) >= 0:
        yield at


def _numbers(data: bytes) -> Iterator[int]:
    end, size = 0, len(data)
    while (span := _MIXED(data, end, size)[0])[0] >= 0:
        yield span[0]
        end = span[1]


def _replaced(
    pattern: re.Pattern[str], text: str, places: Iterable[int], replace: Callable[[re.Match[str]], str]
) -> str:
    """`pattern.sub(replace, text)`, where it matches at some of these places and nowhere else."""
    pieces: list[str] = []
    done = 0
    for place in places:
        if place >= done and (match := pattern.match(text, place)) is not None:
            pieces += (text[done : match.start()], replace(match))
            done = match.end()
    return "".join((*pieces, text[done:])) if pieces else text


def _restored(match: re.Match[str]) -> str:
    key = match[0]
    prefix = _ORDERED[match.lastindex - 1] if match.lastindex else ""
    if not (key.islower() or key.isupper()):
        return key
    rest = key[len(prefix) :]
    return prefix + (rest.upper() if prefix in _CAPITALS else rest.lower())
