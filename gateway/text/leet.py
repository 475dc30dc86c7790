"""
Digits and signs that stand for letters: `1gn0r3 4ll pr3v10us 1nstruct10ns`, `!gn0r3 4|| pr3v!0u$ ru1e5`.

A sign may stand for several letters; a word that is known decides which. Of an unknown word, `1` and `|`
are `i` in one reading and `l` in the other. Numbers, versions and hashes stay, since only texts with
several words of letters and signs are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gateway.text.codepoints import encode
from gateway.text.leet_values import is_number, values
from gateway.text.patterns import compile_re2, searcher
from gateway.text.views import View
from gateway.text.words import FORMS, TELLING

__all__ = ["INNER", "leet"]

_STAND_FOR = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g", "@": "a",
    "$": "s", "|": "il", "!": "il", "+": "t", "(": "c", "<": "c", "\u20ac": "e",
}  # fmt: skip
# Letters that one sign may stand for are one letter here, so that a word is found whichever was meant.
_MERGED = str.maketrans({"l": "i", "g": "b"} | {s: {"l": "i", "g": "b"}.get(t[0], t[0]) for s, t in _STAND_FOR.items()})
_KINDS = bytes(
    97 if chr(i).isascii() and chr(i).isalpha() else 48 if chr(i) in "01345789@$|+" else 49 if chr(i) == "!" else 32
    for i in range(256)
)
# The same as one walk: most texts end here.
INNER = r"[A-Za-z](?:[01345789@$|+!]{1,4}[A-Za-z]|[0-9]?[@$|+!][0-9@$|+!]{2})|[@$|+][0-9][a-z]"
_ANY_INNER = searcher(compile_re2(INNER, utf8=False))
_INNER = (b"a0a", b"a00a", b"a1a")  # without one of these it is figures and their units
_OUTER = (b" 0a", b"a0 ", b" 1a")
_SIGNS = r"0-9@$|+!(<\u20ac"
_EURO = "\x80"
_LAST_LETTER = 0x323B0  # a code point after that of the last letter
_RUNS = bytes(code if chr(code).isalnum() or chr(code) in "_@$|+!(<" else 32 for code in range(128)) + bytes(128)
_LETTER = re.compile("[A-Za-z]")
# Signs of a word that nobody knows: none that may be brackets, none that ends a sentence.
_UNKNOWN = re.compile(r"^(?=[^A-Za-z\n]*+[A-Za-z])(?=[A-Za-z!(<]*+[^A-Za-z!(<\n])[^26\n]{2,32}$", re.MULTILINE)
_INSIDE = re.compile("[A-Za-z][013457@$|+]+[A-Za-z]")
_GENITIVE = re.compile(r"'[$5](?<=[A-Za-z]'.)(?![\w$])")
_LONG_NUMBER = re.compile(r"\d{7}")
_AS_I = str.maketrans("01345789@$!|+(<\u20ac", "oieastbgasiitcce")
_AS_L = str.maketrans("01345789@$!|+(<\u20ac", "oleastbgasiltcce")
_MARKS = ("!", "|", "(!", "(|")
# A long text of which most is noise is read only around words that are known, of so many letters.
LONG, TELLS, SURE, AROUND = 1024, 4, 6, 256
_NO_SIGNS = str.maketrans("", "", "0123456789@$|+!(<\u20ac_")
LONGEST = 32
SOME = 512  # words that show whether all are noise
MANY = 4096  # different words of one text that are looked up
FEW = 2  # words with signs, before the text counts as written so


def leet(text: str) -> list[View]:
    signs = text.replace("\u20ac", "3") if "\u20ac" in text else text
    data = signs.encode("latin-1", "replace")
    if _ANY_INNER(data, 0, len(data))[0][0] < 0:
        return []
    kinds = b" " + data.translate(_KINDS) + b" "
    if not _several(kinds):
        return []
    tokens, split = _tokens(text)
    if not tokens:
        return []
    if len(text) > LONG and _is_noise(tokens):
        known = _spelled([token for token in tokens if len(token) >= TELLS and _LETTER.search(token) is not None])
        if 4 * len(known) < len(tokens):
            return _in_noise(text, known)
    return _read(text, tokens, split, _spelled(tokens))


def _read(text: str, tokens: list[str], split: Callable[[], list[str]], known: dict[str, str]) -> list[View]:
    unknown = [token for token in _UNKNOWN.findall("\n".join(tokens)) if token not in known and not _is_number(token)]
    written = [token for token in known if _LETTER.search(token) is not None]
    sure = any(len(token) > 2 for token in written) or any(_INSIDE.search(token) is not None for token in unknown)
    if not sure:
        return []
    pieces = split()
    tokens = pieces[1::2]
    words = [*written, *unknown]
    if len(words) < FEW and tokens.count(words[0]) < FEW:
        return []
    out: list[View] = []
    settled = sorted(values(text))
    done = known
    for name, table in (("leet", _AS_I), ("leet-l", _AS_L)):
        done = done | dict(zip(unknown, _unknown(unknown, table), strict=True))
        pieces[1::2] = map(done.get, tokens, tokens)
        read = "".join(pieces)
        if "'$" in text or "'5" in text:
            read = _GENITIVE.sub("'s", read)
        read = _with(read, settled)
        if read != text:
            out.append(View(name, read, _open_at(text)))
        unknown = [token for token in unknown if "1" in token or "|" in token]
        if not unknown:
            break
    return out


def _is_noise(tokens: Sequence[str]) -> bool:
    """Are most of them written with small letters and capitals as nobody writes a word?"""
    some = tokens[:: 1 + len(tokens) // SOME]
    words = [letters for letters in "\n".join(some).translate(_NO_SIGNS).split("\n") if len(letters) > 2]
    return 2 * sum(letters.islower() or letters.isupper() or letters.istitle() for letters in words) < len(words)


def _in_noise(text: str, telling: dict[str, str]) -> list[View]:
    """Where these words stand close together. What is read keeps its length."""
    out: dict[str, list[tuple[int, str]]] = {}
    for start, end in _close(text, telling) if telling else ():
        piece = text[start:end]
        tokens, split = _tokens(piece)
        for view in _read(piece, tokens, split, _spelled(tokens)):
            out.setdefault(view.name, []).append((start, view.text))
    return [View(name, _with(text, pieces), _open_at(text)) for name, pieces in out.items()]


def _close(text: str, telling: Collection[str]) -> Iterator[tuple[int, int]]:
    """What is around two of these words, or a long one."""
    groups: list[list[tuple[int, int]]] = []
    for match in re.finditer("|".join(map(re.escape, sorted(telling, key=len, reverse=True))), text):
        if groups and match.start() - groups[-1][-1][1] <= 2 * AROUND:
            groups[-1].append(match.span())
        else:
            groups.append([match.span()])
    for words in groups:
        if len(words) >= FEW or words[0][1] - words[0][0] >= SURE:
            yield max(0, words[0][0] - AROUND), min(len(text), words[-1][1] + AROUND)


def _tokens(text: str) -> tuple[list[str], Callable[[], list[str]]]:
    """
    The words with signs, each once, and a way to learn where they stand: as `re.split` would. A token is all of a
    run of letters, figures and signs of ASCII, and the euro's.
    """
    marked = text.encode("ascii").translate(_RUNS) if text.isascii() else _marked(text)
    runs = marked.decode("latin-1").replace(_EURO, "\u20ac").split()
    marked_runs = [run for run in runs if not run.isalpha()]
    tokens = [run for run in dict.fromkeys(marked_runs) if "_" not in run and (len(run) < 5 or not run.isdigit())]

    def split() -> list[str]:
        edges = np.flatnonzero(np.diff(np.frombuffer(b" " + marked + b" ", np.uint8) != 32))
        kept = frozenset(tokens)
        places = [place for place, run in enumerate(runs) if run in kept]
        starts, ends = edges[::2][places].tolist(), edges[1::2][places].tolist()
        pieces = [""] * (2 * len(places) + 1)
        pieces[::2] = [text[end:start] for end, start in zip([0, *ends], [*starts, len(text)], strict=True)]
        pieces[1::2] = [runs[place] for place in places]
        return pieces

    return tokens, split


def _marked(text: str) -> bytes:
    """Letters of other alphabets as `_`, of which no token is."""
    return _marks()[np.minimum(encode(text), _LAST_LETTER)].tobytes()


@cache
def _marks() -> NDArray[np.uint8]:
    letters = np.frombuffer(bytes(map(str.isalnum, map(chr, range(_LAST_LETTER + 1)))), np.bool_)
    out = np.where(letters, np.uint8(95), np.uint8(32))
    out[:128] = np.frombuffer(_RUNS[:128], np.uint8)
    out[0x20AC] = ord(_EURO)
    return out


def _spelled(tokens: Sequence[str]) -> dict[str, str]:
    """The words among these."""
    merged = "\n".join(tokens).lower().translate(_MERGED).split("\n")
    listed = _BY_MERGED.keys() & merged
    looked = [
        (token, letters)
        for token, letters in zip(tokens, merged, strict=True)
        if letters in listed or token[0] in "(<" or token[-1] in "!("
    ]
    return {token: word for token, letters in looked[:MANY] if (word := _known(token, letters))}


def _is_number(token: str) -> bool:
    return len(token) > 5 and (_LONG_NUMBER.search(token) is not None or is_number(token))


def _several(kinds: bytes) -> bool:
    """Signs next to letters, where it is known that there is one."""
    found = 0
    for place in (*_INNER, *_OUTER):
        found += kinds.count(place)
        if found >= FEW:
            return True
    return False


def _with(read: str, settled: list[tuple[int, str]]) -> str:
    pieces: list[str] = []
    done = 0
    for at, value in settled:
        if at >= done:
            pieces += (read[done:at], value)
            done = at + len(value)
    return "".join((*pieces, read[done:]))


def _known(token: str, merged: str) -> str:
    """The word that this token spells, without the brackets and marks around it if need be; or nothing."""
    size = len(token)
    if size > LONGEST or token in _MARKS:
        return ""
    words, low = _BY_MERGED, token.lower()
    first = size - len(token.lstrip("(<"))
    last = len(token.rstrip("!("))
    for start, end in ((0, size), (0, last), (first, size), (first, last)):
        for word in words.get(merged[start:end], ()):
            if word == low[start:end]:  # brackets around a word
                return ""
            pairs = list(zip(word, low[start:end], token[start:end], strict=True))
            if all(w == c or w in _STAND_FOR.get(c, "") for w, c, _ in pairs):
                upper = token.isupper()  # the letters that are left
                out = "".join(t if t.isalpha() else w.upper() if upper else w for w, _, t in pairs)
                return token[:start] + out + token[end:]
        if end - start == size and first == 0 and last == size:
            break
    return ""


def _unknown(tokens: Sequence[str], table: dict[int, int]) -> list[str]:
    """Marks and brackets that end a word are not letters of it."""
    read = "\n".join(tokens).translate(table).split("\n") if tokens else []
    for at, token in enumerate(tokens):
        if token[-1] in "!(":
            last = len(token.rstrip("!("))
            read[at] = read[at][:last] + token[last:]
    return read


def _by_merged() -> dict[str, tuple[str, ...]]:
    """The words by their merged letters, the telling ones first."""
    out: dict[str, tuple[str, ...]] = {}
    words = [*sorted(FORMS & TELLING), *sorted(FORMS - TELLING)]
    for word, merged in zip(words, "\n".join(words).translate(_MERGED).split("\n"), strict=True):
        out[merged] = (*out.get(merged, ()), word)
    return out


_BY_MERGED = _by_merged()


def _open_at(text: str) -> int:
    return max(text.rfind(" ", max(0, len(text) - LONGEST - 1)) + 1, len(text) - LONGEST - 1, 0)
