"""
What a reader of a rendered page or document does not see, and what tags cut apart. Not a parser:
it knows no tree, and what is no markup is at worst read a second time.

Each pass goes forward only, so the time is linear in any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from gateway.text.decode.maps import Edit, apply
from gateway.text.patterns import compile_re2
from gateway.text.views import View, offsets

__all__ = ["ANY", "markup", "untagged"]

# Whether there is anything to look for, in one walk.
ANY = r"<[!a-zA-Z]|\]\(|!\[|(?m)^ {0,3}\[[^\]\n]*\]:|(?m)^ {0,3}(?:```|~~~)|\A---|\\[a-z]+\{"
_ANY = compile_re2(ANY)

# A comment, or a tag that may hide something or hold a text: a bare one does not.
_OPENS = re.compile(
    r"<(?:!--|((?:script|style|template|noscript)\b|[A-Za-z][A-Za-z0-9:-]{0,60}(?=[\s/\"'])(?!\s*+/?>)))", re.IGNORECASE
)
# Up to the tag's `>`, or to where it turns out to be none. Quotes may hold anything.
_INSIDE = re.compile(r"(?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+")
# With a value; or `hidden`, which needs none.
_ATTRIBUTE = re.compile(
    r"(?<![\w:.@-])(?:([A-Za-z@][\w:.-]{0,60}+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>=]+))|(?i:hidden)(?![\w:.-]))"
)
_TEXTS = frozenset({"alt", "title", "value", "content", "placeholder", "label", "summary", "description", "srcdoc"})
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:font-size|opacity)\s*:\s*0(?![.\d]*[1-9])"
    r"|(?:^|;)\s*color\s*:\s*(?:white\b|transparent|#fff(?:fff)?\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}|(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*0(?:px)?\s*(?:;|\Z)",
    re.IGNORECASE,
)
_NEVER_SHOWN = frozenset({"template", "noscript", "script", "style"})
_LITERAL = re.compile(r"\"([^\"\\\n]{4,})\"|'([^'\\\n]{4,})'|`([^`]{4,})`")
# So many tags are taken apart, and one more for so many characters: pages have fewer.
_TAGS_ANY, _TAG_EVERY = 400, 64
_QUOTED = r"(?:\"([^\"]{1,4000})\"|'([^']{1,4000})'|\(([^()]{1,4000})\))"
_MARKDOWN = re.compile(
    rf"!\[([^\[\]]{{1,4000}})\]|\]\(\s{{0,3}}<?[^\s()<>]{{0,2000}}>?\s{{1,3}}{_QUOTED}"
    rf"|^ {{0,3}}\[[^\[\]\n]{{1,200}}\]:[ \t]{{0,4}}\S{{1,2000}}\s{{1,4}}{_QUOTED}"
    r"|^ {0,3}(?:```+|~~~+)[ \t]{0,4}([^\s`]+[ \t][^\n`]{3,})$",
    re.MULTILINE,
)
_FRONT = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_LATEX = re.compile(r"\\[a-z]+\{")
_LATEX_UNSEEN = re.compile(
    r"(?<!\\)%+[ \t]*([^\s%][^\n]{3,})$"
    r"|\\(?:textcolor|color)\{white\}\s*\{?([^{}]{1,4000})|\\h?phantom\{([^{}]{1,4000})\}",
    re.MULTILINE,
)

# The look behind comes after the first character, which a search can jump to.
_TAG = r"/?[A-Za-z][A-Za-z0-9-]{0,30}(?:[\s/][^<>]{0,1000})?>|!--[^<>]{0,1000}-->"
_TAGS = re.compile(rf"<(?<=\w<)(?:{_TAG})(?:<(?:{_TAG}))*+(?=\w)")
_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|li|ul|ol|td|th|tr|table|h[1-6]|section|article|pre|blockquote|option)\b", re.IGNORECASE
)


def markup(text: str) -> View | None:
    """
    Comments, attributes that hold text, hidden elements, what scripts and templates say, titles and
    alternative texts of Markdown, reference comments, front matter, code-fence notes, LaTeX comments:
    each on a line of its own.
    """
    if _ANY.search(text.encode("utf-8", "replace")) is None:
        return None
    spans = [s for s in _spans(text) if text[s[0] : s[1]].strip()]
    spans.sort()
    return _lines(text, _merged(spans)) if spans else None


def untagged(text: str) -> View | None:
    """The text without tags inside words. None if no word is cut."""
    if "<" not in text:
        return None
    edits = []
    cut = False
    blocks: dict[str, bool] = {}
    for match in _TAGS.finditer(text):
        tags = match[0]
        block = blocks.get(tags)
        if block is None:
            block = blocks[tags] = _BLOCK.search(tags) is not None
        cut = cut or not block
        edits.append(Edit(match.start(), match.end(), " " if block else ""))
    return apply("untagged", text, edits, len(text))[0] if cut else None


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What lies in another piece is read there."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _lines(text: str, spans: list[tuple[int, int]]) -> View:
    view = "\n".join([text[start:end] for start, end in spans])
    begun, ended = np.array(spans, np.int64).T
    lengths = ended - begun + 1
    after = np.cumsum(lengths)
    starts = np.arange(after[-1]) + np.repeat(begun - (after - lengths), lengths)
    ends = starts + 1
    ends[after - 1] -= 1  # the line's end stands for nothing: it lies between two characters
    return View("markup", view, len(text), offsets(starts[:-1]), offsets(ends[:-1]))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    if "<" in text:
        yield from _html(text)
    for match in _MARKDOWN.finditer(text) if "[" in text or "```" in text or "~~~" in text else ():
        if match.lastindex:
            yield match.span(match.lastindex)
    if text.startswith("---") and (front := _FRONT.match(text)) is not None:
        yield front.span(1)
    if "\\" in text and _LATEX.search(text) is not None:
        for match in _LATEX_UNSEEN.finditer(text):
            if match.lastindex:
                yield match.span(match.lastindex)


def _html(text: str) -> Iterator[tuple[int, int]]:
    low = text.lower()
    if len(low) != len(text):
        low = text
    absent: set[str] = set()  # elements that are not closed any more
    hidden = at = 0
    left = _TAGS_ANY + len(text) // _TAG_EVERY
    while (match := _OPENS.search(text, at)) is not None:
        left -= 1
        if left < 0:  # nothing is passed over: the rest is read as it stands
            yield match.start(), len(text)
            return
        name = match[1]
        if name is None:
            end = text.find("-->", match.end())
            at = len(text) if end < 0 else end
            yield match.end(), at
            continue
        inside = _INSIDE.match(text, match.end())
        at = inside.end() if inside is not None else match.end()
        unseen = name.lower() in _NEVER_SHOWN
        for attribute in _ATTRIBUTE.finditer(text, match.end(), at):
            group = attribute.lastindex
            if group is None:
                unseen = True
                continue
            key = attribute[1].lower()
            unseen = unseen or _hides(key, attribute[group])
            if key in _TEXTS or key.startswith(("data-", "aria-")):
                yield attribute.span(group)
        if unseen and at >= hidden and name.lower() not in absent:
            hidden = low.find(f"</{name.lower()}", at)
            if hidden < 0:
                absent.add(name.lower())
                hidden = at
            elif name.lower() in ("script", "style"):
                yield from _literals(text, at, hidden, name.lower())
                at = hidden
            else:
                yield at + text.startswith(">", at), hidden


def _literals(text: str, start: int, end: int, name: str) -> Iterator[tuple[int, int]]:
    if name == "script":
        for match in _LITERAL.finditer(text, start, end):
            yield match.span(match.lastindex or 0)


def _hides(key: str, value: str) -> bool:
    if key == "style":
        return _UNSEEN.search(value[:2000]) is not None
    return key == "hidden" or (key == "aria-hidden" and value.lower() == "true")
