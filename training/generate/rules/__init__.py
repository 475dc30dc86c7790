"""
Rules in people's own words, and texts that fall under them or do not.

`rule_pairs`: one topic, forbidden (kind "rule") or the only one allowed (kind "task"); label 1 means that
the text is about the topic, whichever way the rule turns it. `task_pairs`: system prompts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from training.examples import Pair
from training.generate.grammar import Grammar, dress
from training.generate.rules.intents import BANKING_INTENTS, CLINC_INTENTS, SNIPS_INTENTS
from training.generate.rules.topics import TOPICS, Topic

__all__ = ["BANKING_INTENTS", "CLINC_INTENTS", "SNIPS_INTENTS", "SOURCE", "TOPICS", "rule_pairs", "task_pairs"]

SOURCE = "generated/rules"
HERE = Path(__file__).parent
GRAMMAR = Grammar.read(HERE / "frames.txt", HERE / "tasks.txt")
KEYS = tuple(TOPICS)
ONLY = 0.25  # of the rule pairs say what is allowed, not what is forbidden
TRIES = 40


def about(random: Random, topic: Topic) -> str:
    """A text of the topic, with what people write around it."""
    text = GRAMMAR.write(random, random.choice(topic.texts))
    roll = random.random()
    if roll < 0.22:
        text = f"{GRAMMAR.pick(random, 'before')[0]} {text}"
    elif roll < 0.44:
        text = f"{text.rstrip('.')}{'' if text[-1] in '?!' else '.'} {GRAMMAR.pick(random, 'after')[0]}"
    return dress(random, text)


def neighbour(random: Random, topic: Topic) -> Topic:
    """Another topic, more often than not of the same area; never one that shares texts with this one."""
    others = [TOPICS[key] for key in KEYS if key != topic.key and key not in topic.apart]
    near = [other for other in others if other.area == topic.area]
    return random.choice(near if near and random.random() < 0.6 else others)


def named(random: Random, topic: Topic) -> str:
    """The topic as a rule calls it. The first name is the widest: a narrower one alone would not cover all texts."""
    widest, *narrower = topic.names
    if random.random() < 0.4:
        return f"{widest} or {random.choice(narrower)}"
    return widest


def rule_pairs(random: Random, count: int) -> Iterator[Pair]:
    """Each topic in turn; a little more than half of the texts are about something else."""
    seen: set[tuple[str, str]] = set()
    for index in range(count):
        topic = TOPICS[KEYS[index % len(KEYS)]]
        for _ in range(TRIES):
            label = int(random.random() < 0.47)
            only = random.random() < ONLY
            rule, group = GRAMMAR.pick(random, "only" if only else "rule", topic=named(random, topic))
            rule = rule[:1].upper() + rule[1:]
            text = about(random, topic if label else neighbour(random, topic))
            if (rule, text) not in seen:
                break
        else:
            continue
        seen.add((rule, text))
        yield Pair(rule, text, label, "task" if only else "rule", SOURCE, f"{topic.key}/{group}")


def task_pairs(random: Random, count: int) -> Iterator[Pair]:
    """Greetings, thanks and follow-up questions belong to every task."""
    seen: set[tuple[str, str]] = set()
    for index in range(count):
        topic = TOPICS[KEYS[index % len(KEYS)]]
        for _ in range(TRIES):
            rule, group = GRAMMAR.pick(random, "prompt", topic=named(random, topic))
            rule = rule.replace("\\n", "\n").strip()
            roll = random.random()
            if roll < 0.15:
                text, group = GRAMMAR.pick(random, "follow")
                text = dress(random, text)
            else:
                text = about(random, topic if roll < 0.5 else neighbour(random, topic))
            label = int(roll < 0.5)
            if (rule, text) not in seen:
                break
        else:
            continue
        seen.add((rule, text))
        yield Pair(rule, text, label, "task", SOURCE, f"{topic.key}/{group}")
