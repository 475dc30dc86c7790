"""
Texts to measure with, made from a seed: prompts, clean prose, number-heavy text, code, answers.

Texts of a different seed are put together anew from thousands of phrases, since an automaton that
is built while it reads (RE2's) is many times faster on what it has seen before. The same seed gives
the same text everywhere. Names and figures are invented; domains are those that RFC 2606 keeps for
examples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

import yaml

__all__ = ["CORPORA", "answer_words", "code", "numbers", "prompt", "prose"]

_WORDS: dict[str, tuple[str, ...]] = {
    kind: tuple(words.split())
    for kind, words in yaml.safe_load(Path(__file__).with_name("vocabulary.yaml").read_text("utf-8")).items()
}
_NOUNS, _ADJECTIVES, _VERBS = _WORDS["nouns"], _WORDS["adjectives"], _WORDS["verbs"]
_PHRASES = 3000  # of each kind
_SENTENCE = 60  # characters, roughly, for a first guess; short of the mean

_Line = Callable[[Random], str]
_Kinds = tuple[Sequence[str], ...]


def prompt(seed: int, size: int) -> str:
    """What an honest user might write: in 2,000 characters three numbers, a date, every other time an address."""
    return _sentences(seed, size, _phrases(figures=True))


def prose(seed: int, size: int) -> str:
    """Words only."""
    return _sentences(seed, size, _phrases(figures=False))


def numbers(seed: int, size: int) -> str:
    """Lines of a meter's log, an inventory and an order list: few words, many figures."""
    return _lines(seed, size, _NUMBER_LINES)


def code(seed: int, size: int) -> str:
    """Python, shell and JSON as they stand in a question about a program."""
    return _lines(seed, size, _CODE_LINES)


CORPORA: dict[str, Callable[[int, int], str]] = {"prose": prose, "prompt": prompt, "numbers": numbers, "code": code}


def answer_words(seed: int, count: int) -> list[str]:
    """An answer of so many words, each with the space before it, as a model streams them."""
    words = prose(seed, 10 * count + 200).split()[:count]
    return [word if i == 0 else f" {word}" for i, word in enumerate(words)]


def _sentences(seed: int, size: int, kinds: _Kinds) -> str:
    """ASCII text of exactly `size` characters; the last sentence is cut."""
    r = Random(seed)
    out = ""
    while len(out) < size:
        count = (size - len(out)) // _SENTENCE + 1
        clauses = zip(*(r.choices(kind, k=count) for kind in kinds), strict=True)
        out += " ".join(map(" ".join, clauses)) + " "
    return out[: size - 1] + "."


def _lines(seed: int, size: int, kinds: Sequence[_Line]) -> str:
    r = Random(seed)
    out = ""
    while len(out) < size:
        out += r.choice(kinds)(r) + "\n"
    return out[:size]


@lru_cache(maxsize=2)
def _phrases(*, figures: bool) -> _Kinds:
    """Subjects, predicates, objects, and what ends a sentence."""
    r = Random(2606)
    ends = [_figure_end if figures and r.random() < 0.18 else _plain_end for _ in range(_PHRASES)]
    return (
        [_capital(_thing(r)) for _ in range(_PHRASES)],
        [_predicate(r) for _ in range(_PHRASES)],
        [_thing(r) for _ in range(_PHRASES)],
        [end(r) for end in ends],
    )


def _thing(r: Random) -> str:
    kind = r.random()
    if kind < 0.12:
        return r.choice(_WORDS["people"])
    article = r.choice(("the", "the", "our", "my", "this", "that", "another", "every", "her", "his", "some"))
    noun = f"{r.choice(_ADJECTIVES)} {r.choice(_NOUNS)}" if kind < 0.5 else r.choice(_NOUNS)
    if kind > 0.85:
        return f"{article} {noun} {r.choice(_WORDS['prepositions'])} the {r.choice(_NOUNS)}"
    return f"{article} {noun}"


def _predicate(r: Random) -> str:
    return f"{r.choice(_WORDS['adverbs'])} {r.choice(_VERBS)}" if r.random() < 0.4 else r.choice(_VERBS)


def _plain_end(r: Random) -> str:
    kind = r.random()
    if kind < 0.15:
        return r.choice(_WORDS["adverbs"]) + r.choice((".", "!", "?"))
    if kind < 0.3:
        return f"and {r.choice(_VERBS)} {_thing(r)}."
    if kind < 0.4:
        return f"because {_thing(r)} {r.choice(_VERBS)} it."
    return f"{r.choice(_WORDS['prepositions'])} {_thing(r)}."


