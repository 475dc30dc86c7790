"""Which decoders a text is worth: one walk over it instead of one per decoder. It never misses what they find."""

from __future__ import annotations

from gateway.text.patterns import compile_set

__all__ = ["GATES", "suspects"]

_GAP = r"[\s,;:|/_\-]{1,3}"
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
    "hex": rf"[0-9a-fA-F]{{16}}|(?:[0-9a-fA-F]{{2}}h?{_GAP}(?:0[xX]|[xX$#])?){{4}}",
    "binary": rf"[01]{{24}}|[01]{{7,8}}{_GAP}(?:0b)?[01]{{7}}",
    "octal": rf"(?:[0-7]{{2,3}}{_GAP}(?:0o?)?){{4}}",
    "decimal": rf"(?:[0-9]{{1,3}}{_GAP}){{4}}",
    "base64": rf"{_RUN}|{_MIX}{_LETTER}*\s{{1,2}}{_LETTER}*{_MIX}",
    "base32": "[A-Z2-7]{16}|[a-z2-7]{24}",
    "base85": r"(?:^|\s)[!-~]?(?:(?:[+-J][!-u]{4}){3}|(?:[A-Za-e][0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~\-]{4}){3})|<~",
}
_NAMES = tuple(GATES)
_SET = compile_set(GATES.values())


def suspects(text: str) -> list[str]:
    found = _SET.Match(text.encode("utf-8", "replace"))
    return [_NAMES[index] for index in sorted(found)] if found else []
