"""
A tool that acts although the system prompt wants the user to be asked first, and nobody has been asked.

The operator's own words decide: "Never delete or pay anything before the user has confirmed it." An act is
confirmed where the assistant's last words before those of the user were a question, or where the user writes
"I confirm". What was asked and what was answered is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from gateway.detectors.system import MAX_PROMPT, Unbound, sentences, system_texts
from gateway.types import Detector, Finding, Kind, Part, Reading, Role, Span, Transcript

__all__ = ["Unconfirmed"]

CATEGORY = "tool/unconfirmed"
SCORE = 0.9

# Words that a tool's name begins with when it acts: what cannot be taken back, and what changes something.
_FINAL = frozenset(
    ("delete", "remove", "erase", "drop", "purge", "wipe", "destroy", "cancel", "terminate", "close", "revoke", "pay",
     "transfer", "wire", "refund", "buy", "purchase", "send", "publish", "reset", "shutdown")
)  # fmt: skip
_CHANGES = frozenset(
    ("change", "update", "modify", "edit", "rename", "move", "replace", "create", "submit", "book", "reserve", "deploy")
)
_READS = frozenset(
    ("get", "list", "read", "search", "find", "look", "lookup", "fetch", "show", "check", "view", "query", "describe")
)

_CONFIRMED = (
    r"(?:confirm(?:s|ed|ation)?|approv(?:es?|ed|al)|consent(?:s|ed)?|permission|go-ahead|agree(?:s|d|ment)?"
    r"|bestätig\w*|zugestimmt|zustimm\w*|freigabe|confirm(?:é\w*|ation)|accord|confirmad\w+|confirmación|confermat\w+)"
)
_FIRST = (
    r"(?:before|without|unless|until|only\s+(?:after|when|if|once|with)|requires?|needs?|ask(?:ing)?\s+(?:\w+\s+){0,3}for"
    r"|get|obtain|first|always|bevor|ohne|nur\s+nach|erst|avant|sans|antes|sin|prima|senza)"
)
_DEMANDS = re.compile(
    rf"(?i)\b{_FIRST}\b[^.!?;\n]{{0,120}}\b{_CONFIRMED}\b|\b{_CONFIRMED}\b[^.!?;\n]{{0,60}}\b{_FIRST}\b"
    r"|\bask\s+(?:the\s+)?(?:user|customer|client|human|first|before|back)\b[^.!?;\n]{0,60}\b(?:before|first)\b"
)
_ALL = re.compile(
    r"(?i)\b(?:any(?:thing)?|every(?:thing)?|each|all)\b|\b(?:irreversible|destructive|dangerous|critical|costly|sensitive)\b"
)
_ANY_CHANGE = re.compile(r"(?i)\b(?:chang|modif|updat|edit|writ|act(?:ion|s|ing)?\b|änder|modific|cambi)")
_ASKS = re.compile(r"[?？؟]")
_SAYS_SO = re.compile(
    r"(?i)\bI(?:\s+(?:hereby|do|explicitly))?\s+(?:confirm|approve|consent|agree)\b|\b(?:hiermit\s+)?bestätige\s+ich\b"
    r"|\bich\s+bestätige\b(?![^.!?\n]{0,30}\bspäter)|\bje\s+confirme\b|\bconfirmo\b|\bconfermo\b"
)
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_a-zA-Z]+")


class Unconfirmed(Unbound):
    """`bind` gives the detector for the answer to one request."""

    name = "unconfirmed"
    categories = frozenset({CATEGORY})
    kinds = frozenset({Kind.TOOL_NAME})
    readings = frozenset({Reading.RAW})
    reach = 0

    def bind(self, request: Transcript) -> Detector | None:
        """None where no prompt asks for it, and where the user has been asked."""
        demands = tuple(demand for text in system_texts(request) for demand in _demands(text[:MAX_PROMPT]))
        return _Bound(demands) if demands and not _confirmed(request) else None


class _Bound:
    """Knows the sentences. Immutable. A name is judged as a whole: streams deliver it whole."""

    name = Unconfirmed.name
    categories = Unconfirmed.categories
    kinds = Unconfirmed.kinds
    readings = Unconfirmed.readings
    reach = Unconfirmed.reach
    behind = 0

    def __init__(self, demands: Sequence[str]) -> None:
        self._demands = demands

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part) for part in parts]

    def pending(self, text: str) -> int:
        return len(text)

    def _scan(self, part: Part) -> list[Finding]:
        if part.kind is not Kind.TOOL_NAME or not any(_meant(part.text, demand) for demand in self._demands):
            return []
        return [Finding(CATEGORY, SCORE, Span(0, len(part.text)), self.name)]


@lru_cache(maxsize=64)
def _demands(text: str) -> tuple[str, ...]:
    """The sentences that ask for a confirmation."""
    return tuple(sentence for sentence, _ in sentences(text) if _DEMANDS.search(sentence))


def _meant(tool: str, demand: str) -> bool:
    """Does a sentence speak of this tool, or of what it does?"""
    if not tool.strip():
        return False
    if re.search(rf"(?i)(?<![\w-]){re.escape(tool)}(?![\w-])", demand):
        return True
    words = [word.lower() for word in _PIECE.findall(tool)]
    if not words or words[0] in _READS:
        return False
    act = next((word for word in (words[0], words[-1]) if word in _FINAL or word in _CHANGES), None)
    if act is None:
        return False
    if re.search(rf"(?i)\b{act.rstrip('e')}(?:e|es|ed|ing|s|ion|al|\w?ing)?\b", demand):
        return True
    if not _ALL.search(demand):
        return False
    return act in _FINAL or bool(_ANY_CHANGE.search(demand))


def _confirmed(request: Transcript) -> bool:
    said = [p for p in request.parts if p.kind is Kind.TEXT and p.role in (Role.USER, Role.ASSISTANT) and p.text]
    last = max((p.message for p in said if p.role is Role.USER), default=-1)
    if any(_SAYS_SO.search(p.text) for p in said if p.role is Role.USER and p.message == last):
        return True
    before = [p for p in said if p.message < last]
    return bool(before) and before[-1].role is Role.ASSISTANT and bool(_ASKS.search(before[-1].text))
