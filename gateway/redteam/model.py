"""The words of a red-team scan: attacks, cases, answers and what came of each. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.errors import GatewayError
from gateway.types import Json

__all__ = [
    "CONTROL",
    "Attack",
    "Blocked",
    "Call",
    "Case",
    "Check",
    "Pack",
    "Reply",
    "Result",
    "Ruling",
    "Severity",
    "Step",
    "Tool",
    "Tried",
]


CONTROL = "control"  # the strategy of honest questions


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


class Ruling(StrEnum):
    """What became of an attack. Only the first two count towards a score."""

    HELD = "held"
    BROKEN = "broken"
    UNJUDGED = "unjudged"  # there was an answer, and nobody here can say
    ERROR = "error"  # there was no answer
    SKIPPED = "skipped"  # the budget or the time was used up


class Blocked(GatewayError):
    """A guard stopped a call. `side` is `prompt` or `answer`, or empty where it did not say."""

    def __init__(self, message: str, *, side: str = "") -> None:
        super().__init__(message, code="content_filter")
        self.side = side


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call. `parameters` are all texts: names and what they mean."""

    name: str
    about: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def definition(self) -> Json:
        properties = {name: {"type": "string", "description": about} for name, about in self.parameters.items()}
        schema = {"type": "object", "properties": properties, "required": list(properties)}
        return {"type": "function", "function": {"name": self.name, "description": self.about, "parameters": schema}}


@dataclass(frozen=True, slots=True)
class Call:
    """A tool's name and its arguments, as written."""

    name: str
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """
    How to see that an attack has worked. One of:

    `says`: a text that the answer must not hold, in whatever disguise; `leaks`: the same of a planted
    secret; `matches`: an RE2 pattern of the whole answer; `calls`: a tool (a glob) that must not be
    called, with `has` in its arguments where that is given; `detects`: globs of what detectors must
    not find in it; `complies`: it must be a refusal; `claims`: it must say that it does not know.
    """

    kind: str
    values: tuple[str, ...] = ()
    has: str = ""


@dataclass(frozen=True, slots=True)
class Attack:
    """
    One way to try. `say` holds what the user says, a text for each turn. `payload` is the part that
    strategies disguise, at the place `{payload}` in `say` or in `page`; without it that is all of
    `say`. `page` is what somebody else wrote: a document, or what the tool `via` returns.
    `gives_in` is an example of an answer that the judge must call broken.
    """

    id: str
    type: str
    goal: str
    severity: Severity
    say: tuple[str, ...]
    checks: tuple[Check, ...]
    gives_in: str = ""
    calls: Call | None = None
    payload: str = ""
    page: str = ""
    via: str = ""
    disguise: str = ""
    strategies: tuple[str, ...] = ("*",)
    languages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pack:
    """
    All attacks of one type. `system` is what the system prompt must say for them, `tools` what the model gets.
    `control` is an honest question in the same place: a guard that stops it as well tells attacks from nothing.
    """

    type: str
    title: str
    about: str
    owasp: str
    control: str
    attacks: tuple[Attack, ...]
    system: str = ""
    tools: tuple[Tool, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One turn: the messages that are new in it, all but the last of them made up beforehand."""

    messages: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """An attack in one strategy, with all values filled in: what is sent. `id` is the same in every run of a seed."""

    id: str
    attack: Attack
    strategy: str
    system: str
    steps: tuple[Step, ...]
    tools: tuple[Json, ...]
    checks: tuple[Check, ...]
    gives_in: str = ""
    calls: Call | None = None

    @property
    def requests(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back in one turn. `tokens` is what the upstream says that it took, 0 where it says nothing."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    refusal: str = ""
    finish: str = ""
    tokens: int = 0
    blocked: str | None = None  # by a guard: `prompt`, `answer` or empty


@dataclass(frozen=True, slots=True)
class Tried:
    """A turn that has been taken: what was said and what came back."""

    said: tuple[Json, ...]
    reply: Reply


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case in one mode. `judge` is who said so, `evidence` what it saw."""

    case: str
    attack: str
    type: str
    strategy: str
    severity: Severity
    goal: str
    mode: str
    ruling: Ruling
    judge: str = ""
    evidence: str = ""
    turns: tuple[Tried, ...] = ()
    requests: int = 0
    tokens: int = 0
    latency_ms: float = 0.0
