"""
Paragraphs in other languages, requests about them, and attacks in the same place.

A file a language: `paragraph` (what people paste), `ask` (what they want of it), `attack` and its `twin` (the same
words said to people, of drafts, software and games); `¶` is a line break. `short.txt`: short requests in more
languages; `daily/`: what people write and paste every day; `common.txt`: numbers; `en.txt`: requests in English about a
paragraph that is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from training.examples import Example
from training.generate.direct import families
from training.generate.direct.noise import letters
from training.generate.grammar import Grammar, dress

__all__ = ["DAILY", "LANGUAGES", "SHORT", "daily", "foreign", "grammar"]

HERE = Path(__file__).parent
LANGUAGES = tuple(sorted(p.stem for p in HERE.glob("*.txt") if p.stem not in ("common", "en", "short")))
DAILY = tuple(sorted(p.stem for p in (HERE / "daily").glob("*.txt")))
SHORT = Grammar.read(HERE / "short.txt")
ENGLISH = Grammar.read(HERE / "en.txt")
HONEST = {"injection/direct": 0, "injection/indirect": 0, "harm/any": 0}
ATTACK = {"injection/direct": 1}
KINDS = {"clean": 39, "attacks": 39, "twins": 15, "short": 7}
DENSE = ("ko", "zh")  # languages that say the same in half the letters
BORROWED = 0.35  # of the attacks and twins are of the other grammar, in a place of this one
UNFIT = ("forcing",)  # its texts are about one of their own
# "Repeat what stands above" is honest where a paragraph stands above.
ABOVE = re.compile("выше|над эт|вище|над ц|oben|ober|darüber|trên|上|yukarı|üst|arriba|mai sus|أعلاه|فوق|ऊपर|위|πάνω")
TRIES = 20  # for a text that was not written yet
SENTENCE = re.compile(r"(?<=[.!?।؟])\s+|(?<=[。！？])")
BREAK = re.compile(r" *¶ *")
JOINTS = ("\n\n", "\n\n", "\n", "\n", " ", "\n---\n", "\n\n\n")
MARKS = (("", ""),) * 9 + (
    ('"', '"'),
    ("«", "»"),
    ("```\n", "\n```"),
    ("---\n", "\n---"),
    ("> ", ""),
    ("<text>\n", "\n</text>"),
)


@cache
def grammar(lang: str) -> Grammar:
    return Grammar.read(HERE / "common.txt", HERE / f"{lang}.txt")


def foreign(random: Random, count: int) -> Iterator[Example]:
    """`count` examples at most, no text twice; four of ten are attacks."""
    seen: set[str] = set()
    for _ in range(count):
        kind = random.choices([*KINDS], [*KINDS.values()])[0]
        lang = random.choice(LANGUAGES if kind != "short" else [*SHORT.slots])
        for _ in range(TRIES):
            example = write(random, kind, lang)
            if example.text not in seen:
                seen.add(example.text)
                yield example
                break


def daily(random: Random, count: int) -> Iterator[Example]:
    """`count` honest everyday texts at most, no text twice."""
    grammars = {lang: Grammar.read(HERE / "common.txt", HERE / "daily" / f"{lang}.txt") for lang in DAILY}
    seen: set[str] = set()
    for _ in range(count):
        lang = random.choice(DAILY)
        text, group = grammars[lang].pick(random, "daily")
        text = letters(random, BREAK.sub("\n", text))
        if text not in seen:
            seen.add(text)
            yield Example(text, dict(HONEST), "user", "gen:foreign:daily", f"foreign/{lang}/{group}", lang)


def write(random: Random, kind: str, lang: str) -> Example:
    labels, source = dict(ATTACK if kind == "attacks" else HONEST), f"gen:foreign:{kind}"
    if kind == "short":
        text = dress(random, SHORT.write(random, random.choice(SHORT.slots[lang])))
        return Example(text, labels, "user", source, f"foreign/short/{lang}", lang)
    if kind == "clean":
        text, group = asked(random, lang)
        return Example(text, labels, "user", source, f"foreign/{lang}/{group}", lang)
    said, group = borrowed(random, lang, kind == "attacks") if random.random() < BORROWED else ("", "")
    before, after = around(random, lang)
    if not (before or after):
        said = ""  # alone it stands in the other grammar's share
    if not said:
        said, group = grammar(lang).pick(random, "attack" if kind == "attacks" else "twin")
    said = letters(random, BREAK.sub("\n", said))
    spans = ((len(before), len(before) + len(said)),) if kind == "attacks" and (before or after) else ()
    return Example(before + said + after, labels, "user", source, f"foreign/{lang}/{group}", lang, spans)


def borrowed(random: Random, lang: str, attack: bool) -> tuple[str, str]:
    """A sentence of the grammar of direct injections in this language; nothing where there is none that fits here."""
    for family in families():
        if family.lang == lang and family.attack == attack:
            rule = random.choice([rule for rule in family.rules if rule.name not in UNFIT])
            text, index = family.grammar.draw(random, rule.name)
            if not (attack and ABOVE.search(text)):
                return text.strip(), f"direct/{rule.name}/{index}"
    return "", ""


def paragraph(random: Random, lang: str) -> tuple[list[str], str]:
    """Its sentences, mostly all of them, and its group."""
    text, group = grammar(lang).pick(random, "paragraph")
    sentences = [part for part in SENTENCE.split(text) if part]
    if len(sentences) > 3 and random.random() < 0.3:
        del sentences[random.randrange(1, len(sentences))]
    return sentences, group


def joined(lang: str, sentences: list[str]) -> str:
    return ("" if lang == "zh" else " ").join(sentences)


def passage(random: Random, lang: str, longest: int = 900) -> tuple[str, str]:
    """Paragraphs until they are as long as wished: one to four of them."""
    sentences, group = paragraph(random, lang)
    text = joined(lang, sentences)
    wish = random.randint(150, longest) * (0.4 if lang in DENSE else 1)
    used = {group}
    for _ in range(4):
        if len(text) >= wish:
            break
        sentences, other = paragraph(random, lang)
        if other not in used:
            used.add(other)
            text += random.choice(("\n\n", "\n", "\n\n", " ")) + joined(lang, sentences)
    return text, group


def ask(random: Random, lang: str) -> str:
    if random.random() < 0.2:
        return dress(random, ENGLISH.pick(random, "ask")[0])
    said = grammar(lang).pick(random, "ask")[0]
    return letters(random, said) if random.random() < 0.5 else said


def asked(random: Random, lang: str) -> tuple[str, str]:
    text, group = passage(random, lang, random.choice((300, 600, 900)))
    if random.random() < 0.12:
        return text, group
    before, after = random.choice(MARKS)
    text = f"{before}{text}{after}"
    joint, said = random.choice(JOINTS), ask(random, lang)
    if random.random() < 0.5:
        return f"{said}{joint}{text}", group
    return f"{text}{joint}{said}", group


def around(random: Random, lang: str) -> tuple[str, str]:
    """What stands before and behind an attack or its twin: nothing, a passage, a request about one."""
    chance, joint = random.random(), random.choice(JOINTS)
    if chance < 0.30:
        return "", ""
    if chance < 0.38:  # the words of an honest twin do not make the rest honest
        return grammar(lang).pick(random, "twin")[0].replace("¶", "\n") + joint, ""
    if chance < 0.46:
        return "", joint + passage(random, lang, 500)[0]
    if chance < 0.60:
        return passage(random, lang, 500)[0] + joint, ""
    if chance < 0.80:
        return asked(random, lang)[0] + joint, ""
    sentences = paragraph(random, lang)[0]
    at = random.randint(1, max(1, len(sentences) - 1))
    gap = random.choice(("\n", " ", " "))
    before, after = joined(lang, sentences[:at]) + gap, gap + joined(lang, sentences[at:])
    if random.random() < 0.4:
        before = f"{passage(random, lang, 400)[0]}\n\n{before}"
    if random.random() < 0.6:
        before = f"{ask(random, lang)}{joint}{before}"
    return before, after if after.strip() else ""
