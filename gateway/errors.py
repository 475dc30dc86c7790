"""
Our error hierarchy. `status` and `code` are what an HTTP client sees; messages never hold prompt text.

* GatewayError               500 internal
  + ConfigError              found at start-up or reload
    - ModelError             a model's folder is not what its card says
  + RequestError             400: the caller can mend it
    - MalformedBody          400 invalid_json, duplicate_key, ...
    - Unsupported            415
    - TooLarge               413
      - TooLargeToScan       413: longer than what a model reads
    - NotFound               404
    - Conflict               409
  + AuthError                401
  + Forbidden                403
  + LimitExceeded            429
  + LimiterUnavailable       503: nobody can say whether a limit is reached
  + ScanError                503: a detector failed and the policy says stop
  + Overloaded               503
  + StoreError               503: the database cannot be reached
  + UpstreamError            502: the model's server failed
    - UpstreamTimeout        504
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args


class GatewayError(Exception):
    """Root. `param` names the field at fault, where there is one."""

    status = 500
    code = "internal_error"
    type = "server_error"

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        if code is not None:
            self.code = code


class ConfigError(GatewayError):
    """The configuration or a policy file is wrong; the message says where and how to mend it."""

    code = "config_error"


class ModelError(ConfigError):
    """A folder with a model does not hold what it must; the message says what and how to mend it."""

    code = "model_error"


class RequestError(GatewayError):
    status, code, type = 400, "invalid_request", "invalid_request_error"


class MalformedBody(RequestError):
    code = "invalid_json"


class Unsupported(RequestError):
    status, code = 415, "unsupported_media_type"


class TooLarge(RequestError):
    status, code = 413, "request_too_large"


class TooLargeToScan(TooLarge):
    """The message names the limit."""

    code = "too_large_to_scan"


class NotFound(RequestError):
    status, code = 404, "not_found"


class Conflict(RequestError):
    status, code = 409, "conflict"


class AuthError(GatewayError):
    status, code, type = 401, "invalid_api_key", "authentication_error"


class Forbidden(GatewayError):
    status, code, type = 403, "forbidden", "permission_error"


class LimitExceeded(GatewayError):
    """`wait` is the time in seconds after which it fits, None: it never does; `guard` the numbers."""

    status, code, type = 429, "rate_limit_exceeded", "rate_limit_error"
    wait: float | None = 1.0
    guard: Mapping[str, str | int] = {}


class LimiterUnavailable(GatewayError):
    status, code = 503, "limiter_unavailable"


class ScanError(GatewayError):
    status, code = 503, "guard_unavailable"


class Overloaded(GatewayError):
    status, code = 503, "overloaded"


class StoreError(GatewayError):
    status, code = 503, "store_unavailable"


class UpstreamError(GatewayError):
    status, code, type = 502, "upstream_error", "upstream_error"


class UpstreamTimeout(UpstreamError):
    status, code = 504, "upstream_timeout"


def in_words(mistake: Mapping[str, Any], form: Any = None) -> str:
    """What is wrong with a value, of an entry of pydantic's list of errors; `form` is the model that was not met."""
    if mistake["type"] == "extra_forbidden":
        *around, key = mistake["loc"]
        return "there is no such field" + (_meant(str(key), _fields(form, around)) if form is not None else "")
    if mistake["type"] in ("tuple_type", "list_type"):
        return "must be a list, as in `[a, b]`"
    if mistake["type"] in ("model_type", "model_attributes_type", "dict_type"):
        return "must be a mapping of names to values"
    if mistake["type"] == "too_short":
        return f"must have at least {mistake['ctx']['min_length']}"
    return str(mistake["msg"]).removeprefix("Value error, ")


def _meant(key: str, fields: Sequence[str]) -> str:
    close = get_close_matches(key, fields, 1)
    if close:
        return f"; `{close[0]}` was meant?"
    return f"; there are: {', '.join(fields)}" if fields else ""


def _fields(form: Any, steps: Sequence[str | int]) -> list[str]:
    """The names of what may stand there."""
    forms = [form]
    for step in steps:
        if isinstance(step, str):
            known = [each.model_fields[step].annotation for each in forms if step in each.model_fields]
            forms = [inner for annotation in known for inner in _forms(annotation)]
    return [info.alias or name for each in forms for name, info in each.model_fields.items()]


def _forms(annotation: Any) -> Iterator[Any]:
    """The models in a type, as in `tuple[Upstream, ...]`."""
    if hasattr(annotation, "model_fields"):
        yield annotation
    for inner in get_args(annotation):
        yield from _forms(inner)
