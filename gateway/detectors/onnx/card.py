"""
A model's card: what its outputs mean, which texts they are for, how it was measured.

The card is all that a new model needs besides its graph and its tokenizer. Unknown keys are refused.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from math import exp, log
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.errors import ModelError, in_words
from gateway.text.channels import Channel
from gateway.types import Direction, Kind, Part, Role

__all__ = [
    "CARD",
    "FILES",
    "Card",
    "Curve",
    "Golden",
    "Head",
    "Likeness",
    "Reads",
    "Similarity",
    "WindowSize",
    "load_card",
]

CARD = "card.yaml"
# libyaml's, where PyYAML was built with it: a card of thousands of numbers takes the other one 150 ms.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FILES = ("model.onnx", "tokenizer.json")
MAX_CARD = 4 << 20

# What a model reads unless its card says otherwise: names, addresses and log probabilities are no prose.
PROSE = frozenset(Kind) - {Kind.TOOL_NAME, Kind.URL, Kind.LOGPROB, Kind.METADATA}

Category = Annotated[str, Field(pattern=r"^[a-z0-9_-]+/[a-z0-9_.-]+$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reads(Strict):
    """Which texts; none given: all prose. `directions`: what the assistant wrote is output, all else input."""

    kinds: tuple[Kind, ...] = ()
    roles: tuple[Role, ...] = ()
    directions: tuple[Direction, ...] = ()

    def covers(self, part: Part) -> bool:
        if part.kind not in (self.kinds or PROSE):
            return False
        if self.roles and part.role not in self.roles:
            return False
        direction = Direction.OUTPUT if part.role is Role.ASSISTANT else Direction.INPUT
        return not self.directions or direction in self.directions


class Head(Reads):
    category: Category


class WindowSize(Strict):
    """In tokens, the special ones included."""

    tokens: int = Field(256, ge=16, le=8192)
    stride: int = Field(192, ge=1)
    max_tokens: int = Field(131_072, ge=1, le=1 << 20)

    @model_validator(mode="after")
    def _overlap(self) -> WindowSize:
        if self.stride > self.tokens - 8:
            raise ValueError("windows must overlap: `stride` is at most `tokens` - 8")
        return self


class Curve(Strict):
    """
    The measured share of honest texts at or above each score.

    Between two scores the share falls evenly on a logarithmic scale, over the score's log odds. It goes
    on so past the last score: nobody measures one in a million, but long texts are judged by it.
    """

    scores: tuple[Share, ...] = Field(min_length=1)
    fpr: tuple[Share, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _falls(self) -> Curve:
        if len(self.scores) != len(self.fpr):
            raise ValueError("`scores` and `fpr` have different lengths")
        if any(a >= b for a, b in zip(self.scores, self.scores[1:], strict=False)):
            raise ValueError("`scores` must ascend")
        if any(a < b for a, b in zip(self.fpr, self.fpr[1:], strict=False)):
            raise ValueError("`fpr` must not rise with the score")
        return self

    def at(self, score: float) -> float:
        """The share of honest texts with such a score or a higher one."""
        if score < self.scores[0]:
            return 1.0
        measured = sum(f > 0 for f in self.fpr)  # above those, not one honest text was seen
        if measured == 0:
            return 0.0
        index = min(bisect_right(self.scores, score), measured) - 1
        low = min(index, measured - 2)
        if low < 0:
            return self.fpr[0]
        x0, x1 = _log_odds(self.scores[low]), _log_odds(self.scores[low + 1])
        y0, y1 = log(self.fpr[low]), log(self.fpr[low + 1])
        return exp(y0 + (y1 - y0) * (_log_odds(score) - x0) / (x1 - x0)) if x1 > x0 else self.fpr[index]

    def cut(self, share: float) -> float:
        """The least score that at most this share of honest texts reach; 1 where none is so certain."""
        low, high = 0.0, 1.0
        for _ in range(20):
            middle = (low + high) / 2
            low, high = (low, middle) if self.at(middle) <= share else (middle, high)
        return high


def _log_odds(score: float) -> float:
    score = min(max(score, 1e-7), 1 - 1e-7)
    return log(score / (1 - score))


class Likeness(Strict):
    """How the cosine of two embeddings becomes a probability. As training begins, where it is not given."""

    scale: float = Field(10.0, gt=0)
    shift: float = -3.0

    def at(self, cosine: float) -> float:
        return 1 / (1 + exp(-(self.scale * cosine + self.shift)))


class Similarity(Strict):
    """Of texts with rules in plain words, and with the tasks that system prompts set."""

    rules: Likeness = Likeness()
    tasks: Likeness = Likeness()


class Golden(Strict):
    """A known text: the ids of its first tokens, special ones included, and scores to be met again."""

    text: str = Field(min_length=1)
    ids: tuple[int, ...] = ()
    scores: Mapping[Category, Share] = {}


class Card(Strict):
    version: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    kind: Literal["heads", "classifier", "tagger"]
    description: str = ""
    license: str = ""
    files: Mapping[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = {}
    window: WindowSize = WindowSize()
    reads: Reads = Reads()  # of a classifier and of tags; heads have their own
    heads: tuple[Head, ...] = ()
    labels: Mapping[str, Category | None] = {}  # in the order of the outputs
    activation: Literal["softmax", "sigmoid"] = "softmax"
    tags: tuple[Category | None, ...] = ()
    calibration: Mapping[Category, Mapping[Channel, Curve]] = {}
    similarity: Similarity = Similarity()
    golden: tuple[Golden, ...] = ()
    fits_16_bits: bool = False  # 8-bit weights whose sums no processor cuts off; others take a slower, exact path there
    data: Any = None
    quality: Any = None
    speed: Any = None

    @model_validator(mode="after")
    def _complete(self) -> Card:
        if self.kind == "heads" and not (self.heads or any(self.tags)):
            raise ValueError("`heads` names no category")
        if self.kind != "heads" and not any(self.labels.values()):
            raise ValueError("`labels` gives no label a category")
        if self.kind == "heads" and self.labels:
            raise ValueError("`labels` belongs to classifiers and taggers")
        if self.kind != "heads" and (self.heads or self.tags):
            raise ValueError("`heads` and `tags` belong to the kind `heads`")
        if len({head.category for head in self.heads}) < len(self.heads):
            raise ValueError("a category stands twice in `heads`")
        return self

    @property
    def categories(self) -> frozenset[str]:
        named = (*(head.category for head in self.heads), *self.tags, *self.labels.values())
        return frozenset(category for category in named if category)

    def fpr(self, category: str, channel: Channel, score: float) -> float:
        """1 where nobody has measured it."""
        curve = self.calibration.get(category, {}).get(channel)
        return 1.0 if curve is None else curve.at(score)


def load_card(path: Path) -> Card:
    """Raises ModelError, one line per mistake."""
    try:
        if path.stat().st_size > MAX_CARD:
            raise ModelError(f"{path}: larger than {MAX_CARD} bytes")
        data = yaml.load(path.read_text("utf-8"), _LOADER)  # noqa: S506 (safe, either of them)
        return Card.model_validate(data)
    except ValidationError as e:
        raise ModelError(
            "\n".join(f"{path}: {'.'.join(map(str, m['loc'])) or 'card'}: {in_words(m)}" for m in e.errors())
        ) from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as e:
        raise ModelError(f"{path}: cannot be read: {e}") from None
