"""What the management API takes and gives: bodies, query strings, pages, times."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import NotFound, RequestError, in_words
from gateway.settings import NAME, UNBOUNDED, Quota
from gateway.store.secrets import PREFIXES
from gateway.surfaces import parse_json, show
from gateway.web.asgi import read_json, require_json

__all__ = [
    "KeyChange",
    "NewKey",
    "NewScan",
    "NewTenant",
    "PolicyText",
    "TenantChange",
    "answer",
    "body_of",
    "id_of",
    "listed",
    "page",
    "parameters",
    "parse_time",
    "time_text",
]

M = TypeVar("M", bound=BaseModel)

MAX_BODY = 512 << 10
MAX_PAGE = 200
LAST = 32_503_680_000.0  # the year 3000


def parse_time(value: object) -> object:
    """Seconds since 1970, or ISO 8601 with its zone. Raises ValueError."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = datetime.fromtimestamp(float(value), UTC)
        if moment.tzinfo is None:
            raise ValueError("a time needs its zone: 2030-01-31T12:00:00Z")
        value = moment.timestamp()
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LAST:
        return float(value)
    if value is None:
        return None
    raise ValueError("a time is ISO 8601 with its zone, or seconds since 1970")


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(value)) > 4096 or "\\u0000" in orjson.dumps(value).decode():
        raise ValueError("at most 4096 bytes of JSON, without NUL")
    return value


def _known_prefix(value: str) -> str:
    if value not in PREFIXES:
        raise ValueError(f"one of {', '.join(PREFIXES)}")
    return value


Name = Annotated[str, Field(pattern=NAME)]
Glob = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00]*$")]
Scopes = Annotated[list[Literal["proxy", "scan", "manage"]], Field(min_length=1, max_length=3)]
Globs = Annotated[list[Glob], Field(min_length=1, max_length=100)]
Names = Annotated[list[Name], Field(max_length=8)]
Title = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Time = Annotated[float | None, BeforeValidator(parse_time)]
Metadata = Annotated[dict[str, Any], AfterValidator(_small)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class NewKey(Strict):
    name: Name
    tenant: Name | None = None
    prefix: Annotated[str, AfterValidator(_known_prefix)] = "pc_"
    scopes: Scopes = ["proxy", "scan"]
    models: Globs = ["*"]
    policies: Names = []
    quota: Quota = UNBOUNDED
    expires_at: Time = None
    metadata: Metadata = {}


class KeyChange(Strict):
    name: Name = ""
    status: Literal["active", "disabled", "revoked"] = "active"
    scopes: Scopes = []
    models: Globs = []
    policies: Names = []
    quota: Quota = UNBOUNDED
    expires_at: Time = None
    metadata: Metadata = {}


class NewTenant(Strict):
    name: Name
    title: Title = ""
    policy: Name | None = None
    quota: Quota = UNBOUNDED
    metadata: Metadata = {}


class TenantChange(Strict):
    title: Title = ""
    status: Literal["active", "disabled"] = "active"
    policy: Name | None = None
    quota: Quota = UNBOUNDED
    metadata: Metadata = {}


class NewScan(Strict):
    """A red-team scan. `prompt` is the system prompt to test; None: one of ours."""

    model: Glob
    prompt: Annotated[str, Field(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")] | None = None
    types: Globs = ["*"]
    strategies: Globs = ["*"]
    policies: Names = []
    compare: bool = False
    judge: bool = False
    seed: Annotated[int, Field(ge=0, le=2**53)] | None = None
    max_requests: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=2**53)] | None = None
    answer_tokens: Annotated[int, Field(ge=1, le=32_768)] = 512


class PolicyText(Strict):
    """A policy as YAML text, or as the same in JSON."""

    tenant: Name | None = None
    text: str | None = None
    policy: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one(self) -> PolicyText:
        if (self.text is None) == (self.policy is None):
            raise ValueError("give either `text` (YAML) or `policy` (an object)")
        return self


async def body_of(request: Request, model: type[M]) -> M:
    """The body, checked. Raises RequestError, which never quotes it."""
    require_json(request.scope)
    value = parse_json(await read_json(request.scope, request.receive, MAX_BODY))
    try:
        return model.model_validate(value)
    except ValidationError as e:
        first = e.errors(include_input=False, include_url=False)[0]
        where = show(tuple(first["loc"]))
        raise RequestError(f"{where + ': ' if where else ''}{in_words(first, model)}", param=where or None) from None


def parameters(request: Request, known: Iterable[str]) -> dict[str, str]:
    """The query, each name once. Raises RequestError for a name that is not known: a filter must not be lost."""
    out: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise RequestError("there is no parameter of that name", param=name[:64], code="unknown_parameter")
        if name in out:
            raise RequestError("this parameter stands there twice", param=name)
        if len(value) > 256 or "\x00" in value:
            raise RequestError("this value is too long, or no text", param=name)
        out[name] = value
    return out


def page(given: Mapping[str, str]) -> tuple[str | None, int]:
    """`after` and `limit`."""
    limit = given.get("limit", "50")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MAX_PAGE:
        raise RequestError(f"a number from 1 to {MAX_PAGE}", param="limit")
    return given.get("after"), int(limit)


def id_of(request: Request, name: str = "id") -> str:
    """What stands in the path. Raises NotFound for what can be no id of ours."""
    value: str = request.path_params[name]
    if len(value) > 64 or not value.isascii() or not value.isprintable():
        raise NotFound("there is nothing of that id")
    return value


def time_text(at: float | None) -> str | None:
    if at is None or not math.isfinite(at):
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def answer(body: object, status: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


def listed(rows: list[dict[str, Any]], limit: int, id: str = "id") -> Response:
    """A page: `rows` may hold one more than asked for, which says that there is more."""
    more = len(rows) > limit
    data = rows[:limit]
    return answer({"object": "list", "data": data, "has_more": more, "next": data[-1][id] if more and data else None})
