"""
An assistant that turns down what it was asked, by its words: "I can't help with that."

What a refusal means is not understood, and one in other words passes; a model with a head for refusals sees more
of them. Where the answer's opening sentence refuses it is nearly sure; later it may be a letter that was asked
for. Prompts are not read: what users will not do is no refusal, and what was refused before has been said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from gateway.detectors.base import RegexDetector, Row, Table
from gateway.detectors.needles import Look, Needing
from gateway.detectors.refusal import english, languages
from gateway.types import Detector, Finding, Kind, Part, Reading, Transcript

__all__ = ["Refusals"]

CATEGORY = "output/refusal"
SURE = 0.8  # in the opening
LEAST = english.STRONG  # elsewhere, of phrases that say less is no finding
OPENING = 200  # characters before a refusal in which nothing but manners may stand
REACH = 256  # of the longest row, at most

KINDS = frozenset({Kind.TEXT, Kind.TRANSCRIPT, Kind.REFUSAL})
READINGS = frozenset({Reading.RAW, Reading.NORMALISED})

_SENTENCE = r"[^.!?\n\u2026\u3002]"
_MANNERS = (
    r"(?:sorry|apolog|afraid|unfortunately|regret|thank|understand|appreciate|hello|hi\b|no\b|great question"
    r"|sounds like"
    r"|leid|entschuldig|danke|verstehe|désolé|excuse|merci|comprends|siento|disculp|lamento|gracias|entiendo|dispiace"
    r"|spiace|grazie|capisco|desculp|obrigad|entendo|spijt|begrijp|przykro|przepraszam|rozumiem|извин|прости"
    r"|жаль|понимаю"
    r"|抱歉|对不起|理解|申し訳|すみません|恐れ入)"
)
_OPENS = re.compile(
    rf"(?is)\W*(?:{_SENTENCE}{{0,120}}{_MANNERS}{_SENTENCE}{{0,120}}[.!?\n\u2026\u3002]\W{{0,6}}){{0,2}}{_SENTENCE}{{0,200}}"
)

_QUOTES = re.compile("[\u201c\u201e\u00ab\u300c][^\u201d\u00bb\u300d\n]*$")
_LETTER = re.compile(
    r"(?i)(?:^|\n)\W{0,4}(?:dear|hi|hello|hey|subject|betreff|liebe[rs]?|sehr geehrte|hallo|cher|chère|bonjour|madame"
    r"|monsieur|estimad[oa]|querid[oa]|hola|gentile|car[oa]|egregio|prezad[oa]|beste|geachte|szanown|drog|уважаем"
    r"|дорог)\b"
)

# Words of the phrase that make it an honest one: praise, feelings, what cannot be known, what the answer goes on to do.
_HONEST = re.compile(
    r"(?i)\b(?:"
    r"(?<!comfortable )enough|certainty|may not be able|but (?:in general|generally|as a (?:general )?rule)"
    r"|(?:legal|medical|financial|tax) advice,? but (?!I\b|please|if you|a (?:lawyer|doctor))|(?:too )?highly"
    r"|help (?:but|it|myself|ourselves|themselves|feeling|thinking|noticing|wondering|smiling"
    r"|laughing|loving|wanting|being|feel)|provide for|give (?:up|in|way)|(?:tell|describe to) you how (?:much"
    r"|many|happy"
    r"|glad|sorry|proud|excited|grateful|often)|pretend to (?:know|understand|like)"
    r"|without (?:more|knowing|seeing|additional|further|access|having|any (?:more|further|context)|context|details?"
    r"|information about|running|looking|being able|the (?:full|file|code|log|exact|error|data|document|text|context)"
    r"|your (?:file|code|log|input|help))|until (?:you|we|I|the)|unless (?:you|we)|any ?more|any longer"
    r"|(?:exact|precise|definitive|definite|accurate|more specific|more detailed|(?<![’']d )(?<!had )better"
    r"|single|simpler|shorter) "
    r"|(?:straightforward|clear-?cut|one-size-fits-all|simple) (?:answer|reply|rule|solution|number|verdict)"
    r"|(?:not|cannot|never|n[\u2019']t) (?:ever )?refuse"
    r"|(?:real-?time|live|current|up-to-date|latest) |guarantee"
    r"|but (?:here(?:[\u2019']s| is| are)|try|let[\u2019']s|let me (?:explain|show|try|give|walk)|you (?:can"
    r"|could|should|may))"
    r"|so (?:here|I (?:have|used|created|wrote|did|made|will|[\u2019']ve|opened|kept)|let[\u2019']s)"
    r"|(?:rechtsberatung|medizinischen? rat|juridisch advies|medisch advies|porady prawnej|conseils? juridiques?"
    r"|asesor(?:ía|amiento) (?:legal|jurídic[oa])|consulenza legale|aconselhamento jurídico)[^,]{0,12},"
    r" (?:aber|maar|ale|mais|pero|ma|mas) (?!ich|ik|je|puedo|posso|mogę)"
    r"|genug|ohne (?:weitere|mehr|die|den|das|zu|genaue|ihre|deine)|(?:genaue?n?|exakte?n?|bessere?n?) "
    r"|assez|suffisamment|sans (?:plus|voir|connaître|savoir)|préciser?|suficiente|lo suficiente|sin (?:más|ver"
    r"|saber|conocer)"
    r"|abbastanza|senza (?:altre|sapere|vedere|ulteriori)|suficiente|sem (?:mais|ver|saber)|genoeg"
    r"|zonder (?:meer|de|het)"
    r"|wystarczająco|bez (?:więcej|dodatkowych|znajomości))\b"
    r"|достаточно|без дополнительн|точн"
)


class Refusals(Table):
    """
    `bind` gives the detector for an answer. In prompts it finds nothing; their literals are looked for all the same,
    so that one automaton does for both.
    """

    name = "refusal"
    categories = frozenset({CATEGORY})
    kinds: frozenset[Kind] | None = KINDS
    readings = READINGS

    reach: int | None = REACH
    behind = OPENING

    @cached_property
    def _table(self) -> _Answers:
        """Most policies do not ask for it, and to build it takes a fifth of a second."""
        return _Answers()

    @property
    def sieves(self) -> tuple[Needing, ...]:
        return self._table.sieves

    def bind(self, request: Transcript) -> Detector | None:
        return self._table

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [[] for _ in parts]

    def scan_seen(self, parts: Sequence[Part], looks: Sequence[Look]) -> list[list[Finding]]:
        return [[] for _ in parts]

    def pending(self, text: str) -> int:
        return len(text)


class _Answers(RegexDetector):
    """The rows. They tell openings in a stream, too: its windows begin `behind` characters before what is new."""

    reach = REACH  # the rows' own are shorter
    behind = OPENING

    def __init__(self) -> None:
        phrases = (*english.PHRASES, *languages.PHRASES)
        rows = [Row(CATEGORY, pattern, _is_meant, score) for pattern, score in phrases]
        super().__init__(Refusals.name, rows, KINDS, group=_alone, readings=READINGS, counted=True)

    def _scan(self, text: str, look: Look) -> list[Finding]:
        return [placed for found in super()._scan(text, look) if (placed := _placed(text, found)) is not None]


def _is_meant(phrase: str) -> bool:
    return _HONEST.search(phrase) is None


def _placed(text: str, finding: Finding) -> Finding | None:
    """As sure as where it stands says; none in quotation marks, or in a letter."""
    start = finding.span.start
    before = text[max(0, start - OPENING) : start]
    if _QUOTES.search(before) or before.rpartition("\n")[2].count('"') % 2:
        return None
    if start <= OPENING and _OPENS.fullmatch(text, 0, start):
        return replace(finding, score=SURE)
    return finding if finding.score >= LEAST and not _LETTER.search(before) else None


def _alone(row: Row) -> str:
    """As for phrases of injection: they all count words."""
    return row.pattern
