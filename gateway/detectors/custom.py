"""
An operator's own words and patterns.

Patterns are RE2: linear in the text whatever is written, no look-around, no back-references. Where a
pattern has a longest match and stays in the subset that `prefix` can read, it works in streams and
can redact there; any other needs the whole text. One detector has one reach, so `custom` gives up to
two: one that streams and one that does not.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from gateway.detectors.base import (
    MAX_CANDIDATES,
    begun,
    code_points,
    compile_beginning,
    compile_re2,
    matches,
    outermost,
    value_group,
)
from gateway.detectors.prefix import Shape, shape
from gateway.errors import ConfigError, ScanError
from gateway.text.patterns import searcher
from gateway.types import Detector, Finding, Kind, Part, Reading

__all__ = ["MAX_KEYWORDS", "MAX_PATTERN", "CustomRule", "CustomRules", "UserPattern", "custom", "user_pattern"]

MAX_PATTERN = 4096  # characters
MAX_KEYWORDS = 10_000  # in one rule
MAX_KEYWORD = 200  # characters; a stream may have to hold that much
MAX_GAP = 8  # white space between the words of a keyword

# Read differently by Python and RE2, so that a shape would be wrong: `.` over line ends, `^` at each
# line, RE2's swapped greediness, and a repetition without a lower bound (to RE2 it is literal text).
_NOT_SHARED = re.compile(r"\(\?[a-zA-Z-]*[smU]|\{,")

# What an empty match is looked for in: no character, a word, a gap, a line end.
_SAMPLES = (b"", b"a b\n-.0")

# RE2 compiles the beginnings of this many words in 60 ms, of ten times as many in 6 s.
_WORDS_AT_ONCE = 1000

_GAP = r"[\s\x{a0}\x{3000}]"

# Scripts that do not put spaces around words, or (Korean) write particles against them.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_EDGE = rf"[^\p{{L}}\p{{M}}\p{{N}}_]|[{_UNSPACED}]"
_NEEDS_EDGE = compile_re2(r"^[\p{L}\p{M}\p{N}_]$")
_IS_UNSPACED = compile_re2(rf"^[{_UNSPACED}]$")


@dataclass(frozen=True, slots=True)
class CustomRule:
    """
    A pattern, keywords, or both, under one category.

    In `pattern` a group named `v` narrows the finding to itself. `whole_word` is for the keywords:
    it asks for a word's edge where the keyword has one in its script. A gap in a keyword matches any
    short white space.
    """

    category: str
    pattern: str | None = None
    keywords: tuple[str, ...] = ()
    case_sensitive: bool = False
    whole_word: bool = True
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class UserPattern:
    """A compiled pattern; `shape` is None where only a whole text can be searched."""

    regex: Any
    shape: Shape | None

    def spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """
        Byte offsets of what it finds. Without a shape matches do not overlap, because every start
        of a pattern such as `.*x` would be searched to the end of the text again.
        """
        group = value_group(self.regex)
        if self.shape is not None:
            found = matches(searcher(self.regex), group, data)
            yield from ((m.value_start, m.value_end) for m in found if m.value_end > m.value_start)
            return
        for count, match in enumerate(self.regex.finditer(data)):
            if count >= MAX_CANDIDATES:
                raise ScanError(f"more than {MAX_CANDIDATES} candidates for one pattern")
            if match.end(group) > match.start(group):
                yield match.span(group)


def user_pattern(pattern: str, where: str, *, case_sensitive: bool = False) -> UserPattern:
    """
    Compile what an operator wrote. Raises ConfigError, naming `where`, for a pattern that is too
    long, that RE2 does not accept, or that matches the empty string.
    """
    if not pattern or len(pattern) > MAX_PATTERN:
        raise ConfigError(f"{where}: a pattern has between 1 and {MAX_PATTERN} characters")
    if not case_sensitive and not pattern.startswith("(?i)"):
        pattern = f"(?i){pattern}"
    regex = _compile(pattern, where)
    if any(match.start() == match.end() for sample in _SAMPLES for match in regex.finditer(sample)):
        raise ConfigError(f"{where}: the pattern matches the empty string, so it would match everywhere")
    return UserPattern(regex, _shape(pattern))


class CustomRules:
    """Rules as one detector. It streams only if all of them do: `custom` splits them for that."""

    kinds: frozenset[Kind] | None = None

    def __init__(
        self,
        rules: Sequence[CustomRule],
        name: str = "custom",
        readings: frozenset[Reading] = frozenset(Reading),
    ) -> None:
        self.name = name
        self.readings = readings
        self.categories = frozenset(rule.category for rule in rules)
        self._rows = [(rule, pattern) for rule in rules for pattern in _patterns(rule)]
        shapes = [pattern.shape for _, pattern in self._rows]
        bounded = [s for s in shapes if s is not None]
        self.reach: int | None = max((s.reach for s in bounded), default=0) if len(bounded) == len(shapes) else None
        self.behind = max((s.behind for s in bounded), default=0)
        self._beginnings = [compile_beginning([s]) for s in bounded]

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part.text) for part in parts]

    def pending(self, text: str) -> int:
        if self.reach is None:
            return 0
        data = text[max(0, len(text) - self.reach) :].encode()
        return len(text) - max((begun(beginning, data) for beginning in self._beginnings), default=0)

    def _scan(self, text: str) -> list[Finding]:
        data = text.encode()
        found = [(rule, span) for rule, pattern in self._rows for span in pattern.spans(data)]
        if not found:
            return []
        spans = code_points(text, data, [span for _, span in found])
        pairs = zip(found, spans, strict=True)
        return outermost(Finding(rule.category, rule.score, span, self.name) for (rule, _), span in pairs)


def custom(rules: Sequence[CustomRule]) -> tuple[Detector, ...]:
    """
    Up to two detectors: one for the rules that work in streams, one for those that need the whole
    text. Raises ConfigError, with the rule's number and category, for a rule that cannot work.
    """
    streamed: list[CustomRule] = []
    whole: list[CustomRule] = []
    for number, rule in enumerate(rules, 1):
        _check(rule, f"custom rule {number} ({rule.category})")
        if rule.keywords:
            streamed.append(replace(rule, pattern=None))
        if rule.pattern is not None:
            single = replace(rule, keywords=())
            (pattern,) = _patterns(single)
            (whole if pattern.shape is None else streamed).append(single)
    pairs = ((streamed, "custom"), (whole, "custom_whole"))
    return tuple(CustomRules(chosen, name) for chosen, name in pairs if chosen)


def _check(rule: CustomRule, where: str) -> None:
    family, slash, name = rule.category.partition("/")
    if not (family and slash and name) or "/" in name or rule.category.split() != [rule.category]:
        raise ConfigError(f"{where}: a category is written family/name")
    if not 0 < rule.score <= 1:
        raise ConfigError(f"{where}: a score lies above 0 and not above 1")
    if rule.pattern is None and not rule.keywords:
        raise ConfigError(f"{where}: give a pattern, keywords, or both")
    if len(rule.keywords) > MAX_KEYWORDS:
        raise ConfigError(f"{where}: more than {MAX_KEYWORDS} keywords; split the rule")
    if any(not word.strip() or len(word) > MAX_KEYWORD for word in rule.keywords):
        raise ConfigError(f"{where}: a keyword is not blank and has at most {MAX_KEYWORD} characters")
    if rule.pattern is not None:
        user_pattern(rule.pattern, where, case_sensitive=rule.case_sensitive)


def _patterns(rule: CustomRule) -> list[UserPattern]:
    where = f"custom rule {rule.category}"
    _check(rule, where)
    patterns = _keywords(rule, where) if rule.keywords else []
    if rule.pattern is not None:
        patterns.append(user_pattern(rule.pattern, where, case_sensitive=rule.case_sensitive))
    return patterns


def _keywords(rule: CustomRule, where: str) -> list[UserPattern]:
    """Patterns for each kind of edge, which together match any of the keywords."""
    unique = {" ".join(word.split()) for word in rule.keywords}
    edges = {word: (_has_edge(rule, word[0]), _has_edge(rule, word[-1])) for word in unique}
    flag = "" if rule.case_sensitive else "i"
    patterns = []
    for (left, right), group in groupby(sorted(edges, key=lambda word: (edges[word], word)), key=edges.__getitem__):
        same = list(group)
        before, after = f"(?:^|{_EDGE})" if left else "", f"(?:$|{_EDGE})" if right else ""
        for words in (same[at : at + _WORDS_AT_ONCE] for at in range(0, len(same), _WORDS_AT_ONCE)):
            tree = _tree(words)
            regex = _compile(f"(?{flag}:{before}(?P<v>{_whole(tree)}){after})", where)
            longest = max(len(word) + (MAX_GAP - 1) * word.count(" ") for word in words)
            read = Shape(f"(?{flag}:{before}{_begun(tree)})", left + longest + right, int(left), utf8=True)
            patterns.append(UserPattern(regex, read))
    return patterns


_END = ""
_Tree = dict[str, Any]


def _tree(words: Iterable[str]) -> _Tree:
    """A node maps a character to the node after it, and `_END` to nothing where a word ends."""
    tree: _Tree = {}
    for word in words:
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[_END] = {}
    return tree


def _whole(node: _Tree) -> str:
    """Any of the words, the longest first."""
    branches = [_character(c, f"{_GAP}{{1,{MAX_GAP}}}") + _whole(below) for c, below in node.items() if c != _END]
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)})" + ("?" if _END in node else "")


def _begun(node: _Tree) -> str:
    """Every beginning of any of the words, at least one character long."""
    branches = [_character(c, f"{_GAP}+") + _optional(_begun(below)) for c, below in node.items() if c != _END]
    return f"(?:{'|'.join(branches)})" if branches else ""


def _optional(pattern: str) -> str:
    return pattern and f"{pattern}?"


def _character(character: str, gap: str) -> str:
    if character == " ":
        return gap
    return character if character.isalnum() or not character.isascii() else f"\\x{ord(character):02x}"


def _has_edge(rule: CustomRule, character: str) -> bool:
    """Whether a word of this character's script ends where another sign follows."""
    data = character.encode()
    return rule.whole_word and _NEEDS_EDGE.search(data) is not None and _IS_UNSPACED.search(data) is None


def _compile(pattern: str, where: str) -> Any:
    try:
        return compile_re2(pattern)
    except ConfigError as error:
        reason = error.message.rpartition(": ")[2]
        raise ConfigError(f"{where}: RE2 does not accept the pattern: {reason}") from None


def _shape(pattern: str) -> Shape | None:
    if _NOT_SHARED.search(pattern):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Python warns where its sets and RE2's part ways: [[:alpha:]], [a--b]
        try:
            read = shape(pattern)
        except (ValueError, re.error, FutureWarning, DeprecationWarning, OverflowError):
            return None
    try:
        compile_beginning([read])
    except ConfigError:
        return None  # too large once it is unfolded
    return read
