"""
Where a text has links: Markdown, HTML, CSS, and addresses that stand alone.

What a client makes of a text is not known here, so every reading counts. All of it looks at bounded
stretches, so that a place in a stream reads as it does in the whole text.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.detectors.base import MAX_CANDIDATES, code_points, compile_re2
from gateway.detectors.link.traits import is_image, is_script
from gateway.errors import ScanError

__all__ = ["BEHIND", "LONGEST_URL", "Place", "places"]

LONGEST_URL = 2048  # characters; a longer URL is found as far as this
LOOK_BACK = 512  # characters in which an alternative text or a tag must have begun
# The longest context: a tag, its attribute, a value of several URLs, and one inside another.
BEHIND = LOOK_BACK + LONGEST_URL + 128

_SCHEME = r"(?:https?|wss?|ftp):[\\/]|[a-z][a-z0-9+.-]{1,30}://"
_ABSOLUTE = re.compile(rf"(?i)(?:{_SCHEME}|[\\/]{{2}}|data:|www\.)")
_OTHER_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]{1,30}:[^\s]")
_RELATIVE = re.compile(r"[^#\s][^\s]*[/.?]|[/.?]")

# Where a link may be. RE2 finds these in one pass; the patterns below read what stands there.
_ATTRIBUTES = (
    r"imagesrcset|srcset|src|href|poster|background|formaction|action|data|ping|cite|manifest|longdesc|codebase|content"
    r"|lowsrc|dynsrc"
)
_ANCHOR = compile_re2(rf"(?i):[\\/]|www\.|data:|script:|\]\(|\]:|url\(|@import|(?:{_ATTRIBUTES})\s{{0,8}}=")

_BARE = re.compile(
    rf"(?i)(?<![a-z0-9])(?:{_SCHEME}|www\.(?=[^\s.])|data:(?:[a-z]{{1,20}}/[\w.+-]{{1,60}}|)(?:;[\w=-]{{1,40}}){{0,3}},"
    r"|(?:java|vb)script:(?=\S))"
)
_SCHEME_BEFORE = re.compile(r"(?i)(?<![a-z0-9])[a-z][a-z0-9+.-]*\Z")
_CALL = re.compile(r"[(=]")  # what tells a script from a sentence about one
_DESTINATION = re.compile(r"\]\([ \t\n]{0,8}(<?)")
_REFERENCE = re.compile(r"[ ]{0,3}(?:>[ ]?)?\[[^\]\n^][^\]\n]{0,99}\]:[ \t]{0,4}\n?[ \t]{0,4}(<?)")
_LONGEST_LABEL = 110
_ATTRIBUTE = re.compile(rf"(?i)(?<=[\s\"'/:])({_ATTRIBUTES})\s{{0,8}}=\s{{0,8}}([\"']?)\s{{0,8}}")
_CSS = re.compile(r"(?i)(?<![\w-])(?:url\(\s{0,8}([\"']?)\s{0,8}|@import\s{1,8}([\"'])\s{0,8})")
_REFRESH = re.compile(r"(?i)[\d.\s]{1,12}[;,]\s{0,8}(?:url\s{0,4}=\s{0,4})?['\"]?")
_TAG = re.compile(r"<([a-zA-Z][\w:-]{0,30})")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")

# A `ping` waits for a click, and goes where nobody looks.
_FETCHED = frozenset(
    {"src", "srcset", "imagesrcset", "poster", "background", "data", "manifest", "codebase", "lowsrc", "dynsrc", "ping"}
)
_FETCHED_HREF = frozenset({"link", "image", "use", "base", "feimage"})

_TOKEN = re.compile(r"[^\s<>\"`“”‘’«»\u3000-\u303f\uff01-\uff65]*")
_UNQUOTED = re.compile(rf"[^\s<>\"'`]{{0,{LONGEST_URL}}}")
_ANGLE = re.compile(rf"[^<>\n]{{0,{LONGEST_URL}}}")
_CANDIDATE = re.compile(r"[^\s,]\S*")
_PARENTHESIS = re.compile(r"[()]")
_DEEPEST = 32
_BRACKET = re.compile(r"[\[\]]")
_SPACE = re.compile(r"\s")
_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"))
_TRAILING = ".,;:!?'\"*_~"


@dataclass(frozen=True, slots=True)
class Place:
    """A URL at [start, end). `open`: it touches the end of the text and may go on. `extent`: how far it was read."""

    start: int
    end: int
    extent: int
    fetched: bool
    open: bool
    real: bool = True  # False: not a link after all, or not yet


def places(text: str) -> list[Place]:
    """Every link once, in order of position; with those that are none (yet), for what is pending."""
    anchors = _anchors(text)
    if not anchors:
        return []
    at: dict[int, Place] = {}
    bare: set[int] = set()
    for place in _framed(text, anchors):
        known = at.get(place.start)
        if known is None or (place.real, place.fetched) > (known.real, known.fetched):
            at[place.start] = place
    for place in _bare(text, anchors):
        if place.start not in at or not at[place.start].real:
            at[place.start] = place
            bare.add(place.start)
    everything = sorted(at.values(), key=lambda place: place.start)
    return _outermost(text, everything, bare)


def _anchors(text: str) -> list[tuple[int, str]]:
    """(position, what stands there)"""
    data = text.encode()
    found = [match.span() for match in _ANCHOR.finditer(data)]
    if len(found) > MAX_CANDIDATES:
        raise ScanError(f"more than {MAX_CANDIDATES} places for a link in one text")
    spans = code_points(text, data, found)
    return [(span.start, text[span.start : span.end].lower()) for span in spans]


def _framed(text: str, anchors: list[tuple[int, str]]) -> Iterator[Place]:
    """Links that Markdown, HTML or CSS say are links."""
    labels = _labels(text) if any(anchor == "](" for _, anchor in anchors) else {}
    for at, anchor in anchors:
        if anchor == "](":
            yield from _destination(text, at, labels.get(at))
        elif anchor == "]:":
            yield from _reference(text, at)
        elif anchor.endswith("="):
            yield from _attribute(text, at)
        elif anchor in ("url(", "@import"):
            yield from _style(text, at)


def _outermost(text: str, everything: list[Place], bare: set[int]) -> list[Place]:
    """Drop what stands bare inside the query or the path of a longer URL."""
    kept: list[Place] = []
    longer: deque[Place] = deque()  # earlier places of the same word, the one that ends last in front
    before = 0
    for place in everything:
        if _SPACE.search(text, before, place.start):
            longer.clear()
        before = place.start
        while longer and longer[0].start + LONGEST_URL < place.start:
            longer.popleft()
        if place.start not in bare or not longer or _goes_on(longer[0]) < place.extent:
            kept.append(place)
        if place.real:
            while longer and _goes_on(longer[-1]) <= _goes_on(place):
                longer.pop()
            longer.append(place)
    return kept


def _goes_on(place: Place) -> int:
    """How far it covers others: a URL that was cut is longer than what was read of it."""
    return place.extent + (LONGEST_URL if _cut(place.start, place.extent) else 0)


def _cut(start: int, extent: int) -> bool:
    return extent - start >= LONGEST_URL


def _bare(text: str, anchors: list[tuple[int, str]]) -> Iterator[Place]:
    word = 0  # where the word around ends
    for at, anchor in anchors:
        start = at
        if anchor[0] == ":":
            scheme = _SCHEME_BEFORE.search(text[max(0, at - 32) : at])
            start = at - len(scheme[0]) if scheme else at
        elif anchor == "script:":
            start -= 4 if text[at - 4 : at].lower() == "java" else 2
        match = _BARE.match(text, max(0, start))
        if match is None:
            continue
        start = match.start()
        if start >= word:
            word = _TOKEN.match(text, start).end()  # type: ignore[union-attr]
        extent = min(word, start + LONGEST_URL)
        end = extent if _cut(start, extent) else _trimmed(text, start, _unquoted(text, start, extent))
        real = end > match.end() or match[0].endswith(",")
        if match[0].lower().endswith("script:"):
            real = _CALL.search(text, match.end(), end) is not None
        yield Place(start, end, extent, False, _open(text, start, extent), real)


def _unquoted(text: str, start: int, end: int) -> int:
    if start == 0 or text[start - 1] != "'":
        return end
    closing = text.find("'", start, end)
    return end if closing < 0 else closing


def _labels(text: str) -> dict[int, int]:
    """Each closing bracket and the one that opens its label."""
    opened: list[int] = []
    labels: dict[int, int] = {}
    for match in _BRACKET.finditer(text):
        at = match.start()
        if at and text[at - 1] == "\\":
            continue
        if match[0] == "[":
            opened.append(at)
        elif opened:
            labels[at] = opened.pop()
    return labels


def _destination(text: str, at: int, label: int | None) -> Iterator[Place]:
    """A label that begins too far away to be seen in a stream may be an image's."""
    near = label is not None and at - label <= LOOK_BACK
    if not near and at <= LOOK_BACK:
        return
    image = not near or (label is not None and label > 0 and text[label - 1] == "!")
    match = _DESTINATION.match(text, at)
    if match is not None:
        yield _markdown(text, match.end(), match[1], image)


