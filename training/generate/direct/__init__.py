"""
Prompt injections that a user types, and as many honest texts with the same words.

The sentences are in the grammar files: `attacks/` and `honest/` in English, `languages/` both in each other
language, `common.txt` what the English ones share. A file is a family,
an alternative of one of its rules a group.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from training.examples import Channel, Example

from .compose import compose, surround
from .grammar import Grammar, Rule, read

__all__ = ["LANGUAGES", "direct"]

HERE = Path(__file__).parent
LANGUAGES = tuple(sorted(path.stem for path in (HERE / "languages").glob("*.txt")))

ATTACK = {"injection/direct": 1}
HONEST = {"injection/direct": 0, "injection/indirect": 0, "harm/any": 0}

LONGEST = 3800  # characters
FOREIGN = 0.27  # of the texts are not English
HONEST_SHARE = 0.55
RAW: tuple[Channel, ...] = ("code", "document", "tool")  # flags of rules whose texts stand as they are written
# Honest files whose texts stand around others, too.
HOSTS = ("codehelp", "developers", "longtasks", "notices", "offices", "records", "specs")
HOSTED = 0.3  # of the English texts that stand with another
FEWEST = 5  # rules that a file counts for
TRIES = 40  # for a text that was not written yet


@dataclass(frozen=True, slots=True)
class Family:
    """The top rules of one file that are all attacks or all honest."""

    name: str
    lang: str
    attack: bool
    grammar: Grammar
    rules: tuple[Rule, ...]


@cache
def families() -> tuple[Family, ...]:
    common = read(HERE / "common.txt")
    found: list[Family] = []
    for folder in ("attacks", "honest", "languages"):
        for path in sorted((HERE / folder).glob("*.txt")):
            lang = path.stem if folder == "languages" else "en"
            rules = read(path)
            grammar = Grammar(rules if lang != "en" else common | rules)
            for kind in ("attack", "honest"):
                tops = tuple(rule for rule in rules.values() if rule.kind == kind)
                if tops:
                    found.append(Family(path.stem, lang, kind == "attack", grammar, tops))
    return tuple(found)


def direct(random: Random, count: int) -> Iterator[Example]:
    """`count` examples, no text twice; about 45 of 100 are attacks, about 27 of 100 are not English."""
    seen: set[str] = set()
    for _ in range(count):
        attack = random.random() >= HONEST_SHARE
        foreign = random.random() < FOREIGN
        fit = [family for family in families() if family.attack == attack and (family.lang != "en") == foreign]
        for _ in range(TRIES):
            family = random.choices(fit, [weight(family) for family in fit])[0]
            example = write(random, family)
            if example.text not in seen and len(example.text) <= LONGEST:
                seen.add(example.text)
                yield example
                break


def weight(family: Family) -> float:
    """A file with many rules is drawn more often, but not in proportion; few rules can be wide ones."""
    return math.pow(max(FEWEST, len(family.rules)), 0.75)


def write(random: Random, family: Family) -> Example:
    rule = random.choices(family.rules, [family.grammar.breadth(rule) for rule in family.rules])[0]
    text, index = family.grammar.draw(random, rule.name)
    channel: Channel = next((flag for flag in RAW if flag in rule.flags), "user")
    raw = channel != "user"
    around = [] if raw or "alone" in rule.flags else company(random, family)
    if not raw:
        text = text[:1].upper() + text[1:]
    text, spans = compose(random, surround(random, text, family.attack, around), family.lang, raw)
    return Example(
        text=text.strip() if not spans else text,
        labels=dict(ATTACK if family.attack else HONEST),
        channel=channel,
        source=f"gen:direct:{family.name}",
        group=f"{family.name}/{rule.name}/{index}",
        lang=family.lang,
        spans=spans,
    )


def company(random: Random, family: Family) -> list[str]:
    """Honest text to stand around another: mostly none, mostly of the same language."""
    chance = random.random()
    if chance < 0.62:
        return []
    if family.lang == "en" and random.random() < HOSTED:
        # Or the look of a mail, a log or a long request alone would tell that a text is honest.
        host = random.choice([other for other in families() if other.name in HOSTS])
        return [host.grammar.draw(random, random.choice(host.rules).name)[0].strip()]
    home = family.grammar
    if family.lang != "en" and random.random() < 0.15:
        home = next(other.grammar for other in families() if other.lang == "en")
    name = "passage" if "passage" in home.rules and random.random() < 0.35 else "task"
    return [home.draw(random, name)[0] for _ in range(2 if chance > 0.92 else 1)]
