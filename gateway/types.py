"""
The words every other module speaks. Data only: no I/O, no imports from this package.

Offsets are code points of the original text, half open, everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple, Protocol, runtime_checkable

Json = dict[str, Any]


# Keys and indexes from the root of a body. A surface may use kinds of `str` of its own as a last step.
Path = tuple[str | int, ...]


class Role(StrEnum):
    """Who wrote a text, in OpenAI's words."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    FUNCTION = "function"


class Kind(StrEnum):
    """What a text is for. Rules and detectors may choose by it."""

    TEXT = "text"
    TOOL_NAME = "tool_name"
    TOOL_CALL = "tool_call"  # arguments or custom input
    TOOL_RESULT = "tool_result"
    TOOL_DESCRIPTION = "tool_description"  # definitions and schemas
    REASONING = "reasoning"
    REFUSAL = "refusal"
    TRANSCRIPT = "transcript"  # of spoken audio
    DOCUMENT = "document"
    URL = "url"
    LOGPROB = "logprob"
    METADATA = "metadata"  # names, users, stop words, labels
    UNKNOWN = "unknown"  # a field this version does not know


class Direction(StrEnum):
    INPUT = "input"
    OUTPUT = "output"


class Effect(IntEnum):
    """What happens to the traffic. Ordered, so that verdicts merge with max()."""

    ALLOW = 0
    FLAG = 1
    REDACT = 2
    BLOCK = 3


class Reading(StrEnum):
    """How a text was read before a detector saw it. Detectors choose by it."""

    RAW = "raw"
    JSON = "json"  # escapes of JSON strings resolved
    NORMALISED = "normalised"  # one spelling for what looks the same, nothing hidden, letters rejoined
    DECODED = "decoded"  # encodings and ciphers undone
    MARKUP = "markup"  # what a rendered page does not show
    JOINED = "joined"  # several texts of one conversation as one


# The readings of one text by itself.
OF_ONE_TEXT = frozenset(Reading) - {Reading.JOINED}


class Span(NamedTuple):
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What a detector says about one text.

    `category` is `family/name`, `score` a calibrated probability 0..1, `via` the view of the
    text in which it was seen (`raw` unless it was decoded or normalised first). `fpr` is the share of
    honest texts that score so high: 0 for rules, 1 where nobody has measured it.
    """

    category: str
    score: float
    span: Span
    detector: str
    via: str = "raw"
    fpr: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """
    One text of a conversation and the place in the body it came from.

    `message` is the index of the message (input) or choice (output). `name` is the tool or field
    the text belongs to, where there is one. `json` says that the text is itself JSON, so that
    edits must leave it parseable and detectors see its strings unescaped.
    """

    text: str
    path: Path = ()
    role: Role = Role.USER
    message: int = 0
    kind: Kind = Kind.TEXT
    name: str = ""
    json: bool = False


@dataclass(frozen=True, slots=True)
class Payload:
    """A file that is no text; `part` is what its text would be, but for text and path."""

    data: bytes
    part: Part


@dataclass(frozen=True, slots=True)
class Unscanned:
    """
    Something in the body that holds no readable text, or that no detector could read. Where it is a file that
    came along, `payload` has it.
    """

    path: Path
    reason: str  # binary, reference, encrypted, token_ids, ...
    size: int = 0  # UTF-8 bytes
    payload: Payload | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Extracted:
    """A file whose text was taken out and scanned."""

    path: Path
    kind: str  # pdf, image
    size: int  # UTF-8 bytes of the text


@dataclass(frozen=True, slots=True)
class Transcript:
    """The texts of one request or one answer."""

    parts: tuple[Part, ...]
    direction: Direction
    model: str = ""
    unscanned: tuple[Unscanned, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding and the text it is in."""

    part: Part
    finding: Finding

    @property
    def text(self) -> str:
        """The matched original characters. Never log this."""
        return self.part.text[self.finding.span.start : self.finding.span.end]


