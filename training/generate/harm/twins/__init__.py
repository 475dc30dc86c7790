"""
Harmful requests and honest ones with the same sharp words and the same forms, plain or in the middle of talk.

One grammar a kind of harm, `deceit` for what no kind names; `common.txt` has what goes around both sides. Requests
only: nothing here says how anything harmful is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from training.examples import HARMS, Example
from training.generate.direct.grammar import Grammar, Rule, read
from training.generate.direct.noise import letters
from training.generate.grammar import dress
from training.generate.harm import labels

__all__ = ["KINDS", "SOURCE", "harm_twins"]

SOURCE = "gen:harm:twins"
HERE = Path(__file__).parent
KINDS = tuple(sorted(path.stem for path in HERE.glob("*.txt") if path.stem != "common"))
HARMFUL = 0.46
BARE, LONG = 0.52, 0.1  # of the texts: the request alone; behind a story
FORMS = {"plain": 46, "pieces": 40, "long": 14}  # a question or a wish; a text to be written; with its own story
TRIES = 40


@dataclass(frozen=True, slots=True)
class Kind:
    grammar: Grammar
    rules: dict[tuple[str, str], Rule]


@cache
def kinds() -> dict[str, Kind]:
    common = read(HERE / "common.txt")
    found = {}
    for name in KINDS:
        grammar = Grammar(common | named(name))
        tops = {
            (rule.kind, rule.name.partition("_")[2]): rule for rule in grammar.rules.values() if rule.kind != "part"
        }
        found[name] = Kind(grammar, tops)
    return found


def named(kind: str) -> dict[str, Rule]:
    return read(HERE / f"{kind}.txt")


def denied(kind: str, harmful: bool) -> dict[str, int]:
    """Of deceit only the kinds are certain that have nothing to do with it."""
    if kind != "deceit":
        return labels(kind, harmful)
    if not harmful:
        return {"harm/any": 0, **dict.fromkeys(HARMS, 0)}
    far = ("weapons", "drugs", "self_harm", "sexual", "profanity")
    return {"harm/any": 1, **{f"harm/{name}": 0 for name in far}}


def around(random: Random, grammar: Grammar, text: str) -> str:
    """The request alone, with a word before or behind it, or after a story."""
    roll = random.random()
    if roll < BARE:
        return text
    if roll < BARE + LONG:
        story = grammar.draw(random, "background")[0]
        joint = random.choice(("\n\n", "\n", " ", " So: ", "\n\nMy question: ", "\n\nMy request: "))
        text = f"{story}{joint}{text[:1].upper()}{text[1:]}"
    elif roll < 0.84:
        start = grammar.draw(random, "opener")[0]
        text = text if start[-1] in ".!?:" else text[:1].lower() + text[1:]
        text = f"{start}{random.choice((' ', ' ', ' ', chr(10)))}{text}"
    if roll > 0.75 or roll < BARE + LONG / 2:
        end = text if text[-1] in ".?!)" else f"{text}{random.choice(('.', '?', ' -', ''))}"
        text = f"{end} {grammar.draw(random, 'closer')[0]}"
    return text


def harm_twins(random: Random, count: int) -> Iterator[Example]:
    """`count` examples without repetition, a little over half of them harmless."""
    seen: set[str] = set()
    for index in range(count):
        kind = KINDS[index % len(KINDS)]
        side = "harm" if random.random() < HARMFUL else "safe"
        form = random.choices([*FORMS], [*FORMS.values()])[0]
        found = kinds()[kind]
        for _ in range(TRIES):
            rule = found.rules[side, form]
            request, line = found.grammar.draw(random, rule.name)
            whole = request if form == "long" else around(random, found.grammar, request)
            text = dress(random, whole)
            if random.random() < 0.2:
                text = letters(random, text)
            if text not in seen:
                break
        else:
            continue
        seen.add(text)
        group = f"twins/{kind}/{side}/{form}/{line}"
        yield Example(text.strip(), denied(kind, side == "harm"), "user", f"{SOURCE}:{kind}", group)
