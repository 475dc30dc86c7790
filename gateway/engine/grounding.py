"""
Is an answer supported by the documents that were given for it? Sentence by sentence: its numbers, dates and
names must stand in them, and its words, or what it means, must be near some stretch of one of them.

It compares; it does not reason. A sentence that takes the right words and numbers and says the opposite
passes, and so does a wrong conclusion from right facts. Pure: vectors come in from outside, and without
them words alone decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from gateway.policy import UNSUPPORTED
from gateway.text.claims import Claims, Date, claims_of, sentences, words_of
from gateway.types import Finding, Span

__all__ = ["DETECTOR", "Document", "Grounding", "Level", "Sentence", "ground", "texts_to_embed"]

Vectors = Mapping[str, npt.NDArray[np.float32]]

DETECTOR = "grounding"
MOST_VECTORS = 512  # texts that are embedded for one answer
PASSAGE = 3  # sentences of a document that are compared together
FEW = 3  # words that say something; a sentence with fewer and without facts claims nothing
NEAR, FAR = 0.7, 0.2  # cosines that count as all and as nothing
CAPITALS = 0.2  # where more words are capitalised (German), capitals tell no names
_DECLINES = (
    "i don't know", "i do not know", "i'm not sure", "i am not sure", "cannot find", "can't find", "could not find",
    "couldn't find", "no information", "not mentioned", "does not mention", "doesn't mention", "does not say",
    "doesn't say", "does not contain", "doesn't contain", "not provided", "i'm sorry", "i am sorry", "unable to answer",
    "cannot answer", "can't answer", "not specified", "does not specify",
)  # fmt: skip


class Level(StrEnum):
    BALANCED = "balanced"  # rounding and sentences that only lead over are fine; an incomplete answer is too
    STRICT = "strict"


# Support that is enough, by words and meaning or by words alone.
_LEAST = {
    (Level.BALANCED, True): 0.42, (Level.STRICT, True): 0.58,
    (Level.BALANCED, False): 0.3, (Level.STRICT, False): 0.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """
    One sentence of an answer. `support` 0..1, by the stretch of `document` (its index) that is nearest;
    `missing` are numbers, dates and names that no document has. `claims` False: it says nothing to be supported.
    """

    span: Span
    supported: bool
    support: float
    document: int | None = None
    missing: tuple[str, ...] = ()
    claims: bool = True


@dataclass(frozen=True, slots=True)
class Grounding:
    """`unanswered`: questions of the prompt that the answer does not touch; only `strict` minds them."""

    level: Level
    sentences: tuple[Sentence, ...]
    unanswered: tuple[Span, ...] = ()
    by_meaning: bool = False

    @property
    def grounded(self) -> bool:
        return all(s.supported for s in self.sentences) and not self.unanswered

    @property
    def support(self) -> float:
        """Of the least supported sentence."""
        return min((s.support for s in self.sentences if s.claims), default=1.0)

    def findings(self) -> list[Finding]:
        return [
            Finding(UNSUPPORTED, min(1.0, max(0.5, 1 - s.support)), s.span, DETECTOR)
            for s in self.sentences
            if not s.supported
        ]


@dataclass(frozen=True, slots=True)
class _Passage:
    """Neighbouring sentences of a document: the words of all, the texts of each."""

    document: int
    words: frozenset[str]
    texts: tuple[str, ...]


def texts_to_embed(prompt: str, response: str, documents: Sequence[Document]) -> list[str]:
    """What `ground` can use vectors of, each once; of long documents those nearest by words."""
    said = frozenset(words_of(response))
    passages = sorted(_passages(documents), key=lambda passage: -len(passage.words & said))
    texts = [response[s.start : s.end] for s in sentences(response)]
    texts += [prompt[s.start : s.end] for s in sentences(prompt)]
    texts += [text for passage in passages for text in passage.texts]
    return list(dict.fromkeys(texts))[:MOST_VECTORS]


def ground(
    prompt: str, response: str, documents: Sequence[Document], level: Level, vectors: Vectors | None = None
) -> Grounding:
    """`vectors`: unit vectors of `texts_to_embed`, as far as there are any."""
    vectors = vectors or {}
    passages = list(_passages(documents))
    known = claims_of("\n".join([*(document.text for document in documents), prompt]))
    names = _tells_names(response)
    judged = tuple(_judge(response, span, passages, known, level, vectors, names=names) for span in sentences(response))
    unanswered: tuple[Span, ...] = ()
    if level is Level.STRICT and prompt:
        unanswered = tuple(_unanswered(prompt, response, judged, vectors))
    return Grounding(level, judged, unanswered, bool(vectors))


def _passages(documents: Sequence[Document]) -> Iterator[_Passage]:
    for index, document in enumerate(documents):
        spans = sentences(document.text)
        for at in range(0, max(1, len(spans) - PASSAGE + 1), 1 if len(spans) <= 2 * PASSAGE else PASSAGE - 1):
            chosen = spans[at : at + PASSAGE]
            if chosen:
                words = frozenset(words_of(document.text[chosen[0].start : chosen[-1].end]))
                yield _Passage(index, words, tuple(document.text[s.start : s.end] for s in chosen))


def _judge(
    response: str,
    span: Span,
    passages: Sequence[_Passage],
    known: Claims,
    level: Level,
    vectors: Vectors,
    *,
    names: bool,
) -> Sentence:
    text = response[span.start : span.end]
    claims = claims_of(text)
    missing = tuple(_missing(claims, known, level, names=names))
    facts = claims.numbers or claims.dates or (claims.names and names)
    says_nothing = len(claims.words) < FEW and not facts
    if not missing and (says_nothing or text.endswith(("?", "？")) or _declines(text)):
        return Sentence(span, supported=True, support=1.0, claims=False)
    best, document = _support(text, claims, passages, vectors)
    support = best if not missing else best * 0.5
    return Sentence(span, not missing and best >= _LEAST[level, bool(vectors)], round(support, 4), document, missing)


def _support(text: str, claims: Claims, passages: Sequence[_Passage], vectors: Vectors) -> tuple[float, int | None]:
    """How near the nearest stretch of a document is: by words, and by meaning where that is known."""
    vector = vectors.get(text)
    best, document = 0.0, None
    for passage in passages:
        score = len(claims.words & passage.words) / len(claims.words) if claims.words else 1.0
        others = [vectors[text] for text in passage.texts if text in vectors]
        if vector is not None and others:
            cosine = max(float(vector @ other) for other in others)
            meaning = min(1.0, max(0.0, (cosine - FAR) / (NEAR - FAR)))
            score = (score + 2 * meaning) / 3
        if score > best or document is None:
            best, document = score, passage.document
    return best, document


def _missing(claims: Claims, known: Claims, level: Level, *, names: bool) -> Iterator[str]:
    every = known.numbers | {Decimal(part) for date in known.dates for part in date if part is not None}
    for number in sorted(claims.numbers):
        if number not in every and not (level is Level.BALANCED and any(_rounds(other, number) for other in every)):
            yield f"{number:f}"
    for date in sorted(claims.dates, key=str):
        if not any(_same(date, other) for other in known.dates):
            yield "-".join(f"{part:02}" for part in date if part is not None)
    for name in sorted(claims.names) if names else ():
        if name not in known.names and not any(word in known.words for word in words_of(name)):
            yield name


def _rounds(exact: Decimal, said: Decimal) -> bool:
    """Is a number what another one is in fewer digits? Years and small numbers are not rounded."""
    digits = len(said.normalize().as_tuple().digits)
    if abs(said) < 10 or exact.is_zero() or 1000 <= said <= 2100:
        return False
    return Context(prec=max(digits, 2), rounding=ROUND_HALF_UP).create_decimal(exact) == said


def _same(date: Date, known: Date) -> bool:
    """Nothing that a date says may differ, or be more than is known. Day and month may have changed places."""
    turned = (known[0], known[2], known[1])
    return any(
        all(mine is None or mine == theirs for mine, theirs in zip(date, d, strict=True)) for d in (known, turned)
    )


def _tells_names(text: str) -> bool:
    words = [word for span in sentences(text) for word in text[span.start : span.end].split()[1:]]
    capitals = sum(word[:1].isupper() for word in words)
    return len(words) < 20 or capitals <= CAPITALS * len(words)


def _declines(text: str) -> bool:
    text = text.lower().replace("’", "'")
    return any(words in text for words in _DECLINES)


def _unanswered(prompt: str, response: str, judged: Sequence[Sentence], vectors: Vectors) -> Iterator[Span]:
    """Questions that share neither words nor meaning with anything that the answer claims."""
    said = [response[s.span.start : s.span.end] for s in judged if s.claims]
    for span in sentences(prompt):
        question = prompt[span.start : span.end]
        if not question.endswith(("?", "？")):
            continue
        words = frozenset(words_of(question))
        vector = vectors.get(question)
        if not any(_touches(words, vector, text, vectors.get(text)) for text in said):
            yield span


def _touches(
    words: frozenset[str], vector: npt.NDArray[np.float32] | None, text: str, other: npt.NDArray[np.float32] | None
) -> bool:
    if vector is not None and other is not None and float(vector @ other) >= NEAR - FAR:
        return True
    return not words or bool(words & frozenset(words_of(text)))
