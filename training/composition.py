"""The generated part of the training set: how much of which grammar, and pairs of rules and texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from training.examples import Channel, Example, Pair
from training.generate.answers import answers
from training.generate.answers.long import long_answers
from training.generate.asked import asked, attacked, overridden, told, widened
from training.generate.direct import direct
from training.generate.entities import entities
from training.generate.foreign import daily, foreign
from training.generate.harm import bias, harm
from training.generate.harm.foreign import foreign_harm
from training.generate.harm.twins import harm_twins
from training.generate.indirect import carriers, indirect, skills
from training.generate.mixtures import mixtures
from training.generate.pasted import pasted, snippets
from training.generate.prompts import prompts
from training.generate.readings import readings
from training.generate.rules import BANKING_INTENTS, CLINC_INTENTS, SNIPS_INTENTS, rule_pairs, task_pairs
from training.generate.written import written
from training.packages import package_texts
from training.sources import rows, train_examples

__all__ = ["generated", "pairs"]


def generated(
    random: Random,
    scale: float,
    data: Path,
    documents: Sequence[tuple[str, Channel]],
    honest: Sequence[str],
    packages: Path | None = None,
) -> Iterator[Example]:
    """
    `documents`: honest texts of the data sets, to be carriers too; `honest`: what users said; `packages`: the folder
    of fetched packages, if there is one.
    """
    attacks: list[str] = []
    documents, passages = [*documents], _passages(data)
    for write, count in (
        (direct, 130_000),
        (harm, 24_000),
        (foreign_harm, 6_000),
        (harm_twins, 14_000),
        (foreign, 30_000),
        (daily, 12_000),
        (answers, 10_000),
        (long_answers, 9_000),
        (bias, 2_500),
        (entities, 14_000),
    ):
        for example in write(random, int(count * scale)):
            if example.labels.get("injection/direct") == 1 and len(example.text) < 700 and not example.spans:
                attacks.append(example.text)
            if example.channel in ("document", "tool", "code") and example.labels.get("injection/indirect") == 0:
                documents.append((example.text, example.channel))
                passages.append(example.text)
            yield example
    code = snippets(random, int(6_000 * scale))
    documents += [(text, "code") for text in code[::3]]
    yield from pasted(random, int(4_000 * scale), code)
    yield from carriers(random, int(6_000 * scale))
    yield from indirect(random, int(40_000 * scale), documents)
    yield from skills(random, int(4_000 * scale))
    played = [r for r in rows(data / "train", "hackaprompt_ultrachat_via_promptshield") if r["label"]]
    attacks = random.sample(attacks, min(len(attacks), 6_000)) + [
        r["text"] for r in played if 20 < len(r["text"]) < 900
    ]
    templates = sorted({r["context"] for r in played if r.get("context") and len(r["context"]) < 1200})
    yield from prompts(random, int(7_000 * scale), attacks, honest, templates)
    yield from mixtures(
        random, int(24_000 * scale), attacks, _requests(data), [text for text, _ in documents], _personas(data)
    )
    if packages is not None:
        yield from _packages(random, scale, packages, attacks)
    yield from written()
    yield from readings(random, int(6_000 * scale), [example for example, _ in train_examples(data / "train")])


def _packages(random: Random, scale: float, folder: Path, attacks: Sequence[str]) -> Iterator[Example]:
    """Real texts of developers and offices, requests about them, and the same with attacks."""
    texts = widened(random, *package_texts(random, folder))
    yield from told(random.sample(texts, min(len(texts), int(len(texts) * scale))))
    yield from asked(random, int(34_000 * scale), texts)
    yield from attacked(random, int(20_000 * scale), texts)
    yield from overridden(random, int(10_000 * scale), texts, attacks)


def _passages(data: Path) -> list[str]:
    """Texts that ask for nothing."""
    sets = ("xquad_multilingual", "bold_wikipedia_neutral", "bipia_train")
    return [
        example.text
        for example, _ in train_examples(data / "train")
        if example.source in sets and example.labels.get("injection/indirect") == 0 and len(example.text) > 90
    ]


def _requests(data: Path) -> list[str]:
    """What honest users ask for: one request each."""
    sets = (
        "self_instruct_seed",
        "dolly_prompts_via_promptshield",
        "hackaprompt_ultrachat_via_promptshield",
        "certified_safe_prompts",
        "cyberseceval_instruct_code",
        "nq_open_dev",
        "gsm8k_questions",
        "clinc150",
        "coconot_pref_contrast",
    )
    return [
        example.text
        for example, _ in train_examples(data / "train")
        if example.source in sets and example.labels.get("injection/direct") == 0 and 12 < len(example.text) < 500
    ]


def _personas(data: Path) -> list[str]:
    return [
        example.text
        for example, _ in train_examples(data / "train")
        if example.source in ("awesome_chatgpt_prompts", "gpts_system_prompts_a", "mustvlad_system_prompts")
        and example.labels
    ]


_INTENTS = {"clinc150": CLINC_INTENTS, "banking77": BANKING_INTENTS, "snips_nlu": SNIPS_INTENTS}
_HELD = 3  # every third intent is kept to judge rules that the model has never seen


def pairs(random: Random, scale: float, data: Path) -> Iterator[Pair]:
    """Rules and texts. Groups that begin with `held:` are for judging only."""
    yield from rule_pairs(random, int(12_000 * scale))
    yield from task_pairs(random, int(8_000 * scale))
    for name, intents in _INTENTS.items():
        yield from _intents(random, name, intents, data)
    yield from _prompts(random, data)


def _intents(random: Random, name: str, intents: dict[str, tuple[str, ...]], data: Path) -> Iterator[Pair]:
    names = sorted(intents)
    texts: dict[str, list[str]] = {}
    for row in rows(data / "train", name):
        texts.setdefault(row["category"], []).append(row["text"])
    halves = [[n for i, n in enumerate(names) if (i % _HELD == 0) is held] for held in (True, False)]
    for held, own in zip(("held:", ""), halves, strict=True):
        for intent in own:
            for text in random.sample(texts.get(intent, []), min(24, len(texts.get(intent, [])))):
                group = f"{held}{name}:{intent}"
                yield Pair(_rule(random, intents[intent]), text, 1, "rule", name, group)
                other = random.choice([n for n in own if n != intent])
                yield Pair(_rule(random, intents[other]), text, 0, "rule", name, group)


_FRAMES = (
    "Block {}.",
    "Block all prompts about {}.",
    "Do not answer {}.",
    "{}",
    "Refuse messages concerning {}.",
    "No {}, please.",
    "The assistant must not deal with {}.",
    "Flag {}.",
    "Users may not ask for {}.",
    "Anything about {}.",
    "Deny requests on {}.",
)


def _rule(random: Random, descriptions: Sequence[str]) -> str:
    rule = random.choice(_FRAMES).format(random.choice(descriptions))
    return rule[:1].upper() + rule[1:]


def _prompts(random: Random, data: Path) -> Iterator[Pair]:
    """System prompts and what their authors say they are for."""
    prompts = [
        r for r in rows(data / "train", "gpts_system_prompts_a") if r.get("desc") and r.get("lang", "en") == "en"
    ]
    for row in random.sample(prompts, min(4000, len(prompts))):
        group = f"gpts:{row.get('file')}"
        yield Pair(row["text"][:900], row["desc"], 1, "task", "gpts_system_prompts_a", group)
        yield Pair(row["text"][:900], random.choice(prompts)["desc"], 0, "task", "gpts_system_prompts_a", group)
