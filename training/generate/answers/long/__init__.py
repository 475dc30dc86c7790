"""
Answers as long as chat models write them: full ones that begin or end like a refusal, and refusals that never say no.

Both draw on the same moral, careful and flattering sentences (`shared.txt`); what tells them apart is whether the
matter asked for is there. `topics.txt` has the matters, `danger.txt` those that nobody should help with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from training.examples import Example
from training.generate.grammar import Grammar

__all__ = ["LANGUAGES", "SOURCE", "long_answers"]

SOURCE = "gen:answers"
HERE = Path(__file__).parent
WORDS = Grammar.read(HERE / "shared.txt", HERE / "refused.txt", HERE / "answered.txt")
DANGER = Grammar.read(HERE / "danger.txt")
FOREIGN = Grammar.read(HERE.parent / "foreign.txt", HERE / "foreign.txt")
LANGUAGES = tuple(name.removeprefix("refuse_") for name in FOREIGN.lines if name.startswith("refuse_"))
CLUSTERS = Grammar.read(HERE / "topics.txt").lines
REFUSED = 0.48
IN_OTHER_LANGUAGES = 0.22
DANGEROUS = {True: 0.4, False: 0.12}  # of the topics, by whether they are refused
DOUBLED = 0.22  # of the texts say more: a second way to refuse, or a second matter
TRIES = 40
BEGIN = re.compile(r"(^|[.!?]\s+|\n(?:- |\d\. )?)([^\W\d_])")


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    verb: str
    facts: tuple[str, ...]
    cluster: str

    @classmethod
    def of(cls, line: str, cluster: str) -> Topic:
        name, verb, *facts = line.split(" ;; ")
        return cls(name, verb, tuple(facts), cluster)


TOPICS = tuple(Topic.of(line, cluster) for cluster, lines in CLUSTERS.items() for line in lines)
DANGERS = tuple(Topic.of(line, "danger") for line in DANGER.lines["danger"])


class Writer:
    """One answer on one topic; `other` is what it may turn to."""

    def __init__(self, random: Random, dangerous: bool) -> None:
        self.random, self.said = random, set[str]()
        self.topic = random.choice(DANGERS if dangerous else TOPICS)
        near = [t for t in TOPICS if t.cluster == self.topic.cluster and t is not self.topic]
        self.other = random.choice(near if near and random.random() < 0.6 else TOPICS)
        if self.other is self.topic:
            self.other = random.choice([t for t in TOPICS if t is not self.topic])
        self.given = {"np": self.topic.name, "vp": self.topic.verb, "onp": self.other.name}
        self.facts = [*self.topic.facts] if self.topic.facts else self.general()
        self.given |= {f"s{n}": fact for n, fact in enumerate(self.facts, 1)}
        self.given |= {f"o{n}": fact for n, fact in enumerate(self.other.facts, 1)}

    def general(self) -> list[str]:
        lines = self.random.sample(DANGER.lines["fact"], 4)
        return [DANGER.write(self.random, line, **self.given) for line in lines]

    def some(self, name: str, fewest: int = 1, most: int = 1) -> list[str]:
        """So many sentences of a list, none twice in one text."""
        left = [line for line in WORDS.lines[name] if line not in self.said]
        lines = self.random.sample(left, self.random.randint(fewest, most))
        self.said.update(lines)
        return [self.write(line) for line in lines]

    def one(self, name: str, chance: float = 1.0) -> list[str]:
        return self.some(name) if self.random.random() < chance else []

    def write(self, line: str) -> str:
        return WORDS.write(self.random, line, **self.given)

    def listed(self, lines: list[str]) -> str:
        """Running text, two paragraphs, bullets, numbers, or numbers in bold."""
        roll = self.random.random()
        if len(lines) < 3 or roll < 0.45:
            return " ".join(lines)
        if roll < 0.58:
            return " ".join(lines[:2]) + "\n\n" + " ".join(lines[2:])
        if roll < 0.75:
            mark = self.random.choice(("- ", "* ", "• "))
            return "\n" + "\n".join(mark + line for line in lines) + "\n"
        if roll < 0.82:
            heads = self.random.sample(WORDS.lines["heading"], len(lines))
            mark = self.random.choice(("**{}:** {}", "- **{}**: {}", "{} - {}", "### {}\n{}"))
            return "\n" + "\n".join(mark.format(head, line) for head, line in zip(heads, lines, strict=True)) + "\n"
        form = self.random.choice(("{}. {}", "{}. {}", "{}) {}", "**Step {}.** {}"))
        return "\n" + "\n".join(form.format(n, line) for n, line in enumerate(lines, 1)) + "\n"

    def woven(self, *parts: list[str]) -> str:
        """The parts one after the other, at times as paragraphs."""
        said = [" ".join(part) for part in parts if part]
        joint = self.random.choice((" ", " ", " ", "\n\n", "\n\n", "\n"))
        return joint.join(said)

    # What is refused.

    def turned(self) -> str:
        return self.woven(self.some("praise", 1, 2), self.some("sensitive", 0, 2), self.some("turn"))

    def explained(self) -> str:
        return self.woven(
            self.one("praise", 0.3), self.some("sensitive", 1, 4), self.some("moral", 0, 2), self.some("stop")
        )

    def offered(self) -> str:
        offers = self.some("alternatives", 3, 6)
        mark = self.random.choice(("- ", "* ", "1. "))
        listed = "\n" + "\n".join(("- " if mark == "1. " else mark) + offer for offer in offers)
        if mark == "1. ":
            listed = "\n" + "\n".join(f"{n}. {offer}" for n, offer in enumerate(offers, 1))
        start = [*self.some("sensitive", 0, 2), *self.some("alternatives_intro")]
        return " ".join(start) + listed + "\n" + " ".join(self.one("reflect", 0.3))

    def diverted(self) -> str:
        start = [*self.one("praise", 0.3), *self.one("sensitive", 0.3), *self.some("divert")]
        facts = [*self.other.facts, *self.some("filler", 0, 3)]
        return self.woven(start, [self.listed(facts)], self.one("divert_end", 0.7))

    def asked_back(self) -> str:
        ends = self.some("stop") if self.random.random() < 0.4 else self.one("pro", 0.5)
        return self.woven(self.one("praise", 0.4), self.some("moral", 1, 2), self.some("reflect", 2, 4), ends)

    def ruled(self) -> str:
        return self.woven(self.some("policy", 1, 2), self.one("stop", 0.3))

    def preached(self) -> str:
        return self.woven(self.one("nope", 0.4), self.some("moral", 2, 5), self.some("stop"), self.one("pro", 0.3))

    def declined(self) -> str:
        reasons = self.some("why_not", 1, 5)
        parts = [self.some("nope"), [self.listed(reasons)], self.some("moral", 0, 2), self.one("pro", 0.3)]
        return self.woven(
            *parts, [f"I'd be glad to help with {self.other.name}."] if self.random.random() < 0.3 else []
        )

    def sermon(self) -> str:
        return self.some("sermons")[0]

    def brief(self) -> str:
        return self.some("short")[0]

    def cut_short(self) -> str:
        return self.woven(self.one("praise", 0.2), self.some("partial_no"), self.one("pro", 0.3))

    # What is answered.

    def served(self) -> str:
        start = self.some("caveat") if self.random.random() < 0.75 else self.one("plainly", 0.7)
        facts = self.facts if self.random.random() < 0.7 else self.facts[: self.random.randint(1, 3)]
        filler = self.some("filler", 0, 3)
        ends = [*self.one("pro", 0.4), *self.one("end", 0.5)]
        return self.woven(start, [self.listed([*facts, *filler])], ends)

    def preached_and_served(self) -> str:
        start = [*self.one("praise", 0.6), *self.some("sensitive", 0, 2), *self.some("moral", 0, 2)]
        ends = [*self.some("moral", 0, 2), *self.some("reflect", 0, 2), *self.one("pro", 0.4)]
        return self.woven(start, self.one("plainly", 0.6), [self.listed([*self.facts])], ends)

    def laid_out(self) -> str:
        return self.woven(self.one("caveat", 0.2), self.some("wholes"), self.one("end", 0.2))

    def essay(self) -> str:
        return self.woven(self.some("essays"), self.one("pro", 0.2))

    def offered_more(self) -> str:
        offers = "\n" + "\n".join(f"- {offer}" for offer in self.some("alternatives", 2, 3))
        start = self.some("caveat") if self.random.random() < 0.6 else self.some("plainly")
        more = self.random.choice(("Next I could also offer:", "If you like, we can go on with:", "Also possible:"))
        return self.woven(start, [self.listed([*self.facts])], [more + offers])

    def sober(self) -> str:
        """What is known of something that nobody should help with."""
        lines = [*self.facts, *self.some("filler", 0, 1)]
        return self.woven(self.one("sensitive", 0.3), self.some("sober"), [self.listed(lines)], self.one("end", 0.3))

    def told(self) -> str:
        """What this topic's kind is like: a scene, code, or text in a layout."""
        name = {"writing": "scene", "code": "coded", "computers": "coded"}.get(self.topic.cluster)
        return self.some(name)[0] if name else self.laid_out()


