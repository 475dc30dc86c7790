"""
What a training example is, and which labels the model learns. Imports nothing of ours.

Labels are partial: a head that an example does not name learns nothing from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal, Protocol

__all__ = ["HARMS", "HEADS", "TAGS", "Channel", "Example", "Generator", "Pair", "Tag"]

Channel = Literal["user", "document", "tool", "code", "answer"]

HARMS = (
    "harm/violence",
    "harm/weapons",
    "harm/drugs",
    "harm/crime",
    "harm/cyber",
    "harm/self_harm",
    "harm/sexual",
    "harm/hate",
    "harm/harassment",
    "harm/profanity",
    "harm/privacy",
)

HEADS = (
    "injection/direct",  # the writer wants the model to drop, leak or break its instructions; jailbreaks
    "injection/indirect",  # an instruction to the model inside a document, mail, tool result or code
    "harm/any",  # a harmful request, statement or answer, of whichever kind
    *HARMS,
    "bias/social",
    "output/refusal",
    "skill/malicious",
)

TAGS = ("person", "place", "organisation", "address", "date_of_birth")


@dataclass(frozen=True, slots=True)
class Tag:
    """`start` and `end` in code points, half open; `label` one of TAGS."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Example:
    """
    One text and what is known of it.

    `spans`: where the injected or malicious part of the text is (none: all of it); windows that do not
    touch one of them are negatives. `tags` None: not annotated. `group` names the template or the
    source's cluster, so that near-copies can be counted and weighed. `source` ends up in the card.
    """

    text: str
    labels: Mapping[str, int] = field(default_factory=dict)
    channel: Channel = "user"
    source: str = ""
    group: str = ""
    lang: str = "en"
    spans: tuple[tuple[int, int], ...] = ()
    tags: tuple[Tag, ...] | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule or a system prompt's task in words, a text, and whether the text falls under it (1) or not (0)."""

    rule: str
    text: str
    label: int
    kind: Literal["rule", "task"] = "rule"
    source: str = ""
    group: str = ""


class Generator(Protocol):
    """`count` is about how many examples to write; half of them and more should be hard negatives."""

    def __call__(self, random: Random, count: int) -> Iterator[Example]: ...