@dataclass(frozen=True, slots=True)
class Violation:
    """A hit that a rule of a policy claimed, and what the rule does about it."""

    policy: str
    rule: str
    action: str
    effect: Effect
    hit: Hit
    replacement: str | None = None  # set where effect is REDACT
    message: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """UTF-8 bytes of text that could carry content, and how many of them were scanned."""

    scanned: int = 0
    seen: int = 0

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(self.scanned + other.scanned, self.seen + other.seen)

    def __str__(self) -> str:
        return f"{self.scanned}/{self.seen}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a set of policies says of one transcript.

    `hits` holds every finding, `violations` those that a rule claimed, `edits` the new text of each
    part that changes, `changes` the same by stretches of the old one. `errors` names detectors that
    failed; a verdict with errors is not clean. `refused` holds what the policy does not let pass unread,
    `extracted` the files that were opened to be read.
    `degraded` names models that had no time, where the policy lets the rules decide alone. `scores` is the
    best score of each category, also where it is too low to be a finding.
    """

    effect: Effect = Effect.ALLOW
    violations: tuple[Violation, ...] = ()
    hits: tuple[Hit, ...] = ()
    edits: Mapping[Path, str] = field(default_factory=dict)
    changes: Mapping[Path, tuple[tuple[Span, str], ...]] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    unscanned: tuple[Unscanned, ...] = ()
    refused: tuple[Unscanned, ...] = ()
    degraded: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    coverage: Coverage = Coverage()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    extracted: tuple[Extracted, ...] = ()


@runtime_checkable
class Detector(Protocol):
    """
    Finds; never decides, never rewrites.

    `scan` is batched, synchronous and pure: one list of findings per part, in order, spans inside
    the part's text, categories among `categories`. `kinds` narrows what it reads (None: all),
    `readings` in which views of it.

    For streams: `reach` is the longest stretch, in characters, that one finding can depend on from
    its context to its look-ahead; `behind` how much of that stands before the span. None means the
    whole text counts (a classifier): such a detector can stop a stream but not edit it.
    """

    @property
    def name(self) -> str: ...
    @property
    def categories(self) -> frozenset[str]: ...
    @property
    def kinds(self) -> frozenset[Kind] | None: ...
    @property
    def readings(self) -> frozenset[Reading]: ...
    @property
    def reach(self) -> int | None: ...
    @property
    def behind(self) -> int: ...

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]: ...

    def pending(self, text: str) -> int:
        """Where the earliest finding could start that later characters may still create or change."""
        ...


@runtime_checkable
class Contextual(Protocol):
    """A detector that needs to see the request before it can judge the answer."""

    def bind(self, request: Transcript) -> Detector | None: ...


@runtime_checkable
class RequestContextual(Protocol):
    """A detector that needs to see the whole request before it can judge the texts in it."""

    def bind_request(self, request: Transcript) -> Detector | None: ...


@runtime_checkable
class Abridging(Detector, Protocol):
    """
    A detector that may need to know what stands anywhere before a value. Of a stream it gets what is left of that:
    behind `abridged(text)` it finds what it finds behind `text`. `scan_behind` tells what begins behind `size`.
    """

    def abridged(self, before: str) -> str: ...
    def scan_behind(self, part: Part, size: int) -> list[Finding]: ...


@dataclass(frozen=True, slots=True)
class Delta:
    """
    One piece of text in a streamed event.

    `part.text` is the piece and `part.path` where in the event it stands. `channel` names the text
    that it continues, the same in every event; `whole` says that it stands alone (a tool's name, a
    citation) and continues nothing.
    """

    channel: Path
    part: Part
    whole: bool = False


class Surface(Protocol):
    """Where one endpoint's bodies carry text. Reads only; `surfaces.edit.apply` writes."""

    @property
    def name(self) -> str: ...

    def request(self, body: Json) -> Transcript: ...
    def response(self, body: Json) -> Transcript: ...
    def deltas(self, event: Json) -> Sequence[Delta]: ...
