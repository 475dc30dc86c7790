"""
Texts to measure with, made from a seed: prompts, clean prose, number-heavy text, code, answers.

The same seed gives the same text everywhere. All names and figures are invented; domains are those
that RFC 2606 keeps for examples.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

__all__ = ["CORPORA", "answer_words", "code", "numbers", "prompt", "prose"]

_TOPICS = (
    "the quarterly report", "our onboarding guide", "the garden behind the library", "the new bus timetable",
    "a recipe for lentil soup", "the museum's lighting plan", "the draft of chapter three", "the school play",
    "the repair of the old bridge", "the translation of the manual", "a walking tour of the harbour",
    "the bicycle workshop", "the choir's spring programme", "the warehouse inventory", "the customer survey",
    "the budget for the community kitchen", "the weather station on the roof", "the glossary of sailing terms",
)  # fmt: skip
_PEOPLE = ("Maren", "Tobias", "Ines", "Oskar", "Lucia", "Henrik", "Amara", "Felix", "Noor", "Viktor", "Selma", "Jonas")
_FAMILIES = ("Albers", "Castell", "Dorn", "Ekberg", "Falk", "Greve", "Holm", "Ibsen", "Kessler", "Lund", "Moreau")
_PLACES = ("the north wing", "the main hall", "the second floor", "the archive", "the courtyard", "the reading room")
_VERBS = ("explain", "summarise", "rewrite", "compare", "outline", "review", "shorten", "translate", "describe")
_QUALITIES = ("clear", "short", "friendly", "careful", "practical", "detailed", "simple", "thorough", "patient", "calm")
_THINGS = (
    "paragraph", "diagram", "checklist", "timetable", "drawing", "letter", "example", "table", "photograph", "list",
    "note", "window", "shelf", "lamp", "kettle", "notebook", "map", "basket", "ladder", "curtain",
)  # fmt: skip
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "September", "October", "November")

_Sentence = Callable[[Random], str]

_PLAIN: tuple[_Sentence, ...] = (
    lambda r: f"Please {r.choice(_VERBS)} {r.choice(_TOPICS)} in a {r.choice(_QUALITIES)} way.",
    lambda r: f"{r.choice(_PEOPLE)} thinks that {r.choice(_TOPICS)} needs a more {r.choice(_QUALITIES)} beginning.",
    lambda r: f"We talked about {r.choice(_TOPICS)} and then about {r.choice(_TOPICS)}, without reaching an end.",
    lambda r: f"The {r.choice(_THINGS)} near {r.choice(_PLACES)} is still missing, which nobody had expected.",
    lambda r: f"A {r.choice(_QUALITIES)} {r.choice(_THINGS)} would help the readers who see this for the first time.",
    lambda r: f"Could you {r.choice(_VERBS)} why the {r.choice(_THINGS)} matters more than the {r.choice(_THINGS)}?",
    lambda r: f"In {r.choice(_PLACES)} there is a {r.choice(_THINGS)} that {r.choice(_PEOPLE)} would like to keep.",
    lambda r: f"Last week the group decided to {r.choice(_VERBS)} {r.choice(_TOPICS)} before anything else.",
    lambda r: f"It should sound {r.choice(_QUALITIES)}, not {r.choice(_QUALITIES)}, and avoid long sentences.",
    lambda r: f"If the {r.choice(_THINGS)} is too large, {r.choice(_PEOPLE)} can move it to {r.choice(_PLACES)}.",
    lambda r: f"What would you change first, the {r.choice(_THINGS)} or the {r.choice(_THINGS)}, and for what reason?",
    lambda r: f"Everybody agreed that {r.choice(_TOPICS)} had become better since {r.choice(_PEOPLE)} looked after it.",
)
_COUNTED: tuple[_Sentence, ...] = (
    lambda r: f"There are {r.randint(2, 90)} chairs in {r.choice(_PLACES)}, and {r.randint(2, 30)} of them are broken.",
    lambda r: f"The estimate was {r.randint(100, 9000)} euros, about {r.randint(3, 40)} percent more than last time.",
    lambda r: f"It took {r.randint(2, 12)} people {r.randint(2, 9)} hours to finish {r.choice(_TOPICS)}.",
)
_DATED: tuple[_Sentence, ...] = (
    lambda r: f"The deadline is {r.randint(1, 28)} {r.choice(_MONTHS)} {r.randint(2019, 2027)}, unless it rains.",
    lambda r: f"{r.choice(_PEOPLE)} wrote on {r.randint(2019, 2027)}-{r.randint(1, 12):02}-{r.randint(1, 28):02} too.",
)


def _mailed(r: Random) -> str:
    person, family = r.choice(_PEOPLE), r.choice(_FAMILIES)
    return (
        f"Send a copy to {person.lower()}.{family.lower()}@{r.choice(('example.com', 'example.org'))} when it is done."
    )


def prompt(seed: int, size: int) -> str:
    """What an honest user might write: prose, sometimes a number or a date, now and then an e-mail address."""
    return _fill(seed, size, _prompt_sentence)


def prose(seed: int, size: int) -> str:
    """Words only."""
    return _fill(seed, size, lambda r: r.choice(_PLAIN)(r))


def numbers(seed: int, size: int) -> str:
    """Lines of an inventory, a meter's log and an order list: few words, many figures."""
    return _fill(seed, size, lambda r: r.choice(_NUMBER_LINES)(r), "\n")


