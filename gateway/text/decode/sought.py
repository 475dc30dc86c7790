"""By what each cipher is known: telling words, names and addresses as it writes them, in patterns for one automaton."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from string import ascii_lowercase as LOWER
from string import ascii_uppercase as UPPER

from gateway.text.decode.morse import MORSE
from gateway.text.prefixes import SHAPES
from gateway.text.words import COMMON, FORMS, LABELS, PAIRS, TELLING, WORDS

__all__ = [
    "AHEAD",
    "ATBASH",
    "BACKWARD",
    "BEHIND",
    "END_FIRST",
    "FORWARD",
    "GROUPS",
    "NAMED_AFTER",
    "ONSETS",
    "SEEN",
    "SHIFTS",
]

_LONG = sorted(word for word in TELLING if len(word) >= 6)
# A cipher is looked for by its longer words; short ones are words of some other cipher too often.
_OTHERS = [*sorted(word for word in COMMON | TELLING if len(word) >= 5), "iban", "visa", "card"]
_FREQUENT = [word for word in WORDS[:1000] if len(word) >= 6]
# For the reading of which there is one only: what reads as a word from both ends says nothing.
_REVERSIBLE = [word for word in WORDS[:3000] if len(word) >= 5 and word[::-1] not in FORMS]
_ONSETS_TEXT = (
    "b bl br c ch chr cl cr d dr f fl fr g gh gl gn gr h j k kn l m n p ph pl pr ps qu r rh s sc sch scr sh shr sk sl"
    " sm sn sp sph spl spr squ st str sw t th thr tr tw v w wh wr y z"
)
ONSETS = frozenset(_ONSETS_TEXT.split())


def _shift(by: int) -> dict[int, int]:
    return str.maketrans(LOWER + UPPER, LOWER[by:] + LOWER[:by] + UPPER[by:] + UPPER[:by])


SHIFTS = {by: _shift(by) for by in range(1, 26)}
ATBASH = str.maketrans(LOWER + UPPER, LOWER[::-1] + UPPER[::-1])


def _pig(word: str) -> str:
    head = max((k for k in range(4) if word[:k] in ONSETS), default=0)
    if not head:
        return word + "(?:w|y)ay"
    more = head + 1  # some take a y for a consonant
    return "|".join(word[k:] + word[:k] + "ay" for k in (head, more, more + 1, more + 2) if k < len(word) - 1)


def _any(words: Sequence[str]) -> str:
    return r"\b(?:" + "|".join(words) + r")\b"


# Small words that stand together, for texts of small words.
_SMALL_TEXT = """
    at the, by the, is the, was the, for a, in a, of a, to a, is a, was a, on my, to my, in my, is in, is on, was in,
    it is, will be, to be, can be, has been, have been, for me, to me, we can, you have, i have, if you, that the,
    was on, for you, to us, with us, as the, but the, into the, than the, when the, is not, was not, my card, goes to
"""
_SMALL = [pair.strip() for pair in _SMALL_TEXT.split(",")]
_TOP = "com|net|org|info"


def _host(write: Callable[[str], str]) -> str:
    """An address's end."""
    return rf"|@[a-z0-9.-]{{2,}}\.(?:{write(_TOP)})\b"


_VALUES = [(letters, rest) for letters, rest in SHAPES if rest.startswith(("[\"'", ":", "(?"))]


def _keys(write: Callable[[str], str]) -> str:
    """Names of secrets and connections, as a cipher writes them."""
    by_rest: dict[str, list[str]] = {}
    for letters, rest in _VALUES:
        by_rest.setdefault(rest, []).append(write(letters))
    return r"|(?:\b|_)(?:" + "|".join(f"(?:{'|'.join(written)}){rest}" for rest, written in by_rest.items()) + ")"


def _values(write: Callable[[str], str]) -> str:
    return (_keys(write) + _host(write)).removeprefix("|")


def _shifted(by: int) -> Callable[[str], str]:
    return lambda text: text.translate(SHIFTS[by])


# In English the second of them stands first.
_NOUNS = "(?:instructions?|rules?|guidelines?|directives?|prompts?|message|filters?|restrictions?|mode|model|assistant)"
_BEFORE = (
    "(?:previous|prior|earlier|original|initial|hidden|secret|confidential|system|safety|content|developer|your|any|all|no"
    "|jailbreak|unfiltered|unrestricted|uncensored)"
)
_BREAK = "[.,;:!?]? "

