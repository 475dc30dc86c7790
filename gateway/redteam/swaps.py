"""
Small changes to single words, as people make who try until a text gets through: the moves of a search.

Not disguises of a whole text (see `transforms`): a reader hardly notices these, and each costs the
attacker one try.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["SWAPS", "Swap", "words"]

WORD = re.compile(r"\w[\w'-]*")
SHORTEST = 4  # characters of a word that stays readable with one of them changed

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {c: row[max(0, i - 1) : i] + row[i + 1 : i + 2] for row in _ROWS for i, c in enumerate(row)}
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "ignore": ("skip", "leave aside", "pay no heed to"),
    "disregard": ("set aside", "pass over"),
    "forget": ("drop", "let go of"),
    "previous": ("former", "prior", "foregoing"),
    "earlier": ("former", "past"),
    "prior": ("former", "preceding"),
    "above": ("foregoing", "preceding"),
    "all": ("each of", "every one of"),
    "instructions": ("directions", "orders", "guidance"),
    "instruction": ("direction", "order"),
    "rules": ("terms", "constraints"),
    "guidelines": ("guidance", "norms"),
    "restrictions": ("limits", "bounds"),
    "reveal": ("disclose", "lay open"),
    "show": ("present", "display"),
    "print": ("write out", "put down"),
    "repeat": ("restate", "echo"),
    "tell": ("inform", "let know"),
    "output": ("emit", "produce"),
    "system": ("setup", "base"),
    "prompt": ("preamble", "brief"),
    "secret": ("private", "undisclosed"),
    "hidden": ("unseen", "concealed"),
    "password": ("passphrase", "login word"),
    "override": ("overrule", "supersede"),
    "bypass": ("get round", "sidestep"),
    "pretend": ("make believe", "imagine"),
    "act": ("behave", "perform"),
    "unrestricted": ("boundless", "free"),
    "unfiltered": ("raw", "unedited"),
    "developer": ("engineer", "maker"),
    "mode": ("state", "setting"),
    "answer": ("respond", "reply"),
    "follow": ("heed", "go by"),
    "send": ("forward", "pass on"),
    "delete": ("erase", "remove"),
    "safety": ("protective", "security"),
    "filters": ("screens", "checks"),
    "now": ("at once", "from here"),
    "must": ("have to", "need to"),
    "instead": ("in its place", "rather"),
}


@dataclass(frozen=True, slots=True)
class Swap:
    """`variants(word, next word)` gives what may stand there instead; `merges`: in place of both words."""

    name: str
    variants: Callable[[str, str], Iterator[str]]
    merges: bool = False


def words(text: str) -> list[tuple[int, int]]:
    """Where the words of a text are."""
    return [match.span() for match in WORD.finditer(text)]


def _inner(word: str) -> range:
    """The places of letters that are neither first nor last."""
    return range(1, len(word) - 1) if len(word) >= SHORTEST else range(0)


def _exchanged(word: str, _: str) -> Iterator[str]:
    for i in range(1, len(word) - 2):
        if word[i] != word[i + 1]:
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _dropped(word: str, _: str) -> Iterator[str]:
    return (word[:i] + word[i + 1 :] for i in _inner(word))


def _doubled(word: str, _: str) -> Iterator[str]:
    return (word[:i] + word[i] + word[i:] for i in _inner(word))


def _mistyped(word: str, _: str) -> Iterator[str]:
    for i in _inner(word):
        for key in _NEIGHBOURS.get(word[i].lower(), ""):
            yield word[:i] + key + word[i + 1 :]


def _prefixed(word: str, _: str) -> Iterator[str]:
    return (letter + word for letter in "fxaesq")


def _torn(word: str, _: str) -> Iterator[str]:
    return (word[:i] + " " + word[i:] for i in _inner(word))


def _hyphenated(word: str, _: str) -> Iterator[str]:
    return (word[:i] + "-" + word[i:] for i in _inner(word))


def _joined(word: str, following: str) -> Iterator[str]:
    if following:
        yield word + following


def _reworded(word: str, _: str) -> Iterator[str]:
    for other in _SYNONYMS.get(word.lower(), ()):
        yield other.capitalize() if word[:1].isupper() else other


SWAPS: tuple[Swap, ...] = (
    Swap("letters exchanged", _exchanged),
    Swap("letter dropped", _dropped),
    Swap("letter doubled", _doubled),
    Swap("key beside", _mistyped),
    Swap("letter in front", _prefixed),
    Swap("word torn", _torn),
    Swap("hyphen inside", _hyphenated),
    Swap("words joined", _joined, merges=True),
    Swap("other words", _reworded),
)
