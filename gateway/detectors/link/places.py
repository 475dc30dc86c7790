"""
Where a text has links: Markdown, HTML, CSS, and addresses that stand alone.

What a client makes of a text is not known here, so every reading counts. All of it looks at bounded
stretches, so that a place in a stream reads as it does in the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.detectors.link.traits import is_image, is_script

__all__ = ["BEHIND", "LONGEST_URL", "Place", "places"]

LONGEST_URL = 2048  # characters; a longer URL is found as far as this
LOOK_BACK = 512  # characters in which an alternative text or a tag must have begun
# The longest context: a tag, its attribute, a value of several URLs, and one inside another.
BEHIND = LOOK_BACK + LONGEST_URL + 128

_SCHEME = r"(?:https?|wss?|ftp):[\\/]|[a-z][a-z0-9+.-]{1,30}://"
_ABSOLUTE = re.compile(rf"(?i)(?:{_SCHEME}|[\\/]{{2}}|data:|www\.)")
_OTHER_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]{1,30}:[^\s]")
_RELATIVE = re.compile(r"[^#\s][^\s]*[/.?]|[/.?]")

_BARE = re.compile(
    rf"(?i)(?<![a-z0-9])(?:{_SCHEME}|www\.(?=[^\s.])|data:(?:[a-z]{{1,20}}/[\w.+-]{{1,60}}|)(?:;[\w=-]{{1,40}}){{0,3}},"
    r"|(?:java|vb)script:(?=\S))"
)
_CALL = re.compile(r"[(=]")  # what tells a script from a sentence about one
_DESTINATION = re.compile(r"\]\([ \t\n]{0,8}(<?)")
_REFERENCE = re.compile(r"(?:^|\n)[ ]{0,3}(?:>[ ]?)?\[[^\]\n^][^\]\n]{0,99}\]:[ \t]{0,4}\n?[ \t]{0,4}(<?)")
_ATTRIBUTE = re.compile(
    r"(?i)(?<=[\s\"'/])(srcset|src|(?:xlink:)?href|poster|background|action|formaction|data|ping|cite|manifest|longdesc"
    r"|codebase|content|lowsrc|dynsrc|imagesrcset)\s{0,8}=\s{0,8}([\"']?)\s{0,8}"
)
_CSS = re.compile(r"(?i)(?<![\w-])(?:url\(\s{0,8}([\"']?)\s{0,8}|@import\s{1,8}([\"'])\s{0,8})")
_REFRESH = re.compile(r"(?i)[\d.\s]{1,12}[;,]\s{0,8}(?:url\s{0,4}=\s{0,4})?['\"]?")
_TAG = re.compile(r"<([a-zA-Z][\w:-]{0,30})")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")

_FETCHED = frozenset(
    {"src", "srcset", "imagesrcset", "poster", "background", "data", "manifest", "codebase", "lowsrc", "dynsrc"}
)
_FETCHED_HREF = frozenset({"link", "image", "use", "base", "feimage"})

_TOKEN = re.compile(rf"[^\s<>\"`“”‘’«»\u3000-\u303f\uff01-\uff65]{{0,{LONGEST_URL}}}")
_UNQUOTED = re.compile(rf"[^\s<>\"'`]{{0,{LONGEST_URL}}}")
_ANGLE = re.compile(rf"[^<>\n]{{0,{LONGEST_URL}}}")
_CANDIDATE = re.compile(r"[^\s,]\S*")
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
    framed = [*_destinations(text), *_references(text), *_attributes(text), *_styles(text)]
    at: dict[int, Place] = {}
    for place in framed:
        known = at.get(place.start)
        if known is None or (place.real, place.fetched) > (known.real, known.fetched):
            at[place.start] = place
    bare = [place for place in _bare(text) if place.start not in at or not at[place.start].real]
    everything = sorted([*at.values(), *bare], key=lambda place: place.start)
    return [place for place in everything if place not in bare or not _inside_another(text, place, everything)]


def _inside_another(text: str, place: Place, everything: list[Place]) -> bool:
    """Is it part of the query, or the path, of a longer URL?"""
    return any(
        other.start < place.start <= other.start + LONGEST_URL
        and other.extent >= place.extent
        and other.real
        and not re.search(r"\s", text[other.start : place.start])
        for other in everything
    )


def _bare(text: str) -> Iterator[Place]:
    for match in _BARE.finditer(text):
        start = match.start()
        extent = _TOKEN.match(text, start).end()  # type: ignore[union-attr]
        end = extent
        if start and text[start - 1] == "'":
            end = start + text[start:end].find("'") if "'" in text[start:end] else end
        end = _trimmed(text, start, end)
        real = end > match.end() or match[0].endswith(",")
        if match[0].lower().endswith("script:"):
            real = _CALL.search(text, match.end(), end) is not None
        yield Place(start, end, extent, False, _open(text, start, extent), real)


def _destinations(text: str) -> Iterator[Place]:
    for match in _DESTINATION.finditer(text):
        label = _label(text, match.start())
        if label is not None:
            yield _markdown(text, match.end(), match[1], label == "!")


def _label(text: str, end: int) -> str | None:
    """The character before the bracket that opens the label which ends here; `!` where that is too far away to see."""
    begin = max(0, end - LOOK_BACK)
    depth = 1
    for at in range(end - 1, begin - 1, -1):
        if text[at] not in "[]" or (at and text[at - 1] == "\\"):
            continue
        depth += 1 if text[at] == "]" else -1
        if depth == 0:
            return text[at - 1] if at else " "
    return "!" if end - begin == LOOK_BACK else None


def _references(text: str) -> Iterator[Place]:
    """Whether an image uses a definition stands elsewhere; one that could carry something counts as used."""
    for match in _REFERENCE.finditer(text):
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
    depth = 0
    for at in range(start, end):
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            if depth == 0:
                return at
            depth -= 1
    return end


def _attributes(text: str) -> Iterator[Place]:
    for match in _ATTRIBUTE.finditer(text):
        tag = _tag(text, match.start())
        if tag is None:
            continue
        name, quote, start = match[1].lower().removeprefix("xlink:"), match[2], match.end()
        end, is_open = _value(text, start, quote)
        fetched = name in _FETCHED or (name == "href" and tag in _FETCHED_HREF)
        if name.endswith("srcset"):
            for one in _CANDIDATE.finditer(text, start, end):
                yield _in_value(text, one.start(), one.end(), True, is_open, start)
        elif name != "content":
            yield _in_value(text, start, end, fetched, is_open, start)
        elif tag == "meta" and (refresh := _REFRESH.match(text, start, end)):
            yield _in_value(text, refresh.end(), end, True, is_open, start)


def _in_value(text: str, start: int, end: int, fetched: bool, is_open: bool, value: int) -> Place:
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
    begin = max(0, at - LOOK_BACK)
    last = None
    for last in _TAG.finditer(text, begin, at):
        pass
    if last is None or ">" in _QUOTED.sub("", text[last.end() : at]):
        return None
    return last[1].lower()


def _styles(text: str) -> Iterator[Place]:
    for match in _CSS.finditer(text):
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
    while end > start:
        last = text[end - 1]
        if last in ")]}":
            opening = "([{"[")]}".index(last)]
            url = text[start:end]
            if url.count(opening) >= url.count(last):
                return end
        elif last not in _TRAILING:
            return end
        end -= 1
    return end