def code(seed: int, size: int) -> str:
    """Python, shell and JSON as they stand in a question about a program."""
    return _fill(seed, size, lambda r: r.choice(_CODE_LINES)(r), "\n")


def answer_words(count: int) -> list[str]:
    """An answer of so many words, each with the space before it, as a model streams them."""
    words = prose(0, 8 * count + 200).split()[:count]
    return [word if i == 0 else f" {word}" for i, word in enumerate(words)]


def _prompt_sentence(r: Random) -> str:
    kind = r.random()
    if kind < 0.03:
        return _mailed(r)
    if kind < 0.08:
        return r.choice(_DATED)(r)
    if kind < 0.20:
        return r.choice(_COUNTED)(r)
    return r.choice(_PLAIN)(r)


def _fill(seed: int, size: int, sentence: _Sentence, between: str = " ") -> str:
    """ASCII text of exactly `size` characters; the last sentence is cut."""
    r = Random(seed)
    out: list[str] = []
    length = 0
    while length < size:
        out.append(sentence(r))
        length += len(out[-1]) + len(between)
    return between.join(out)[:size].ljust(size, ".")


_NUMBER_LINES: tuple[_Sentence, ...] = (
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

_NAMES = ("orders", "total", "index", "shelf", "reader", "config", "width", "queue", "result", "batch", "offset")
_CODE_LINES: tuple[_Sentence, ...] = (
    lambda r: f"def load_{r.choice(_NAMES)}({r.choice(_NAMES)}: list[str], limit: int = {r.randint(1, 500)}) -> int:",
    lambda r: f"    {r.choice(_NAMES)} = [{r.choice(_NAMES)}.get(key, {r.randint(0, 9)}) for key in sorted(keys)]",
    lambda r: f'    log.info("read %d {r.choice(_NAMES)}", len({r.choice(_NAMES)}))',
    lambda r: f"    if {r.choice(_NAMES)}[{r.randint(0, 7)}] >= {r.randint(1, 4096)} and not {r.choice(_NAMES)}:",
    lambda r: f'        raise ValueError(f"{r.choice(_NAMES)} {{{r.choice(_NAMES)}!r}} is not a number")',
    lambda r: f"from app.{r.choice(_NAMES)}.{r.choice(_NAMES)} import {r.choice(_NAMES).title()}, parse_all",
    lambda r: f"$ grep -rn '{r.choice(_NAMES)}' src/ | sort | head -n {r.randint(1, 50)} > /tmp/{r.choice(_NAMES)}.txt",
    lambda r: f'{{"{r.choice(_NAMES)}": {r.randint(0, 999)}, "{r.choice(_NAMES)}": ["a", "b"], "ok": true}}',
    lambda r: f"    checksum = {r.getrandbits(64):#018x}  # of {r.choice(_NAMES)}",
    lambda r: f"    return self._{r.choice(_NAMES)}.{r.choice(_NAMES)}(timeout={r.randint(1, 60)})",
    lambda r: f"commit {r.getrandbits(160):040x}",
)

CORPORA: dict[str, Callable[[int, int], str]] = {"prose": prose, "numbers": numbers, "code": code}
