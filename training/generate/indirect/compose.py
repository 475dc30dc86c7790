# ruff: noqa: E501  # grammars: one alternative a line, however long
"""
Injections composed into carriers, and the same carriers with what belongs there.

Half and more of the rows are honest: bare carriers, and carriers in which people tell people what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from random import Random

from training.examples import Channel, Example
from training.generate.indirect.agents import agent_speech, agent_told, agents, is_agents
from training.generate.indirect.carrier import Carrier
from training.generate.indirect.foreign import foreign, foreign_imperative, foreign_speech
from training.generate.indirect.grammar import Scene
from training.generate.indirect.letters import LETTERS
from training.generate.indirect.pages import PAGES
from training.generate.indirect.people import imperative
from training.generate.indirect.places import at, kinds, settle
from training.generate.indirect.rare import RARE, is_rare, rare_speech, rare_told
from training.generate.indirect.results import RESULTS
from training.generate.indirect.soft import argued, foreign_argued, soft
from training.generate.indirect.sources import SOURCES
from training.generate.indirect.speeches import speech

__all__ = ["CLEAN", "carriers", "indirect"]

CLEAN = {"injection/indirect": 0, "injection/direct": 0}
LETTER = frozenset({"mail", "chat", "ticket", "minutes"})
LONGEST = 3000
SENTENCE = re.compile(r"(?<=[.!?。！？])(?=\s)|(?<=[。！？])")
SOURCE = "own/indirect"
SOFTLY = 0.18  # of the injected passages bend the answer without an order
ARGUED = 0.22  # of the honest ones have the words of those
RARELY = 0.14  # of the own carriers are of the rare kinds
OWN_WORDS = 0.75  # of what stands in those is from their own sentences, and a little of what stands elsewhere
ELSEWHERE = 0.06
AGENTS = 0.24  # of the other own carriers are what the tools of agents give back
TOOLS_WORDS = (
    0.75  # of what stands in those is from their own sentences, and a little of what stands in other English ones
)
BORROWED_WORDS = 0.1


def carrier(scene: Scene) -> Carrier:
    if scene.chance(RARELY):
        return scene.random.choice(RARE)(scene)
    if scene.chance(AGENTS):
        return agents(scene)
    if scene.chance(0.12):
        return foreign(scene)
    writers = scene.random.choices((LETTERS, PAGES, RESULTS, SOURCES), (30, 32, 26, 12))[0]
    made = scene.random.choice(writers)(scene)
    return (
        Carrier(scene(made.text), made.register, made.family, made.channel, made.lang)
        if made.register == "code"
        else made
    )


def strings(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the strings in a JSON value are."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from strings(inner, (*path, index))


def marked_json(random: Random, value: dict[str, object] | list[object]) -> str | None:
    found = list(strings(value))
    if not found:
        return None
    path = random.choice(found)
    inner: object = value
    for step in path[:-1]:
        inner = inner[step]  # type: ignore[index]  # `strings` walked the same way
    inner[path[-1]] += at("json")  # type: ignore[index]
    return json.dumps(value, ensure_ascii=False)


def borrowed(random: Random, text: str, channel: Channel) -> Carrier | None:
    """A text of a data set as a carrier: marks between its lines, after its sentences, in its JSON strings."""
    if any("\ue000" <= char <= "\ue002" for char in text):
        return None
    if text.lstrip()[:1] in ("{", "[") and len(text) <= LONGEST:
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if isinstance(value, dict | list):
            marked = marked_json(random, value)
            return Carrier(marked, "result", "data/json", channel) if marked else None
    text = text[:LONGEST].strip()
    if not text:
        return None
    place = random.randrange(3)
    register = "code" if channel == "code" else "result" if channel == "tool" else "prose"
    if channel == "code" or place != 1 or not SENTENCE.search(text):
        lines = text.split("\n")
        index = (0, random.randint(0, len(lines)), len(lines))[place]
        if index == len(lines):
            return Carrier(text + at("tail"), register, f"data/{channel}", channel)
        kind = random.choice(("hash", "slash", "line")) if channel == "code" else "line"
        return Carrier(
            "\n".join([*lines[:index], at(kind) + lines[index], *lines[index + 1 :]]),
            register,
            f"data/{channel}",
            channel,
        )
    cuts = [match.start() for match in SENTENCE.finditer(text)]
    cut = random.choice(cuts)
    return Carrier(text[:cut] + at("inline") + text[cut:], register, f"data/{channel}", channel)


def fitted(scene: Scene, made: Carrier, passages: Sequence[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    places = sorted(scene.random.sample(range(len(kinds(made.text))), min(len(passages), len(kinds(made.text)))))
    passages = passages if len(places) == len(passages) else [" ".join(passages)]
    return settle(scene.random, made.text, dict(zip(places, passages, strict=True)))


def trimmed(text: str, spans: tuple[tuple[int, int], ...]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Without blank ends, and not longer than the longest: cut around the spans."""
    start = 0
    if len(text) > LONGEST:
        first, last = (spans[0][0], spans[-1][1]) if spans else (0, 0)
        start = max(0, min(first, len(text) - LONGEST, max(0, last - LONGEST // 2)))
        text = text[start : start + max(LONGEST, last - start)]
    spans = tuple((a - start, b - start) for a, b in spans)
    return text.rstrip("\n ") if not spans or spans[-1][1] <= len(text.rstrip("\n ")) else text, spans


def rarely(scene: Scene, made: Carrier) -> bool:
    """Whether the sentences of the rare carriers are used. Theirs are the only ones in some languages."""
    if is_rare(made):
        return made.lang != "en" or scene.chance(OWN_WORDS)
    return made.lang == "en" and scene.chance(ELSEWHERE)


def tools(scene: Scene, made: Carrier) -> bool:
    """Whether the sentences of the agents' tools are used."""
    return made.lang == "en" and scene.chance(TOOLS_WORDS if is_agents(made) else BORROWED_WORDS)


def told_people(scene: Scene, made: Carrier) -> tuple[str, str]:
    if tools(scene, made):
        return agent_told(scene, made)
    if rarely(scene, made):
        return rare_told(scene, made.register, made.lang)
    return foreign_imperative(scene, made.lang) if made.lang != "en" else imperative(scene, made.register)


def told_argued(scene: Scene, made: Carrier) -> tuple[str, str]:
    return foreign_argued(scene, made.lang) if made.lang != "en" else argued(scene, made.register)


def composed(scene: Scene, made: Carrier, kind: str) -> Example:
    group, labels, passages = "clean", CLEAN, tuple[str, ...]()
    if kind == "injected":
        labels = {"injection/indirect": 1}
        if tools(scene, made):
            passages, family = agent_speech(scene, made.register)
        elif rarely(scene, made):
            passages, family = rare_speech(scene, made.lang)
        elif scene.chance(SOFTLY):
            passages, family = soft(scene, made.channel == "code", made.lang)
        elif made.lang != "en" and scene.chance(0.8):
            passages, family = foreign_speech(scene, made.lang)
        else:
            passages, family = speech(scene, made.channel == "code", made.register in LETTER)
        group = f"injected/{family}"
    elif kind == "people":
        count = scene.random.choice((1, 1, 1, 2, 3))
        told = [told_argued(scene, made) if scene.chance(ARGUED) else told_people(scene, made) for _ in range(count)]
        passages, group = tuple(text for text, _ in told), f"people/{told[0][1]}"
        if len(kinds(made.text)) < count:
            passages = passages[:1]
    text, spans = fitted(scene, made, passages) if passages else settle(scene.random, made.text, {})
    text, spans = trimmed(text, spans) if not made.family.startswith(("json", "data/json")) else (text, spans)
    return Example(
        text, labels, made.channel, SOURCE, f"{made.family}/{group}", made.lang, spans if kind == "injected" else ()
    )


def carriers(random: Random, count: int) -> Iterator[Example]:
    """Honest documents of every kind: half of them bare, half with imperatives among people."""
    for _ in range(count):
        scene = Scene(random)
        yield composed(scene, carrier(scene), random.choice(("clean", "people")))


def indirect(random: Random, count: int, documents: Sequence[tuple[str, Channel]] = ()) -> Iterator[Example]:
    """Injected carriers (45 in 100), carriers with human imperatives (30) and bare ones; two in three borrowed, if there are `documents`."""
    for _ in range(count):
        scene = Scene(random)
        made = None
        if documents and random.random() < 0.65:
            made = borrowed(random, *random.choice(documents))
        kind = random.choices(("injected", "people", "clean"), (45, 30, 25))[0]
        yield composed(scene, made or carrier(scene), kind)
