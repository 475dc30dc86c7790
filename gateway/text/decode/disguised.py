"""
In which letter cipher a line is written, told without looking for the words of each cipher in turn.

A shift leaves the steps between the letters of a word as they are; atbash turns them round, and a word
written backwards has them from its end. So one table of steps knows every word in all of these ciphers.
It is asked only of texts that hold a value, a key or a number: the automaton of `ciphers` knows the
words of the others. Account numbers tell by their check digits, and addresses by what letters they may have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from gateway.text.patterns import compile_re2, searcher
from gateway.text.prefixes import KEYS, PREFIXES
from gateway.text.words import COMMON, FORMS, LABELS, TELLING, WORDS

__all__ = ["ACCOUNT", "ADDRESS", "VALUE", "account", "address", "keys", "lines"]

Key = str | int

# What makes it worth to look for words: figures, or a long token with one.
VALUE = r"[0-9](?:[ .:/()+-]{0,2}[0-9]){3}|[0-9][a-z0-9+/_-]{7}|[a-z0-9+/_-]{7}[0-9]|[a-z]@[a-z]"
ACCOUNT = (
    r"\b(?:[a-z]{2}[0-9]{2}(?: ?[0-9a-z]{4}){2,7}(?: ?[0-9a-z]{1,3})?"
    r"|(?:[0-9a-z]{1,3} ?)?(?:[0-9a-z]{4} ?){2,7}[0-9]{2}[a-z]{2})\b"
)
ADDRESS = r"\b0[a-z][0-9a-z]{40}\b|\b(?:[0-9a-z]{2}[:-]){5}[0-9a-z]{2}\b|\b[0-9a-z]{1,4}(?::{1,2}[0-9a-z]{1,4}){3,7}\b"

_LEAST, _MOST, _SEEN = 3, 16, 8  # letters of a word, and how many of them are compared
_PLAIN, _ATBASH, _REVERSED, _COLUMNS = 0, 26, 27, 28
_TIES = 2
_NAMES: dict[int, Key] = {_ATBASH: "atbash", _REVERSED: "reversed"}
_ENOUGH, _NOISE = 4, 0.6
_SIGNED = 3  # more for a word that is the name of a value
_WEIGHTS = np.array((0, 0, 0, 1, 2, 3, 5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7), np.float64)
_COUNTS = [int(weight) for weight in _WEIGHTS]
_SHORT = COMMON | TELLING | LABELS | frozenset(WORDS[:1000])
_POWERS = 26 ** np.arange(_SEEN - 1, dtype=np.int64)
_AT = np.arange(_SEEN)
_PIECE = 2000  # characters of a line that is too long


def _codes() -> NDArray[np.int64]:
    codes = np.full(256, 26, np.int64)
    for at in range(26):
        codes[97 + at] = at
    return codes


_CODES = _codes()
_SIGNS = np.isin(np.arange(256), np.frombuffer(b":=", np.uint8))


def _steps(letters: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for the steps between the first letters and the length: what all shifts of a word share."""
    steps = (letters[:, 1:] - letters[:, :-1]) % 26
    steps *= _AT[1:] < np.minimum(lengths, _SEEN)[:, None]
    out: NDArray[np.int64] = steps @ _POWERS + lengths * 26 ** (_SEEN - 1)
    return out


def _is_sought(word: str) -> bool:
    if not (_LEAST <= len(word) <= _MOST and word.isascii() and word.isalpha()):
        return False
    return len(word) > 4 or word in (_SHORT if len(word) > _LEAST else LABELS)


