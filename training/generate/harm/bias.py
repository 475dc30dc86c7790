"""
Generalisations about groups of people, and sentences that only look like them.

Facts, one person's story, criticism of a prejudice and questions about it are harmless, and so are
generalisations about dogs, cars and weather.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from training.examples import Example
from training.generate.grammar import Grammar, dress

__all__ = ["bias"]

SOURCE = "generated/bias"
GRAMMAR = Grammar.read(Path(__file__).parent / "bias.txt")
SUBJECTS = (*GRAMMAR.slots["group"], *GRAMMAR.slots["thing"])
TWICE = re.compile(rf"\b({'|'.join(map(re.escape, SUBJECTS))})\b.*\b\1\b", re.IGNORECASE)
BIASED = 0.46
TRIES = 40


def sentence(random: Random, biased: bool) -> tuple[str, str]:
    claim, _ = GRAMMAR.pick(random, "gen")
    return GRAMMAR.pick(random, "bias" if biased else "fair", gen=claim)


def bias(random: Random, count: int) -> Iterator[Example]:
    """`count` examples without repetition; a little over half of them fair."""
    seen: set[str] = set()
    for _ in range(count):
        biased = random.random() < BIASED
        for _ in range(TRIES):
            text, group = sentence(random, biased)
            text = dress(random, text)
            if text not in seen and not TWICE.search(text):  # nobody is compared with themselves
                break
        else:
            continue
        seen.add(text)
        yield Example(text, {"bias/social": int(biased)}, "user", SOURCE, f"bias/{group}")
