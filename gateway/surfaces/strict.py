"""Checks of the shape of a request, for surfaces that read it strictly: each says what must stand where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.errors import RequestError
from gateway.surfaces.fields import show
from gateway.types import Json, Path

__all__ = ["require_objects", "require_texts", "wrong"]


def require_objects(value: Any, at: Path, most: int) -> None:
    """Nothing, or a list of objects. Raises RequestError."""
    if value is None:
        return
    if type(value) is not list:
        raise wrong(show(at), "a list")
    if len(value) > most:
        raise wrong(show(at), f"a list of at most {most} items")
    for index, item in enumerate(value):
        if type(item) is not dict:
            raise wrong(show((*at, index)), "an object")


def require_texts(items: Iterable[Json], at: Path, keys: Iterable[str]) -> None:
    """Texts or nothing under these keys of each item of a list. Raises RequestError."""
    for index, item in enumerate(items):
        for key in keys:
            if type(item.get(key)) not in (str, type(None)):
                raise wrong(show((*at, index, key)), "a text")


def wrong(param: str, what: str) -> RequestError:
    return RequestError(f"{param or 'The body'} must be {what}.", param=param or None)
