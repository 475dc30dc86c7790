"""
What a sentence claims, as far as it can be compared without understanding it: its words, numbers, dates
and names. No model. English months and number words; everything else in any language that writes words apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from gateway.types import Span

__all__ = ["Claims", "Date", "claims_of", "sentences", "words_of"]

# (year, month, day), each None where it is not said
Date = tuple[int | None, int | None, int | None]


def _words(text: str) -> list[str]:
    return text.split()


_ABBREVIATED = frozenset(
    _words("mr mrs ms dr prof st no nr vs etc e.g i.e z.b d.h bzw ca approx inc ltd co corp fig vol jr sr p.ex av u.s ")
)
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]+[」』”]?|\n+\s*")
_BULLET = re.compile(r"\s*(?:[-*•·]|\d{1,2}[.)])\s+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.,])[-−]?\d+(?:[.,'’\u00a0 ]\d{3})*(?:[.,]\d+)?")
_SCALES = {
    "thousand": 3, "k": 3, "million": 6, "millions": 6, "m": 6, "mn": 6, "mio": 6, "billion": 9, "billions": 9, "bn": 9,
    "trillion": 12, "hundred": 2, "dozen": 0,
}  # fmt: skip
_SCALE = re.compile(r"\s?([A-Za-z]+)")
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        _words(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty "
        )
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ORDINAL = r"(?:st|nd|rd|th)?"
_DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})(?!\d)"),
    re.compile(rf"(?<!\d)(?P<d>\d{{1,2}}){_ORDINAL}(?: of)? (?P<n>{_MONTH})\b\.?(?:,? (?P<y>\d{{4}})\b)?", re.I),
    re.compile(rf"\b(?P<n>{_MONTH})\b\.? (?P<d>\d{{1,2}}){_ORDINAL}\b(?!\d)(?:,? (?P<y>\d{{4}})\b)?", re.I),
    re.compile(rf"\b(?P<n>{_MONTH})\b\.?,? (?P<y>\d{{4}})\b", re.I),
)
# Words that say nothing of what a sentence is about.
_EMPTY = frozenset(
    _words(
        "a about above after again all also an and any are as at be because been before being below between both but "
        "by can could did do does doing down during each few for from further had has have having he her here hers "
        "him his how i if in into is it its itself just me more most my no nor not now of off on once only or other "
        "our ours out over own same she should so some such than that the their theirs them then there these they "
        "this those through to too under until up very was we were what when where which while who whom why will with "
        "would you your yours may might must shall upon per via within without however therefore thus "
    )
)
_ENDING = re.compile(r"(?<=...)(?:ing|ed|es|s|e)$")
_STEM = 5  # letters of a word that must agree


@dataclass(frozen=True, slots=True)
class Claims:
    """Of one text. `words` are stems; `names` runs of capitalised words, in small letters."""

    words: frozenset[str]
    numbers: frozenset[Decimal]
    dates: frozenset[Date]
    names: frozenset[str]


def sentences(text: str) -> list[Span]:
    """Where each sentence or line stands, without the white space and the bullet before it."""
    out: list[Span] = []
    begin = 0
    for end in [*_ends(text), len(text)]:
        start = begin
        bullet = _BULLET.match(text, start, end)
        start = bullet.end() if bullet else start
        start += len(text[start:end]) - len(text[start:end].lstrip())
        stop = start + len(text[start:end].rstrip())
        if any(c.isalnum() for c in text[start:stop]):
            out.append(Span(start, stop))
        begin = end
    return out


def _ends(text: str) -> Iterator[int]:
    for found in _END.finditer(text):
        if found[0].startswith("."):
            before = text[max(0, found.start() - 8) : found.start()].split()
            last = before[-1].lower().lstrip("(\"'") if before else ""
            line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()].strip()
            if last in _ABBREVIATED or (len(last) == 1 and last.isalpha()) or (line.isdigit() and len(line) < 3):
                continue
        yield found.end()


def words_of(text: str) -> list[str]:
    """Stems of the words that say something. Where words are not written apart, pairs of characters."""
    out = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        word = word.split("'")[0].split("’")[0]
        if _unspaced(word):
            out += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
        elif word not in _EMPTY and (len(word) > 2 or not word.isascii()):
            out.append(_ENDING.sub("", word)[:_STEM])
    return out


def claims_of(text: str) -> Claims:
    dates, rest = _dates(text)
    return Claims(frozenset(words_of(text)), frozenset(_numbers(rest)), frozenset(dates), frozenset(_names(text)))


def _unspaced(word: str) -> bool:
    return any("\u2e80" <= c <= "\u9fff" or "\u3040" <= c <= "\u30ff" or "\u0e00" <= c <= "\u0e7f" for c in word)


def _dates(text: str) -> tuple[list[Date], str]:
    """Dates, and the text without them."""
    out: list[Date] = []
    for pattern in _DATES:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            year = int(parts["y"]) if parts.get("y") else None
            day = int(parts["d"]) if parts.get("d") else None
            month = _MONTHS[parts["n"].lower()] if parts.get("n") else int(parts["m"])
            if month > 12 and day is not None:
                day, month = month, day
            if 1 <= month <= 12 and (day is None or 1 <= day <= 31):
                out.append((year, month, day))
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return out, text


def _numbers(text: str) -> Iterator[Decimal]:
    for found in _NUMBER.finditer(text):
        value = _value(found[0])
        if value is None:
            continue
        scale = _SCALE.match(text, found.end())
        power = _SCALES.get(scale[1].lower()) if scale else None
        yield value.scaleb(power).normalize() if power else value.normalize()
    for word in _WORD.findall(text):
        number = _NUMBER_WORDS.get(word.lower())
        if number is not None and number > 1:  # "one" is mostly no number
            yield Decimal(number).normalize()


def _value(text: str) -> Decimal | None:
    """1,234.5 and 1.234,5 and 1 234,5 alike; a single separator before three digits groups them."""
    text = re.sub(r"[\u00a0 '’]", "", text.replace("−", "-"))
    commas, points = text.count(","), text.count(".")
    if commas and points:
        text = text.replace(",", "") if text.rfind(".") > text.rfind(",") else text.replace(".", "").replace(",", ".")
    elif commas:
        text = text.replace(",", "") if commas > 1 or len(text.rpartition(",")[2]) == 3 else text.replace(",", ".")
    elif points > 1:
        text = text.replace(".", "")
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _names(text: str) -> Iterator[str]:
    """Runs of capitalised words; a single one that begins a sentence may be any word."""
    for span in sentences(text):
        sentence = text[span.start : span.end]
        run: list[str] = []
        at_start = True  # does the run begin the sentence?
        end = -1
        for found in _WORD.finditer(sentence):
            if run and sentence[end : found.start()].strip(" -'’."):
                yield from _run(run, begins=at_start)
                run, at_start = [], False
            if found[0][:1].isupper() and found[0].casefold() not in _MONTHS:
                run.append(found[0])
            else:
                yield from _run(run, begins=at_start)
                run, at_start = [], False
            end = found.end()
        yield from _run(run, begins=at_start)


def _run(run: list[str], *, begins: bool) -> Iterator[str]:
    words = [word.split("'")[0].split("’")[0].casefold() for word in run]
    if begins and words and words[0] in _EMPTY:
        words, begins = words[1:], False
    if begins and len(words) == 1 and not run[0].isupper():
        return
    yield from (word for word in words if len(word) > 1 and word not in _EMPTY | _ABBREVIATED)