def _table() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], list[str]]:
    """Sorted steps; of each the first letter of the word as this cipher writes it, and which cipher; the plain ones."""
    words = sorted(filter(_is_sought, FORMS))
    rows: list[tuple[str, int]] = [(word, _PLAIN) for word in words]
    rows += [(word.translate(_MIRROR), _ATBASH) for word in words]
    rows += [(word[::-1], _REVERSED) for word in words if word[::-1] not in FORMS]
    lengths = np.array([len(word) for word, _ in rows], np.int64)
    padded = "".join([word[:_SEEN].ljust(_SEEN) for word, _ in rows]).encode("ascii")
    letters = _CODES[np.frombuffer(padded, np.uint8)].reshape(-1, _SEEN)
    steps = _steps(letters, lengths)
    order = np.argsort(steps, kind="stable")
    kinds = np.array([kind for _, kind in rows], np.int64)[order]
    return steps[order], letters[order, 0], kinds, [words[at] for at in order[kinds == _PLAIN].tolist()]


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MIRROR = str.maketrans(_LETTERS, _LETTERS[::-1])
_STEPS, _FIRSTS, _KINDS, _PLAINLY = _table()
_ALIKE = 4  # words of the same steps that are tried
_BLANKED = bytes(code if 97 <= code < 123 else 32 for code in range(256))
_TO_A = {97 + by: bytes.maketrans(_LETTERS.encode(), (_LETTERS[-by:] + _LETTERS[:-by]).encode()) for by in range(26)}
_PLAIN_WORDS = frozenset(word.encode() for word in FORMS)
_LONG, _MANY = 4000, 200  # characters, and different words, of which it is cheaper to look at all at once


_PLACES = 1 << 23  # bits for 95,000 words: one word in ninety that is none of them looks like one, and costs time only


def _known() -> bytes:
    """A bit for each word of the table, moved so that it begins with an a: a set of them takes eight times as much."""
    words = [word.encode() for word in FORMS if _is_sought(word)]
    mirror = bytes.maketrans(_LETTERS.encode(), _LETTERS[::-1].encode())
    written = (*words, *(word.translate(mirror) for word in words), *(word[::-1] for word in words))
    bits = bytearray(_PLACES >> 3)
    for word in written:
        place = _place(word)
        bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def _place(word: bytes) -> int:
    return crc32(word.translate(_TO_A[word[0]])) % _PLACES


def _may_be_known(word: bytes) -> bool:
    place = _place(word)
    return bool(_KNOWN[place >> 3] >> (place & 7) & 1)


def _sure() -> frozenset[bytes]:
    """The words that count as plain alone, where words of the same steps are tried."""
    firsts, size = _FIRSTS[_KINDS == _PLAIN], len(_STEPS)
    steps = _STEPS[_KINDS == _PLAIN]
    row = np.searchsorted(_STEPS, steps)
    plain = np.zeros(len(steps), np.bool_)
    other = np.zeros(len(steps), np.bool_)
    for _ in range(_ALIKE):
        at = np.minimum(row, size - 1)
        same = (row < size) & (_STEPS[at] == steps)
        shift = (firsts - _FIRSTS[at]) % 26
        of_plain = _KINDS[at] == _PLAIN
        plain |= same & of_plain & (shift == 0)
        other |= same & (of_plain == (shift != 0))
        row += 1
    sure = {word.encode() for word, sure in zip(_PLAINLY, (plain & ~other).tolist(), strict=True) if sure}
    return frozenset(word for word in _PLAIN_WORDS if word in sure)  # the same objects


_KNOWN = _known()
_SURE = _sure()


def _may_hold(data: bytes) -> bool:
    """Is there a word that is none as it stands, and may be one in a cipher?"""
    if len(data) > _LONG:
        return True
    words = set(data.translate(_BLANKED).split()) - _PLAIN_WORDS
    if len(words) > _MANY:
        return True
    found = [word for word in words if len(word) >= _LEAST and _may_be_known(word)]
    if sum(max(0, len(word) - 2) for word in found if len(word) > _LEAST) >= _ENOUGH:
        return True
    return any(sign in data for word in found for sign in (word + b":", word + b" =", word + b"=", b":" + word))


def _is_outvoted(data: bytes) -> bool:
    """Do the plain words of each line count for no less than all others can in any cipher?"""
    pieces = data.split(b"\n")
    if len(pieces) == 1 and len(data) > _PIECE:
        return False
    for piece in pieces:
        plain, others, signed = 0, 0, _SIGNED if b":" in piece or b"=" in piece else 0
        for word in piece.translate(_BLANKED).split():
            size = len(word)
            if word in _SURE:
                plain += _COUNTS[size]
            elif _LEAST <= size <= _SEEN:
                if _may_be_known(word):
                    others += _COUNTS[size] + signed
            elif size <= _MOST:  # alike are also words that go on in another way
                others += _ALIKE * (_COUNTS[size] + signed)
        if others > plain:
            return False
    return True


