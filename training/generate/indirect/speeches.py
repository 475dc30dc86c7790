# ruff: noqa: E501  # grammars: one alternative a line, however long
"""Injected passages: a wish in a wrapper, or an errand with none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from training.generate.indirect.goals import CODE_GOALS, GOALS
from training.generate.indirect.grammar import Scene, capital
from training.generate.indirect.tasks import TASKS
from training.generate.indirect.wrappers import SPLIT, TASK_WRAPPERS, WRAPPERS

__all__ = ["Speech", "speech"]

Speech = tuple[tuple[str, ...], str]  # one passage or two, and the family

# Wishes that one person may well have of another: in a letter only their wrapper shows who is meant.
HUMAN = frozenset(
    [
        "send_mail",
        "transfer",
        "buy",
        "delete",
        "modify",
        "settings",
        "visit",
        "run",
        "approve",
        "applicant",
        "contacts",
        "stars",
        "misinform",
    ]
)
MACHINE = ("ignore", "tags", "note", "end", "conditional", "excuse", "self")
SPACE = re.compile(r" +(?=[,.;:!?](?:\s|$))|(?<= ) +")

PLAIN = 0.3  # of the goals come without any wrapper
TASK = 0.33  # of all are unrelated errands


def dress(scene: Scene, wrapper: str, wish: str) -> str:
    text = scene(wrapper).replace("§goal", wish).replace("§Goal", capital(wish)).replace("§Task", wish)
    return SPACE.sub("", text).replace("!.", "!").replace("?.", "?")


def goal(scene: Scene, code: bool) -> tuple[str, str]:
    table: Mapping[str, Sequence[str]] = CODE_GOALS if code and scene.chance(0.4) else GOALS
    family = scene.random.choice(list(table))
    return scene.pick(table[family]), family


def speech(scene: Scene, code: bool = False, letter: bool = False) -> Speech:
    """What the document says to the model, and its family for the example's group. `letter`: people write to each other."""
    if scene.chance(TASK):
        family = scene.random.choice(list(TASKS))
        first = dress(scene, scene.random.choice(TASK_WRAPPERS), scene.pick(TASKS[family]))
        if scene.chance(0.12):
            first += " " + scene.pick(TASKS[scene.random.choice(list(TASKS))])
        return (first[:1].upper() + first[1:],), f"task/{family}"
    wish, family = goal(scene, code)
    if scene.chance(0.06):
        parts = scene.random.choice(SPLIT)
        return tuple(dress(scene, part, wish) for part in parts), f"split/{family}"
    if letter and family in HUMAN:
        kind = scene.random.choice(MACHINE)
    else:
        kind = "none" if scene.chance(PLAIN) else scene.random.choice(list(WRAPPERS))
    text = dress(scene, scene.random.choice(WRAPPERS[kind]), wish)
    if scene.chance(0.15):
        other, _ = goal(scene, code)
        text += f" {scene.random.choice(('Then', 'After that,', 'Also,', 'And'))} {other}."
    if scene.chance(0.04):
        text = text.upper()
    return (capital(text) if scene.chance(0.95) else text,), f"{kind}/{family}"
