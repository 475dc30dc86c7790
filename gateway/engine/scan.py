"""
Run detectors over texts, in every view. A detector that fails is data, not an exception: the policy
decides what its silence means. This is the one place below the web that catches all exceptions.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from time import perf_counter
from typing import TypeVar

from gateway.detectors.base import Table
from gateway.detectors.needles import Joint, Needing
from gateway.detectors.needles import Look as Literals
from gateway.engine.changes import changed, in_bytes
from gateway.engine.distinct import distinct
from gateway.engine.joined import joined
from gateway.engine.memory import Known, Memory
from gateway.engine.outcome import utf8_size
from gateway.engine.views import NESTED, Look, Seen, for_detector, judges_whole, look
from gateway.text.decode import open_escape
from gateway.text.views import View
from gateway.types import OF_ONE_TEXT, Detector, Finding, Hit, Part, Reading, Span, Unscanned

__all__ = [
    "Scan", "Steps", "attempt", "failed", "look_together", "nested", "original", "scan_growing", "scan_parts",
    "scan_steps", "scan_window", "step", "unread",
]  # fmt: skip

log = logging.getLogger("gateway.engine")

T = TypeVar("T")

Steps = Generator[None, None, None]

_joints: deque[Joint] = deque(maxlen=4)

UNREAD = "too_much_encoding"
PAUSE = 5  # detectors between two pauses: each costs a microsecond, and most detectors little more
LONG = 2048  # bytes of a view that is worth the question where it differs


@dataclass(slots=True)
class Scan:
    """
    What all detectors found. `pending`: where in the text undecided characters begin. `seen`: the
    views of a window. `overloaded`: models that had no time for it. `unread`: what was read as it
    stands, and not as the encoding that it may be.
    """

    hits: list[Hit] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=dict)
    pending: int = 0
    seen: list[Seen] = field(default_factory=list)
    overloaded: list[str] = field(default_factory=list)
    unread: list[Unscanned] = field(default_factory=list)

    def add(self, other: Scan) -> None:
        self.hits = list(dict.fromkeys((*self.hits, *other.hits)))
        self.errors += other.errors
        self.overloaded += other.overloaded
        self.unread = list(dict.fromkeys((*self.unread, *other.unread)))  # rules and models read the same views
        self.timings_ms |= other.timings_ms


def scan_parts(
    detectors: Sequence[Detector], parts: Sequence[Part], memory: Memory | None = None, about: bytes = b""
) -> Scan:
    """
    Whole texts, each in every view, and what they say together. `memory`: what was found before in the same
    texts; `about` is all that findings depend on beside the text, and who may know of them.
    """
    out = Scan()
    for _ in scan_steps(detectors, parts, out, memory, about):
        pass
    return out


def scan_steps(
    detectors: Sequence[Detector], parts: Sequence[Part], out: Scan, memory: Memory | None = None, about: bytes = b""
) -> Steps:
    """As `scan_parts`, into `out`, with a pause after each piece of work that others may have to do as well."""
    if not detectors or not parts:
        return
    if memory is not None and len({part.path for part in parts}) < len(parts):
        memory = None  # what is unread is told by path
    keys = [memory.key(about, part) for part in parts] if memory is not None else []
    before = [memory.recall(key) for key in keys] if memory is not None else []
    fresh = [part for part, known in zip(parts, before, strict=True) if known is None] if before else parts
    found = (yield from _scan_texts(detectors, fresh, out)) if fresh else []
    if memory is not None:
        found = _remember(memory, keys, before, parts, found, out)
    out.hits = distinct([hit for hits in found for hit in hits])
    _scan_joined(detectors, parts, out)


def _scan_texts(
    detectors: Sequence[Detector], parts: Sequence[Part], out: Scan
) -> Generator[None, None, list[list[Hit]]]:
    """What each detector finds, and at last what is nested too deeply."""
    detectors = [d for d in detectors if not d.readings.isdisjoint(OF_ONE_TEXT)]
    looks = [(part, look(part, part.text)) for part in parts]
    yield
    seen = [s for _, views in looks for s in views.seen]
    timings = out.timings_ms
    began = perf_counter()
    kinds = {part.kind for part in parts}
    literals = _literals([d for d in detectors if d.kinds is None or not d.kinds.isdisjoint(kinds)], looks)
    timings["literals"] = (perf_counter() - began) * 1000
    plain = len(seen) == len(looks)  # no text says anything but what it says
    texts = [s.text for s in seen]
    known = [literals[id(s)] for s in seen] if plain and literals is not None else None
    every: list[list[Hit]] = []
    for number, detector in enumerate(detectors):
        if number % PAUSE == 0:
            yield
        hits: list[Hit] = []
        every.append(hits)
        began = perf_counter()
        if plain and detector.kinds is None and Reading.RAW in detector.readings:
            found = _run(detector, texts, out.errors, known)
            if any(found):
                hits += [Hit(s.part, finding) for s, its in zip(seen, found, strict=True) for finding in its]
        else:
            mine = for_detector(detector, seen)
            if not mine:
                continue
            hits += _scan_seen(detector, mine, out.errors, literals)
        timings[detector.name] = timings.get(detector.name, 0) + (perf_counter() - began) * 1000
    every.append(nested(looks))
    out.unread = unread(looks)
    return every


def _remember(
    memory: Memory,
    keys: Sequence[bytes],
    before: Sequence[Known | None],
    parts: Sequence[Part],
    found: list[list[Hit]],
    out: Scan,
) -> list[list[Hit]]:
    """With what was found before, in the order of a scan. What is new is kept, unless a detector failed."""
    new: dict[int, list[tuple[int, Finding]]] = {id(part): [] for part in parts}
    for number, hits in enumerate(found):
        for hit in hits:
            new[id(hit.part)].append((number, hit.finding))
    left = {item.path: item.size for item in out.unread}
    every: list[list[Hit]] = []
    out.unread = []
    for key, known, part in zip(keys, before, parts, strict=True):
        if known is None:
            known = Known(tuple(new[id(part)]), left.get(part.path, 0))
            if not out.errors:
                memory.keep(key, known)
        for number, finding in known.findings:
            every += [[] for _ in range(len(every), number + 1)]
            every[number].append(Hit(part, finding))
        if known.unread:
            out.unread.append(Unscanned(part.path, UNREAD, known.unread))
    return every


def scan_growing(near: Sequence[Detector], whole: Sequence[Detector], part: Part, *, ended: bool = False) -> Scan:
    """
    All of a text that streams: what detectors of whole texts find, and what the others find in views of whole texts,
    or `ended`, over several strings of a tool call. The rest is `scan_window`'s.
    """
    out = Scan()
    seen_all = look(part, part.text)
    for detector in whole:
        out.hits += _scan_seen(detector, for_detector(detector, seen_all.seen), out.errors)
    out.hits += nested([(part, seen_all)])
    out.unread = unread([(part, seen_all)])
    if any(judges_whole(s.view.name) for s in seen_all.seen):
        others = Scan()
        literals = _literals(near, [(part, seen_all)])
        for detector in near:
            others.hits += _scan_seen(detector, for_detector(detector, seen_all.seen), others.errors, literals)
        out.hits += [hit for hit in distinct(others.hits) if judges_whole(hit.finding.via)]
        out.errors += others.errors
    out.hits = distinct(out.hits)
    over = Scan()
    if ended and part.json:
        _scan_joined(near, [part], over)
    if over.hits or over.errors:  # seldom; now what single strings hold has to be known as well
        over = scan_parts(near, [part])
        out.hits += [hit for hit in over.hits if hit.finding.via == "joined"]
        out.errors += over.errors
    return out


def scan_window(detectors: Sequence[Detector], part: Part, window: str, cut: int, *, ended: bool = False) -> Scan:
    """
    The end of a growing text. Each detector gets what has not left plus its own left context.

    A finding whose context would begin at the first character of a window is never in the fresh
    part: the window begins `behind` + 1 characters before it.
    """
    out = Scan(pending=len(window))
    if not detectors:
        return out
    text_of_window = replace(part, text=window)
    views = look(text_of_window, window, ended=ended, whole=False)
    out.seen, out.pending = views.seen, views.open_at
    for s in views.seen:
        fresh = s.view.index(cut)
        # What an unfinished escape or word will say is not in the view yet.
        known = len(s.view.text) if ended or s.reading is Reading.RAW else s.view.index(s.view.open_at)
        # And what stands before it may begin what it goes on with.
        before = known if ended or s.reading is Reading.DECODED else open_escape(s.view.text[:known])
        for detector in detectors:
            if not for_detector(detector, [s]):
                continue
            begin = max(0, fresh - detector.behind - 1)
            text = s.view.text[begin:known]
            (findings,) = _run(detector, [replace(part, text=text)], out.errors)
            for finding in findings:
                moved = replace(finding, span=Span(finding.span.start + begin, finding.span.end + begin))
                out.hits.append(Hit(text_of_window, _original(moved, s.view)))
            undecided = _pending(detector, text, out.errors)
            if begin < before < known:
                undecided = min(undecided, _pending(detector, s.view.text[begin:before], out.errors))
            out.pending = min(out.pending, s.view.open_at, s.view.position(undecided + begin))
    out.hits = distinct(out.hits)
    return out


def _scan_seen(
    detector: Detector, mine: Sequence[Seen], errors: list[str], literals: Mapping[int, Literals] | None = None
) -> list[Hit]:
    if not mine:
        return []
    known = None if literals is None else [literals[id(s)] for s in mine]
    if known is not None and Reading.RAW not in detector.readings:
        known = [look.whole() for look in known]
    found = _run(detector, [s.text for s in mine], errors, known)
    return [Hit(s.part, _original(f, s.view)) for s, findings in zip(mine, found, strict=True) for f in findings]


def _literals(detectors: Sequence[Detector], looks: Iterable[tuple[Part, Look]]) -> dict[int, Literals] | None:
    """
    One look at each text for the literals of all tables, at a view only where it differs from its text:
    what it shows elsewhere the text shows, more directly. None where that fails, then each looks for itself.
    """
    try:
        joint = _joint(_sieves(detectors))
        return {id(s): _literals_of(joint, part.text, s) for part, views in looks for s in views.seen}
    except Exception as e:  # text that is no Unicode, say: each detector will fail by itself, and closed
        log.warning("no common look", extra={"error": type(e).__name__})
        return None


def _looks(detectors: Sequence[Detector], texts: Iterable[str]) -> list[Literals] | None:
    """As `_literals`, at texts that have no views."""
    try:
        joint = _joint(_sieves(detectors))
        return [joint.look(text.encode()) for text in texts]
    except Exception as e:  # as above
        log.warning("no common look", extra={"error": type(e).__name__})
        return None


def _sieves(detectors: Iterable[Detector]) -> tuple[Needing, ...]:
    return tuple([sieve for detector in detectors if isinstance(detector, Table) for sieve in detector.sieves])


def _literals_of(joint: Joint, text: str, seen: Seen) -> Literals:
    data = seen.text.text.encode()
    if seen.reading is Reading.RAW or len(data) < LONG:
        return joint.look(data)
    where = changed(text, seen.view)
    return joint.look(data, None if where is None else in_bytes(seen.view.text, where, len(data)))


@lru_cache(maxsize=32)
def _joint(sieves: tuple[Needing, ...]) -> Joint:
    """What is looked for in answers is looked for in prompts, and more: one automaton for both, and built once."""
    if (other := next((joint for joint in tuple(_joints) if joint.covers(sieves)), None)) is not None:
        return other.part(sieves)
    joint = Joint(sieves)
    _joints.append(joint)
    return joint


def look_together(detectors: Iterable[Detector]) -> None:
    """What some of these look for is then a part of what all do, and not built again."""
    _joint(_sieves(detectors))


def nested(looks: Iterable[tuple[Part, Look]]) -> list[Hit]:
    """Where reading ended before there was nothing more to read."""
    ended = [(part, _hull(views.exhausted)) for part, views in looks if views.exhausted]
    return [Hit(part, Finding(NESTED, 0.7, span, "views", "nested")) for part, span in ended]


def unread(looks: Iterable[tuple[Part, Look]]) -> list[Unscanned]:
    left = [(part, _hull(views.unread)) for part, views in looks if views.unread]
    return [Unscanned(part.path, UNREAD, utf8_size(part.text[span.start : span.end])) for part, span in left]


def _hull(spans: Collection[Span]) -> Span:
    return Span(min(s.start for s in spans), max(s.end for s in spans))


def _scan_joined(detectors: Sequence[Detector], parts: Sequence[Part], out: Scan) -> None:
    if len(parts) < 2 and not any(part.json for part in parts):
        return
    readers = [d for d in detectors if Reading.JOINED in d.readings]
    texts = joined(parts) if readers else []
    if not texts:
        return
    hits: list[Hit] = []
    together = [text.text for text in texts]
    looks = _looks(readers, [part.text for part in together])
    for detector in readers:
        found = _run(detector, together, out.errors, looks)
        for text, findings in zip(texts, found, strict=True):
            hits += text.hits(findings, out.hits)
    out.hits += dict.fromkeys(hits)


def original(part: Part, view: View, findings: Sequence[Finding]) -> list[Hit]:
    return [Hit(part, _original(f, view)) for f in findings]


def attempt(work: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """The result of some work of a model, or its fault."""
    try:
        return work(), None
    except Exception as e:  # as below: it becomes data, for whoever waits for the result
        return None, e


def step(steps: Steps) -> tuple[bool, Exception | None]:
    """Take one step of a scan: does it go on, and if not, did it end with a fault?"""
    try:
        next(steps)
    except StopIteration:
        return False, None
    except Exception as e:  # as above
        return False, e
    return True, None


def failed(name: str, error: BaseException, errors: list[str]) -> None:
    """Note a fault: the type only, messages may quote the text that was scanned."""
    log.error("detector failed", extra={"detector": name, "error": type(error).__name__})
    line = f"{name}: {type(error).__name__}"
    if line not in errors:
        errors.append(line)


def _original(finding: Finding, view: View) -> Finding:
    if view.starts is None and view.name == "raw":
        return finding
    return replace(finding, span=view.original(finding.span), via=view.name)


def _run(
    detector: Detector, parts: Sequence[Part], errors: list[str], looks: Sequence[Literals] | None = None
) -> list[list[Finding]]:
    try:
        found = (
            detector.scan(parts)
            if looks is None or not isinstance(detector, Table)
            else detector.scan_seen(parts, looks)
        )
        if len(found) != len(parts):
            raise ValueError("a list of findings is missing")
        if any(found):
            _check(parts, found)
    except Exception as e:  # whatever a detector raises is a failed scan, never a clean one
        failed(detector.name, e, errors)
        return [[] for _ in parts]
    return found


def _pending(detector: Detector, text: str, errors: list[str]) -> int:
    try:
        return detector.pending(text)
    except Exception as e:  # as above; and nothing more leaves
        failed(detector.name, e, errors)
        return 0


def _check(parts: Sequence[Part], found: list[list[Finding]]) -> None:
    for part, findings in zip(parts, found, strict=True):
        for f in findings:
            if not 0 <= f.span.start <= f.span.end <= len(part.text):
                raise ValueError("a span lies outside the text")
            if not 0 <= f.score <= 1:
                raise ValueError("a score is not between 0 and 1")
