"""Light noise as people type it: slips of the finger, case, marks, frames. The same for attacks and honest texts."""

from __future__ import annotations

import re
from random import Random

__all__ = ["frame", "letters"]

EMOJI = ("🙂", "🙏", "😅", "👍", "🤔", "😂", "🔥", "✨", "❤️", "🚀", "😊", "😭", "👀", "🎉")
NEIGHBOURS = {
    "a": "qs",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
}
SHORT = {
    "you": "u",
    "your": "ur",
    "please": "pls",
    "are": "r",
    "because": "cuz",
    "about": "abt",
    "with": "w/",
    "and": "&",
    "to": "2",
    "thanks": "thx",
    "the": "teh",
}
FRAMES = (
    ("User: ", ""),
    ("user: ", ""),
    ("USER: ", ""),
    ("Human: ", ""),
    ("Me: ", ""),
    ("Q: ", ""),
    ("Q: ", "\nA:"),
    ("Question: ", ""),
    ("Message: ", ""),
    ("Prompt: ", ""),
    ("Input: ", ""),
    ("> ", ""),
    ("- ", ""),
    ("1. ", ""),
    ("# Request\n\n", ""),
    ("## Task\n", ""),
    ("### Question\n", ""),
    ("**Task:** ", ""),
    ('"', '"'),
    ("'", "'"),
    ("“", "”"),
    ("```\n", "\n```"),
    ("```text\n", "\n```"),
    ("(", ")"),
    ("*", "*"),
    ("Hi! ", ""),
    ("hey ", ""),
    ("Hello, ", ""),
    ("ok ", ""),
    ("Okay, ", ""),
    ("so ", ""),
    ("Um, ", ""),
    ("btw ", ""),
    ("", " thanks"),
    ("", " Thank you!"),
    ("", " pls"),
    ("", " asap"),
    ("", "\n\n--\nSent from my phone"),
    ("", "\n\nThanks,\nSam"),
    ("", "\n"),
    ("  ", ""),
    ("\n\n", "\n"),
)


def letters(random: Random, text: str) -> str:
    """`text`, in about two of five cases with its case, its letters or its marks disturbed."""
    if random.random() < 0.6:
        return text
    change = random.choice((lower, lower, upper, slips, slips, unmarked, marks, crowded, shortened, spread))
    return change(random, text)


def frame(random: Random, lang: str) -> tuple[str, str]:
    """What stands before and after a text: mostly nothing; English words only around English."""
    if random.random() < 0.8:
        return "", ""
    before, after = random.choice(FRAMES)
    if lang != "en" and re.search(r"[A-Za-z]", before + after):
        return "", " " + random.choice(EMOJI)
    return before, after


def lower(random: Random, text: str) -> str:
    return text.lower()


def upper(random: Random, text: str) -> str:
    """All of a short text, or one word in six of a long one."""
    if len(text) < 160 and random.random() < 0.5:
        return text.upper()
    return " ".join(word.upper() if random.random() < 0.16 else word for word in text.split(" "))


def slips(random: Random, text: str) -> str:
    """One slip for about each forty letters: a letter lost, doubled, swapped or its neighbour's."""
    chars = list(text)
    for _ in range(max(1, len(text) // 40)):
        at = random.randrange(max(1, len(chars) - 1))
        if at + 1 >= len(chars) or not (chars[at].isalpha() and chars[at + 1].isalpha()):
            continue
        kind = random.randrange(4)
        if kind == 0:
            del chars[at]
        elif kind == 1:
            chars.insert(at, chars[at])
        elif kind == 2:
            chars[at], chars[at + 1] = chars[at + 1], chars[at]
        else:
            chars[at] = random.choice(NEIGHBOURS.get(chars[at], chars[at]))
    return "".join(chars)


def unmarked(random: Random, text: str) -> str:
    """No commas, quotes and full stops, as in a hurried message."""
    return re.sub(r"[,;'’\"]|[.!?](?=\s|$)", "", text)


def marks(random: Random, text: str) -> str:
    stripped = text.rstrip()
    tail = random.choice(("!!", "!!!", "...", "…", "??", " :)", " ;)", " " + random.choice(EMOJI)))
    return (stripped if tail[0] == " " else stripped.rstrip(".!?")) + tail


def crowded(random: Random, text: str) -> str:
    """Here and there no space after a mark or between two words."""
    return re.sub(r"(?<=\S) (?=\S)", lambda match: "" if random.random() < 0.04 else " ", text)


def spread(random: Random, text: str) -> str:
    """Here and there a space or a line break too many."""
    return re.sub(r" ", lambda match: random.choice(("  ", "\n", " ,")) if random.random() < 0.05 else " ", text)


def shortened(random: Random, text: str) -> str:
    def word(match: re.Match[str]) -> str:
        return SHORT.get(match[0].lower(), match[0]) if random.random() < 0.6 else match[0]

    return re.sub(r"[A-Za-z]+", word, text)
