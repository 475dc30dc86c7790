"""
Ids and parameters of a request's URL: read strictly, scanned where they are no plain ids, written anew.

The client's raw path and query go nowhere. An upstream's path is a constant template, and what is put
into it cannot add a step to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.types import Scope

from gateway.errors import NotFound, RequestError
from gateway.surfaces import is_plain_id
from gateway.types import Kind, Part

__all__ = ["NAMES", "URL", "filled", "parameters", "query_of"]

MAX_QUERY = 8192  # bytes
MAX_VALUES = 64

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,255}")
_NAME = re.compile(r"\{([a-z_]+)\}")

URL = "{url}"  # where the texts of a URL stand, in a body in which no key is called so

NAMES = "guard.path_names"  # in the scope: the values of a path's names

Query = Sequence[tuple[str, str]]


def filled(template: str, scope: Scope) -> str:
    """The upstream's path. Raises NotFound for an id that is none."""
    if "{" not in template:
        return template
    return _NAME.sub(lambda found: _id(scope[NAMES][found[1]]), template)


def query_of(scope: Scope, known: Collection[str]) -> Query:
    """The parameters that pass, in order; all others are left out. Raises RequestError."""
    raw = scope["query_string"]
    if not known or not raw:
        return ()
    if len(raw) > MAX_QUERY:
        raise RequestError("the query is too long", code="invalid_query")
    try:
        given = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_VALUES)
    except ValueError:
        raise RequestError("the query cannot be read", code="invalid_query") from None
    passing = [(name, value) for name, value in given if name in known]
    single = [name for name, _ in passing if not name.endswith("[]")]
    if len(set(single)) != len(single):
        raise RequestError("a parameter stands there twice", code="invalid_query")
    return passing


def parameters(scope: Scope, known: Collection[str]) -> list[Part]:
    """What is in the URL and is no plain id, as texts to scan. No edit can be made there."""
    named: Mapping[str, str] = scope.get(NAMES, {})
    values = [*named.items(), *query_of(scope, known)]
    return [Part(v, (URL, n), message=-1, kind=Kind.METADATA) for n, v in values if v and not is_plain_id(v)]


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise NotFound("there is nothing of this id", code="not_found")
    return value