REFUSALS: dict[Callable[[Writer], str], int] = {
    Writer.turned: 12,
    Writer.explained: 14,
    Writer.offered: 10,
    Writer.diverted: 14,
    Writer.asked_back: 9,
    Writer.ruled: 7,
    Writer.preached: 8,
    Writer.declined: 14,
    Writer.sermon: 10,
    Writer.brief: 8,
    Writer.cut_short: 6,
}
ANSWERS: dict[Callable[[Writer], str], int] = {
    Writer.served: 36,
    Writer.preached_and_served: 22,
    Writer.laid_out: 22,
    Writer.essay: 14,
    Writer.offered_more: 8,
    Writer.told: 12,
}


SECOND = (Writer.offered, Writer.asked_back, Writer.preached, Writer.diverted)
ALSO = (
    "As for your other question, on {np}:",
    "You also mentioned {np}.",
    "\n\n**And {np}?**",
    "\n\nOn {np}, since you asked:",
    "\n\nSecond, {np}.",
)


def english(random: Random, refuse: bool) -> tuple[str, str]:
    """An answer and the way it was written."""
    dangerous = random.random() < DANGEROUS[refuse]
    writer = Writer(random, dangerous)
    if dangerous and not refuse:
        return writer.sober(), "sober"
    ways = REFUSALS if refuse else ANSWERS
    way = random.choices([*ways], [*ways.values()])[0]
    text = way(writer)
    if way is Writer.brief or random.random() >= DOUBLED:
        return text, way.__name__
    joint = random.choice((" ", "\n\n"))
    if refuse:
        return text + joint + random.choice([second for second in SECOND if second is not way])(writer), way.__name__
    other = Writer(random, False)
    said = other.write(random.choice(ALSO)) + " " + other.listed([*other.facts, *other.some("filler", 0, 2)])
    return text + joint + said, way.__name__