_A_VALUE = "[0-9](?:[0-9a-z./+_-]|[ ][0-9]){5}"
_A_NAME = rf"(?:[a-z]+[_ -])?(?:{'|'.join(sorted(LABELS))})"
# The name of a value right behind it.
NAMED_AFTER = rf"{_A_VALUE}[^ \n]*,? (?:= )?[\"']?{_A_NAME}\b"

# Questions and ordinary words the other way round: "can you", "are you", "is this".
_BOTH_WAYS = frozenset(("you can", "you are", "you must", "this is", "what is", "do not"))
_TURNED = [_BREAK.join(reversed(pair.split())) for pair in PAIRS if pair not in _BOTH_WAYS]
_BACKWARDS = _any([*_TURNED, _NOUNS + _BREAK + _BEFORE])

# Of keys, connection strings and addresses, read from their end.
_ENDS = "moc|gro|ten|ude|vog|ofni|ku\\.oc"
_BACK_KEY = "|".join(
    (
        r"[0-9a-z_+/-]{8} ?[=:](?:yek|nekot|terces|drowssap|dwssap|dwp)",
        r"//:(?:sp?tth|lqsym|(?:lq)?sergtsop|bdognom|sider|pqma)",
        rf"(?:{_ENDS})\.[a-z0-9.-]{{3,}}@[a-z0-9._+-]+",
    )
)

ORDER = _BACKWARDS + r"|(?m:^[a-z]+[.!?] (?:[^.!?\n]|[.!?][^.!?\s])+$)"
_CIPHERS: dict[str | int, Callable[[str], str]] = {
    **{by: _shifted(26 - by) for by in SHIFTS},
    "atbash": lambda text: text.translate(ATBASH),
}
_WORDS = {key: _any([write(word) for word in (*_OTHERS, *_FREQUENT)]) for key, write in _CIPHERS.items()}
_HALF = len(_WORDS) // 2

# What to look for, by how it is then read: a shift by its number, the others by name. Each group is an automaton of
# its own, since states multiply: one for all has a state for each of the words with each repetition, and RE2 builds
# them while it reads what it has not seen before. 64 KiB of noise took it 0.15 to 0.4 s, and these a sixth of that.
GROUPS: tuple[dict[str | int, str], ...] = (
    dict(list(_WORDS.items())[:_HALF]),
    dict(list(_WORDS.items())[_HALF:]),
    {
        **{key: _any([write(pair) for pair in (*PAIRS, *_SMALL)]) for key, write in _CIPHERS.items()},
        "reversed": _any(
            [t[::-1] for t in (*_OTHERS, *_REVERSIBLE, *PAIRS, *_SMALL)]
            + [" ".join(reversed(t.split()))[::-1] for t in (*PAIRS, *_SMALL)]
        ),
        "pig_latin": _any([_pig(t) for t in _LONG]),
    },
    {
        **{key: _values(write) for key, write in _CIPHERS.items()},
        "reversed": rf"(?:{_BACK_KEY})(?:\b|_)",
        "word_order": ORDER,
        "morse": MORSE,
    },
)
# A name behind a value is looked for by itself: automata that count figures and know words at once grow large.
SEEN: dict[str | int, str] = {
    key: "|".join(group[key] for group in GROUPS if key in group)
    for key in (*_CIPHERS, "reversed", "word_order", "pig_latin", "morse")
}
SEEN["word_order"] += f"|{NAMED_AFTER}"
FORWARD = re.compile(_any([*PAIRS, f"{_BEFORE} {_NOUNS}"]))
BACKWARD = re.compile(_BACKWARDS)
BEHIND = re.compile(NAMED_AFTER)
AHEAD = re.compile(rf"\b{_A_NAME}\b[^\w\n]{{1,4}}(?:[a-z]+ ){{0,3}}[\"']?[a-z]{{0,5}}[_-]?{_A_VALUE}")
# The stop that ends a sentence stands behind its first word, and the last one has the capital or names a value.
END_FIRST = re.compile(r"[A-Za-z]+[.!?] (?!.*[.!?](?:\s|\Z))(?:.* )?(?:[A-Z]\S*|[a-z]+:)\Z")
