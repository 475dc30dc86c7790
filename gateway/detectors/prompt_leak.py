"""
An answer that repeats its own system prompt, word for word.

The words of the system prompt, eight at a time, are looked for among the words of the answer; case,
punctuation and layout do not matter. A translated, encoded or retold prompt is not seen, except that
a canary in it is found wherever it is repeated exactly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.detectors.system import Unbound, system_texts
from gateway.errors import ConfigError
from gateway.types import OF_ONE_TEXT, Detector, Finding, Kind, Part, Role, Span, Transcript

__all__ = ["SystemPromptLeak"]

CATEGORY = "injection/system_prompt_leak"
SCORE = 0.9

SHINGLE = 16  # weight of the words that make a match: eight words
SHORTEST = 10  # a whole prompt that weighs less than this is too common a sentence to look for
WORD, SIGN = 2, 1  # the weight of a word, and of a sign in a script without spaces
MAX_LENGTH = 200  # characters in the answer from the first word of a match to the end of its last
SHORTEST_CANARY = 6

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Vowel signs and accents belong to the letter before them.
_LETTER = f"(?:(?![{_UNSPACED}])[^\\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff])"
_TOKEN = re.compile(f"{_LETTER}+|[{_UNSPACED}]")
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]+")
_SIGN = re.compile(f"[{_UNSPACED}]")
_CANARY = re.compile(r"(?i)\bcanary-[a-z0-9][a-z0-9-]{3,63}")


@dataclass(frozen=True, slots=True)
class _Shingles:
    """Runs of words as strings: those that are complete, and all that begin one."""

    full: frozenset[str]
    begun: frozenset[str]
    first: frozenset[str]  # words


class SystemPromptLeak(Unbound):
    """
    `bind` gives the detector for the answer to one request.

    `canaries` are words that stand in a system prompt only to be noticed when they leave it. Words
    like `canary-7f3a` in the prompt itself are taken as such too. Raises ConfigError for a canary
    so short that it may stand anywhere, or too long to be held back in a stream.
    """

    name = "system_prompt_leak"
    categories = frozenset({CATEGORY})
    reach = MAX_LENGTH + 1
    behind = 1

    def __init__(self, canaries: Sequence[str] = ()) -> None:
        if any(not SHORTEST_CANARY <= len(canary) <= MAX_LENGTH for canary in canaries):
            raise ConfigError(f"a canary has between {SHORTEST_CANARY} and {MAX_LENGTH} characters")
        self._canaries = frozenset(canaries)

    def bind(self, request: Transcript) -> Detector | None:
        """What the system and developer messages say and the user does not; None where that is nothing."""
        system = system_texts(request)
        if not system and not self._canaries:
            return None
        user = [part.text for part in request.parts if part.role is Role.USER]
        said = {match[0] for text in system for match in _CANARY.finditer(text)}
        canaries = [canary for canary in said | self._canaries if not any(canary in text for text in user)]
        shingles = _without(_sequences(system), user)
        if not canaries and not shingles.full:
            return None
        return _Bound(self.name, shingles, sorted(canaries))


class _Bound:
    """Looks for one prompt. Immutable."""

    categories = frozenset({CATEGORY})
    kinds: frozenset[Kind] | None = None
    readings = OF_ONE_TEXT
    reach: int | None = MAX_LENGTH + 1
    behind = 1

    def __init__(self, name: str, shingles: _Shingles, canaries: Sequence[str]) -> None:
        self.name = name
        self._shingles = shingles
        self._canaries = canaries

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part.text) for part in parts]

    def pending(self, text: str) -> int:
        begin = max(0, len(text) - 2 * MAX_LENGTH)
        tail = text[begin:]
        return begin + min(_open_run(tail, self._shingles), _open_canary(tail, self._canaries))

    def _scan(self, text: str) -> list[Finding]:
        found = [Finding(CATEGORY, 1.0, span, self.name) for span in _occurrences(text, self._canaries)]
        if self._shingles.full:
            found += [Finding(CATEGORY, SCORE, span, self.name) for span in _matches(text, self._shingles)]
        return sorted(found, key=lambda finding: finding.span)


def _words(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_TOKEN.findall(text.lower())
    return [_normal(word) for word in _TOKEN.findall(text)]


def _spans(text: str) -> list[tuple[int, int]]:
    """Where the words stand."""
    pattern = _ASCII_TOKEN if text.isascii() else _TOKEN
    return [match.span() for match in pattern.finditer(text)]


def _normal(word: str) -> str:
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", word).casefold()


def _sequences(texts: Iterable[str]) -> list[list[str]]:
    """The beginnings of every run of words that weighs enough; a short text is one run."""
    sequences = []
    for text in texts:
        words = _words(text)
        weights = [SIGN if _SIGN.match(word) else WORD for word in words]
        total = sum(weights)
        if SHORTEST <= total < SHINGLE:
            sequences.append(_chain(words))
        elif total >= SHINGLE:
            sequences += [_chain(words[start:end]) for start, end in _windows(weights)]
    return sequences


def _windows(weights: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Every shortest run that reaches the weight."""
    end, total = 0, 0
    for start, weight in enumerate(weights):
        while total < SHINGLE:
            if end == len(weights):
                return
            total += weights[end]
            end += 1
        yield start, end
        total -= weight


