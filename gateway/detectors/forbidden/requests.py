"""How clearly a text asks for what a system prompt forbids: how much of it is named, and how the text asks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gateway.detectors.forbidden.concepts import CONCEPTS, unaccented
from gateway.detectors.forbidden.prompts import STEM, Item, Prohibition, stem_of, words_of
from gateway.detectors.forbidden.words import ASKS, DEVICE, GERMAN, INSTEAD, NAME, OTHERS_IN, QUESTIONS
from gateway.types import Span

__all__ = [
    "BIAS",
    "PER_LENGTH",
    "PER_PROHIBITION",
    "USUAL_LENGTH",
    "WEIGHTS",
    "Asked",
    "Signs",
    "Window",
    "against_all",
    "score",
    "signs",
    "windows",
]

WINDOW = 400  # characters that are compared at once
LEAST = 0.8  # weight that the words of a prohibition have at least
BY_CONCEPT = 0.8  # what another word for the same counts
ENOUGH = 2.5
USUAL_LENGTH = 15  # words of a request

_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?\n]+|$)")


class Signs(NamedTuple):
    """What speaks for a request and what against it. In the order of WEIGHTS."""

    covered: float  # how much of what is forbidden is named
    matched: float
    devious: float  # as `covered`, where the way of asking is roundabout
    others: bool  # what belongs to somebody else,
    somebody: bool  # and somebody else is spoken of
    aside: bool  # a question of another kind: when, where, how


# Fitted by `training/forbidden/fit.py`, as log odds.
WEIGHTS = Signs(2.4, 1.3, 0.9, -1.3, 1.6, -1.4)  # type: ignore[arg-type]
BIAS = -1.95
# Not fitted: our own requests all ask for something.
STATES = 1.5
PER_PROHIBITION = 0.5  # the more is forbidden, the easier something of it is named by chance,
PER_LENGTH = 0.4  # and the longer a text is


class Asked:
    """What is forbidden, to be looked for in many texts. Immutable."""

    def __init__(self, prohibitions: Sequence[Prohibition]) -> None:
        self.prohibitions = tuple(prohibitions)
        items = [item for p in self.prohibitions for target in p.targets for item in target]
        self._stems = frozenset(item.stem for item in items)
        concepts = sorted({number for item in items for number in item.concepts})
        self._concepts = re.compile("|".join(CONCEPTS[n].asked.pattern[4:] for n in concepts) or r"(?!)", re.IGNORECASE)

    def best(self, text: str) -> tuple[float, Span]:
        """The best score of any stretch of a text, and the stretch."""
        against = against_all(len(self.prohibitions), len(text))
        asks = ASKS.search(text) is not None
        best, where = 0.0, Span(0, len(text))
        for span in windows(text):
            stretch = text[span.start : span.end]
            plain = unaccented(stretch).lower()
            if not any(stem in plain for stem in self._stems) and self._concepts.search(plain) is None:
                continue  # most of a long text
            window = Window(stretch)
            for prohibition in self.prohibitions:
                found = score(signs(prohibition, window), against if asks else against + STATES)
                if found > best:
                    best, where = found, span
        return best, where


def against_all(prohibitions: int, length: int) -> float:
    """What speaks against any finding, as log odds. `length` in characters."""
    return PER_PROHIBITION * math.log(prohibitions) + PER_LENGTH * math.log1p(length / 6 / USUAL_LENGTH)


def score(found: Signs, against: float) -> float:
    odds = BIAS - against + sum(weight * sign for weight, sign in zip(WEIGHTS, found, strict=True))
    return 1 / (1 + math.exp(-odds))


class Window:
    """A stretch of text, and what was asked of it before."""

    def __init__(self, text: str) -> None:
        self.text = INSTEAD.sub(" ", text)
        self.plain = unaccented(self.text).lower()
        self.stems = {stem_of(word) for word in words_of(self.text)}
        self.devious = DEVICE.search(self.text) is not None
        self.asks = tuple(kind.search(self.text) is not None for kind in QUESTIONS)
        self._concepts: dict[int, bool] = {}
        self._somebody: bool | None = None

    def names(self, item: Item) -> float:
        if item.stem in self.stems or (len(item.stem) >= STEM and item.stem in self.plain):
            return 1.0
        return BY_CONCEPT if any(self._asks_for(number) for number in item.concepts) else 0.0

    def _asks_for(self, number: int) -> bool:
        known = self._concepts.get(number)
        if known is None:
            known = self._concepts[number] = CONCEPTS[number].asked.search(self.plain) is not None
        return known

    @property
    def somebody(self) -> bool:
        """Is somebody else spoken of?"""
        if self._somebody is None:
            named = NAME.search(self.text) is not None and GERMAN.search(self.text) is None
            self._somebody = named or OTHERS_IN.search(self.text) is not None
        return self._somebody


def signs(prohibition: Prohibition, window: Window) -> Signs:
    best = (0.0, 0.0)
    for target in prohibition.targets:
        named = [window.names(item) for item in target]
        matched = sum(item.weight * much for item, much in zip(target, named, strict=True))
        if matched:
            total = max(sum(item.weight for item in target), LEAST)
            best = max(best, (matched / total, matched))
    covered, matched = best
    pairs = list(zip(window.asks, prohibition.asks, strict=True))
    return Signs(
        covered,
        min(matched, ENOUGH),
        covered if window.devious else 0.0,
        prohibition.others,
        prohibition.others and window.somebody,
        any(asks and not meant for asks, meant in pairs) and not any(asks and meant for asks, meant in pairs),
    )


def windows(text: str) -> Iterator[Span]:
    """Whole sentences, each window beginning in the middle of the one before."""
    if len(text) <= WINDOW:
        yield Span(0, len(text))
        return
    for start in range(0, len(text) - WINDOW // 2, WINDOW // 2):
        yield Span(start, min(start + WINDOW, len(text)))
