"""
Addresses, keys and account numbers in a text that is written in leet: `m4r14.k3ll3r@3x4mpl3.c0m`.

A digit of such a value may be itself, so only what its shape settles is read: all of an address, the name
before `=`, the prefix by which a key is known, signs that no key has, and the letters of an IBAN, which its check
digits confirm. Everything keeps its length.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from itertools import accumulate, product

from gateway.text.patterns import Sieve
from gateway.text.prefixes import PREFIXES

__all__ = ["is_number", "values"]

_STAND_FOR = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g", "@": "a",
    "$": "s", "|": "il", "!": "il", "+": "t", "(": "c", "<": "c", "\u20ac": "e",
}  # fmt: skip
_CLASS = r"0-9@$|!+(<\u20ac"
_LETTERS = str.maketrans({sign: letters[0] for sign, letters in _STAND_FOR.items()})
_SIGNS = str.maketrans({sign: letters[0] for sign, letters in _STAND_FOR.items() if not sign.isdigit()})
LEAST, LONGEST = 6, 512  # characters of a chunk
# Without one of these no short chunk is more than a word: it is no address, no network's, and no number in capitals.
_SHORT = re.compile(r"(?=[A-Z0-9]*[$@|!+(<])[A-Z0-9$@|!+(<]{6,15}[.,;:?)\"']*\Z|[^:@]*[:@]")
_ASSIGNED, _SIGNS_OF_NAMES = (" = ", " : ", " => ", "= "), frozenset(("=", ":", "=>"))
_AFTER = ".,;:?)\"'"
_TOP = re.compile(r"\.[A-Za-z]{2,24}\Z")
LEAST_KEY = 16
_KEY = re.compile(rf"[\w.$@|!+(<\u20ac-]{{{LEAST_KEY},}}")
_NOTHING = re.compile(r"\Z.")
# What is neither like a key from end to end nor holds one of these signs is no value of any kind.
_MAY_BE = re.compile(r"[^:@=]*[:@=]|[\w.$@|!+(<\u20ac-]+[.,;:?)\"']*\Z")
_NAME = re.compile(r"[\"'({\[]?([A-Za-z0-9@$|!+(<\u20ac_-]{3,40})[\"']?[=:]")
_NAME_ENDS = ("key", "token", "secret", "password")
_QUOTES = "\"'"
_NAMES = frozenset(
    (
        "api",
        "key",
        "keys",
        "token",
        "secret",
        "password",
        "passwd",
        "pwd",
        "access",
        "auth",
        "client",
        "private",
        "bearer",
        "apikey",
        "passphrase",
        "credential",
        "credentials",
        "cookie",
        "session",
        "salt",
        "pass",
    )
)

# Letters that one sign may stand for are one here.
_ALIKE = str.maketrans("lg", "ib")
_ALIKE_ENDS = tuple(name.translate(_ALIKE) for name in _NAME_ENDS)
_ALIKE_NAMES = {name.translate(_ALIKE): name for name in _NAMES}


def _written(prefix: str) -> str:
    """Either case of each letter, or a sign for it."""
    letters = [c.lower() + c.upper() + "".join(s for s, to in _STAND_FOR.items() if c.lower() in to) for c in prefix]
    return "".join(f"[{re.escape(letter)}]" for letter in letters)


_LONGEST_FIRST = sorted(PREFIXES, key=lambda prefix: -len(prefix))
# By their first character, or a sign for it: most chunks begin like few keys.
_BEGUN: dict[str, tuple[list[str], re.Pattern[str]]] = {}
for _first in string.ascii_letters + string.digits + "@$|!+(<\u20ac":
    if _begun := [prefix for prefix in _LONGEST_FIRST if re.match(_written(prefix[0]), _first)]:
        _BEGUN[_first] = _begun, re.compile("|".join(f"({_written(prefix)})" for prefix in _begun))
# The number of a document is in capitals and figures, that of a device in pairs, a wallet's in figures and six letters.
_DOCUMENT = re.compile(r"(?=.*[$@|!+(<])[A-Z0-9$@|!+(<]{6,15}")
_SIX = "0-9A-Fa-f@(<\u20ac"
_DEVICE = re.compile(rf"(?:[{_SIX}]{{2}}[:-]){{5}}[{_SIX}]{{2}}")
_NETWORK = re.compile(rf"\[?(?:[{_SIX}]{{0,4}}:){{3,7}}[{_SIX}]{{1,4}}(?:/\d+|\](?::\d+)?)?")
_FIGURES = re.compile("[0-9.]+")
_NO_FIGURES = str.maketrans("", "", string.digits)
_WALLET = re.compile(rf"0[xX][{_SIX}]{{40}}")
_HEXADECIMAL = str.maketrans("@(<\u20ac", "acce")
# The end of an American address: the state before its number, and what stands before that, the city.
_STATE = re.compile(rf", ([A-Za-z{_CLASS}]{{2}})(?= \d{{5}}(?![\w-]))")
_STATES_TEXT = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR"
    " PA RI SC SD TN TX UT VT VA WA WV WI WY PR"
)
_STATES = frozenset(_STATES_TEXT.split())
_SCHEMES = ("mysql", "postgres", "postgresql", "mongodb", "redis", "amqp", "https", "http", "ftp", "jdbc")
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
_FIGURES_OF = {character: str(int(character, 36)) for character in string.digits + string.ascii_letters}
_IN_LETTERS = dict.fromkeys(_BY_FIGURES.split(), False) | dict.fromkeys(_BY_LETTERS.split(), True)
# As leet writes them.
_WRITTEN: dict[str, list[str]] = {}
for _country in sorted(_IN_LETTERS):
    for _pair in product(*((c, *(sign for sign, to in _STAND_FOR.items() if c.lower() in to)) for c in _country)):
        _WRITTEN.setdefault("".join(_pair), []).append(_country)


def values(text: str) -> Iterator[tuple[int, str]]:
    """Where one begins, and what it reads as."""
    yield from _of_chunks(text)
    for match in _STATE.finditer(text) if ", " in text else ():
        if (state := _state(match[1])) is not None:
            yield match.start(1), state
            begin = text.rfind(", ", max(0, match.start(1) - 40), match.start()) + 2
            if begin > 1:
                yield begin, text[begin : match.start(1)].translate(_LETTERS).title() + state
    for match in _IBAN.finditer(text):
        iban = _iban(match[0])
        if iban is not None and iban != match[0]:
            yield match.start(), iban


def _of_chunks(text: str) -> Iterator[tuple[int, str]]:
    """Those without a blank in them, but for one between a name and its value."""
    chunks = text.split()
    names = -1  # the number of the chunk that a name before it names, as in `key: value`
    end = 0
    for at in [n for n, c in enumerate(chunks) if len(c) >= LEAST and (len(c) >= LEAST_KEY or not c.isalnum())]:
        whole = chunks[at]
        named = at == names
        assigned = at + 1 < len(chunks) and chunks[at + 1] in _SIGNS_OF_NAMES
        likely = _SHORT if len(whole) < LEAST_KEY else _MAY_BE
        if not (named or assigned or len(whole) > LONGEST or likely.match(whole)):
            continue
        start = _place(text, whole, end)
        end = start + len(whole)
        for first in range(0, len(whole), LONGEST):
            piece = whole[first : first + LONGEST]
            chunk = piece.rstrip(_AFTER)
            if len(piece) < LEAST:
                continue
            read = _value(chunk, named)
            if read is None and named:  # its figures may be its own
                yield start + first, chunk
            named = False
            if piece[len(chunk) :] == ":" or (assigned and text.startswith(_ASSIGNED, start + first + len(piece))):
                name = _own_name(chunk)
                if name is not None:
                    read, names = name, _following(chunks, at)
            if read is not None and read != chunk:
                yield start + first, read


def _following(chunks: Sequence[str], at: int) -> int:
    """The next chunk that is long enough for a value."""
    return next((after for after in range(at + 1, len(chunks)) if len(chunks[after]) >= LEAST), -1)


def _place(text: str, chunk: str, begin: int) -> int:
    """Where this chunk stands between blanks."""
    at, size = text.find(chunk, begin), len(chunk)
    while not ((text[at - 1 : at] or " ").isspace() and (text[at + size : at + size + 1] or " ").isspace()):
        at = text.find(chunk, at + 1)
    return at


def _value(chunk: str, of_name: bool) -> str | None:
    if chunk[2:3] in (":", "-") and _DEVICE.fullmatch(chunk):
        return chunk.translate(_HEXADECIMAL).lower()
    if chunk.count(":") > 2 and _NETWORK.fullmatch(chunk):
        return chunk.translate(_HEXADECIMAL).lower()
    if len(chunk) < LEAST_KEY and chunk == chunk.upper() and _DOCUMENT.fullmatch(chunk) and is_number(chunk):
        return chunk.translate(_SIGNS).upper()
    if "://" in chunk and (read := _connection(chunk)) is not None:
        return read
    if "@" in chunk and "." in chunk and (read := _address(chunk)) is not None:
        return read
    if len(chunk) < LEAST_KEY:
        return None
    if chunk[1] in "xX" and _WALLET.fullmatch(chunk):
        return chunk.translate(_HEXADECIMAL).lower()
    return _named(chunk) or (chunk.translate(_SIGNS) if of_name and _KEY.fullmatch(chunk) else None)


def is_number(token: str) -> bool:
    """More figures than others, and no small letter: the number of a document rather than a word."""
    size = len(token)
    return size >= 6 and token == token.upper() and 2 * len(token.translate(_NO_FIGURES)) < size


def _connection(chunk: str) -> str | None:
    """With its password; what figures in it stand for is not known."""
    scheme, found, rest = chunk.partition("://")
    read = scheme.lower().translate(_LETTERS)
    for name in _SCHEMES if found else ():
        if len(name) == len(read) and read.translate(_ALIKE) == name.translate(_ALIKE):
            rest, slash, path = rest.partition("/")
            user, at, host = rest.rpartition("@")
            host, colon, port = host.partition(":")
            if not _FIGURES.fullmatch(host):
                host = host.translate(_LETTERS)
            return f"{name}://{user.translate(_SIGNS)}{at}{host}{colon}{port}{slash}{path}"
    return None


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
    read = _own_name(name[1])
    if read is None:
        return None
    value = chunk[name.end() :]
    return chunk[: name.start(1)] + read + chunk[name.end(1) : name.end()] + (_key(value) or value)


def _own_name(written: str) -> str | None:
    """`$€<r3+_k€y` is the name of a secret."""
    quote = written[:1] if written[:1] in _QUOTES else ""
    if quote:
        written = written.strip(quote)
    if not 3 <= len(written) <= 40:
        return None
    read = written.translate(_LETTERS)
    words = [word.translate(_ALIKE) for word in re.split("[_-]", read.lower())]
    if words[-1] not in _ALIKE_NAMES and not words[-1].endswith(_ALIKE_ENDS):
        return None
    return quote + "".join(_cased(c, old) for c, old in zip(_as_named(words, read), read, strict=True)) + quote


def _as_named(words: list[str], read: str) -> str:
    """With the separators that it has. Whose key it is may be any word."""
    lengths = accumulate((len(word) + 1 for word in words), initial=0)
    out = "_".join(_ALIKE_NAMES.get(w, read[at : at + len(w)].lower()) for w, at in zip(words, lengths, strict=False))
    return "".join(sign if sign in "_-" else c for c, sign in zip(out, read, strict=True))


def _cased(letter: str, old: str) -> str:
    return letter.upper() if old.isupper() else letter


def _key(chunk: str) -> str | None:
    if _KEY.fullmatch(chunk) is None:
        return None
    prefixes, written = _BEGUN.get(chunk[0], ([], _NOTHING))
    begun = written.match(chunk)
    prefix = prefixes[begun.lastindex - 1] if begun is not None and begun.lastindex else ""
    read = chunk[len(prefix) :].translate(_SIGNS)
    return prefix + (read.upper() if chunk.upper() == chunk else read)


def _state(written: str) -> str | None:
    pairs = product(*((c, *_STAND_FOR.get(c, "")) for c in written))
    return next((state for pair in pairs if (state := "".join(pair).upper()) in _STATES), None)


def _iban(written: str) -> str | None:
    rest = written[2:]
    for country in _WRITTEN.get(written[:2], ()):
        bank = written[5:9] if written[4] == " " else written[4:8]
        letters = bank.translate(_LETTERS).upper() if _IN_LETTERS[country] else bank
        iban = country + rest.replace(bank, letters, 1)
        plain = iban.replace(" ", "")
        if plain.isalnum() and int("".join(map(_FIGURES_OF.__getitem__, plain[4:] + plain[:4]))) % 97 == 1:
            return iban
    return None