def _figure_end(r: Random) -> str:
    kind = r.random()
    if kind < 0.10:
        name = f"{r.choice(_WORDS['people'])}.{r.choice(_WORDS['families'])}".lower()
        return f"and wrote to {name}@example.{r.choice(('com', 'org', 'net'))}."
    if kind < 0.20:
        return f"on {r.randint(1, 28)} {r.choice(_WORDS['months'])} {r.randint(2015, 2027)}."
    if kind < 0.30:
        return f"until {r.randint(2015, 2027)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}."
    if kind < 0.6:
        return f"for {r.randint(2, 9000)} {r.choice(('euros', 'days', 'people', 'metres', 'pages', 'hours'))}."
    return f"{r.choice(_WORDS['prepositions'])} {r.randint(2, 60)} of {r.randint(60, 400)} {r.choice(_NOUNS)}s."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


_NUMBER_LINES: tuple[_Line, ...] = (
    lambda r: (
        f"{r.randint(2020, 2026)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}T{r.randint(0, 23):02}:"
        f"{r.randint(0, 59):02}:{r.randint(0, 59):02}Z meter {r.randint(10, 99)}: {r.uniform(0, 500):.3f} kWh"
    ),
    lambda r: (
        f"order {r.randint(10**7, 10**8 - 1)}  {r.randint(1, 40)} x {r.uniform(1, 900):.2f} "
        f"= {r.uniform(1, 9000):.2f} EUR"
    ),
    lambda r: f"{r.randint(10**11, 10**12 - 1)};{r.randint(1000, 9999)};{r.randint(0, 999)};{r.uniform(0, 1):.6f}",
    lambda r: f"item no. {r.randint(100, 999)}-{r.randint(10, 99)}-{r.randint(1000, 9999)} shelf {r.randint(1, 60)}",
    lambda r: f"mean {r.uniform(10, 90):.4f}, deviation {r.uniform(0, 9):.4f}, n = {r.randint(10, 5000)}",
    lambda r: " ".join(str(r.randint(0, 10**6)) for _ in range(8)),
    lambda r: (
        f"batch {r.randint(10**9, 10**10 - 1)} weight {r.randint(100, 990)} g, {r.randint(1, 31)}."
        f"{r.randint(1, 12)}.{r.randint(2020, 2026)}"
    ),
)


def _name(r: Random) -> str:
    return r.choice(_NOUNS) if r.random() < 0.6 else f"{r.choice(_ADJECTIVES)}_{r.choice(_NOUNS)}"


_CODE_LINES: tuple[_Line, ...] = (
    lambda r: f"def {r.choice(_VERBS)}_{_name(r)}({_name(r)}: list[str], limit: int = {r.randint(1, 500)}) -> int:",
    lambda r: f"    {_name(r)} = [{_name(r)}.get(key, {r.randint(0, 9)}) for key in sorted({_name(r)})]",
    lambda r: f'    log.info("read %d {r.choice(_NOUNS)}s from %s", len({_name(r)}), {_name(r)}.path)',
    lambda r: f"    if {_name(r)}[{r.randint(0, 7)}] >= {r.randint(1, 4096)} and not {_name(r)}:",
    lambda r: f'        raise ValueError(f"{r.choice(_NOUNS)} {{{_name(r)}!r}} is not a {r.choice(_NOUNS)}")',
    lambda r: (
        f"from app.{r.choice(_NOUNS)}.{r.choice(_NOUNS)} import {r.choice(_NOUNS).title()}, parse_{r.choice(_NOUNS)}"
    ),
    lambda r: f"$ grep -rn '{_name(r)}' src/ | sort | head -n {r.randint(1, 50)} > /tmp/{r.choice(_NOUNS)}.txt",
    lambda r: f'{{"{_name(r)}": {r.randint(0, 999)}, "{_name(r)}": ["{r.choice(_NOUNS)}", "b"], "ok": true}}',
    lambda r: f"    # {_capital(_thing(r))} {r.choice(_VERBS)} {_thing(r)}; see {r.choice(_NOUNS)}.md",
    lambda r: f"    checksum = {r.getrandbits(64):#018x}",
    lambda r: f"    return self._{_name(r)}.{r.choice(_NOUNS)}(timeout={r.randint(1, 60)})",
    lambda r: f"commit {r.getrandbits(160):040x}",
)
