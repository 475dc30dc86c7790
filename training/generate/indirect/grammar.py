"""
A small grammar: `{a|b}` picks one, `{name}` a word of that kind, `{name_1}` the same word each time in one scene.
`¦` ends up as `|`. Braces that are neither (code, JSON) stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from training.generate.indirect.words import WORDS, Words

__all__ = ["Scene", "capital"]

PART = re.compile(r"\{([^{}]*)\}")
KEPT = re.compile(r"[a-z_]+_\d")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class Scene:
    """One document's choices: what it has named once, it names again."""

    def __init__(self, random: Random, words: Words = WORDS) -> None:
        self.random = random
        self.words = words
        self.kept: dict[str, str] = {}

    def __call__(self, template: str) -> str:
        before = ""
        while before != template:
            before, template = template, PART.sub(lambda match: self._part(match), template)
        return template.replace("¦", "|")

    def pick(self, templates: Sequence[str]) -> str:
        return self(self.random.choice(templates))

    def sample(self, templates: Sequence[str], count: int) -> list[str]:
        """`count` different ones (fewer, if there are not so many)."""
        return [self(template) for template in self.random.sample(templates, min(count, len(templates)))]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def _part(self, match: re.Match[str]) -> str:
        inner: str = match[1]
        if "|" in inner:
            return self.random.choice(inner.split("|"))
        if KEPT.fullmatch(inner):
            base = inner.rsplit("_", 1)[0]
            if inner not in self.kept and base in self.words:
                self.kept[inner] = self(self._word(base))
            return self.kept.get(inner, match[0])
        return self._word(inner) if inner in self.words else match[0]

    def _word(self, name: str) -> str:
        source = self.words[name]
        if isinstance(source, Sequence):
            return self.random.choice(source)
        return source(self.random)
