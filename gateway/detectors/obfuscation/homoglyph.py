"""
Words spelled with letters that only look Latin.

A short table of letters whose usual glyphs coincide, and the alphabets of styled letters. Not the
whole of Unicode's confusables (Technical Standard 39), and no word list: what counts is that one
word mixes alphabets as no language does, or that a word in Latin text is made of look-alikes only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.detectors.obfuscation.runs import CAP, Runs
from gateway.types import Span

__all__ = ["FULLWIDTH", "STYLED", "Mixed"]

LONGEST = 64  # letters; in a longer word each look-alike beside a Latin letter is a finding of its own
NEAR = 40  # characters on each side that show in which alphabet a text is written

_LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_GREEK = "\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u03ff\u1f00-\u1fff"
_CYRILLIC = "\u0400-\u0481\u048a-\u052f\u1c80-\u1c88\ua640-\ua66e\ua680-\ua69d"
_ARMENIAN = "\u0531-\u0556\u0560-\u0588"
_CHEROKEE = "\u13a0-\u13fd\uab70-\uabbf"
_MARKS = "\u0300-\u036f\u0483-\u0487"
_OTHER = _GREEK + _CYRILLIC + _ARMENIAN + _CHEROKEE
_WORD = _LATIN + _OTHER + _MARKS

# Look-alikes. Lower-case Greek letters that are also symbols of formulas are kept apart.
_CYRILLIC_ALIKE = "асеорхуіјѕһԁԛԝӏүѵАВЕКМНОРСТХУЅІЈҮԌԚԜӀ"
_CYRILLIC_NEARLY = _CYRILLIC_ALIKE + "вгкмнтпиБЗ"
_GREEK_ALIKE = "οϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ"
_GREEK_SYMBOL = "αγεηικνρστυχω"
_ARMENIAN_ALIKE = "օսոհցքզյգԼՍՕՏԲ"
_ALIKE = _CYRILLIC_ALIKE + _GREEK_ALIKE + _ARMENIAN_ALIKE
_LATIN_ALIKE = "aceopxyijsABCEHIKMOPTXYSJ"

_PAIR = re.compile(f"[{_LATIN}][{_MARKS}]{{0,4}}[{_OTHER}]|[{_OTHER}][{_MARKS}]{{0,4}}[{_LATIN}]")
_WHOLE = re.compile(f"(?<![{_WORD}])[{_ALIKE}]{{4,{LONGEST}}}(?![{_WORD}])")
_LETTERS = re.compile(f"[{_WORD}]{{0,{LONGEST}}}")
_SWITCH = re.compile(f"(?<=[{_LATIN}])(?=[{_OTHER}])|(?<=[{_OTHER}])(?=[{_LATIN}])")
_IS_LATIN = re.compile(f"[{_LATIN}]")
_IS_GREEK = re.compile(f"[{_GREEK}]")
_IS_CYRILLIC = re.compile(f"[{_CYRILLIC}]")
_IS_CHEROKEE = re.compile(f"[{_CHEROKEE}]")
_IS_ARMENIAN = re.compile(f"[{_ARMENIAN}]")
_INSIDE_LOWER = re.compile(f"(?<=[a-z])[{_GREEK_SYMBOL}](?=[a-z])")
_OWN_LETTER = re.compile(f"(?![{_ALIKE}])[{_OTHER}]")  # one that is no look-alike: the text is really in that script
_LATIN_TEXT = re.compile(r"(?:[A-Za-z].*?){3}", re.S)


class Mixed:
    """Words that mix alphabets, or that are look-alikes from end to end in Latin text."""

    category = "obfuscation/homoglyph"

    def find(self, text: str) -> Iterator[tuple[float, Span]]:
        done, single = 0, -1
        for start, end in self._pairs(text):
            if start < done:
                continue
            word = _word(text, start, end)
            if word.end - word.start > LONGEST:
                at = start if _IS_LATIN.match(text, end - 1) else end - 1
                if text[at] in _ALIKE and at != single:
                    single = at
                    yield 0.8, Span(at, at + 1)
                continue
            done = word.end
            if score := _mixed(text, word):
                yield score, word
        for match in _WHOLE.finditer(text):
            if _in_latin_text(text, Span(*match.span())):
                yield 0.7, Span(*match.span())

    def pending(self, text: str) -> int:
        begin = max(0, len(text) - NEAR - 2 * LONGEST)
        tail = text[begin:]
        words = [_word(tail, start, end) for start, end in self._pairs(tail)]
        words += [Span(*match.span()) for match in _WHOLE.finditer(tail)]
        starts = [word.start for word in words if word.end + NEAR > len(tail) and word.end - word.start <= LONGEST]
        return begin + min([self._last_word(tail), *starts])

    def _pairs(self, text: str) -> Iterator[tuple[int, int]]:
        """Overlapping, so that a letter between two others counts with both."""
        at = 0
        while match := _PAIR.search(text, at):
            yield match.span()
            at = match.start() + 1

    def _last_word(self, text: str) -> int:
        length = _letters_before(text, len(text))
        return len(text) - (length if length < LONGEST or not _letters_before(text, len(text) - length) else 1)


def _word(text: str, start: int, end: int) -> Span:
    """The word around, as far as it matters: a word is too long, however much longer it is."""
    more = _LETTERS.match(text, end)
    return Span(start - _letters_before(text, start), more.end() if more else end)


def _letters_before(text: str, at: int) -> int:
    found = _LETTERS.match(text[max(0, at - LONGEST) : at][::-1])
    return found.end() if found else 0


def _mixed(text: str, span: Span) -> float:
    word = text[span.start : span.end]
    if _IS_CHEROKEE.search(word) or _IS_ARMENIAN.search(word):
        return 0.9
    greek, cyrillic = _IS_GREEK.findall(word), _IS_CYRILLIC.findall(word)
    if greek and cyrillic:
        return 0.9
    if greek:
        return _with_greek(text, span)
    return _with_cyrillic(text, span, cyrillic)


def _with_greek(text: str, span: Span) -> float:
    """Formulas mix Latin and Greek: Δx, μm, hν, NFκB. They do not use letters that look Latin inside a word."""
    word = text[span.start : span.end]
    if len(word) < 3:
        return 0.0
    if any(letter in _GREEK_ALIKE for letter in word) and not _own_letter_near(text, span):
        return 0.9
    return 0.8 if len(word) >= 4 and _INSIDE_LOWER.search(word) else 0.0


def _with_cyrillic(text: str, span: Span, letters: list[str]) -> float:
    word = text[span.start : span.end]
    switches = len(_SWITCH.findall(word))
    if all(letter in _CYRILLIC_NEARLY for letter in letters):
        if switches > 1:
            return 0.9
        if not all(letter in _CYRILLIC_ALIKE for letter in letters):
            return 0.0
        # Slavic languages put their endings after a foreign stem; nothing Latin follows a Slavic one.
        if _IS_CYRILLIC.match(word) or not _own_letter_near(text, span):
            return 0.8
        return 0.0
    latin = _IS_LATIN.findall(word)
    return 0.6 if switches > 1 and all(letter in _LATIN_ALIKE for letter in latin) else 0.0


def _around(text: str, span: Span) -> str:
    return f"{text[max(0, span.start - NEAR) : span.start]} {text[span.end : span.end + NEAR]}"


def _own_letter_near(text: str, span: Span) -> bool:
    return _OWN_LETTER.search(_around(text, span)) is not None


def _in_latin_text(text: str, span: Span) -> bool:
    around = _around(text, span)
    return _LATIN_TEXT.search(around) is not None and _OWN_LETTER.search(around) is None


def _styled(text: str, start: int, end: int) -> float:
    """Formulas use single letters; a whole word is styled to be read, and not to be matched."""
    return 0.8 if end - start >= 4 else 0.0


_EAST_ASIAN = re.compile("[\u3001-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d]")


def _fullwidth(text: str, start: int, end: int) -> float:
    """East Asian text has wide Latin letters of its own."""
    if end - start >= CAP:
        return 0.8
    if end - start < 3:
        return 0.0
    return 0.0 if _EAST_ASIAN.search(_around(text, Span(start, end))) else 0.8


STYLED = Runs(
    Mixed.category,
    re.compile(
        "(?P<run>[\U0001d400-\U0001d6a5\U0001d6a8-\U0001d7cb\u2102\u210a-\u2113\u2115\u2119-\u211d\u2124\u2128"
        "\u212c\u212d\u212f-\u2131\u2133\u2134\u2145-\u2149\u249c-\u24e9\U0001f110-\U0001f12b\U0001f130-\U0001f189]+)"
    ),
    _styled,
)
FULLWIDTH = Runs(
    Mixed.category,
    re.compile("(?P<run>[\uff21-\uff3a\uff41-\uff5a]+)"),
    _fullwidth,
    ahead=NEAR,
)
