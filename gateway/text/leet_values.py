"""
Addresses, keys and account numbers in a text that is written in leet: `m4r14.k3ll3r@3x4mpl3.c0m`.

A digit of such a value may be itself, so only what its shape settles is read: all of an address, the name
before `=`, the prefix by which a key is known, signs that no key has, and the letters of an IBAN, which its check
digits confirm. Everything keeps its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from gateway.text.patterns import Sieve, compile_re2, searcher
from gateway.text.prefixes import PREFIXES

__all__ = ["values"]

_STAND_FOR = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g", "@": "a",
    "$": "s", "|": "il", "!": "il", "+": "t", "(": "c", "<": "c", "\u20ac": "e",
}  # fmt: skip
_LETTERS = str.maketrans({sign: letters[0] for sign, letters in _STAND_FOR.items()})
_SIGNS = str.maketrans({sign: letters[0] for sign, letters in _STAND_FOR.items() if not sign.isdigit()})
_CHUNK = re.compile(r"\S{6,512}")
_INK = r"[^\t-\r \x1c-\x1f]"
_WORTH = searcher(compile_re2(rf"{_INK}*@{_INK}*|{_INK}{{16,}}", utf8=False))
_AFTER = ".,;:?)\"'"
_TOP = re.compile(r"\.[A-Za-z]{2,24}\Z")
LEAST_KEY = 16
_KEY = re.compile(rf"[\w.$@|!+(<\u20ac-]{{{LEAST_KEY},}}")
_NAME = re.compile(r"([A-Za-z0-9@$|!+(<\u20ac_-]{3,24})[=:]")
_NAMES = frozenset(
    ("api", "key", "token", "secret", "password", "passwd", "pwd", "access", "auth", "client", "private", "bearer")
)


def _written(prefix: str) -> str:
    """Either case of each letter, or a sign for it."""
    letters = [c.lower() + c.upper() + "".join(s for s, to in _STAND_FOR.items() if c.lower() in to) for c in prefix]
    return "".join(f"[{re.escape(letter)}]" for letter in letters)


_PREFIX = re.compile("|".join(f"({_written(prefix)})" for prefix in PREFIXES))
_IBAN = Sieve(
    r"(?<!\w)[A-Z0-9$@|!+(<\u20ac]{2}[0-9]{2}(?: ?[A-Z0-9$@|!+(<\u20ac]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)",
    r"[A-Z0-9$@|!+(<?]{2}[0-9]{2} ?[A-Z0-9$@|!+(<?]{4} ?[A-Z0-9]{4}",
    0,
)
# Countries, by whether their banks are named in letters.
_BY_FIGURES = """
    AD AE AL AT BA BE BR BY CH CR CY CZ DE DK EE EG ES FI FO FR GL GR HR HU IL IS IT LB LI LT LU MC MD ME MK MR NO PL
    PT RS SA SE SI SK SM ST TL TN TR VA XK
"""
_BY_LETTERS = "AZ BG BH DO GB GE GI GT IE IQ JO KW LC LV MT MU NL PK PS QA RO SC SV UA VG"
_IN_LETTERS = dict.fromkeys(_BY_FIGURES.split(), False) | dict.fromkeys(_BY_LETTERS.split(), True)


def values(text: str) -> Iterator[tuple[int, str]]:
    """Where one begins, and what it reads as."""
    for match in _chunks(text):
        chunk = match[0]
        if len(chunk) < LEAST_KEY and ("." not in chunk or "@" not in chunk):
            continue
        chunk = chunk.rstrip(_AFTER)
        read = _address(chunk) if "@" in chunk and "." in chunk else None
        read = read or _named(chunk)
        if read is not None and read != chunk:
            yield match.start(), read
    for match in _IBAN.finditer(text):
        iban = _iban(match[0])
        if iban is not None and iban != match[0]:
            yield match.start(), iban


def _chunks(text: str) -> Iterator[re.Match[str]]:
    """Of ASCII only those that may be worth a look."""
    if not text.isascii():
        yield from _CHUNK.finditer(text)
        return
    data = text.encode("ascii")
    end = 0
    while (span := _WORTH(data, end, len(data))[0])[0] >= 0:
        start, end = span
        yield from _CHUNK.finditer(text, start, end)


def _address(chunk: str) -> str | None:
    """At the last `@` that leaves a host behind it; the others are letters."""
    at = chunk.rfind("@", 1, chunk.rfind(".") - 1)
    if at < 0:
        return None
    host = chunk[at + 1 :].translate(_LETTERS)
    return chunk[:at].translate(_LETTERS) + "@" + host if _TOP.search(host) else None


def _named(chunk: str) -> str | None:
    name = _NAME.match(chunk)
    if name is None:
        return _key(chunk)
    read = name[1].translate(_LETTERS)
    if not _NAMES.issuperset(re.split("[_-]", read.lower())):
        return None
    value = chunk[name.end(1) + 1 :]
    return read + chunk[name.end(1)] + (_key(value) or value)


def _key(chunk: str) -> str | None:
    if _KEY.fullmatch(chunk) is None:
        return None
    known = _PREFIX.match(chunk)
    prefix = PREFIXES[known.lastindex - 1] if known and known.lastindex else ""
    read = chunk[len(prefix) :].translate(_SIGNS)
    return prefix + (read.upper() if chunk.upper() == chunk else read)


def _iban(written: str) -> str | None:
    rest = written[2:]
    for pair in product(*({c, *_STAND_FOR.get(c, "").upper()} for c in written[:2])):
        country = "".join(pair)
        if country not in _IN_LETTERS:
            continue
        bank = written[5:9] if written[4] == " " else written[4:8]
        letters = bank.translate(_LETTERS).upper() if _IN_LETTERS[country] else bank
        iban = country + rest.replace(bank, letters, 1)
        plain = iban.replace(" ", "")
        if plain.isalnum() and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1:
            return iban
    return None
