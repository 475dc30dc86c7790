"""
What all models have in common: texts in, windows through the graph, findings out.

The engine drives the steps itself (`open`, `infer`, `findings`), so that windows of many requests run
in one batch; `scan` does them in a row, for one caller. Both give the same findings.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from gateway.detectors.onnx.card import Card, Reads
from gateway.detectors.onnx.encode import Encoded, Encoder
from gateway.detectors.onnx.minors import PERHAPS, SEXUAL, SEXUAL_MINORS, likelihood, speaks_of_a_child
from gateway.detectors.onnx.session import Floats, Session
from gateway.detectors.onnx.spans import Tagged, tagged_spans
from gateway.errors import ModelError
from gateway.text.channels import channel_of
from gateway.text.windows import Window, fpr_of_many
from gateway.types import OF_ONE_TEXT, Finding, Kind, Part, Role, Span

__all__ = ["USELESS_FPR", "USELESS_SCORE", "Column", "Meaning", "Model", "Output", "Said", "useful"]

# Of the windows of a text, those that no sensible policy would act on are not findings of their own.
USELESS_SCORE = 0.3
USELESS_FPR = 0.2
NEAR = 200  # characters around a window in which a child is looked for
BATCH = 4  # windows that `scan` runs at once
TOLERANCE = 1e-3
TOLERANCE_INT8 = 5e-3


@dataclass(frozen=True, slots=True)
class Column:
    """One score of a window: what it stands for, and in which texts."""

    category: str
    reads: Reads


@dataclass(frozen=True, slots=True)
class Output:
    """What a graph says of one window: a score for each column, probabilities of tags for each token."""

    scores: Floats
    tags: Floats | None = None
    embedding: Floats | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(a.nbytes for a in (self.scores, self.tags, self.embedding) if a is not None)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Unit vectors of a text's windows, [W, D], and where each window stands."""

    vectors: Floats
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What a model says of one text."""

    findings: tuple[Finding, ...] = ()
    meaning: Meaning | None = None

    @property
    def size(self) -> int:
        """Bytes of its arrays."""
        return self.meaning.vectors.nbytes if self.meaning is not None else 0


class Model(ABC):
    """A detector. Immutable; safe to share between threads. `embeds`: does it say what a text means, as a vector?"""

    embeds = False

    reach: int | None = None
    behind = 0
    readings = OF_ONE_TEXT

    def __init__(self, card: Card, session: Session, encoder: Encoder, *, quantized: bool) -> None:
        self.name = card.name
        self.card = card
        self.categories = card.categories | ({SEXUAL_MINORS} if SEXUAL in card.categories else frozenset())
        self.encoder = encoder
        self.columns = self._columns()
        self.tags = self._tags()
        self.session = session
        # Activations in 8 bits are scaled by the largest of the batch: a score would depend on who else asks.
        self.alone = quantized
        self.tolerance = TOLERANCE_INT8 if quantized else TOLERANCE
        self.version = sha256(card.model_dump_json().encode()).hexdigest()  # it holds the hashes of all files
        readers = [column.reads for column in self.columns] + ([card.reads] if self.tags else [])
        self._readers = tuple(dict.fromkeys(readers))
        self.kinds: frozenset[Kind] | None = frozenset(
            kind for kind in Kind for role in Role for r in self._readers if r.covers(Part("", role=role, kind=kind))
        )

    @abstractmethod
    def _columns(self) -> tuple[Column, ...]: ...

    @abstractmethod
    def _tags(self) -> tuple[str | None, ...]:
        """What each column of `Output.tags` stands for; none: no tags."""

    @abstractmethod
    def infer(self, texts: Sequence[Sequence[int]]) -> list[Output]:
        """Windows, as `Encoded.input` gives them, through the graph in one batch."""

    def reads(self, part: Part) -> bool:
        return any(reads.covers(part) for reads in self._readers)

    def open(self, text: str) -> Encoded:
        return self.encoder.open(text)

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part) for part in parts]

    def pending(self, text: str) -> int:
        return len(text)

    def findings(self, part: Part, reading: Encoded, outputs: Sequence[Output]) -> list[Finding]:
        """
        The best window for each category, whatever its score, and all others that are of use. Spans are
        whole windows; those of tags are the words.
        """
        if not outputs:
            return []
        channel = channel_of(part)
        found: list[Finding] = []
        seen = list(reading.windows())
        for index, column in enumerate(self.columns):
            if not column.reads.covers(part):
                continue
            scores = [float(output.scores[index]) for output in outputs]
            best = max(range(len(scores)), key=scores.__getitem__)
            for at, score in enumerate(scores):
                score = min(max(score, 1e-6), 1.0)
                fpr = fpr_of_many(self.card.fpr(column.category, channel, score), len(outputs))
                if at == best or useful(score, fpr):
                    found.append(Finding(column.category, score, reading.span(seen[at]), self.name, fpr=fpr))
                if column.category == SEXUAL and score >= PERHAPS:
                    found += self._about_minors(part, score, fpr, reading.span(seen[at]))
        if self.tags and self.card.reads.covers(part):
            found += [self._tagged(tagged, channel) for tagged in self._spans(reading, seen, outputs)]
        return [f for f in found if f.span.end > f.span.start]

    def say(self, part: Part, reading: Encoded, outputs: Sequence[Output]) -> Said:
        return Said(tuple(self.findings(part, reading, outputs)), self.meaning(reading, outputs))

    def meaning(self, reading: Encoded, outputs: Sequence[Output]) -> Meaning | None:
        """None for a model that does not say, and for a text that holds no token."""
        vectors = [output.embedding for output in outputs if output.embedding is not None]
        if not vectors:
            return None
        return Meaning(np.stack(vectors), tuple(reading.span(window) for window in reading.windows()))

    def embed(self, texts: Sequence[str]) -> Floats:
        """One unit vector a text, [N, D]: of a long one the mean of its windows. For models that embed."""
        return np.stack([self._embed(text) for text in texts])

    def _embed(self, text: str) -> Floats:
        _, outputs = self._read(text)
        vectors = [output.embedding for output in outputs if output.embedding is not None]
        if not vectors:
            raise ModelError(f"{self.name}: a text without any token has no meaning")
        mean = np.mean(vectors, axis=0)
        out: Floats = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
        return out

    def check(self) -> tuple[str, ...]:
        """Known texts once more, and one as long as a window: what is wrong, a line each."""
        return (*self._check_golden(), *self._check_length())

    def _about_minors(self, part: Part, sexual: float, fpr: float, span: Span) -> Iterator[Finding]:
        """A child may be spoken of in the sentence before."""
        if speaks_of_a_child(part.text[max(0, span.start - NEAR) : span.end + NEAR]):
            yield Finding(SEXUAL_MINORS, likelihood(sexual), span, self.name, fpr=fpr)

    def _tagged(self, tagged: Tagged, channel: str) -> Finding:
        fpr = self.card.fpr(tagged.category, channel, tagged.score)  # type: ignore[arg-type]
        return Finding(tagged.category, tagged.score, tagged.span, self.name, fpr=fpr)

    def _spans(self, reading: Encoded, seen: Sequence[Window], outputs: Sequence[Output]) -> list[Tagged]:
        """Each token from the window that owns it."""
        rows = [
            output.tags[window.own_start - window.start : window.own_end - window.start]
            for window, output in zip(seen, outputs, strict=True)
            if output.tags is not None
        ]
        return tagged_spans(reading, np.concatenate(rows), self.tags) if rows else []

    def _scan(self, part: Part) -> list[Finding]:
        if not part.text or not self.reads(part):
            return []
        reading, outputs = self._read(part.text)
        return self.findings(part, reading, outputs)

    def _read(self, text: str) -> tuple[Encoded, list[Output]]:
        reading = self.open(text)
        while not reading.advance():
            pass
        batches = _batches(reading, 1 if self.alone else BATCH)
        return reading, [output for batch in batches for output in self.infer(batch)]

    def _check_golden(self) -> Iterator[str]:
        if not self.card.golden:
            yield f"{self.name}: its card has no golden texts; `portcullis models add` writes them"
        for number, golden in enumerate(self.card.golden):
            if tuple(self.first_ids(golden.text)[: len(golden.ids)]) != golden.ids:
                yield f"{self.name}: golden text {number}: other token ids; the tokenizer is not the model's"
                continue
            scores = self.golden_scores(golden.text)
            for category, expected in golden.scores.items():
                actual = scores.get(category)
                if actual is None or abs(actual - expected) > self.tolerance:
                    yield f"{self.name}: golden text {number}: {category} is {actual}, should be {expected}"

    def first_ids(self, text: str) -> list[int]:
        """Of the first window of a text, special tokens included."""
        reading = self.open(text)
        reading.advance()
        return next((reading.input(window) for window in reading.windows()), [])

    def golden_scores(self, text: str) -> dict[str, float]:
        """The best score of each category, in any kind of text; of tags that of a single token."""
        _, outputs = self._read(text)
        out: dict[str, float] = {}
        for output in outputs:
            pairs = [(c.category, float(output.scores[i])) for i, c in enumerate(self.columns)]
            if output.tags is not None and len(output.tags):
                best = output.tags.max(axis=0)
                pairs += [(tag, float(best[i])) for i, tag in enumerate(self.tags) if tag is not None]
            for category, score in pairs:
                out[category] = max(out.get(category, 0.0), score)
        return out

    def _check_length(self) -> Iterator[str]:
        """A model that cannot take a whole window would fail on the first long text."""
        reading = self.open("a " * (2 * self.encoder.size))
        reading.advance()
        full = self.encoder.size if len(reading.ids) >= self.encoder.size else len(reading.ids)
        ids = [*self.encoder.prefix, *reading.ids[:full], *self.encoder.suffix]
        (output,) = self.infer([ids])
        if not np.isfinite(output.scores).all():
            yield f"{self.name}: no finite scores for a text of {len(ids)} tokens"


def useful(score: float, fpr: float) -> bool:
    return score >= USELESS_SCORE or fpr <= USELESS_FPR


def require_outputs(found: Sequence[Floats], columns: int, source: str) -> None:
    """The graph gives as many numbers as the card names."""
    if found[0].shape[-1] != columns:
        raise ModelError(f"{source}: the graph gives {found[0].shape[-1]} scores, the card names {columns}")


def _batches(reading: Encoded, size: int) -> Iterator[list[list[int]]]:
    batch: list[list[int]] = []
    for window in reading.windows():
        batch.append(reading.input(window))
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
