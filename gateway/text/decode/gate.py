"""Which decoders a text is worth: one walk over it instead of one per decoder. It never misses what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from gateway.text.patterns import compile_set

__all__ = ["GATES", "looking", "suspects"]

_GAP = r"[\s,;:|/_\-]{1,3}"
# Where each begins as its decoder wants it: an automaton that counts from every character has many more states.
_FIRST, _OF_LIST = r"(?:\A|[^A-Za-z0-9])", r"(?:\A|[^A-Za-z0-9_.])"
_MIX = "(?:[a-z0-9+/_-][A-Z]|[A-Z][A-Z][a-z]|[A-Za-z][0-9]|[0-9][A-Za-z])"
# From the first of a run on, so that an automaton need not count from each: twelve side by side with a capital among
# them, or more than any word, less two of padding. `basen` lets others go.
_SMALL, _LETTER = "[a-z0-9+/_-]", "[A-Za-z0-9+/_-]"
_CAPITAL = "|".join(f"{_SMALL}{{{i}}}[A-Z]{_LETTER}{{{11 - i}}}" for i in range(12))
_RUN = rf"(?:\A|[^A-Za-z0-9+/_-])(?:{_CAPITAL}|{_SMALL}{{12,}}[A-Z]|{_SMALL}{{62}})"
GATES = {
    "html": "&[#A-Za-z]",
    "url": "%[0-9A-Fa-fu][0-9A-Fa-f]",
    "backslash": r"\\[uUxN0-7]|[uU]\+[0-9A-Fa-f]{4}",
    "quoted_printable": r"=[0-9A-F]{2}|=\r?\n",
    "mail": r"[:;!?)]=20|=20(?:[0-9+(]|=\r?\n)|=\r?\n",
    "punycode": "(?i)xn--",
    "hex": (
        rf"{_FIRST}(?:0x)?[0-9a-fA-F]{{16}}"
        rf"|{_OF_LIST}(?:0[xX]|[xX])?(?:[0-9a-fA-F]{{2}}h?{_GAP}(?:0[xX]|[xX$#])?){{4}}"
    ),
    "binary": rf"(?:\A|\W)(?:0b)?(?:[01]{{24}}|[01]{{7,8}}{_GAP}(?:0b)?[01]{{7}})",
    "octal": rf"{_OF_LIST}(?:0o?)?(?:[0-7]{{2,3}}{_GAP}(?:0o?)?){{4}}",
    "decimal": rf"{_OF_LIST}(?:[0-9]{{1,3}}{_GAP}){{4}}",
    "base64": rf"{_RUN}|{_MIX}{_LETTER}*\s{{1,2}}{_LETTER}*{_MIX}",
    "base32": rf"{_FIRST}(?:[A-Z2-7]{{16}}|[a-z2-7]{{24}})",
    "base85": r"(?:^|\s)[!-~]?(?:(?:[+-J][!-u]{4}){3}|(?:[A-Za-e][0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~\-]{4}){3})|<~",
}
# States multiply: what counts far is in automata of its own. One for all meets a new state with each new text of a
# page, and that costs more than two walks.
_APART = (("base64",), ("hex", "base32", "base85"))


def looking(patterns: Mapping[str, str]) -> Callable[[str], Iterator[str]]:
    """Which of these patterns are in a text."""
    groups = (*_APART, tuple(name for name in patterns if not any(name in group for group in _APART)))
    sets = [(group, compile_set([patterns[name] for name in group])) for group in groups]

    def look(text: str) -> Iterator[str]:
        data = text.encode("utf-8", "replace")
        return (group[index] for group, known in sets for index in known.Match(data) or ())

    return look


_LOOK = looking(GATES)


def suspects(text: str) -> list[str]:
    found = set(_LOOK(text))
    return [name for name in GATES if name in found] if found else []
