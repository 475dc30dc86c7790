"""
Requests and statements that a moderator would see, and harmless ones of the same shape and words.

One text file per kind of harm: verb phrases that the frames of `frames.txt` go around (`harm_do`,
`safe_do`) and whole sentences (`harm_say`, `safe_say`). Nothing here says how anything harmful is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from training.examples import HARMS, Example
from training.generate.grammar import Grammar, dress
from training.generate.harm.bias import bias

__all__ = ["CATEGORIES", "SOURCE", "bias", "harm"]

SOURCE = "generated/harm"
HERE = Path(__file__).parent
CATEGORIES = tuple(name.removeprefix("harm/") for name in HARMS)
GRAMMARS = {name: Grammar.read(HERE / "frames.txt", HERE / "shared.txt", HERE / f"{name}.txt") for name in CATEGORIES}

# Kinds that one text often shares: what a template says of the first is not certain for the others.
NEAR: Mapping[str, frozenset[str]] = {
    "violence": frozenset({"weapons", "crime", "hate", "harassment"}),
    "weapons": frozenset({"violence", "crime"}),
    "drugs": frozenset({"crime", "self_harm"}),
    "crime": frozenset({"cyber", "privacy", "violence", "weapons", "harassment", "drugs"}),
    "cyber": frozenset({"crime", "privacy"}),
    "self_harm": frozenset({"violence", "harassment", "drugs"}),
    "sexual": frozenset({"harassment", "privacy", "crime", "profanity"}),
    "hate": frozenset({"harassment", "violence", "profanity"}),
    "harassment": frozenset({"profanity", "violence", "hate", "privacy", "crime", "self_harm"}),
    "profanity": frozenset({"harassment", "sexual"}),
    "privacy": frozenset({"harassment", "crime", "cyber"}),
}

# "How do I stop somebody who wants to ..." reads wrong around phrases about oneself, and around plain swearing.
NO_ABOUT = frozenset({"self_harm", "sexual", "profanity"})
HARMFUL = 0.48
TRIES = 40


def labels(category: str, harmful: bool) -> dict[str, int]:
    """A harmless text has none of the kinds; a harmful one has its own, and lacks those that are far from it."""
    if not harmful:
        return {"harm/any": 0, **dict.fromkeys(HARMS, 0)}
    far = {f"harm/{name}": 0 for name in CATEGORIES if name != category and name not in NEAR[category]}
    return {"harm/any": 1, f"harm/{category}": 1, **far}


def sentence(random: Random, category: str, harmful: bool) -> tuple[str, str]:
    """A sentence and the group of its template."""
    grammar = GRAMMARS[category]
    side = "harm" if harmful else "safe"
    if not harmful and category not in NO_ABOUT and random.random() < 0.3:
        phrase, phrase_group = grammar.pick(random, "harm_do")
        text, group = grammar.pick(random, "about", vp=phrase)
        return text, f"{group}+{phrase_group}"
    done, said = len(grammar.lines[f"{side}_do"]), len(grammar.lines[f"{side}_say"])
    if random.random() < said / (done + said):
        return grammar.pick(random, f"{side}_say")
    phrase, phrase_group = grammar.pick(random, f"{side}_do")
    text, group = grammar.pick(random, frame(random, category, harmful), vp=phrase)
    return text, f"{group}+{phrase_group}"


def frame(random: Random, category: str, harmful: bool) -> str:
    if category == "sexual":
        return "adult_ask"  # the common frames speak of pupils and schools
    if harmful and random.random() < 0.2:
        return "harm_only"
    return "fiction" if random.random() < 0.2 else "ask"


def harm(random: Random, count: int) -> Iterator[Example]:
    """`count` examples without repetition; a little over half of them harmless."""
    seen: set[str] = set()
    for index in range(count):
        category = CATEGORIES[index % len(CATEGORIES)]
        harmful = random.random() < HARMFUL
        for _ in range(TRIES):
            text, group = sentence(random, category, harmful)
            text = dress(random, text)
            if text not in seen:
                break
        else:
            continue
        seen.add(text)
        yield Example(text, labels(category, harmful), "user", SOURCE, f"harm/{category}/{group}")