def lines(data: bytes) -> Iterator[tuple[Key, int, int]]:
    """By which cipher to read which lines of this text, of small letters, a byte a character."""
    if not _may_hold(data) or _is_outvoted(data):
        return
    codes = _CODES[np.frombuffer(data + b" " * _SEEN, np.uint8)]
    edges = np.flatnonzero(np.diff(codes < 26, prepend=False))
    starts, ends = edges[::2], edges[1::2]
    lengths = ends - starts
    kept = (lengths >= _LEAST) & (lengths <= _MOST)
    starts, lengths = starts[kept], lengths[kept]
    if not len(starts):
        return
    steps = _steps(codes[starts[:, None] + _AT], lengths)
    rows = np.searchsorted(_STEPS, steps)
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
    line = np.searchsorted(breaks, starts) if len(breaks) else starts // _PIECE
    weights = _WEIGHTS[lengths] + _SIGNED * _signed(data, starts, starts + lengths)
    votes = np.zeros((int(line[-1]) + 1, _COLUMNS))
    size = len(_STEPS)
    for _ in range(_ALIKE):
        found = np.flatnonzero((rows < size) & (_STEPS[np.minimum(rows, size - 1)] == steps))
        if not len(found):
            break
        row, begin = rows[found], starts[found]
        shift = (codes[begin] - _FIRSTS[row]) % 26
        column = np.where(_KINDS[row] == _PLAIN, shift, np.where(shift == 0, _KINDS[row], -1))
        known = column >= 0
        np.add.at(votes, (line[found[known]], column[known]), weights[found[known]])
        rows = rows + 1
    plain = votes[:, _PLAIN].copy()
    votes[:, _PLAIN] = 0
    most = votes.max(axis=1)
    letters = np.bincount(line, lengths, len(votes))
    enough = np.maximum(_ENOUGH, _NOISE * np.sqrt(letters))  # more words are alike by chance in a longer line
    for at in np.flatnonzero((most >= enough) & (most > plain)).tolist():
        if len(breaks):
            first = int(breaks[at - 1]) + 1 if at else 0
            last = int(breaks[at]) if at < len(breaks) else len(data)
        else:
            first, last = at * _PIECE, min(len(data), (at + 1) * _PIECE)
        for cipher in np.flatnonzero(votes[at] == most[at])[:_TIES].tolist():
            yield _NAMES.get(cipher, 26 - cipher), first, last


