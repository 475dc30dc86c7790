"""
Tables in text: CSV, TSV, Markdown and what databases and terminals print. Which cells stand under a head that may say
what they are; no word about what is in them.

Of a text that streams: where the first cell begins whose row is not known yet, and what must be remembered of what
has left, so that the rest is read as it would be in the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.types import Span

__all__ = ["Tables"]

Heads = Callable[[Sequence[str]], Mapping[int, str]]

_MARKS = "\"'`* \t"
_RULE = re.compile(r"[\s|:+=-]+")
_SEMICOLONS = re.compile(r'(?:"(?:[^"]|"")*"|[^;])+|(?<=;)(?=;|$)')
_COMMAS = re.compile(r'(?:"(?:[^"]|"")*"|[^,])+|(?<=,)(?=,|$)')
_CELLS = (
    re.compile(r"[^\t]+|(?<=\t)(?=\t|$)"),
    re.compile(r"[^|]+"),
    _SEMICOLONS,
    _COMMAS,
    re.compile(r"[^\s]+(?: [^\s]+)*"),  # as terminals align them
)
_QUOTING = (_SEMICOLONS, _COMMAS)
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str  # empty where the line is too long

    def cells(self, delimiter: re.Pattern[str]) -> list[Span]:
        """Without the marks around them."""
        out = []
        for match in delimiter.finditer(self.text):
            inner = match[0].strip(_MARKS)
            at = self.start + match.start() + (match[0].find(inner) if inner else 0)
            out.append(Span(at, at + len(inner)))
        return out

    @property
    def is_rule(self) -> bool:
        return _RULE.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True)
class _Table:
    heads: Mapping[int, str]
    delimiter: re.Pattern[str]
    columns: int


class Tables:
    """
    `heads` says which of a line's cells may vouch for what is below them, by column; `may_be`, at less cost, whether a
    line has such a cell at all. Lines that are longer than `longest` belong to no table.
    """

    def __init__(self, heads: Heads, may_be: Callable[[str], bool], longest: int) -> None:
        self._heads = heads
        self._may_be = may_be
        self._longest = longest

    def told(self, text: str, after: int = 0) -> Iterator[tuple[str, Span]]:
        """Each value that begins behind so many characters, under a head that may vouch for it, with that head."""
        lines = self._lines(text)
        at = 0
        while at < len(lines) - 1:
            table = self._table(lines, at)
            at += 1
            while table is not None and at < len(lines):
                if not lines[at].is_rule:
                    cells = lines[at].cells(table.delimiter)
                    if len(cells) != table.columns:
                        break
                    for column, head in table.heads.items():
                        cell = cells[column]
                        if cell.start >= after and 0 < cell.end - cell.start <= _LONGEST_VALUE:
                            yield head, cell
                at += 1

    def undecided(self, text: str) -> int:
        """Where the first cell may begin that a head vouches for, in a last line that has not ended."""
        begin = text.rfind("\n") + 1
        last = text[begin:]
        if not begin or len(last) > self._longest:
            return len(text)
        tables, _ = self._open(self._lines(text[: begin - 1]))
        return begin + min((_first_told(table, last) for table in tables), default=len(last))

    def abridged(self, text: str) -> str:
        """
        A text behind which the same is told as behind this one: the head of a table that has not ended and its first
        row, or lines that may yet become a head; and the line that has not ended.
        """
        begin = text.rfind("\n") + 1
        last = text[begin : begin + self._longest + 1]  # a longer one is no row, and need not be known
        if not begin:
            return last
        _, kept = self._open(self._lines(text[: begin - 1]))
        return "".join(f"{line.text}\n" for line in kept) + last

    def _lines(self, text: str) -> list[_Line]:
        out = []
        at = 0
        for line in text.split("\n"):
            out.append(_Line(at, line.rstrip("\r ") if len(line) <= self._longest else ""))
            at += len(line) + 1
        return out

    def _table(self, lines: Sequence[_Line], at: int) -> _Table | None:
        """Does a table begin with this line?"""
        found = self._tables(lines[at])
        if not found:
            return None
        below = next((other for other in lines[at + 1 : at + 3] if not other.is_rule), None)
        if below is None:
            return None
        first = next((table for table in found if len(below.cells(table.delimiter)) == table.columns), None)
        return first if first is not None and first.heads else None

    def _tables(self, line: _Line) -> list[_Table]:
        """What tables it may be the head of, by what parts the cells: the first that also parts the line below."""
        if len(line.text) < 3 or line.is_rule or not self._may_be(line.text + "\n"):
            return []
        out = []
        for delimiter in _CELLS:
            cells = line.cells(delimiter)
            if len(cells) > 1:
                said = [line.text[c.start - line.start : c.end - line.start] for c in cells]
                out.append(_Table(self._heads(said), delimiter, len(cells)))
        return out if any(table.heads for table in out) else []

    def _open(self, lines: Sequence[_Line]) -> tuple[list[_Table], Sequence[_Line]]:
        """The tables that a line behind these may be a row of, and which of these lines say so."""
        at = 0
        while at < len(lines):
            table = self._table(lines, at)
            head = at
            at += 1
            if table is None:
                continue
            while at < len(lines) and (lines[at].is_rule or len(lines[at].cells(table.delimiter)) == table.columns):
                at += 1
            if at == len(lines):
                row = next(line for line in lines[head + 1 :] if not line.is_rule)
                return [table], [lines[head], row]
        last = lines[-2:] if len(lines) > 1 and lines[-1].is_rule else lines[-1:]
        found = self._tables(last[0])
        return found, last if found else []


def _first_told(table: _Table, line: str) -> int:
    """Where the first cell of a row begins that a head vouches for; the row's length where it has none yet."""
    line = line.rstrip("\r ")
    quote = line.rfind('"') if table.delimiter in _QUOTING and line.count('"') % 2 else -1
    begun = [match.start() for match in table.delimiter.finditer(line if quote < 0 else line[: quote + 1])]
    if quote < 0 and len(begun) > table.columns:
        return len(line)
    first = min(table.heads, default=len(begun))
    if first < len(begun):
        return begun[first]
    # Behind a quotation mark that is open nothing says how many cells there are.
    return begun[-1] if quote >= 0 and begun else len(line)
