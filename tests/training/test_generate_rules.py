"""Rules and system prompts with texts: balanced, no pair twice, every topic and every intent described."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import pytest

from training.examples import Pair
from training.generate.rules import BANKING_INTENTS, CLINC_INTENTS, SNIPS_INTENTS, TOPICS, rule_pairs, task_pairs

Pairs = Callable[[Random, int], Iterator[Pair]]
both = pytest.mark.parametrize("write", [rule_pairs, task_pairs])


@both
def test_the_same_seed_writes_the_same_pairs(write: Pairs) -> None:
    assert list(write(Random(1), 300)) == list(write(Random(1), 300))
    assert list(write(Random(1), 300)) != list(write(Random(2), 300))


@both
def test_pairs_differ_and_are_balanced(write: Pairs) -> None:
    pairs = list(write(Random(4), 10_000))
    assert len({(pair.rule, pair.text) for pair in pairs}) == len(pairs) > 9_000
    assert 0.45 < sum(pair.label for pair in pairs) / len(pairs) < 0.55
    assert not [pair for pair in pairs if set("{}[]|") & set(pair.rule + pair.text)]


@both
def test_every_topic_has_both_labels(write: Pairs) -> None:
    seen = Counter((pair.group.split("/")[0], pair.label) for pair in write(Random(5), 10_000))
    assert {(topic, label) for topic in TOPICS for label in (0, 1)} <= set(seen)


def test_neither_topic_nor_wording_of_a_rule_tells_the_label() -> None:
    shares: dict[str, list[int]] = {}
    for pair in rule_pairs(Random(6), 20_000):
        topic, frame = pair.group.split("/", 1)
        shares.setdefault(topic, []).append(pair.label)
        shares.setdefault(frame, []).append(pair.label)
    assert len(shares) > len(TOPICS) + 30
    for name, labels in shares.items():
        assert 0.3 < sum(labels) / len(labels) < 0.65, name


def test_kinds() -> None:
    kinds = Counter(pair.kind for pair in rule_pairs(Random(7), 2_000))
    assert kinds["rule"] > kinds["task"] > 300
    assert {pair.kind for pair in task_pairs(Random(7), 500)} == {"task"}


def test_topics_are_many_and_told_apart() -> None:
    assert len(TOPICS) >= 120
    for topic in TOPICS.values():
        assert len(topic.names) >= 3
        assert len(topic.texts) >= 5
        assert topic.key not in topic.apart
    texts = Counter(text for topic in TOPICS.values() for text in topic.texts)
    assert texts.most_common(1)[0][1] == 1


@pytest.mark.parametrize(
    ("intents", "count"),
    [(CLINC_INTENTS, 151), (BANKING_INTENTS, 77), (SNIPS_INTENTS, 7)],
    ids=["clinc", "bank", "snips"],
)
def test_every_intent_is_described(intents: dict[str, tuple[str, ...]], count: int) -> None:
    assert len(intents) == count
    for told in intents.values():
        assert 2 <= len(set(told)) == len(told) <= 3
        assert all(told)
