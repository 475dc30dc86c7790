"""
Requests that have nothing to do with what an application is there for, where its system prompt says both what alone
it helps with and that it declines all else.

Likeness to the scope alone does not tell "Do you ship to Austria?" from a poem. So a request counts only if it also
is, beyond doubt, about one of a few subjects that applications are misused for, and the scope is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from gateway.types import Kind, Part, Role

__all__ = ["FAR", "SUBJECTS", "Subject", "scopes_in"]

MAX_PROMPT = 64 << 10  # characters that are read
LONGEST = 600  # of a sentence that says what an application is for
FAR = 0.3  # likeness of a scope and a subject above this: the subject may belong to it


@dataclass(frozen=True, slots=True)
class Subject:
    """`text` in a sentence; a scope that `touches` fits may well hold it."""

    text: str
    touches: re.Pattern[str]

    def belongs_to(self, scope: str) -> bool:
        return self.touches.search(scope) is not None


def _subject(text: str, *touches: str) -> Subject:
    return Subject(text, re.compile(r"\b(?:" + "|".join(touches) + ")", re.IGNORECASE))


SUBJECTS = (
    _subject(
        "Writing computer programs, functions or scripts in Python, JavaScript or another programming language.",
        r"(?-i:IT)\b|software|apps?\b|comput|tech|digital|develop|cod(?:e|ing)|program|script|API|data|web|site|system|cloud",
        r"server|hosting|network|engineer|product|tool|platform|automat|integrat|math|spreadsheet|excel|entwick|rechner",
    ),
    _subject(
        "Medical advice: symptoms, diagnoses, medicines and their doses.",
        r"health|medic|pharma|care\b|clinic|doctor|nurs|patient|hospital|drug|dent|nutrition|diet|food|eat|restaurant|kitchen|cook|meal|drink|caf|hotel|fitness|sport|gym",
        r"insur|travel|beauty|cosmetic|baby|child|parent|pet|animal|vet|safety|well(?:ness|being)|gesund|arzt|apothek|santé",
    ),
    _subject(
        "Homework and school essays about history, literature or science.",
        r"school|course|universit|college|educat|learn|stud(?:y|ent)|teach|tutor|book|librar|histor|museum|art|cultur|read",
        r"scien|research|writ|publish|language|tour|travel|exhibit|child|kid|schul|bildung|école|escuela|general|any",
    ),
    _subject(
        "Politics: parties, elections and whom to vote for.",
        r"politic|part(?:y|ies)\b|elect|vot|govern|public|cit(?:y|izen)|municip|parliament|polic(?:y|ies)|law|legal|news",
        r"press|media|journal|histor|campaign|union|association|member|debat|survey|event|polit|wahl|general|any",
    ),
    _subject(
        "Writing poems, short stories, jokes or song lyrics.",
        r"writ|poe[mt]|stor(?:y|ies)|creativ|litera|book|music|song|lyric|entertain|fun|jok|child|kid|gift|card|art|cultur",
        r"text|content|market|advert|language|read|publish|school|game|dicht|general|any",
    ),
)

_ONLY = re.compile(
    r"(?i)\b(?:only|exclusively|solely)\s+(?:ever\s+)?(?:"
    r"(?:help|assist|support|deal|advise)\w*\s+(?:\w+\s+){0,4}?(?:with|on|about|regarding|concerning)"
    r"|(?:answer|discuss|handle|talk|respond|reply|speak)\w*\s+(?:to\s+)?(?:\w+\s+){0,3}?(?:about|regarding|concerning|on)"
    r")\s+\w"
    r"|\b(?:help|assist|advise|answer|talk|respond)\w*\s+(?:\w+\s+){0,3}?(?:only|exclusively|solely)\s+(?:\w+\s+){0,4}?"
    r"(?:with|on|about|regarding|concerning)\s+\w"
    r"|\b(?:help|assist|advise|answer)\w*\s+(?:\w+\s+){0,3}?(?:with|on|about|regarding)\s[^.!?\n]{1,300}?"
    r"\s(?:only|exclusively|alone)\s*$"
    r"|\b(?:hilf\w*|berat\w*|beantworte\w*|antworte\w*)\s+(?:\w+\s+){0,2}?(?:nur|ausschließlich)\s+(?:\w+\s+){0,3}?"
    r"(?:bei|zu|zum|zur|über|rund um)\s+\w"
)
_ELSE = re.compile(
    r"(?i)\b(?:declin\w+|refus\w+|reject\w*|turn\s+down"
    r"|(?:do not|don['’]t|never|must not|may not|cannot|can['’]t|will not|won['’]t)"
    r"\s+(?:answer|discuss|talk|respond|reply|help))"
    r"\b[^.!?\n]{0,60}?\b(?:(?:any|every)thing\s+(?:else|other|outside|unrelated)|all\s+else|unrelated|off[- ]topic"
    r"|(?:(?:all|any)\s+)?other\s+(?:questions?|topics?|subjects?|requests?|matters?)|outside\b|not\s+related)"
    r"|\b(?:(?:any|every)thing\s+else|all\s+else|other\s+(?:questions?|topics?|subjects?|requests?|matters?))\b[^.!?\n]{0,30}?"
    r"\b(?:you|we|I|is|are|be)\s+(?:\w+\s+)?(?:declin|refus|reject)"
    r"|\bask(?:s|ed)?\s+[^.!?\n]{0,30}?\b(?:any|some)thing\s+else\b[^.!?\n]{0,30}?\b(?:say|tell|answer|reply|explain|respond)"
    r"\b[^.!?\n]{0,30}?\b(?:cannot|can['’]?t|unable|not\s+able|only)\b"
    r"|\blehn\w*\s+[^.!?\n]{0,40}?\b(?:andere|sonstige|übrige)\w*"
    r"|\b(?:andere|sonstige|übrige)\w*\s+[^.!?\n]{0,40}?\blehn\w*\s[^.!?\n]{0,30}?\bab\b"
)
# What is not "else" is what the sentence before says.
_TASK = re.compile(
    r"(?i)\b(?:you|we|I)\s+(?:\w+\s+)?(?:help|assist|support|advise|answer)\b[^.!?\n]{0,40}?"
    r"\b(?:with|on|about|regarding)\s+\w"
)
_OTHER = re.compile(r"(?i)\b(?:else|other)\b")
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?![\s\"')\]]|$))+")


def scopes_in(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The sentences of system prompts that say what alone is helped with, as texts of their own."""
    texts = (part.text for part in parts if part.kind is Kind.TEXT)
    return tuple(Part(scope, role=Role.SYSTEM, kind=Kind.METADATA) for text in texts for scope in _scopes(text))


@lru_cache(maxsize=64)
def _scopes(text: str) -> tuple[str, ...]:
    text = text[:MAX_PROMPT]
    return tuple(_found(text)) if _ELSE.search(text) else ()


def _found(text: str) -> Iterator[str]:
    sentences = [found[0] for found in _SENTENCE.finditer(text) if found[0].strip()]
    for sentence, following in zip_longest(sentences, sentences[1:], fillvalue=""):
        declined = _OTHER.search(following) and _ELSE.search(following)
        if _ONLY.search(sentence) or (declined and _TASK.search(sentence)):
            yield sentence.strip()[:LONGEST]
