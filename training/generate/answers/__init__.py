"""
What models answer: refusals in many wordings, and answers that only sound like one.

`refusals.txt` declines; `answers.txt` answers, quotes a refusal, writes one on request, or complies with
something bad, without the contents: places for details stay in brackets. `declining.txt` refuses what is
harmless, `almost.txt` begins like that and answers; both over the subjects in `topics.txt`. `everyday.txt` turns
everyday matters away or answers them, in the same words. `foreign.txt` and `everyday_foreign.txt` are both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from training.examples import Example
from training.generate.grammar import Grammar

__all__ = ["LANGUAGES", "SOURCE", "answers"]

SOURCE = "generated/answers"
HERE = Path(__file__).parent
FOREIGN_FILES = (HERE / "foreign.txt", HERE / "everyday_foreign.txt")
REFUSALS = Grammar.read(HERE / "refusals.txt", *FOREIGN_FILES)
ANSWERS = Grammar.read(HERE / "answers.txt", *FOREIGN_FILES)
DECLINING = Grammar.read(HERE / "topics.txt", HERE / "declining.txt")
ALMOST = Grammar.read(HERE / "topics.txt", HERE / "almost.txt")
EVERYDAY = Grammar.read(HERE / "everyday.txt")
MATTER = ("np", "vp", "s1", "s2", "s3", "side", "asked")  # the parts of a matter, in order
LANGUAGES = tuple(name.removeprefix("foreign_answer_") for name in ANSWERS.lines if name.startswith("foreign_answer_"))
TOPICS = tuple(name for name in ANSWERS.lines if name.startswith("topic_"))
KINDS = {
    "refusal": 21,
    "decline": 23,
    "topic": 13,
    "almost": 19,
    "sober": 6,
    "near": 10,
    "comply": 8,
    "turned": 8,
    "served": 10,
}
FOREIGN = 0.24
TRIES = 60
# A fact in the middle of a sentence begins small, but for names.
INNER = re.compile(r"(?<=[a-z,;:] )(?=(?:An?|The|You|It|Its|He|She|His|Her|Most|Other|One|Local|That|Some) )[A-Z]")
PIPE, BRACKETS = "¦", str.maketrans("⟨⟩¦", "[]|")


def tidy(text: str) -> str:
    """New lines and brackets back in, and a capital after each full stop."""
    text = re.sub(r" ?\\n ?", "\n", text).translate(BRACKETS)
    text = re.sub(r"(?<=[.!?] )[a-z]", lambda match: match[0].upper(), text)
    return text[:1].upper() + text[1:]


def sentence(random: Random, grammar: Grammar, name: str) -> str:
    text, _ = grammar.pick(random, name)
    return text[:1].upper() + text[1:]


def refusal(random: Random) -> tuple[str, str]:
    """A core, and often reasons, another offer or a lecture after it."""
    roll = random.random()
    if roll < 0.07:
        return REFUSALS.pick(random, "refuse_short")
    if roll < 0.13:
        head, group = REFUSALS.pick(random, "partial_head")
        return join(head, body(random, random.randint(1, 4), random.choice(TOPICS_SAFE))), group
    if roll < 0.27:
        return redirect(random)
    core, group = REFUSALS.pick(random, "refuse_bad" if roll < 0.66 else "refuse_plain")
    parts = [core]
    if random.random() < 0.4:
        parts.append(sentence(random, REFUSALS, "why"))
    if random.random() < 0.25 and group.startswith("refuse_bad"):
        chosen = random.sample(REFUSALS.lines["lecture"], random.randint(1, 5))
        parts.extend(REFUSALS.write(random, line) for line in chosen)
    if random.random() < 0.45:
        parts.append(sentence(random, REFUSALS, "offer"))
    return join(*parts), group


def redirect(random: Random) -> tuple[str, str]:
    """A refusal without a no: one or two sentences that turn away, a lecture, help."""
    core, group = REFUSALS.pick(random, "redirect")
    parts = [core, *random.sample(REFUSALS.lines["lecture"], random.randint(0, 4))]
    if random.random() < 0.3:
        parts.append(random.choice(REFUSALS.lines["redirect"]))
    if random.random() < 0.5:
        parts.append(random.choice(REFUSALS.lines["offer"]))
    return join(*(sentence_of(random, REFUSALS, part) for part in parts)), group


def decline(random: Random) -> tuple[str, str]:
    """A refusal of something harmless: a core, often advice or a lecture instead of the answer, or those alone."""
    name = random.choices(("decline", "disguise", "whole"), (60, 25, 15))[0]
    core, group = DECLINING.pick(random, name)
    size = 0 if name == "whole" else random.choices((0, 1, 2, 3, 4, 6), (9, 6, 4, 3, 2, 1))[0]
    chosen = random.sample(DECLINING.lines["advise"], size)
    said = [sentence_of(random, DECLINING, core), *(sentence_of(random, DECLINING, line) for line in chosen)]
    return paragraphs(random, said), group


def almost(random: Random) -> tuple[str, str]:
    """An answer that sounds like a refusal, with one more sentence of advice at times."""
    core, group = ALMOST.pick(random, "almost" if random.random() < 0.6 else "answered")
    said = [INNER.sub(lambda match: match[0].lower(), sentence_of(random, ALMOST, core))]
    if group.startswith("almost") and random.random() < 0.3:
        said.append(body(random, random.choice((1, 2, 3, 5)), random.choice(TOPICS)))
    if random.random() < 0.15:
        said.append(sentence_of(random, DECLINING, random.choice(DECLINING.lines["advise"])))
    return paragraphs(random, said), group


def paragraphs(random: Random, said: list[str]) -> str:
    """One paragraph, or a new one after the first sentence."""
    if len(said) > 1 and random.random() < 0.2:
        return join(said[0], "\\n\\n", *said[1:])
    return join(*said)


def typed(random: Random, text: str) -> str:
    """Small models write carelessly: short forms, no capital, no full stop."""
    roll = random.random()
    if roll < 0.05:
        return text.lower()
    if roll < 0.10:
        return text.rstrip(".")
    if roll < 0.14:
        return text.replace("'", "’")
    return text


def sober(random: Random) -> tuple[str, str]:
    """An answer about something bad that is an answer: facts, law, prevention, at times a wrong premise put right."""
    topic = random.choice(ANSWERS.slots["badtopic"])
    chosen = random.sample(ANSWERS.lines["sober"], random.choice((1, 1, 2, 3, 4, 5)))
    opener = ANSWERS.pick(random, "open_near")[0] if random.random() < 0.25 else ""
    said = " ".join(sentence_of(random, ANSWERS, line, badtopic=topic) for line in chosen)
    return join(opener, said), f"sober/{ANSWERS.lines['sober'].index(chosen[0])}"


def sentence_of(random: Random, grammar: Grammar, line: str, **given: str) -> str:
    text = grammar.write(random, line, **given)
    return text[:1].upper() + text[1:]


def join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def body(random: Random, size: int, topic: str) -> str:
    """Sentences of one topic, in running text, as bullets or numbered."""
    lines = random.sample(ANSWERS.lines[topic], min(size, len(ANSWERS.lines[topic])))
    roll = random.random()
    if len(lines) < 3 or roll < 0.6:
        return " ".join(lines)
    marks = ["- "] * len(lines) if roll < 0.8 else [f"{number}. " for number in range(1, len(lines) + 1)]
    return "\\n" + "\\n".join(mark + line for mark, line in zip(marks, lines, strict=True)) + "\\n"


# What a partial refusal still says: nothing from the topics whose words the refusal could be about.
TOPICS_SAFE = ("topic_security", "topic_law", "topic_medicine", "topic_history", "topic_science", "topic_writing")


def answer(random: Random) -> tuple[str, str]:
    topic = random.choice(TOPICS)
    near = random.random() < 0.5
    name = "open_near" if near else "open_plain"
    opener, group = ANSWERS.pick(random, name) if near or random.random() < 0.4 else ("", "plain")
    roll = random.random()
    closer = ANSWERS.pick(random, "close_near" if roll < 0.25 else "close_plain")[0] if roll < 0.4 else ""
    said = body(random, random.choice((1, 2, 2, 3, 4, 5, 6, 8)), topic)
    if random.random() < 0.08:  # a long answer, to two questions
        said = join(said, "\\n\\nOn your other question:", body(random, 8, random.choice(TOPICS)))
    text = join(opener, said, closer)
    return text, f"{topic}+{group}"


def near_miss(random: Random) -> tuple[str, str]:
    name = random.choices(("draft", "fiction", "qa", "code", "template_good"), (4, 4, 3, 2, 5))[0]
    lines = ANSWERS.lines[name]
    index = random.randrange(len(lines))
    if name != "code":
        return ANSWERS.write(random, lines[index]), f"{name}/{index}"
    # Indentation is part of code; `write` squeezes spaces, and a shell's pipe is not a choice.
    template = re.sub(r" {5,}", lambda m: " " + "·" * (len(m[0]) - 1), lines[index])
    template = template.replace("aux | grep", f"aux {PIPE} grep")
    return ANSWERS.write(random, template).replace("·", " "), f"code/{index}"


def turned(random: Random) -> tuple[str, str]:
    """An everyday matter that is turned away, mostly without a no."""
    return everyday(random, "turned")


def served(random: Random) -> tuple[str, str]:
    """An everyday matter answered in full or in part, with a question back, or by a character who will not."""
    return everyday(random, "served")


def everyday(random: Random, name: str) -> tuple[str, str]:
    matter = dict(zip(MATTER, random.choice(EVERYDAY.lines["matter"]).split(" ;; "), strict=True))
    return EVERYDAY.pick(random, name, **matter)


def foreign(random: Random, refuse: bool) -> tuple[str, str, str]:
    lang = random.choice(LANGUAGES)
    grammar, name = (REFUSALS, f"foreign_refuse_{lang}") if refuse else (ANSWERS, f"foreign_answer_{lang}")
    size = random.choice((1, 1, 1, 2))
    indices = random.sample(range(len(grammar.lines[name])), size)
    return join(*(grammar.write(random, grammar.lines[name][i]) for i in indices)), f"{name}/{indices[0]}", lang


WRITERS: dict[str, Callable[[Random], tuple[str, str]]] = {
    "refusal": refusal,
    "decline": decline,
    "almost": almost,
    "topic": answer,
    "sober": sober,
    "near": near_miss,
    "turned": turned,
    "served": served,
}
REFUSING = ("refusal", "decline", "turned")
TYPED = ("decline", "almost", "turned", "served")


def make(random: Random, kind: str) -> tuple[str, str, str]:
    if kind == "comply":
        return *ANSWERS.pick(random, "comply_bad"), "en"
    if random.random() < FOREIGN:
        return foreign(random, kind in REFUSING)
    return *WRITERS[kind](random), "en"


def answers(random: Random, count: int) -> Iterator[Example]:
    """`count` answers without repetition; more than half are no refusal."""
    seen: set[str] = set()
    for _ in range(count):
        kind = random.choices(tuple(KINDS), tuple(KINDS.values()))[0]
        labels = {"output/refusal": int(kind in REFUSING), "harm/any": int(kind == "comply")}
        for _ in range(TRIES):
            text, group, lang = make(random, kind)
            text = tidy(text).strip()
            if kind in TYPED:
                text = typed(random, text)
            if text not in seen:
                break
        else:
            continue
        seen.add(text)
        yield Example(text, labels, "answer", SOURCE, f"answers/{kind}/{group}", lang)