def _reference(text: str, at: int) -> Iterator[Place]:
    """Whether an image uses a definition stands elsewhere; one that could carry something counts as used."""
    begin = max(0, at - _LONGEST_LABEL)
    line = text.rfind("\n", begin, at) + 1
    if line == 0 and begin > 0:
        return
    match = _REFERENCE.match(text, line)
    if match is None or match.end() <= at:
        return
    place = _markdown(text, match.end(), match[1], False)
    url = text[place.start : place.end]
    yield Place(place.start, place.end, place.extent, "?" in url or is_image(url), place.open, place.real)


def _markdown(text: str, start: int, angle: str, image: bool) -> Place:
    if angle:
        extent = end = _ANGLE.match(text, start).end()  # type: ignore[union-attr]
    else:
        extent = _UNQUOTED.match(text, start).end()  # type: ignore[union-attr]
        end = extent = _balanced(text, start, extent)
    return Place(start, end, extent, image, _open(text, start, extent), _is_link(text[start:end]))


def _balanced(text: str, start: int, end: int) -> int:
    """Up to the parenthesis that closes what was opened before; CommonMark counts 32 levels, as we do."""
    depth = 0
    for match in _PARENTHESIS.finditer(text, start, end):
        depth += 1 if match[0] == "(" else -1
        if depth < 0 or depth > _DEEPEST:
            return match.start()
    return end


