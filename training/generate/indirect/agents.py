"""
What the tools of agents give back: mail, calendars, files, banks, shops, travel, search, pages, terminals, prompts.

And what stands in it: orders to the assistant that reads it, or the same deeds and looks for people. The layouts and
the sentences are in `agents_layouts.txt`, `agents_orders.txt` and `agents_told.txt`; marks and words as in `rare.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from training.examples import Channel
from training.generate.indirect.carrier import Carrier
from training.generate.indirect.grammar import Scene, capital
from training.generate.indirect.rare import filled

__all__ = ["AIMS", "LAYOUTS", "agent_speech", "agent_told", "agents", "is_agents"]

HERE = Path(__file__).parent
SPACE = re.compile(r" +(?=[,.;](?:\s|$))|(?<= ) +")
TO_MACHINES = re.compile(r"user|agent|assistant|\breply\b|\byour?\b|\bAI\b|\bhere\b|\bcalls?\b|result|summary")


def blocks(name: str) -> list[tuple[list[str], str]]:
    """The parts of a file: the words of each `@@` line, and the text under it."""
    _, *parts = re.split(r"^@@ (?=[a-z])", (HERE / name).read_text("utf-8"), flags=re.MULTILINE)
    return [(head.split(), body) for head, _, body in (part.partition("\n") for part in parts)]


def lines(name: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """kind: name: lines."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for (kind, family), body in blocks(name):
        found.setdefault(kind, {})[family] = tuple(body.splitlines())
    return found


LAYOUTS: Sequence[tuple[str, str, Channel, str]] = tuple(
    (name, register, cast(Channel, channel), body) for (name, register, channel), body in blocks("agents_layouts.txt")
)
ORDERS = lines("agents_orders.txt")
AIMS: Mapping[str, Sequence[str]] = ORDERS["aim"]
TOLD = lines("agents_told.txt")
# What a person may well be asked to do: nothing in it speaks of a machine's work.
DEEDS = tuple(
    aim
    for family in ("book", "cancel", "invite", "delete", "rights", "post", "install", "run")
    for aim in AIMS[family]
    if not TO_MACHINES.search(aim)
)

LONG = tuple(layout for layout in LAYOUTS if layout[0].startswith("long"))
PAGES_SHARE = 0.14  # of the results are drawn from those alone
ROW = 0.16  # of the results stand in a row of some
SHOWN = 0.15  # of the others have the marks of a log around them
LOG: Sequence[tuple[str, str]] = (
    ("", ""),
    ("", "---\n"),
    ("Observation: ", ""),
    ("[step {d1}] result:\n", ""),
    ('<tool_result id="{hex}">\n', "</tool_result>\n"),
    ("```\n", "```\n"),
    ("function_call_output ({hex}):\n", ""),
    ("Tool output, {d2} ms\n", "\n"),
    ("=== {d1} ===\n", ""),
    ("> {clock} {get|read|search|open}\n", ""),
    ("<result>\n", "</result>\n"),
    ("The tool answered:\n\n", "\n(end of answer)\n"),
)
WHOLE = 0.27  # of the orders are whole sentences
TONGUE = 0.09  # of all are in another language than the result
DEED = 0.28  # of what people are told has the words of the orders
PROMPTS = 0.06  # of it is about prompts, wherever it stands
ABOUT_PROMPTS = ("promptlib", "agentsfile", "mcp", "delegate")
FITTING: Mapping[str, tuple[str, ...]] = {
    "mail": ("mail", "mail", "data"),
    "chat": ("chat", "chat", "mail"),
    "ticket": ("data", "data", "mail"),
    "web": ("web", "web", "name"),
    "social": ("web", "chat"),
    "review": ("web", "data"),
    "code": ("code", "code", "name"),
    "readme": ("code",),
    "log": ("data", "code", "name"),
    "data": ("data", "data", "mail", "name"),
}
TELLING: Mapping[str, tuple[str, ...]] = {
    "mail": ("work", "work", "public"),
    "cv": ("work", "public"),
    "contract": ("work", "public"),
    "chat": ("chat", "chat", "work"),
    "ticket": ("work", "data"),
    "web": ("public", "public", "public", "work"),
    "social": ("public", "chat"),
    "review": ("public", "public", "chat"),
    "code": ("code",),
    "readme": ("code", "code", "code", "prompts"),
    "log": ("data", "code"),
    "data": ("data", "data", "work"),
    "recipe": ("public",),
}
ANY = ("data", "work", "public")


def agents(scene: Scene) -> Carrier:
    """One result, now and then as an agent's log shows it, or several in a row."""
    name, register, channel, layout = scene.random.choice(LONG if scene.chance(PAGES_SHARE) else LAYOUTS)
    text = filled(scene, layout)
    if scene.chance(ROW):
        others = scene.random.sample(LAYOUTS, scene.random.choice((1, 1, 2, 3)))
        texts = [text, *(filled(scene, other[3]) for other in others)]
        scene.random.shuffle(texts)
        return Carrier("\n".join(shown(scene, part) for part in texts), register, f"agents/{name}", "tool")
    return Carrier(shown(scene, text) if scene.chance(SHOWN) else text, register, f"agents/{name}", channel)


def shown(scene: Scene, text: str) -> str:
    before, after = scene.random.choice(LOG)
    return scene(before) + text + scene(after)


def is_agents(carrier: Carrier) -> bool:
    return carrier.family.startswith("agents/")


def dressed(scene: Scene, dress: str, aim: str) -> str:
    wish = scene(aim)
    return SPACE.sub("", scene(dress).replace("§aim", wish).replace("§Aim", capital(wish)))


def agent_speech(scene: Scene, register: str) -> tuple[tuple[str, ...], str]:
    """What such a result tells the assistant, and its family."""
    if scene.chance(TONGUE):
        tongue = scene.random.choice(list(ORDERS["tongue"]))
        return (scene.pick(ORDERS["tongue"][tongue]),), f"agents/tongue/{tongue}"
    if scene.chance(WHOLE):
        kind = scene.random.choice(FITTING.get(register, ("data", "web")))
        number = scene.random.randrange(len(ORDERS["whole"][kind]))
        return (scene(ORDERS["whole"][kind][number]),), f"agents/{kind}/{number}"
    family, kind = scene.random.choice(list(AIMS)), scene.random.choice(list(ORDERS["dress"]))
    text = dressed(scene, scene.random.choice(ORDERS["dress"][kind]), scene.random.choice(AIMS[family]))
    return (text,), f"agents/{kind}/{family}"


def agent_told(scene: Scene, carrier: Carrier) -> tuple[str, str]:
    """What such a result tells people and programs, and its kind."""
    if scene.chance(TONGUE):
        return scene.pick(TOLD["tongue"][scene.random.choice(list(TOLD["tongue"]))]), "agents_tongue"
    if scene.chance(DEED):
        return capital(dressed(scene, scene.random.choice(TOLD["dress"]["people"]), scene.random.choice(DEEDS))), (
            "agents_deed"
        )
    about = carrier.family.removeprefix("agents/") in ABOUT_PROMPTS
    kind = scene.random.choice(TELLING.get(carrier.register, ANY))
    if scene.chance(0.6 if about else PROMPTS):
        kind = "prompts"
    return SPACE.sub("", scene.pick(TOLD["told"][kind])), f"agents_{kind}"
