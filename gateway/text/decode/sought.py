"""By what each cipher is known: telling words, names and addresses as it writes them, in patterns for one automaton."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from string import ascii_lowercase as LOWER
from string import ascii_uppercase as UPPER

from gateway.text.decode.morse import MORSE
from gateway.text.decode.steps import Key, Sought, Stands, Steps
from gateway.text.prefixes import SHAPES
from gateway.text.words import COMMON, FORMS, LABELS, PAIRS, TELLING, WORDS

__all__ = [
    "AHEAD",
    "ATBASH",
    "BACKWARD",
    "BEHIND",
    "END_FIRST",
    "FORWARD",
    "NAMED_AFTER",
    "SHIFTS",
    "SIGNS",
    "WORDS_SOUGHT",
    "unpig",
]

_KNOWN = COMMON | TELLING
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
_ONSETS = frozenset(_ONSETS_TEXT.split())


def _shift(by: int) -> dict[int, int]:
    return str.maketrans(LOWER + UPPER, LOWER[by:] + LOWER[:by] + UPPER[by:] + UPPER[:by])


SHIFTS = {by: _shift(by) for by in range(1, 26)}
ATBASH = str.maketrans(LOWER + UPPER, LOWER[::-1] + UPPER[::-1])


def _pig(word: str) -> list[str]:
    head = max((k for k in range(4) if word[:k] in _ONSETS), default=0)
    if not head:
        return [f"{word}way", f"{word}yay"]
    more = head + 1  # some take a y for a consonant
    return [word[k:] + word[:k] + "ay" for k in (head, more, more + 1, more + 2) if k < len(word) - 1]


def unpig(word: str) -> str:
    low = word.lower()
    if low in _KNOWN or not low.endswith("ay") or len(low) < 4:
        return word
    for vowel in ("way", "yay"):
        if low.endswith(vowel) and low[:-3] in _KNOWN:
            return low[:-3]
    base = low[:-2]
    turned = [base[-k:] + base[:-k] for k in range(min(4, len(base) - 1), 0, -1)]
    known = [word for word in turned if word in _KNOWN]
    onsets = [base[-k:] + base[:-k] for k in range(min(4, len(base) - 1), 0, -1) if base[-k:] in _ONSETS]
    return (known or onsets or [base])[0]


def _any(words: Sequence[str]) -> str:
    return r"\b(?:" + "|".join(words) + r")\b"


# Small words that stand together, for texts of small words.
_SMALL_TEXT = """
    at the, by the, is the, was the, for a, in a, of a, to a, is a, was a, on my, to my, in my, is in, is on, was in,
    it is, will be, to be, can be, has been, have been, for me, to me, we can, you have, i have, if you, that the,
    was on, for you, to us, with us, as the, but the, into the, than the, when the, is not, was not, my card, goes to
"""
_SMALL = [pair.strip() for pair in _SMALL_TEXT.split(",")]
_HOST = bytes(code for code in range(128) if chr(code) in "0123456789.-" or 97 <= code < 123)
_LONGEST_HOST = 253


def _ends_address(data: bytes, start: int, end: int) -> bool:
    """Behind `@` and a host's name?"""
    at = data.rfind(b"@", max(0, start - _LONGEST_HOST), start)
    return 0 <= at < start - 3 and data[start - 1] == 46 and not data[at + 1 : start].translate(None, _HOST)


def _before(rest: str) -> Stands:
    pattern = re.compile(rest.encode())

    def stands(data: bytes, start: int, end: int) -> bool:
        before = data[start - 1] if start else 32
        return (before == 95 or not chr(before).isalnum()) and pattern.match(data, end) is not None

    return stands


def _words_of_values() -> Iterator[tuple[str, Stands]]:
    """Names of secrets and connections before what follows them, the end of an address."""
    followed: dict[str, Stands] = {}
    for letters, rest in SHAPES:
        if rest.startswith(("[\"'", ":", "(?")):
            yield letters, followed.setdefault(rest, _before(rest))
    yield from ((top, _ends_address) for top in ("com", "net", "org", "info"))


# In English the second of them stands first.
_NOUNS = "(?:instructions?|rules?|guidelines?|directives?|prompts?|message|filters?|restrictions?|mode|model|assistant)"
_BEFORE = (
    "(?:previous|prior|earlier|original|initial|secret|confidential|system|safety|content|developer|your|any|all|no"
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
# "Instructions hidden in mails" is no such order, "instructions hidden the reveal" is.
_HIDDEN = f"hidden{_BREAK}(?:the|your|my|all|any|full|of|me|and|reveal|show|print|tell|repeat|output|display|give|leak)"
_BACKWARDS = _any([*_TURNED, _NOUNS + _BREAK + f"(?:{_BEFORE}|{_HIDDEN})"])

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


def _all_sought() -> Iterator[Sought]:
    """What tells each cipher, but for what is no words."""
    words = (*_OTHERS, *_FREQUENT, *PAIRS, *_SMALL)
    yield from map(Sought, words)
    yield from (Sought(word.translate(ATBASH), "atbash") for word in words)
    for word, stands in _words_of_values():
        yield Sought(word, None, stands)
        yield Sought(word.translate(ATBASH), "atbash", stands)
    pairs = (*PAIRS, *_SMALL)
    yield from (Sought(text[::-1], "reversed") for text in (*_OTHERS, *_REVERSIBLE, *pairs))
    yield from (Sought(" ".join(reversed(pair.split()))[::-1], "reversed") for pair in pairs)
    yield from (Sought(pig, "pig_latin") for word in _LONG for pig in _pig(word))


WORDS_SOUGHT = Steps(_all_sought())
# What is no word, or words with signs between them.
SIGNS: dict[Key, str] = {"reversed": rf"(?:{_BACK_KEY})(?:\b|_)", "word_order": ORDER, "morse": MORSE}
FORWARD = re.compile(_any([*PAIRS, f"(?:hidden|{_BEFORE}) {_NOUNS}"]))
BACKWARD = re.compile(_BACKWARDS)
BEHIND = re.compile(NAMED_AFTER)
AHEAD = re.compile(rf"\b{_A_NAME}\b[^\w\n]{{1,4}}(?:[a-z]+ ){{0,3}}[\"']?[a-z]{{0,5}}[_-]?{_A_VALUE}")
# The stop that ends a sentence stands behind its first word, and the last one has the capital or names a value.
END_FIRST = re.compile(r"[A-Za-z]+[.!?] (?!.*[.!?](?:\s|\Z))(?:.* )?(?:[A-Z]\S*|[a-z]+:)\Z")