def _attribute(text: str, at: int) -> Iterator[Place]:
    match = _ATTRIBUTE.match(text, at)
    tag = _tag(text, at)
    if match is None or tag is None:
        return
    name, quote, start = match[1].lower(), match[2], match.end()
    end, is_open = _value(text, start, quote)
    if name.endswith("srcset"):
        for one in _CANDIDATE.finditer(text, start, end):
            yield _in_value(text, one.start(), one.end(), True, is_open)
    elif name != "content":
        fetched = name in _FETCHED or (name == "href" and tag in _FETCHED_HREF)
        yield _in_value(text, start, end, fetched, is_open)
    elif tag == "meta" and (refresh := _REFRESH.match(text, start, end)):
        yield _in_value(text, refresh.end(), end, True, is_open)


def _in_value(text: str, start: int, end: int, fetched: bool, is_open: bool) -> Place:
    """While the value is open its end is a guess, so all of it waits."""
    url = text[start:end].rstrip()
    return Place(start, start + len(url), end, fetched, is_open, bool(url) and _is_link(url))


def _value(text: str, start: int, quote: str) -> tuple[int, bool]:
    """Up to the closing quote; without one, up to white space. And whether that may still change."""
    if quote:
        end = text.find(quote, start, start + LONGEST_URL + 1)
        if end >= 0:
            return end, False
        if len(text) - start <= LONGEST_URL:
            return _UNQUOTED.match(text, start).end(), True  # type: ignore[union-attr]
    end = _UNQUOTED.match(text, start).end()  # type: ignore[union-attr]
    return end, _open(text, start, end)


def _tag(text: str, at: int) -> str | None:
    """The name of the tag in which this position lies."""
    tags = list(_TAG.finditer(text, max(0, at - LOOK_BACK), at))
    if not tags or ">" in _QUOTED.sub("", text[tags[-1].end() : at]):
        return None
    return tags[-1][1].lower()


def _style(text: str, at: int) -> Iterator[Place]:
    match = _CSS.match(text, at)
    if match is None:
        return
    start = match.end()
    end = _balanced(text, start, _UNQUOTED.match(text, start).end())  # type: ignore[union-attr]
    real = _ABSOLUTE.match(text, start, end) is not None
    yield Place(start, end, end, True, _open(text, start, end), real)


def _is_link(url: str) -> bool:
    return bool(_ABSOLUTE.match(url) or _OTHER_SCHEME.match(url) or _RELATIVE.match(url)) or is_script(url)


def _open(text: str, start: int, end: int) -> bool:
    return end == len(text) and end - start < LONGEST_URL


def _trimmed(text: str, start: int, end: int) -> int:
    """Without the punctuation of the sentence around it."""
    surplus = {
        closing: text.count(closing, start, end) - text.count(opening, start, end) for opening, closing in _PAIRS
    }
    while end > start:
        last = text[end - 1]
        if last in surplus:
            if surplus[last] <= 0:
                return end
            surplus[last] -= 1
        elif last not in _TRAILING:
            return end
        end -= 1
    return end
