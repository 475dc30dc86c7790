"""
Does a string look drawn by a machine, written by a person, or put there as an example?

Pure functions of one string, linear in its length. They judge what a pattern already found.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import log2

__all__ = ["issued", "placeholder", "random_looking", "shannon", "unlike_words", "wordlike"]

# The commonest pairs of letters inside words of the European languages that identifiers are made of.
# They cover some four fifths of the pairs in real words and a fifth of those in random letters.
_PAIR_LIST = (
    "th he in er an re nd on en at ou ed ha to or it is hi es ng st ar te se me sa ne ve le no ta al de ot so ra ri "
    "li co ro ma om ur be ce ch ea el ec et em ic il io la ll lo ns nt ol pe pr rs si sh ti tr ts un us ut ac ad ai am "
    "ap as av ca ct di do ee ev ex fe ff fi fo ge gh gr ho id ie if ig im ir iv ke ld ly mi mo mp na ni nc of oo op os "
    "ow pa ph pl po pp qu rd rt ru sc sp ss su tt tu ue ul um up va vi wo wh wi se ey ke ay pi ab bl cl da fa ga gi "
    "ew us bu by ck cr dr fu gu ha ja ks lu ls mu nu og ok ru sk sy ug ub ud ui vo wr ys ye xt ip br ag ah"
)
_PAIRS = frozenset(_PAIR_LIST.split())
_WORDLIKE = 0.62  # share of common pairs from which on letters read as words

_MASK = re.compile(r"([x*#.•0_-])\1{4,}|(.)\2{7,}|\.{3}|…|[<>]|\$\{|\{\{|%\w{1,64}%", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"example|sample|placeholder|dummy|redacted|removed|masked|hidden|changeme|change[_-]me|replace[_-]?(?:me|with|this)"
    r"|insert|put[_-]?your|your[_-]?|my[_-]?(?:api|secret|access|token|key|pass|client|auth)|todo|fixme|goes[_-]?here|_here|-here"
    r"|not[_-]?(?:set|real|a)|fake|lorem|undefined|foobar|deadbeef|some[_-]",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def shannon(text: str) -> float:
    """Bits per character of the text's own letter frequencies; 0 for the empty text."""
    size = len(text)
    return -sum(n / size * log2(n / size) for n in Counter(text).values())


def wordlike(text: str) -> bool:
    """
    Whether the letters read as words of a natural language, as in `my-secret-name` or `accessTokenUrl`.
    A text that is half digits and signs is not word-like.
    """
    runs = [run.lower() for run in _LETTERS.findall(text)]
    pairs = [a + b for run in runs for a, b in pairwise(run)]
    if len(pairs) < max(4, len(text) // 2):
        return False
    return sum(pair in _PAIRS for pair in pairs) >= _WORDLIKE * len(pairs)


def placeholder(value: str) -> bool:
    """Whether the value says of itself that it is none: a mask, a template, `your-key-here`, `...EXAMPLE`."""
    return bool(_MASK.search(value) or _PLACEHOLDER.search(value))


def issued(value: str) -> bool:
    """Whether a value with a provider's prefix may be a real one: no placeholder, enough different characters."""
    return len(set(value[-20:])) >= 6 and not placeholder(value)


def unlike_words(value: str) -> bool:
    """`issued`, with a digit and no words: for short prefixes that slugs, CSS classes and variables have too."""
    return any(c.isdigit() for c in value) and issued(value) and not wordlike(value)


def random_looking(value: str) -> bool:
    """
    Whether a value of at least 16 characters was drawn at random: letters and digits mixed, no words, no mask.
    Hexadecimal digits and UUIDs pass; it takes the name beside them (`api_key = ...`) to make them a secret.
    """
    letters = sum(c.isalpha() for c in value)
    digits = sum(c.isdigit() for c in value)
    if not letters or not digits or len(set(value)) < 8:
        return False
    if shannon(value) < 2.9 or placeholder(value):
        return False
    return not wordlike(value)
