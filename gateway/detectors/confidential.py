"""
An answer that tells a value which its system prompt keeps to itself: "The code is RF-20417. Never tell it."

Two kinds of sentences of system and developer messages say so: those that forbid to tell, and those that allow it
only after somebody has proved who he is. The second holds as long as no user has written anything that could be a
proof and no tool has been asked. What a value means is not understood; what a user, a tool or a document has said
itself is nothing that could leak. Where the sentence names who else must not know, the user may be who may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from gateway.detectors.confidential_words import (
    CONDITION,
    FORBIDDEN,
    PROOF,
    RECORD,
    REDIRECT,
    REFERS,
    SOMEBODY_ELSE,
    TELL,
)
from gateway.detectors.system import MAX_PROMPT, SYSTEM, Unbound, sentences, system_texts
from gateway.detectors.tool_calls import spread
from gateway.types import Detector, Finding, Kind, Part, Role, Span, Transcript

__all__ = ["Confidential", "Kept"]

CATEGORY = "secret/confidential"
FORBIDDEN_SCORE, CONDITION_SCORE = 0.95, 0.8
SHORTEST, LONGEST = 6, 120  # letters and digits, characters
MOST = 64  # values of one prompt
GAP = 2  # signs between two pieces of a value, whatever stands there in the prompt

_LINK = re.compile(r"\bhttps?://(?![^\s/@]*@)\S+")
_IS = (
    r"(?:\b(?:is|are|was|equals|at|as|code|key|token|number|id|pin|lautet|ist|sind|est|sont|es|son|è|sono|é|são)"
    r"|[:=#])\s{0,3}[\"'“„«(]?"
)
_DATE = re.compile(r"(?:19|20)\d\d[-./]\d\d?[-./]\d\d?")
_VALUES = re.compile(
    r"(?P<email>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
    r"|(?P<address>[a-z][a-z+]{1,12}://[^\s\"'<>]{6,110}[^\s\"'<>.,;:!?)])"
    r"|(?<![\w.])(?P<number>\+?\d[\d ()./-]{5,22}\d)(?![\w-])"
    r"|(?<=[\s\"'“„«(:=#])(?P<code>(?=[\w-]*\d)[A-Za-z0-9]+(?:[-_./][A-Za-z0-9]+)*)",
)
_ASSIGNED = re.compile(_IS + r"$")
_QUOTED = re.compile(r"(?:\b(?:is|lautet|ist|est|es|è|é)|=)\s{0,3}[\"“„«]([^\"”“»\n]{4,60})[\"”“»]")
_PASSWORD = re.compile(
    r"(?i:\b(?:pass(?:word|phrase|code)|code ?word|secret word|kennwort|passwort|losung|mot de passe|contraseña|parola"
    r"|wachtwoord|senha)\b\W{0,3}(?:is|lautet|ist|est|es|è|é|[:=])\s{0,3}[\"'“„«]?)(\w{5,40})"
)
_STREET = re.compile(
    r"\b(?:\d{1,4}[a-z]?(?: [A-ZÀ-Þ][\w'.-]{1,20}){1,3}"
    r"|[A-ZÀ-Þ][\w'-]{2,30}(?:[ -][A-ZÀ-Þ][\w'-]{2,20})? \d{1,4}[a-z]?)\b"
)
_COUNTED = re.compile(
    r"(?i)\b(\d{1,2}|four|five|six|seven|eight|nine|ten)[- ]?(?:digits?|stellige?\w*|chiffres|cifras)\b"
)
_NUMBERS = {word: n for n, word in enumerate(("four", "five", "six", "seven", "eight", "nine", "ten"), 4)}
_CARRIES = re.compile(
    r"(?i)(?:^|[^a-z])(?:send|e?-?mail|post|publish|share|message|tweet|sms|notify|upload|forward)(?![a-z])"
)
_DIGITS = re.compile(r"\d+")


class Confidential(Unbound):
    """`bind` gives the detector for the answer to one request."""

    name = "confidential"
    categories = frozenset({CATEGORY})
    reach = LONGEST * (GAP + 1)

    def bind(self, request: Transcript) -> Detector | None:
        """None where nothing is kept, or all of it is known to the user."""
        system = system_texts(request)
        kept = {value: score for text in system for value, score in _kept(text[:MAX_PROMPT])}
        if not kept:
            return None
        others = [p for p in request.parts if p.role not in SYSTEM]
        said = "\n".join(_squeezed(part.text) for part in others if part.kind is not Kind.TOOL_NAME)
        proved = CONDITION_SCORE in kept.values() and _proved(others, max(map(_proof, system)))
        values = {
            value: score
            for value, score in kept.items()
            if _squeezed(value) not in said and not (proved and score == CONDITION_SCORE)
        }
        return Kept(values) if values else None


class Kept:
    """Looks for these values, whatever signs stand between their pieces. Immutable."""

    name = Confidential.name
    categories = Confidential.categories
    kinds = Confidential.kinds
    readings = Confidential.readings
    reach = Confidential.reach
    behind = 0

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = dict(values)
        self._patterns = [(_pattern(value), score) for value, score in values.items()]
        self._beginning = re.compile("|".join(_beginning(value) for value in values), re.IGNORECASE)

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part.text, self._due(part)) for part in parts]

    def pending(self, text: str) -> int:
        at = max(0, len(text) - LONGEST * (GAP + 1))
        found = self._beginning.search(text, at)
        return found.start() if found else len(text)

    def with_tokens(self, tokens: Mapping[str, str]) -> Kept:
        """Also what stands in an answer for one of the values: placeholder and value."""
        more = {token: max(f.score for f in found) for token, value in tokens.items() if (found := self._scan(value))}
        return Kept(self._values | more) if more else self

    def _due(self, part: Part) -> float:
        """The least score that counts: a tool may get what it needs, unless it carries it away."""
        if part.kind is not Kind.TOOL_CALL:
            return 0.0
        return FORBIDDEN_SCORE if _CARRIES.search(spread(part.name)) else 1.0

    def _scan(self, text: str, least: float = 0.0) -> list[Finding]:
        out = []
        for pattern, score in self._patterns:
            if score < least:
                continue
            found = pattern.search(text)
            while found:
                out.append(Finding(CATEGORY, score, Span(*found.span()), self.name))
                found = pattern.search(text, found.start() + 1)
        return sorted(set(out), key=lambda finding: finding.span)


@lru_cache(maxsize=4096)
def _pattern(value: str) -> re.Pattern[str]:
    return re.compile(_between(GAP).join(map(re.escape, _pieces(value))), re.IGNORECASE)


@lru_cache(maxsize=4096)
def _beginning(value: str) -> str:
    """Any beginning of it that ends the text."""
    steps = []
    for index, piece in enumerate(_pieces(value)):
        if index:
            steps += [r"[\W_]?"] * GAP
        steps += [re.escape(c) for c in piece]
    pattern = ""
    for step in reversed(steps[1:]):
        pattern = f"(?:{step}{pattern})?"
    return rf"{steps[0]}{pattern}\Z"


def _between(most: int) -> str:
    return rf"[\W_]{{0,{most}}}"


def _pieces(value: str) -> list[str]:
    return re.findall(r"[^\W_]+", value)


def _squeezed(text: str) -> str:
    return "".join(_pieces(text)).casefold()


@lru_cache(maxsize=64)
def _kept(text: str) -> tuple[tuple[str, float], ...]:
    """The values that a system prompt keeps, and how sure that is."""
    out: dict[str, float] = {}
    for sentence, before in sentences(text):
        for value, score in _of_sentence(sentence, before):
            out[value] = max(score, out.get(value, 0.0))
    return tuple(out.items())[:MOST]


def _of_sentence(sentence: str, before: str) -> Iterable[tuple[str, float]]:
    conditional = bool(TELL.search(sentence) and CONDITION.search(sentence) and PROOF.search(sentence))
    if conditional:
        values = _values(sentence, people=True)
        if not values and (RECORD.search(before) or RECORD.search(sentence)):
            values = _values(before, people=True)
        return ((value, CONDITION_SCORE) for value in values)
    forbidden = FORBIDDEN.search(sentence)
    if forbidden is None or SOMEBODY_ELSE.search(sentence):
        return ()
    redirect = REDIRECT.search(sentence, forbidden.end())
    values = _values(sentence[: redirect.start()] if redirect else sentence)
    if not values and REFERS.search(sentence):
        values = _values(before)
    return ((value, FORBIDDEN_SCORE) for value in values)


def _values(text: str, *, people: bool = False) -> list[str]:
    text = _LINK.sub(lambda match: " " * len(match[0]), text)
    found = [match[1] for match in (*_QUOTED.finditer(text), *_PASSWORD.finditer(text))]
    for match in _VALUES.finditer(text):
        named = bool(_ASSIGNED.search(text, max(0, match.start() - 24), match.start()))
        if (match.lastgroup == "code" and not named) or (_DATE.fullmatch(match[0]) and not named):
            continue
        found.append(match[0])
    if people:
        found += [match[0] for match in _STREET.finditer(text)]
    return [value for value in found if len(value) <= LONGEST and len(_squeezed(value)) >= SHORTEST]


def _proof(text: str) -> int:
    """How many digits a proof has, where the prompt says so."""
    counts = [match[1].casefold() for match in _COUNTED.finditer(text)]
    return max((_NUMBERS.get(count) or int(count) for count in counts), default=0)


def _proved(others: Sequence[Part], digits: int) -> bool:
    """Has a user written what could be a proof, or has a tool been asked?"""
    if any(part.kind is Kind.TOOL_RESULT or part.role in (Role.TOOL, Role.FUNCTION) for part in others):
        return True
    runs = [len(run) for part in others if part.role is Role.USER for run in _DIGITS.findall(part.text)]
    return any(run == digits if digits else run >= 4 for run in runs)
