"""What a system prompt forbids or keeps to itself, as the words of it that a request would name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from gateway.detectors.forbidden.concepts import CONCEPTS, unaccented
from gateway.detectors.forbidden.stopwords import GENERIC, STOP
from gateway.detectors.forbidden.words import (
    ACTIVE,
    ACTS,
    BARE,
    CUT,
    ELSEWHERE,
    FOREIGN,
    NOTHING,
    ONLY_OWN,
    OTHERS,
    PASSIVE,
    PRONOUN,
    QUESTIONS,
    STYLES,
    TELLS,
    TOPICAL,
)
from gateway.detectors.system import sentences

__all__ = ["Item", "Prohibition", "prohibitions", "stem_of", "words_of"]

MOST = 64  # prohibitions of one prompt
LONGEST = 300  # characters of one
GENERIC_WEIGHT, USUAL_WEIGHT = 0.4, 0.5
SPECIFIC = 0.5  # weight of words that may stand for the whole
STEM = 6  # letters that tell words apart

_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
_SPLIT = re.compile(r",|;|:|\b(?:and|or|nor|und|oder|et|ou|y|o|e|en)\b")
_BE = re.compile(r"\b(?:is|are|lautet|ist|est|es|è|é)\b|:")
_ENDING = re.compile(r"(?:ing|ed|es|s|en|er|e|n|ies|y)$")
_ROLE = re.compile(r"(?i)\s*(?:you|as|this|du|sie|vous|tu|eres|sei|você|je|jij|welcome)\b")


@dataclass(frozen=True, slots=True)
class Item:
    """A word: its stem, the concepts it belongs to, and how much it says."""

    stem: str
    concepts: tuple[int, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Prohibition:
    """`targets`: alternatives, each enough by itself. `others`: it is about what belongs to somebody else."""

    sentence: str
    targets: tuple[tuple[Item, ...], ...]
    others: bool
    asks: tuple[bool, ...] = ()  # of QUESTIONS


@lru_cache(maxsize=64)
def prohibitions(text: str) -> tuple[Prohibition, ...]:
    """The first of them, in order."""
    return tuple(islice(_found(text), MOST))


def words_of(text: str) -> list[str]:
    return [match[0].lower() for match in _WORD.finditer(text)]


@lru_cache(maxsize=8192)
def stem_of(word: str) -> str:
    word = unaccented(word)
    if len(word) > 4:
        word = _ENDING.sub("", word)
    return word[:STEM]


def _found(text: str) -> Iterator[Prohibition]:
    every = [(sentence, before, tuple(_scopes(sentence))) for sentence, before in sentences(text)]
    usual = _usual(sentence for sentence, _, scopes in every if not scopes)
    for sentence, before, scopes in every:
        for scope in scopes:
            targets = _targets(scope, usual)
            said = sentence
            if not _specific(targets) and PRONOUN.search(scope):
                meant = before or sentence[: max(sentence.find(scope), 0)]
                targets = _targets(_BE.split(meant, maxsplit=1)[0], frozenset()) or _targets(meant, frozenset())
                said = f"{before} {sentence}"
            if targets:
                topical = TOPICAL.search(sentence) is not None
                asks = tuple(topical or kind.search(scope) is not None for kind in QUESTIONS)
                whose = OTHERS.search(scope) is not None or ONLY_OWN.search(scope) is not None
                yield Prohibition(said.strip()[:LONGEST], targets, whose, asks)


def _usual(allowed: Iterable[str]) -> frozenset[str]:
    """Stems of what the application is about anyway: it says so of its role, or more than once."""
    known: set[str] = set()
    seen: set[str] = set()
    for sentence in allowed:
        stems = {stem_of(word) for word in words_of(sentence)}
        known |= stems if _ROLE.match(sentence) else stems & seen
        seen |= stems
    return frozenset(known)


def _scopes(sentence: str) -> Iterator[str]:
    """Stretches of a sentence that hold what it forbids."""
    if ONLY_OWN.search(sentence):
        yield sentence[:LONGEST]
        return
    passive = PASSIVE.search(sentence)
    if passive:
        subject = sentence[: passive.start()][-LONGEST:]
        if _items(subject, frozenset()) or PRONOUN.search(subject):
            yield subject
            return
    if NOTHING.match(sentence):
        yield sentence
        return
    cues = [*islice(ACTIVE.finditer(sentence), MOST)] or [*islice(BARE.finditer(sentence), MOST)]
    ends = [cue.start() for cue in cues[1:]] + [len(sentence)]
    for cue, end in zip(cues, ends, strict=bool(cues)):
        scope = sentence[cue.end() : end][:LONGEST]
        cut = CUT.search(scope)
        scope = scope[: cut.start()] if cut else scope
        verb = cue.groupdict().get("verb") or ""
        if STYLES.fullmatch(verb) and not (
            TOPICAL.search(scope) or any(i.concepts for i in _items(scope, frozenset()))
        ):
            continue
        yield f"{verb} {scope}" if ACTS.fullmatch(verb) else scope
    if not cues and ELSEWHERE.search(sentence) and FOREIGN.search(sentence):
        yield sentence[:LONGEST]


def _targets(scope: str, usual: frozenset[str]) -> tuple[tuple[Item, ...], ...]:
    whole = _items(scope, usual)
    if not whole:
        return ()
    pieces = (_items(piece, usual) for piece in _SPLIT.split(scope))
    return tuple(dict.fromkeys((whole, *(piece for piece in pieces if _specific((piece,))))))


def _specific(targets: tuple[tuple[Item, ...], ...]) -> bool:
    return any(item.weight >= SPECIFIC for target in targets for item in target)


def _items(text: str, usual: frozenset[str]) -> tuple[Item, ...]:
    out: dict[str, Item] = {}
    text = unaccented(text)
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if (
            word in STOP
            or (len(word) < 3 and not match[0].isupper())
            or (TELLS.fullmatch(word) and word not in GENERIC)
        ):
            continue
        concepts = tuple(number for number, c in enumerate(CONCEPTS) if c.named.match(text, match.start()))
        stem = stem_of(word)
        little = stem in usual or ACTS.fullmatch(word)
        weight = GENERIC_WEIGHT if word in GENERIC else USUAL_WEIGHT if little else 1.0
        out.setdefault(stem, Item(stem, concepts, weight))
    return tuple(out.values())
