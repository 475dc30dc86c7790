"""
Bodies generated from types: for each leaf of a type, a smallest body with something of ours in that place.

Reads TypedDicts and pydantic models as the `openai` package has them.
"""

from __future__ import annotations

import collections.abc
import os
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import typing_extensions
from openai._types import SequenceNotStr
from pydantic import BaseModel, FileUrl

__all__ = ["UNKNOWN", "Leaf", "leaves_of", "smallest"]

UNKNOWN = "<new field>"  # in paths: a field that the type does not have

_FILES = (typing.IO, os.PathLike)  # the client sends what is in them
_LISTS = (list, collections.abc.Iterable, collections.abc.Sequence, SequenceNotStr)
_SMALLEST: dict[Any, Any] = {
    str: "x",
    int: 1,
    float: 1.0,
    bool: True,
    object: "x",
    Any: "x",
    datetime: "2026-01-02T03:04:05Z",
    type(None): None,
}


@dataclass(frozen=True)
class Leaf:
    """
    A place for one value. `path` has `*` for items, `<key>` for free keys; `kind` is `text`, `words`
    (an enumeration, of `words`), `number`, `key` or `new`.
    """

    path: str
    kind: str
    make: Callable[[Any], Any]
    words: tuple[Any, ...] = ()


def leaves_of(tp: Any, at: str = "") -> Iterator[Leaf]:
    tp = _bare(tp)
    origin = get_origin(tp)
    if _is_object(tp):
        yield from _object(tp, _fields(tp), at)
    elif origin in (Union, types.UnionType):
        for option in get_args(tp):
            yield from leaves_of(option, at)
    elif origin in _LISTS:
        for leaf in leaves_of(get_args(tp)[0], _join(at, "*")):
            yield replace(leaf, make=_in_list(leaf.make))
    elif origin is dict:
        yield from _mapping(get_args(tp)[1], at)
    elif tp is not type(None) and (origin or tp) not in _FILES:
        yield Leaf(at, _kind(tp), lambda value: value, get_args(tp) if origin is Literal else ())
        if tp in (object, Any):
            yield Leaf(_join(at, "<any>"), "text", lambda value: {"any": [value]})


def smallest(tp: Any) -> Any:
    """A value of this type with nothing optional in it."""
    tp = _bare(tp)
    origin = get_origin(tp)
    if _is_object(tp):
        return {name: smallest(field) for name, (field, required) in _fields(tp).items() if required}
    if origin in (Union, types.UnionType):
        return smallest(get_args(tp)[0])
    if origin is Literal:
        return get_args(tp)[0]
    if origin in _LISTS:
        return [smallest(get_args(tp)[0])]
    if origin is dict:
        return {}
    return "file:///x" if _is_url(tp) else _SMALLEST[tp]


def _object(tp: Any, fields: dict[str, tuple[Any, bool]], at: str) -> Iterator[Leaf]:
    base = smallest(tp)
    for name, (field, _) in fields.items():
        for leaf in leaves_of(field, _join(at, name)):
            yield replace(leaf, make=_setter(base, name, leaf.make))
    yield Leaf(_join(at, UNKNOWN), "new", lambda value: {**base, "brand_new": {"deep": [value]}})
    yield Leaf(_join(at, UNKNOWN), "key", lambda value: {**base, value: None})


def _in_list(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: [make(value)]


def _setter(base: dict[str, Any], name: str, make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: {**base, name: make(value)}


def _mapping(tp: Any, at: str) -> Iterator[Leaf]:
    yield Leaf(_join(at, "<key>"), "key", lambda value: {value: smallest(tp)})
    for leaf in leaves_of(tp, _join(at, "<key>")):
        yield replace(leaf, make=_setter({}, "k", leaf.make))


def _kind(tp: Any) -> str:
    if get_origin(tp) is Literal:
        return "words"
    if tp in (str, object, datetime, Any) or _is_url(tp):
        return "text"
    if tp in (int, float, bool):
        return "number"
    raise AssertionError(f"teach this module about {tp}")


def _is_url(tp: Any) -> bool:
    return isinstance(tp, type) and issubclass(tp, FileUrl)


def _is_object(tp: Any) -> bool:
    return typing_extensions.is_typeddict(tp) or (isinstance(tp, type) and issubclass(tp, BaseModel))


@cache
def _fields(tp: Any) -> dict[str, tuple[Any, bool]]:
    """Name: (type, required)."""
    if typing_extensions.is_typeddict(tp):
        hints = typing_extensions.get_type_hints(tp, include_extras=True)
        return {name: (hint, _is_required(hint)) for name, hint in hints.items()}
    return {f.alias or name: (_annotation(tp, name), f.is_required()) for name, f in tp.model_fields.items()}


def _annotation(tp: Any, name: str) -> Any:
    given = tp.model_fields[name].annotation
    # A name inside an alias is known only where that was written.
    unresolved = "ForwardRef" in repr(given)
    return typing_extensions.get_type_hints(tp, include_extras=True)[name] if unresolved else given


def _is_required(hint: Any) -> bool:
    origin: Any = get_origin(hint)
    return origin is typing_extensions.Required


def _bare(tp: Any) -> Any:
    while get_origin(tp) in (typing_extensions.Required, typing_extensions.NotRequired, typing.Annotated):
        tp = get_args(tp)[0]
    return tp


def _join(at: str, step: str) -> str:
    return f"{at}.{step}" if at else step
