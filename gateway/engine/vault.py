"""
Placeholders for values, for one request and its answer.

A placeholder is the category and a keyed digest of the value: the same value gets the same one, in
every turn and on every replica with the same key, so that upstream prompt caches stay warm; nobody
without the key can compute one. Only placeholders that this request made are restored, and none that
already stood in the request: one that a user types stays as it is.

Models do not always copy exactly: in small letters, with blanks, with the backslashes of Markdown or,
in JSON, with its escapes it is still the same placeholder.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from gateway.detectors.confidential import Kept
from gateway.policy import label
from gateway.text.views import unescaped
from gateway.types import Detector, Finding, Kind, Part, Reading, Span

__all__ = ["RESTORE", "Placeholders", "Vault", "aware"]

RESTORE = "vault/placeholder"
DIGITS = 8
_DIGITS = re.compile(rf"(?<![0-9a-f])[0-9a-f]{{{DIGITS}}}(?![0-9a-f])")
_JOINT = re.compile(r"[\\_ -]{1,2}")  # no more than detectors of values that are kept look over


class Vault:
    """Not shared between requests, so no value of one can appear in the answer to another."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._texts: tuple[str, ...] = ()
        self._stood: frozenset[str] | None = None  # what stands in them that may be a placeholder's digits
        self._by_value: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._loosely: dict[str, str] = {}  # the same, by what all forms of a placeholder have in common
        self._adopted: Mapping[str, str] = {}

    def adopt(self, values: Mapping[str, str]) -> None:
        """Placeholders of earlier turns, and their values: restored, too, once `watch` has seen the request."""
        self._adopted = values

    def watch(self, texts: Iterable[str]) -> None:
        """Texts of the request: a placeholder that stands in one of them already is not used."""
        self._texts = tuple(text for text in texts if "[" in text)
        self._stood = None
        for token, value in self._adopted.items():
            if not self._stands(token):
                self._values[token] = value
                self._by_value[value] = token

    def placeholder(self, category: str, value: str) -> str:
        if value in self._by_value:
            return self._by_value[value]
        salt = 0
        while True:
            token = f"[{label(category)}_{self._mac(f'{salt}:{value}')[:DIGITS]}]"
            if token not in self._values and not self._stands(token):
                break
            salt += 1
        self._by_value[value] = token
        self._values[token] = value
        return token

    def digest(self, category: str, value: str) -> str:
        return f"[{label(category)}:{self._mac(f'digest:{value}')[:12]}]"

    @property
    def values(self) -> Mapping[str, str]:
        """Placeholder to value."""
        return self._values

    def value(self, told: str, *, json: bool = False) -> str:
        """What stands behind a placeholder as the model wrote it; `json`: in a text that is JSON."""
        if json and (plain := unescaped(told)) is not None:
            told = plain.text
        if told in self._values:
            return self._values[told]
        if len(self._loosely) != len(self._values):
            self._loosely = {_key(token): value for token, value in self._values.items()}
        return self._loosely.get(_key(told), told)

    def detector(self) -> Placeholders | None:
        return Placeholders(self._values) if self._values else None

    def _stands(self, token: str) -> bool:
        """Does it stand in the request, in whichever form?"""
        if self._stood is None:  # once: a text may have thousands of values
            self._stood = frozenset(digits for text in self._texts for digits in _DIGITS.findall(text.lower()))
        return token[-DIGITS - 1 : -1] in self._stood

    def _mac(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), sha256).hexdigest()


class Placeholders:
    """Finds the placeholders of one request in its answer."""

    name = "vault"
    categories = frozenset({RESTORE})
    kinds: frozenset[Kind] | None = None
    readings = frozenset({Reading.RAW, Reading.JSON})  # a placeholder is restored where it stands as it was given
    behind = 0

    def __init__(self, values: Mapping[str, str]) -> None:
        self._keys = frozenset(map(_key, values))
        self.reach: int | None = max(len(token) + token.count("_") for token in values) + 6

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [list(self._scan(part.text)) for part in parts]

    def pending(self, text: str) -> int:
        assert self.reach is not None
        at = text.find("[", max(0, len(text) - self.reach + 1))
        while at >= 0:
            tail = text[at:]
            if "]" not in tail and "[" not in tail[1:] and self._begins(tail):
                return at - 1 if text[:at].endswith("\\") else at
            at = text.find("[", at + 1)
        return len(text) - text.endswith("\\")

    def _begins(self, tail: str) -> bool:
        begun = _JOINT.sub("_", tail.lstrip("[ ").lower())
        return any(key.startswith(begun) or key == begun.rstrip("_") for key in self._keys)

    def _scan(self, text: str) -> Iterable[Finding]:
        assert self.reach is not None
        at = text.find("[")
        while at >= 0:
            end = text.find("]", at, at + self.reach) + 1
            if end and "[" not in text[at + 1 : end] and _key(text[at:end]) in self._keys:
                escaped = text[:at].endswith("\\") and text[end - 2] == "\\"
                yield Finding(RESTORE, 1.0, Span(at - escaped, end), self.name)
            at = text.find("[", at + 1)


def _key(token: str) -> str:
    """One for all forms of a placeholder."""
    return _JOINT.sub("_", token.strip("[] \\").lower())


def aware(detectors: Sequence[Detector], values: Mapping[str, str]) -> tuple[Detector, ...]:
    """Who keeps a value keeps its placeholder: restored, it would be told."""
    return tuple(d.with_tokens(values) if values and isinstance(d, Kept) else d for d in detectors)
