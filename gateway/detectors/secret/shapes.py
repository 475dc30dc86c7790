"""How the rows of this package are written: a token by its prefix, or a bare value beside its service's name."""

from __future__ import annotations

from collections.abc import Callable

from gateway.detectors.base import Row
from gateway.detectors.secret.entropy import issued

__all__ = ["ASSIGN", "LEFT", "UUID", "keyed", "token"]

# Where a token may begin: after a sign, an escaped line end in source code, or a percent-encoded sign.
LEFT = r"(?:^|[^\w]|\\[nrt]|%[0-9A-F]{2})"

# Between a name and its value: `: `, ` = "`, `'] => '`, ` is `, or only a blank or a quotation mark.
ASSIGN = (
    r"(?:[\\\"'`\])]{0,4}\s{0,3}(?:[:=]{1,3}>?|：|,|(?i:is|was|ist|est|es|è|é|lautet)\s)\s{0,3}(?:(?i:bearer|token|basic)\s)?[\\\"'`(]{0,4}"
    r"|\s{1,2}[\"'`]?)"
)

UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"

_NOUNS = "key|token|secret|password|auth|credential|pat|hec"


def token(category: str, value: str, valid: Callable[[str], bool] = issued) -> Row:
    """
    A value that its own prefix gives away. It ends where its alphabet does: a value that continues
    with a letter, digit, `_` or (where the alphabet has it) `-` is something else.
    """
    end = r"(?:$|[^\w-])" if _has_hyphen(value) else r"(?:$|[^\w])"
    return Row(f"secret/{category}", f"{LEFT}(?P<v>{value}){end}", valid)


def keyed(category: str, service: str, value: str, nouns: str = _NOUNS, valid: Callable[[str], bool] = issued) -> Row:
    """
    A value without a prefix: it counts only after the service's name and a word such as `key`, as in
    `DATADOG_API_KEY=...` and "our Datadog API key is ...". `service` may be any pattern.
    """
    name = rf"(?i:(?:{service})[\w .(\-]{{0,20}}(?:{nouns})[\w \-]{{0,10}})"
    end = r"(?:$|[^\w+/-])"
    return Row(f"secret/{category}", f"{name}{ASSIGN}(?P<v>{value}){end}", valid)


def _has_hyphen(value: str) -> bool:
    return r"-]" in value