def _signed(data: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Words with a colon or an equals sign behind them, or before them where all is backwards."""
    signs = _SIGNS[np.frombuffer(b"  " + data + b"  ", np.uint8)]
    signs[2:-1] |= signs[3:] & (np.frombuffer(data + b" ", np.uint8) == 32)
    out: NDArray[np.bool_] = signs[ends + 2] | signs[starts + 1]
    return out


# Countries of account numbers (ISO 13616).
_COUNTRIES_TEXT = (
    "ad ae al at az ba be bg bh bi br by ch cr cy cz de dj dk do ee eg es fi fo fr gb ge gi gl gr gt hr hu ie il iq is"
    " it jo kw kz lb lc li lt lu lv ly mc md me mk mn mr mt mu ni nl no om pk pl ps pt qa ro rs ru sa sc sd se si sk"
    " sm so st sv tl tn tr ua va vg xk ye"
)
_COUNTRIES = frozenset(_COUNTRIES_TEXT.split())
_TABLES: dict[Key, dict[int, int]] = {
    **{by: str.maketrans(_LETTERS, _LETTERS[by:] + _LETTERS[:by]) for by in range(1, 26)},
    "atbash": _MIRROR,
}
# By the country as it is written: the ciphers that make one of it.
_MAY_BE: dict[str, list[Key]] = {}
for _key, _table_of in _TABLES.items():
    for _pair in map("".join, product(_LETTERS, repeat=2)):
        if _pair.translate(_table_of) in _COUNTRIES:
            _MAY_BE.setdefault(_pair, []).append(_key)
_VALUES = {character: str(int(character, 36)) for character in "0123456789" + _LETTERS}
_FIGURES = re.compile("[^0-9a-z]")
_HEXADECIMAL = frozenset("abcdef")


def account(written: str) -> Key | None:
    """The cipher in which this is an account number, none where it is one as it stands."""
    plain = written.replace(" ", "")
    if _is_account(plain):
        return None
    if _is_account(plain[::-1]):
        return "reversed"
    if not plain[2:4].isdigit():  # no cipher of these touches figures
        return None
    return next((key for key in _MAY_BE.get(plain[:2], ()) if _is_account(plain.translate(_TABLES[key]))), None)


def _is_account(plain: str) -> bool:
    return (
        plain[:2] in _COUNTRIES
        and plain[2:4].isdigit()
        and len(plain) >= 15
        and int("".join(map(_VALUES.__getitem__, plain[4:] + plain[:4]))) % 97 == 1
    )


def address(written: str) -> Key | None:
    """The cipher that leaves hexadecimal figures of an address of a wallet, a device or in a network."""
    letters = {c for c in _FIGURES.sub("", written) if c.isalpha()}
    wallet = len(written) == 42 and written[0] == "0" and written[1] not in ":-"
    if (written[1] == "x" and wallet) or letters <= _HEXADECIMAL:
        return None
    for key, table in _TABLES.items():
        read = written.translate(table)
        if read.startswith("0x") if wallet else True:
            rest = read[2:] if wallet else read
            if {c for c in rest if c.isalpha()} <= _HEXADECIMAL:
                return key
    return None


_UNDO: dict[Key, dict[int, int]] = {
    key: {ord(new): ord(old) for old, new in zip(_LETTERS, _LETTERS.translate(table), strict=True)}
    for key, table in _TABLES.items()
}


def _written() -> dict[bytes, list[tuple[str, Key]]]:
    """By the first three characters: the beginnings of keys as each cipher writes them."""
    out: dict[bytes, list[tuple[str, Key]]] = {}
    for prefix in sorted({prefix.lower() for prefix in PREFIXES if len(prefix) > 2}):
        for key, undo in _UNDO.items():
            written = prefix.translate(undo)
            if written != prefix:
                out.setdefault(written[:3].encode(), []).append((written, key))
    return out


_BEGUN = _written()
_TOKEN = searcher(compile_re2("[0-9a-z_.$:/=+-]{15,}", utf8=False))
_FIGURE = re.compile("[0-9]")
_WHOLE = re.compile("|".join(re.escape(prefix.lower()) + rest for prefix, rest in KEYS))
_ENDED: dict[bytes, list[str]] = {}
for _prefix in sorted({prefix.lower() for prefix in PREFIXES if len(prefix) > 2}):
    _ENDED.setdefault(_prefix[2::-1].encode(), []).append(_prefix[::-1])


def keys(data: bytes, most: int) -> Iterator[tuple[Key, int, int]]:
    """Tokens that begin as keys do, in some cipher and not as they stand; at most so many are looked at."""
    size = len(data)
    end = 0
    for _ in range(most):
        start, end = _TOKEN(data, end, size)[0]
        if start < 0:
            return
        written = data[start:end].rstrip(b".:,=")
        begun, ended = _BEGUN.get(data[start : start + 3], ()), _ENDED.get(written[-3:], ())
        if not (begun or ended):
            continue
        token = written.decode("ascii")
        if not _FIGURE.search(token) or _WHOLE.match(token):
            continue
        if any(token.endswith(back) for back in ended) and _WHOLE.match(token[::-1]):
            yield "reversed", start, end
        for beginning, key in begun:
            if token.startswith(beginning) and _WHOLE.match(token.translate(_TABLES[key])):
                yield key, start, end
                break
