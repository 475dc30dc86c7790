"""
Long prompts put together from honest pieces of the data sets: personas, requests, documents, in many layouts. Some
have an attack among the pieces. A model that has seen few of them takes any long list of wishes for an attack.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from training.examples import Example

__all__ = ["mixtures"]

ATTACKED = 0.35
LONGEST = 4000  # characters

_LABELS = (
    ("", ""),
    ("", ""),
    ("", ""),
    ("### {}\n", ""),
    ("## {}\n\n", ""),
    ("**{}**\n", ""),
    ("{}: ", ""),
    ("[{}]\n", ""),
    ("<{0}>\n", "\n</{0}>"),
    ("--- {} ---\n", "\n---"),
    ("```{}\n", "\n```"),
    ("= {} =\n", ""),
)
_NAMES = {
    "persona": ("Role", "Context", "You", "System", "Background", "Setting", "About"),
    "request": ("Task", "Question", "Instruction", "User", "Request", "Goal", "Step", "Prompt", "Problem", "Q"),
    "document": ("Text", "Input", "Document", "Data", "Article", "Passage", "Example", "Notes", "Source", "Context"),
}
_JOINTS = ("\n", "\n\n", "\n\n", "\n\n\n", " ", "\n---\n", "\n***\n", "\n\n##########\n\n", " || ")
_ENDS = (
    "",
    "",
    "",
    "",
    "\nAnswer:",
    "\nA:",
    "\n\nAssistant:",
    "\nOutput:",
    "\nSolution:",
    "\n\nThanks!",
    "\nResponse:",
)


def mixtures(
    random: Random,
    count: int,
    attacks: Sequence[str],
    requests: Sequence[str],
    documents: Sequence[str],
    personas: Sequence[str],
) -> Iterator[Example]:
    """`injection/direct` with its place where an attack was put in, and clean ones, about two to one."""
    for _ in range(count):
        pieces = _pieces(random, requests, documents, personas)
        attacked = random.random() < ATTACKED
        if attacked:
            pieces.insert(_place(random, len(pieces)), ("attack", random.choice(attacks)))
        text, spans = _lay_out(random, pieces)
        if len(text) <= LONGEST:
            labels = {"injection/direct": 1} if attacked else {"injection/direct": 0, "injection/indirect": 0}
            kind = "attacked" if attacked else "clean"
            yield Example(text, labels, "user", f"gen:mixtures:{kind}", "mixtures", spans=spans)


def _pieces(
    random: Random, requests: Sequence[str], documents: Sequence[str], personas: Sequence[str]
) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    if random.random() < 0.25:
        out.append(("persona", random.choice(personas)[:900]))
    if random.random() < 0.6:
        out.append(("request", random.choice(requests)))
    if random.random() < 0.6 or not out:
        out.append(("document", random.choice(documents)[: random.choice((200, 400, 800, 1600))]))
    while random.random() < 0.45 and len(out) < 7:
        out.append(("request", random.choice(requests)))
    if random.random() < 0.3:
        random.shuffle(out)
    return out


def _place(random: Random, size: int) -> int:
    return random.choice((0, size, size, random.randint(0, size)))


def _lay_out(random: Random, pieces: Sequence[tuple[str, str]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    before, after = random.choice(_LABELS)
    joint, numbered = random.choice(_JOINTS), random.random() < 0.12
    text, spans = "", []
    for index, (kind, piece) in enumerate(pieces):
        text += joint if index else ""
        # an attack looks like whatever stands in its place
        name = random.choice(_NAMES[kind if kind in _NAMES else random.choice(("request", "document"))])
        text += f"{index + 1}. " if numbered else before.format(name)
        start = len(text)
        text += piece.strip()
        if kind == "attack":
            spans.append((start, len(text)))
        text += "" if numbered else after.format(name)
    return text + random.choice(_ENDS), tuple(spans)
