"""What a transform is, and how several become one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

__all__ = ["Apply", "Family", "Transform", "chain"]

Apply = Callable[[str, Random], str]


class Family(StrEnum):
    CHARACTER = "character"  # each letter stays a letter to the eye, or hides behind others
    ENCODING = "encoding"  # of the bytes; reads as gibberish
    CIPHER = "cipher"  # letters or words change places


@dataclass(frozen=True, slots=True)
class Transform:
    """
    One way to write a text so that a reader or a model still gets it and a filter may not.

    `exact`: every character can be told again from what comes out, capitals and digits too. Where
    it is False, words can be read and a password cannot.
    """

    name: str
    family: Family
    apply: Apply
    exact: bool = True

    def __call__(self, text: str, random: Random) -> str:
        return self.apply(text, random)


def chain(*transforms: Transform) -> Transform:
    """One after another, the first of them nearest to the text. Named `a>b`."""

    def apply(text: str, random: Random) -> str:
        for transform in transforms:
            text = transform.apply(text, random)
        return text

    name = ">".join(transform.name for transform in transforms)
    return Transform(name, transforms[-1].family, apply, all(transform.exact for transform in transforms))
