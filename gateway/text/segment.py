"""Where words end in letters that run together. By a list of words, and only around a telling one."""

from __future__ import annotations

import re
from math import log

from ahocorasick_rs import BytesAhoCorasick, Implementation

from gateway.text.patterns import Sieve, compile_re2, searcher
from gateway.text.prefixes import KEYS, LENGTHS
from gateway.text.words import COMMON, FORMS, LABELS, TELLING, WORDS, forms

__all__ = ["LEAST", "MOST", "around_values", "cuts"]

LEAST = 8  # letters that may be more than one word
LONG = 16  # letters that are more than one word whatever they say
MOST = 2048  # letters of one text that are cut: each costs some microseconds
_NEAR = 400  # letters on each side of a telling word
_TELLING = searcher(compile_re2("|".join(sorted(word for word in TELLING if len(word) >= 5)), utf8=False))
_UNKNOWN_PRICE = 7.5  # of a letter that is in no word
_PIECE = re.compile("(?<![A-Z0-9])[A-Z]?[a-z]{2,}|(?<=[0-9])[A-Z][a-z]{4,}|[a-z]{2,}")
_NUMBER = re.compile(r"....\d{4}|\d{4}[A-Za-z]")
_KEY_BEFORE = re.compile("[A-Za-z0-9]*[0-9][A-Za-z0-9]*\\Z")
_KEY_AFTER = re.compile("(?=[A-Za-z]*[0-9])[A-Za-z0-9]{8}")
_CAPITALS = re.compile("[A-Z0-9]{10}")
# A key from its first characters on, as far as it must go on; a day; an address in the network.
_KEY_BEGINS = "|".join(
    re.escape(prefix) + rest.replace("a-z", "A-Za-z") for prefix, rest in KEYS if prefix not in LENGTHS
)
_KEY_OF_LENGTH = "|".join(
    re.escape(prefix) + re.sub(r"\{.*", f"{{{LENGTHS[prefix]}}}", rest.replace("a-z", "A-Za-z"))
    for prefix, rest in KEYS
    if prefix in LENGTHS
)
_KNOWN_PREFIX = "|".join(re.escape(prefix) for prefix, _ in KEYS if prefix[-1] in "_-." and len(prefix) > 3)
# In the group: what may go on.
_VALUE = Sieve(
    rf"0x[0-9A-Fa-f]{{40}}|{_KEY_OF_LENGTH}"
    rf"|({_KEY_BEGINS}|{_KNOWN_PREFIX}|(?:pypi-|eyJ)[A-Za-z0-9_-]{{,40}}|0x[0-9A-Fa-f]{{16}}"
    r"|(?:(?<=[A-Za-z]=)|(?<=[Bb]earer))[A-Za-z0-9+/_-]{20}|(?<![A-Z])[A-Z]{2}\d\d(?:[A-Z]{4}|\d{4})\d{7})"
    r"|(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?!\d)|(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}|\+\d{9,14}(?!\d)"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])",
    rf"0x[0-9A-Fa-f]{{16}}|{_KEY_OF_LENGTH}|{_KEY_BEGINS}|{_KNOWN_PREFIX}|pypi-|eyJ"
    r"|(?:[A-Za-z]=|[Bb]earer)[A-Za-z0-9+/_-]{20}|[A-Z]{2}[0-9]{2}(?:[A-Z]{4}|[0-9]{4})[0-9]{7}"
    r"|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}|(?:[0-9A-F]{2}[:-]){5}|\+[0-9]{9}|[0-9](?:\.[0-9]{1,3}){3}",
    2,
)
# Names that stand right before a value; the host of an address.
_LABEL = re.compile(
    "(?<=uthorization:)[Bb]earer|(?:[Bb]earer|[Tt]oken|[Kk]ey|[Ss]ecret)(?=[A-Za-z_-]{0,4}[0-9][A-Za-z0-9_-]{14})"
)
_UPPER = sorted((label.upper() for label in LABELS if 2 < len(label) < 7), key=len, reverse=True)
_NAMED = re.compile(
    rf"(?<![A-Z])(?=[A-Z]{{3}})(?:{'|'.join(_UPPER)})(?=[A-Z]{{0,6}}[0-9]{{2}})|ID(?=[A-Z]{{0,2}}[0-9]{{3}})"
)
# The same between words, and a telephone number that begins with its bracket.
_BETWEEN = re.compile(
    r"(?<![A-Z])(?:IP(?=address|number)|(?:IMEI|IBAN|SSN|MAC|VIN|BIC|PIN|DOB)(?=[a-z]{2,}|[0-9]{2}|[:=]))"
    r"|(?<=[a-z])(?=\(\d{3}\)\d{3}|\d{3}-\d\d-\d{4})"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(
    rf"(\d{{1,2}}(?:st|nd|rd|th)?)?({_MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?=,?\d{{1,4}}(?!\d))"
)
_HOUSE = re.compile(r"(?<![A-Za-z]\d)\d{1,5}(?=[A-Z][a-z]+?(?:Street|Avenue|Road|Lane|Drive|Court|Boulevard|Square)\b)")
_STREET = re.compile("(?<=[0-9])[A-Z][a-z]{2,15}(?=(?:Street|Avenue|Road|Lane|Drive|Court|Boulevard|Square)(?![a-z]))")
_STATE = re.compile(r"(?<=,)[A-Z]{2}(?=\d{5}(?!\d))")
_HOST = re.compile(r"@[A-Za-z0-9-]+\.")
_LANGUAGE = 7  # letters of one case that stand together in a text more often than in a key
_WORDY = 0.55


# The words between the others.
_FUNCTION = (
    "the of to and in is it you that he was for on are with as his they be at one have this from or had by not but what"
    " all were we when your can there an each which she do how their if will up other about out then them these so some"
    " her would him into has more go see no my than been who its now me us our any only"
)


def _prices() -> dict[str, float]:
    """As the logarithm of how seldom a word is: `be an evil` rather than `bean evil`."""
    out = dict.fromkeys(FORMS, 12.0)
    for rank, word in reversed(list(enumerate(WORDS))):
        price = 5.5 + log(1 + rank / 50)
        for form in forms(word):
            out[form] = min(out[form], price + 2.5)
        out[word] = price
    for word in TELLING:
        for form in forms(word):
            out[form] = min(out[form], 9.0)
        out[word] = min(out[word], 7.5)
    out |= dict.fromkeys(COMMON, 5.5) | dict.fromkeys(_FUNCTION.split(), 4.0) | {"a": 5.0, "i": 5.0}
    return out


_PRICES_OF = _prices()
_PRICES = list(_PRICES_OF.values())
_WORDS = BytesAhoCorasick([word.encode() for word in _PRICES_OF], implementation=Implementation.ContiguousNFA)


def cuts(letters: str, room: int = MOST) -> list[int]:
    """
    Before which of these lower-case letters a word begins, the first one left out; at most `room` are looked at.
    Around a telling word; where there is none, in a run that is long for one word, if most of it makes words.
    """
    if letters in FORMS:
        return []
    data = letters.encode("ascii", "replace")
    out: list[int] = []
    done = 0
    while room > 0 and (told := _TELLING(data, done, len(data))[0])[0] >= 0:
        start = max(done, told[0] - _NEAR)
        stop = min(len(letters), told[0] + _NEAR, start + room)
        out += [start + at for at in _cheapest(letters[start:stop]) if start + at > 0]
        done, room = max(stop, told[1]), room - (stop - start)
    if not done and len(letters) >= LONG:
        run = letters[: min(_NEAR, room)]
        words = _words(run)
        lengths = [last - first for first, last in words]
        if max(lengths, default=0) > 3 and 0.6 * len(run) < sum(length for length in lengths if length > 2):
            return sorted({edge for word in words for edge in word} - {0, len(run)})
    return out


def around_values(written: str, room: int = MOST) -> list[int]:
    """
    Before which characters to part words from the keys and numbers among them. Letters of a key seldom
    make words; where they do not nearly fill a stretch of letters in one case, it is no words.
    """
    out: set[int] = set()
    for match in _PIECE.finditer(written, 0, min(len(written), room)):
        start, end = match.span()
        words = [(first, last) for first, last in _words(match[0].lower()) if last - first > 1]
        wordy = len(words) > 1 and sum(last - first for first, last in words) >= max(4, _WORDY * (end - start))
        edges = {start + edge for word in words for edge in word if wordy or _sure(word, edge, end - start)}
        # A letter or two before the first word may be the end of a key, more of them are a word that is not listed.
        head, tail = (words[0][0], end - start - words[-1][1]) if words else (end - start,) * 2
        if end - start >= _LANGUAGE and head not in (1, 2) and _KEY_BEFORE.match(written, max(0, start - 8), start):
            edges.add(start)
        if end - start >= _LANGUAGE and tail not in (1, 2) and _KEY_AFTER.match(written, end):
            edges.add(end)
        edges |= {at for at in (start, end) if _NUMBER.match(written, max(0, at - 4), at + 4)}
        if _CAPITALS.fullmatch(written, max(0, start - 10), start):
            edges.add(start)
        if _CAPITALS.fullmatch(written, end, end + 10):
            edges.add(end)
        out |= edges
    for match in _DATE.finditer(written):
        out |= {match.start(), match.start(2), match.end()}
    for match in _BETWEEN.finditer(written):
        out |= set(match.span())
    for before in (_LABEL, _NAMED, _HOUSE, _STATE):
        out |= {match.end() for match in before.finditer(written)}
    for match in _STREET.finditer(written):
        out -= set(range(match.start() + 1, match.end()))
    for match in _HOST.finditer(written):
        out -= set(range(*match.span()))
    for match in _VALUE.finditer(written):
        out -= set(range(*match.span()))
        out |= {match.start()} if match[1] else {match.start(), match.end()}
    return sorted(at for at in out if 0 < at < len(written) and _parts(written[at - 1 : at + 2]))


def _sure(word: tuple[int, int], edge: int, size: int) -> bool:
    """A long word with room for another one on that side: `with|xoxb`, not `keep|er`."""
    rest = edge if edge == word[0] else size - edge
    return word[1] - word[0] > 3 and rest not in (1, 2)


def _parts(near: str) -> bool:
    """Before the second of these: signs part by themselves; a plus belongs to the number behind it."""
    return near[0].isalnum() and (near[1].isalnum() or (near[1] in "+(" and near[2:].isdigit()))


def _cheapest(letters: str) -> list[int]:
    """The beginnings of the words that cover most with fewest, and of what stands between them."""
    edges = {edge for word in _words(letters) for edge in word}
    return sorted(edges - {len(letters)})


def _words(letters: str) -> list[tuple[int, int]]:
    """The words that cover most with fewest."""
    size = len(letters)
    prices = [0.0] * (size + 1)
    begun = [0] * (size + 1)
    known = [False] * (size + 1)
    done = 0
    for row, begin, end in _WORDS.find_matches_as_indexes(letters.encode("ascii", "replace"), overlapping=True):
        while done < end:  # of those that end at the same letter the longest comes first
            prices[done + 1], begun[done + 1] = prices[done] + _UNKNOWN_PRICE, done
            done += 1
        price = prices[begin] + _PRICES[row]
        if price < prices[end] or (price == prices[end] and not known[end] and begin < end - 1):
            prices[end], begun[end], known[end] = price, begin, True
    out: list[tuple[int, int]] = []
    at = done
    while at > 0:
        first = begun[at]
        if known[at]:
            out.append((first, at))
        at = first
    return out[::-1]
