"""Harmful requests and harmless ones of the same words in other languages: `foreign.txt` and a file for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from training.examples import Example
from training.generate.grammar import Grammar, dress
from training.generate.harm import SOURCE, labels

__all__ = ["LANGUAGES", "foreign_harm"]

HERE = Path(__file__).parent
FILES = sorted((HERE / "languages").glob("*.txt"))
GRAMMAR = Grammar.read(HERE / "foreign.txt", *FILES)
LANGUAGES = tuple(path.stem for path in FILES)
HARMFUL = 0.48
TRIES = 40


def foreign_harm(random: Random, count: int) -> Iterator[Example]:
    """`count` examples without repetition; a little over half of them harmless."""
    seen: set[str] = set()
    for index in range(count):
        lang = LANGUAGES[index % len(LANGUAGES)]
        harmful = random.random() < HARMFUL
        for _ in range(TRIES):
            text, group = GRAMMAR.pick(random, f"{lang}_harm" if harmful else f"{lang}_safe")
            category = "safe"
            if harmful:
                category, _, text = text.partition(": ")
            text = GRAMMAR.pick(random, f"{lang}_frame", text=text)[0]
            text = dress(random, text)
            if text not in seen:
                break
        else:
            continue
        seen.add(text)
        yield Example(text, labels(category, harmful), "user", SOURCE, f"harm/{category}/{group}", lang)
