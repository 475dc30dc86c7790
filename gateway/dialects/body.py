"""
Fields of a caller's body, read leniently: null is as good as absent, unknown fields are nobody's business.

Only what cannot be understood is refused: RequestError, whose `param` names the field.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.errors import RequestError
from gateway.types import Json

__all__ = ["MAX_MESSAGES", "MAX_TEXTS", "choice", "flag", "messages", "obj", "one_of", "text", "texts", "wrong"]

MAX_MESSAGES = 4096
MAX_TEXTS = 4096


def obj(value: Any) -> Json:
    """The body itself."""
    if type(value) is not dict:
        raise wrong("", "an object", "object")
    return value


def text(body: Json, key: str, default: str | None = None) -> str:
    """A text; without a default it must be there."""
    value = body.get(key)
    if value is None and default is not None:
        return default
    if type(value) is not str:
        raise wrong(key, "a text", "missing" if value is None else "string_type")
    return value


def texts(body: Json, key: str) -> tuple[str, ...]:
    """A list of texts; absent, none."""
    value = body.get(key)
    if value is None:
        return ()
    if type(value) is not list or any(type(item) is not str for item in value):
        raise wrong(key, "a list of texts", "list_type")
    if len(value) > MAX_TEXTS:
        raise wrong(key, f"a list of at most {MAX_TEXTS} texts", "too_long")
    return tuple(value)


def flag(body: Json, key: str) -> bool:
    """True or false; absent, false."""
    value = body.get(key)
    if value is None:
        return False
    if type(value) is not bool:
        raise wrong(key, "true or false", "bool_type")
    return value


def choice(body: Json, key: str, words: Iterable[str], default: str) -> str:
    value = text(body, key, default)
    if value not in words:
        raise one_of(key, words)
    return value


def messages(body: Json, key: str = "messages") -> tuple[Json, ...]:
    """At least one message; each an object, whatever is in it."""
    value = body.get(key)
    if type(value) is not list:
        raise wrong(key, "a list of messages", "missing" if value is None else "list_type")
    if not 0 < len(value) <= MAX_MESSAGES:
        raise wrong(key, f"a list of 1 to {MAX_MESSAGES} messages", "too_long" if value else "too_short")
    for index, message in enumerate(value):
        if type(message) is not dict:
            raise wrong(f"{key}[{index}]", "an object with role and content", "model_type")
    return tuple(value)


def one_of(key: str, words: Iterable[str]) -> RequestError:
    return wrong(key, "one of " + ", ".join(sorted(words)), "literal_error")


def wrong(key: str, what: str, code: str = "value_error") -> RequestError:
    return RequestError(f"{key or 'The body'} must be {what}.", param=key or None, code=code)