def tidy(text: str) -> str:
    """New lines, indentation and brackets back in; capitals where sentences begin."""
    text = re.sub(r" ?\\n ?", "\n", text).replace("⟨", "[").replace("⟩", "]")
    text = text if "```" in text else BEGIN.sub(lambda match: match[1] + match[2].upper(), text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" +(?=\n)|(?<=\n) (?! )", "", text).replace("·", " ")).strip()


def repeats(text: str) -> bool:
    """Whether a longer sentence stands in a text twice."""
    sentences = [part for part in re.split(r"[.!?:]\s", text) if len(part) > 15]
    return len({*sentences}) < len(sentences)


def long_answers(random: Random, count: int) -> Iterator[Example]:
    """`count` answers without repetition; more than half are no refusal."""
    seen: set[str] = set()
    for _ in range(count):
        refuse = random.random() < REFUSED
        lang = random.choice(LANGUAGES) if random.random() < IN_OTHER_LANGUAGES else "en"
        for _ in range(TRIES):
            if lang == "en":
                text, group = english(random, refuse)
            else:
                text, group = FOREIGN.pick(random, f"{'refuse' if refuse else 'answer'}_{lang}")
            text = tidy(text)
            if text not in seen and not repeats(text):
                break
        else:
            continue
        seen.add(text)
        source = f"{SOURCE}:{'refused' if refuse else 'answered'}{'' if lang == 'en' else ':foreign'}"
        labels = {"output/refusal": int(refuse), "harm/any": 0}
        yield Example(text, labels, "answer", source, f"answers/long/{group}", lang)
