"""Check digits and plausibility that no library brings. Pure functions of the value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from stdnum import luhn

__all__ = ["compact", "digits", "has_digits", "luhn_valid", "not_repeated", "on_digits", "weighted"]

_SEPARATOR = re.compile(r"[\s./()\u00a0\u202f\u2010-\u2015-]")


def compact(value: str) -> str:
    """Without separators, in capitals."""
    return _SEPARATOR.sub("", value).upper()


def digits(value: str) -> list[int]:
    """The digits in it, in order."""
    return [int(c) for c in value if "0" <= c <= "9"]


def weighted(numbers: Sequence[int], weights: Sequence[int]) -> int:
    """Sum of products; the shorter sequence sets the length."""
    return sum(n * w for n, w in zip(numbers, weights, strict=False))


def not_repeated(value: str) -> bool:
    """At least three different digits: `000000000` and `121212121` are placeholders."""
    return len(set(digits(value))) > 2


def has_digits(least: int) -> Callable[[str], bool]:
    """At least so many digits, not all of them alike: a number, not a word in capitals."""

    def check(value: str) -> bool:
        found = digits(value)
        return len(found) >= least and len(set(found)) > 1

    return check


def on_digits(is_valid: Callable[[str], bool]) -> Callable[[str], bool]:
    """Ask a check that knows no separators, and refuse placeholders that pass every checksum."""

    def check(value: str) -> bool:
        return not_repeated(value) and is_valid(compact(value))

    return check


def luhn_valid(value: str) -> bool:
    """ISO/IEC 7812-1 annex B, over the digits of the value."""
    return not_repeated(value) and luhn.is_valid(compact(value))