def _chain(words: Iterable[str]) -> list[str]:
    chain, key = [], ""
    for word in words:
        key = f"{key} {word}"
        chain.append(key)
    return chain


def _without(sequences: list[list[str]], texts: Iterable[str]) -> _Shingles:
    """The runs that do not occur in the texts."""
    everything = _indexed(sequences)
    if not everything.full:
        return everything
    known = {key for text in texts for _, _, key in _runs(_words(text), everything)}
    return _indexed([chain for chain in sequences if chain[-1] not in known]) if known else everything


def _indexed(sequences: list[list[str]]) -> _Shingles:
    return _Shingles(
        frozenset(chain[-1] for chain in sequences),
        frozenset(key for chain in sequences for key in chain),
        frozenset(chain[0][1:] for chain in sequences),
    )


def _runs(words: Sequence[str], shingles: _Shingles) -> Iterator[tuple[int, int, str]]:
    """Every run, also where they overlap: which one it is depends on no other. (first word, last word, key)"""
    first, begun, full = shingles.first, shingles.begun, shingles.full
    for start, word in enumerate(words):
        if word not in first:
            continue
        key = ""
        for end in range(start, len(words)):
            key = f"{key} {words[end]}"
            if key in full:
                yield start, end, key
            if key in full or key not in begun:
                break


def _matches(text: str, shingles: _Shingles) -> Iterator[Span]:
    runs = list(_runs(_words(text), shingles))
    spans = _spans(text) if runs else []
    for first, last, _ in runs:
        span = Span(spans[first][0], spans[last][1])
        if span.end - span.start <= MAX_LENGTH:
            yield span


def _open_run(text: str, shingles: _Shingles) -> int:
    """Where the earliest run begins that more words, or more letters of the last one, could complete."""
    if not shingles.full:
        return len(text)
    words, spans = _words(text), _spans(text)
    unfinished = bool(spans) and spans[-1][1] == len(text)
    known = len(words) - unfinished
    for at in range(known):
        if len(text) - spans[at][0] <= MAX_LENGTH and _goes_on(words[at:known], shingles):
            return spans[at][0]
    return spans[-1][0] if unfinished else len(text)


def _goes_on(words: Sequence[str], shingles: _Shingles) -> bool:
    if words[0] not in shingles.first:
        return False
    chain = _chain(words[:SHINGLE])
    return all(key in shingles.begun and key not in shingles.full for key in chain)


def _occurrences(text: str, canaries: Iterable[str]) -> Iterator[Span]:
    for canary in canaries:
        at = text.find(canary)
        while at >= 0:
            yield Span(at, at + len(canary))
            at = text.find(canary, at + 1)


def _open_canary(text: str, canaries: Iterable[str]) -> int:
    """Where the earliest unfinished canary begins."""
    beginnings = (
        length
        for canary in canaries
        for length in range(min(len(canary) - 1, len(text)), 0, -1)
        if text.endswith(canary[:length])
    )
    return len(text) - max(beginnings, default=0)
