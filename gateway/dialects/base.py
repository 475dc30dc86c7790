"""
What all guard APIs have in common: a conversation to judge, and what came of it.

A dialect is two pure functions for each endpoint: `parse` makes a ScanRequest of a body, `render` makes a body of
an Outcome. Neither knows HTTP. What an API calls an error is a function too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gateway.engine import Document
from gateway.errors import GatewayError
from gateway.policy import Ruleset
from gateway.types import Coverage, Direction, Effect, Json, Kind, Path, Role, Transcript, Unscanned

__all__ = [
    "Caller",
    "Endpoint",
    "ErrorShape",
    "Match",
    "Named",
    "Outcome",
    "Problem",
    "ScanRequest",
    "Sides",
    "Want",
    "spelling",
]


class Sides(Enum):
    """Which texts of a conversation are prompts and which are answers."""

    INPUT = "input"  # all are prompts
    OUTPUT = "output"  # what the assistant said is judged, the rest is only seen
    LAST = "last"  # what the assistant said at the end is an answer, all before it a prompt
    BOTH = "both"  # what the assistant said is an answer, all else a prompt


@dataclass(frozen=True, slots=True)
class Want:
    payload: bool = False
    breakdown: bool = False
    dev_info: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A policy that callers may choose by a name of their API. `risk`: how bad it is to violate it."""

    name: str
    ruleset: Ruleset
    risk: int = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """
    What is known of a caller beside the body. `dialect` is the name that the path or a header gives away.

    The rest is for endpoints whose callers choose policies: `own` are those that judge whatever they choose,
    `named` those of their tenant that they may choose, by name.
    """

    dialect: str = ""
    utf8_offsets: bool = False  # for SageXAI's callers
    own: tuple[Ruleset, ...] = ()
    named: Mapping[str, Named] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """
    One call of a guard API.

    `prompt` and `answer` are to be judged, `context` is what an answer's detectors may need to see. `messages`
    are those of the caller, for answers that repeat them. `rulesets`, where there are any, take the place of
    the gateway's own policies, or judge beside those that the operator has chosen, where the endpoint `chooses`;
    `project` may name one more of these, and `extra` come on top.
    """

    messages: tuple[Json, ...] = ()
    prompt: Transcript | None = None
    answer: Transcript | None = None
    context: Transcript | None = None
    model: str = ""
    project: str | None = None
    rulesets: tuple[Ruleset, ...] = ()
    extra: tuple[Ruleset, ...] = ()
    documents: tuple[Document, ...] = ()  # what an answer is to rest on, where a policy asks
    agent: str = ""  # who wants to call a tool, where an API asks before
    want: Want = Want()
    body: Json = field(default_factory=dict)
    words: str = ""  # whose vocabulary the answer is to use, where an endpoint has several
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """A finding that a rule claimed. `message` is the index of the caller's message, None beside messages."""

    category: str
    score: float
    effect: Effect
    action: str
    policy: str
    rule: str
    detector: str
    message: int | None
    start: int
    end: int
    text: str
    path: Path
    role: Role
    kind: Kind
    says: str = ""  # the rule's own words


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    The verdicts over one ScanRequest as guard APIs speak of them.

    `matches` are in order of place, `edits` the new text of each place that changes. `refused` is what the
    policy does not let pass unread; `unavailable` what did not look at all, and why.
    """

    id: str  # 32 hexadecimal digits
    effect: Effect
    matches: tuple[Match, ...] = ()
    scores: Mapping[tuple[int | None, str], float] = field(default_factory=dict)
    looked_for: Mapping[Direction, tuple[str, ...]] = field(default_factory=dict)
    edits: Mapping[Path, str] = field(default_factory=dict)
    unscanned: tuple[Unscanned, ...] = ()
    refused: tuple[Unscanned, ...] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    latency_ms: float = 0.0
    policies: tuple[str, ...] = ()
    message: str = ""  # what the policy says where it blocks

    @property
    def flagged(self) -> bool:
        """Has a rule claimed anything, whatever it does about it?"""
        return bool(self.matches) or self.effect > Effect.ALLOW

    @property
    def main(self) -> Match | None:
        """The finding that weighs most."""
        return max(self.matches, key=lambda m: (m.effect, m.score), default=None)

    @property
    def risk(self) -> float:
        """Of what was found, 0 for nothing."""
        if self.main is not None:
            return round(self.main.score, 4)
        return 1.0 if self.refused else 0.0

    @property
    def confidence(self) -> float:
        """Of the decision: in the threat where there is one, else in its absence."""
        if self.main is not None:
            return round(self.main.score, 4)
        return 1.0 if self.refused else round(1 - max(self.scores.values(), default=0.0), 4)


Parse = Callable[[Json, Caller], ScanRequest]
Render = Callable[[ScanRequest, Outcome], Any]
Note = Callable[[ScanRequest, Outcome], Json]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    One route that scans. `name` labels its events and metrics, `error` gives its errors their shape. `note` is
    what the store is to keep of a verdict for this API to look up; never a text. `chooses`: its callers name
    policies. `repeats`: a call with an `Idempotency-Key` is answered once.
    """

    path: str
    name: str
    parse: Parse
    render: Render
    error: ErrorShape
    note: Note | None = None
    chooses: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as a dialect says it."""

    status: int
    body: Json


# The error and the id of the request that met it.
ErrorShape = Callable[[GatewayError, str], Problem]


def spelling(event_id: str) -> str:
    """32 hexadecimal digits as a UUID is written."""
    return "-".join((event_id[:8], event_id[8:12], event_id[12:16], event_id[16:20], event_id[20:]))
