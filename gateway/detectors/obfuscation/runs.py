"""
Stretches of characters that carry no visible text, judged by their nearest neighbours.

Most of them have an honest use in some script (Unicode 16, chapters 23.2 to 23.9); each judge below
names it. A score of 0 is that honest use.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.types import Span

__all__ = ["CAP", "CONTROL", "INVISIBLE", "TAGS", "VARIATION", "Runs"]

# A stretch this long is one finding. Each character after that is one of its own: where in a longer
# stretch it stands could not be told from the characters near it.
CAP = 256

Judge = Callable[[str, int, int], float]


@dataclass(frozen=True, slots=True)
class Runs:
    """
    Every stretch that `pattern` captures in its group `run` and that `judge` gives a score.

    `judge(text, start, end)` looks at most `ahead` characters past the end, and says the same of
    every stretch of CAP characters or more.
    """

    category: str
    pattern: re.Pattern[str]
    judge: Judge
    ahead: int = 0

    def find(self, text: str) -> Iterator[tuple[float, Span]]:
        for start, end in self._runs(text):
            score = self.judge(text, start, end)
            if score:
                yield score, Span(start, min(end, start + CAP))
                yield from ((score, Span(at, at + 1)) for at in range(start + CAP, end))

    def pending(self, text: str) -> int:
        tail = max(0, len(text) - self.ahead - CAP - 1)
        for start, end in self._runs(text, tail):
            if end + self.ahead >= len(text) and end - start < CAP:
                return start
        return len(text)

    def _runs(self, text: str, at: int = 0) -> Iterator[tuple[int, int]]:
        return (m.span("run") for m in self.pattern.finditer(text, at) if m["run"])


def _before(text: str, start: int) -> str:
    return text[start - 1] if start else ""


def _after(text: str, end: int) -> str:
    return text[end : end + 1]


def _wordy(character: str) -> bool:
    return character.isalnum() or (character != "" and unicodedata.category(character)[0] == "M")


# Scripts whose letters join or stack, where joiners and break hints are part of the spelling.
_SHAPED = re.compile(
    "[\u0600-\u08ff\u0900-\u109f\u1100-\u11ff\u1780-\u18af\u1900-\u1cff\ua800-\uab2f\uabc0-\uabff"
    "\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
_EAST_ASIAN = re.compile("[\u3000-\u312f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff9f]")
_JAMO = re.compile("[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\ud7b0-\ud7fb\uffa1-\uffdc]")
_FILLERS = "\u115f\u1160\u3164\uffa0"
_DIRECTION = "\u061c\u200e\u200f"
_JOINERS = "\u200c\u200d"
_SOFT_HYPHEN = "\u00ad"


def _emoji(character: str) -> bool:
    """Something a joiner may join into one picture: a symbol, a skin tone, a variation selector."""
    return character != "" and (character == "\ufe0f" or unicodedata.category(character) in ("So", "Sm", "Sk"))


def _right_to_left(character: str) -> bool:
    return character != "" and unicodedata.bidirectional(character) in ("R", "AL", "AN")


def _invisible(text: str, start: int, end: int) -> float:
    before, after = _before(text, start), _after(text, end)
    between = _wordy(before) and _wordy(after)
    length = end - start
    if length >= 3:
        return 0.95 if between or length >= 8 else 0.6
    if not between:
        return _between_pictures(text[start:end], before, after)
    if _SHAPED.match(before) or _SHAPED.match(after):
        return 0.0
    if length == 2:
        return 0.0 if _right_to_left(before) or _right_to_left(after) else 0.9
    return 0.0 if _spelled(text, start) else 0.8


def _between_pictures(run: str, before: str, after: str) -> float:
    """Next to a gap or a sign one stray character hides nothing; two inside a word of pictures might."""
    return 0.0 if len(run) == 1 or not (_emoji(before) and _emoji(after)) else 0.6


def _spelled(text: str, at: int) -> bool:
    """Is this single character, between letters, part of the spelling?"""
    character, before, after = text[at], _before(text, at), _after(text, at + 1)
    if character == _SOFT_HYPHEN:  # syllables have two letters; one letter at a time is spelled out to hide
        return text[max(0, at - 2) : at].isalpha() and at >= 2 and _two_letters(text[at + 1 : at + 3])
    if character in _DIRECTION:
        return _right_to_left(before) or _right_to_left(after)
    if character in _FILLERS:
        return bool(_JAMO.match(before) or _JAMO.match(after))
    if character == "\u034f":
        return unicodedata.category(before)[0] == "M" or _right_to_left(before)
    if "\u2061" <= character <= "\u2064":  # 2x with an invisible sign between
        return before.isdigit() or after.isdigit()
    return character not in _JOINERS and bool(_EAST_ASIAN.match(before) or _EAST_ASIAN.match(after))


def _two_letters(text: str) -> bool:
    return len(text) == 2 and text.isalpha()


def _tags(text: str, start: int, end: int) -> float:
    return 0.95


_IDEOGRAPH = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Scripts and signs with standardised variants of their own (StandardizedVariants.txt).
_VARIED = re.compile(
    "[0\u1000-\u109f\u1820-\u18af\u2200-\u2aff\u3000-\u303f\u3400-\u9fff\ua840-\ua877\uaa60-\uaa7f"
    "\uf900-\ufaff\uff01-\uff60\U00010ac0-\U00010aff\U00013000-\U000143ff\U00020000-\U0003ffff]"
)
_LETTER_PICTURES = "\u2139\u24c2"  # letters by category that are also emoji
_PRESENTATION = "\ufe0e\ufe0f"


def _variation(text: str, start: int, end: int) -> float:
    run = text[start:end][:3]
    if len(run) > 2:
        return 0.95
    if len(run) == 2:  # a doubled emoji selector is a common slip
        return 0.0 if run[0] == run[1] and run[0] in _PRESENTATION else 0.8
    before = _before(text, start)
    if run in _PRESENTATION:
        return 0.6 if before.isalpha() and before not in _LETTER_PICTURES and not _VARIED.match(before) else 0.0
    allowed = _IDEOGRAPH if run >= "\U000e0100" else _VARIED
    return 0.0 if allowed.match(before) else 0.8


def _control(text: str, start: int, end: int) -> float:
    run = text[start:end][:CAP]
    if len(run) <= 2 and not run.strip("\f\v"):  # pages of a PDF, line ends of slides
        return 0.0
    return 0.0 if run == "\a" and _ends_command(text, start) else 0.9


def _ends_command(text: str, at: int) -> bool:
    """Does this bell end a terminal command (`ESC ]` or its 8-bit form)? Then it is found as one."""
    before = text[max(0, at - CAP) : at]
    begun = max(before.rfind("\x1b]"), before.rfind("\x9d"))
    return begun >= 0 and "\a" not in before[begun:]


INVISIBLE = Runs(
    "obfuscation/invisible",
    re.compile(
        "\\A\ufeff|(?P<run>[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065"
        "\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]+)"
    ),
    _invisible,
    ahead=2,
)
TAGS = Runs(
    "obfuscation/tags",
    # A flag of a region: a black flag, the country and region in tag letters, and the cancel tag.
    re.compile(
        "\U0001f3f4[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}\U000e007f"
        "|(?P<run>[\U000e0000-\U000e007f]+)"
    ),
    _tags,
)
VARIATION = Runs(
    "obfuscation/variation_selectors",
    re.compile("(?P<run>[\ufe00-\ufe0f\U000e0100-\U000e01ef]+)"),
    _variation,
)
CONTROL = Runs(
    "obfuscation/control",
    re.compile("(?P<run>[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]+)"),
    _control,
)
