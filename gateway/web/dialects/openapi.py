"""
GET /openapi.json: every path of guard APIs, and the gateway's own, in OpenAPI 3.1. Made from the tables that serve.

Bodies of OpenAI's API are not described again; their paths are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from starlette.requests import Request
from starlette.responses import Response

from gateway.dialects.redteam_schemas import CREATED, CUSTOM, PRESET, PROBED, PROBED_ALL, SECURITY
from gateway.dialects.schemas import ANSWERS, BODIES, EMPTY, ERRORS, QUERIES, STORED
from gateway.surfaces import dump_json
from gateway.types import Json
from gateway.web.manage.bodies import NewScan

__all__ = ["OpenApi", "Operation", "document"]

# method, path, name, dialect, open to all
Operation = tuple[str, str, str, str, bool]

_MEANINGS = {
    "400": "The body cannot be understood.",
    "401": "The key is missing or not known.",
    "403": "This key may not do this.",
    "404": "There is nothing of that id; there may be no store.",
    "409": "There is such a thing already, or it is in use.",
    "413": "The body or a text is too large.",
    "415": "The body is encoded.",
    "422": "The body cannot be understood.",
    "429": "A limit is reached; see Retry-After.",
    "503": "The text could not be scanned; see Retry-After. Never a verdict.",
}
_UNREADABLE = {"sagexai": "422", "promptguard": "422", "presidio": "422", "trustyai": "422"}


def _scanned(prefix: str) -> tuple[tuple[str, str, str], ...]:
    root = f"{prefix}/api/v1/security"
    return (
        ("get", root, "EvalGuard: scans of a project."),
        ("post", root, "EvalGuard: run a scan and wait for it."),
        ("get", f"{root}/{{id}}", "EvalGuard: one scan with its findings."),
        ("delete", f"{root}/{{id}}", "EvalGuard: delete it."),
    )


def _tested(api: str) -> tuple[tuple[str, str, str], ...]:
    root = f"{api}/security-testing"
    return (
        ("get", f"{root}/tests", "PromptGuard: attacks that the guard can be tested with."),
        ("post", f"{root}/run/{{name}}", "PromptGuard: what the policy makes of one of them."),
        ("post", f"{root}/run-all", "PromptGuard: what it makes of all."),
        ("post", f"{root}/run-custom", "PromptGuard: what it makes of a prompt of one's own."),
    )


# The gateway's own: method, path, what it does, its body.
_OWN: tuple[tuple[str, str, str], ...] = (
    ("post", "/v1/chat/completions", "OpenAI's chat completions, guarded."),
    ("get", "/v1/models", "The models that the caller may use."),
    ("get", "/v1/models/{model}", "One of them."),
    ("post", "/guard/v1/scan", "Scan texts or messages."),
    ("post", "/guard/v1/grounding", "Is an answer supported by its documents?"),
    ("get", "/guard/v1/keys", "Keys of the store."),
    ("post", "/guard/v1/keys", "Make a key; only this answer holds it."),
    ("get", "/guard/v1/keys/{id}", "One of them."),
    ("patch", "/guard/v1/keys/{id}", "Change it."),
    ("delete", "/guard/v1/keys/{id}", "Revoke it, for good."),
    ("get", "/guard/v1/tenants", "Tenants of the store."),
    ("post", "/guard/v1/tenants", "Make a tenant."),
    ("get", "/guard/v1/tenants/{name}", "One of them."),
    ("patch", "/guard/v1/tenants/{name}", "Change it."),
    ("delete", "/guard/v1/tenants/{name}", "Delete it with all that is its own."),
    ("get", "/guard/v1/policies", "Policies, of files and of the store."),
    ("post", "/guard/v1/policies", "Make a policy."),
    ("get", "/guard/v1/policies/{id}", "One of them."),
    ("patch", "/guard/v1/policies/{id}", "Change it."),
    ("delete", "/guard/v1/policies/{id}", "Delete it."),
    ("get", "/guard/v1/events", "What was decided, the newest first."),
    ("get", "/guard/v1/events/export", "All events that fit, as JSON lines or CSV."),
    ("get", "/guard/v1/events/{id}", "One of them, with its findings."),
    ("get", "/guard/v1/stats", "Counts and percentiles of events."),
    ("delete", "/guard/v1/conversations", "Forget what is remembered of kept conversations."),
    ("get", "/guard/v1/redteam", "Red-team scans, the newest first."),
    ("post", "/guard/v1/redteam", "Begin a scan; it runs while nobody waits."),
    ("get", "/guard/v1/redteam/{id}", "One of them: how far it is, then its report."),
    ("delete", "/guard/v1/redteam/{id}", "Delete it; one that runs is stopped."),
    *_scanned(""),
    *_scanned("/dialects/evalguard"),
    *_tested("/api/v1"),
    *_tested("/api/v1/proxy"),
    *_tested("/dialects/promptguard/api/v1"),
    *_tested("/dialects/promptguard/api/v1/proxy"),
    ("post", "/mcp/{name}", "An MCP server of the settings: a message to it."),
    ("get", "/mcp/{name}", "MCP: what the server has to say."),
    ("delete", "/mcp/{name}", "MCP: end the session."),
    ("get", "/livez", "Does the process answer?"),
    ("get", "/readyz", "Has every detector found what it must find?"),
    ("get", "/metrics", "Figures for Prometheus."),
)


# What is posted to red-team paths, by their ends: the body, the code of an answer, and the answer.
_POSTED: tuple[tuple[str, Json, str, Json | None], ...] = (
    ("/guard/v1/redteam", NewScan.model_json_schema(), "202", None),
    ("/api/v1/security", SECURITY, "201", CREATED),
    ("/security-testing/run/{name}", PRESET, "200", PROBED),
    ("/security-testing/run-all", PRESET, "200", PROBED_ALL),
    ("/security-testing/run-custom", CUSTOM, "200", PROBED),
)


class OpenApi:
    """The document, written once."""

    def __init__(self, operations: tuple[Operation, ...]) -> None:
        try:
            ours = version("portcullis-gateway")
        except PackageNotFoundError:  # run from a copy of the sources
            ours = "0"
        self._body = dump_json(document(operations, ours))

    async def get(self, request: Request) -> Response:
        return Response(self._body, media_type="application/json")


def document(operations: tuple[Operation, ...], ours: str) -> Json:
    paths: dict[str, Json] = {}
    for method, path, summary in _OWN:
        paths.setdefault(path, {})[method] = _own(method, path, summary)
    for method, path, name, dialect, open_to_all in operations:
        paths.setdefault(path, {})[method.lower()] = _operation(method, path, name, dialect, open_to_all)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Portcullis", "version": ours},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {f"{name}.error": schema for name, schema in ERRORS.items()},
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _own(method: str, path: str, summary: str) -> Json:
    out: Json = {"summary": summary}
    code, content = "200", {}
    for end, body, status, told in _POSTED:
        if method == "post" and path.endswith(end):
            out["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
            code, content = status, {"content": {"application/json": {"schema": told}}} if told else {}
    out["responses"] = {code: {"description": "OK", **content}, "default": {"description": "An error."}}
    return {**out, **_parameters(path)}


def _parameters(path: str, query: Mapping[str, bool] | None = None) -> Json:
    """`query`: its names, and whether they must be there."""
    told = [(name, "path", True) for name in re.findall(r"{(\w+)}", path)]
    told += [(name, "query", required) for name, required in (query or {}).items()]
    parameters = [
        {"name": name, "in": place, "required": required, "schema": {"type": "string"}}
        for name, place, required in told
    ]
    return {"parameters": parameters} if parameters else {}


def _operation(method: str, path: str, name: str, dialect: str, open_to_all: bool) -> Json:
    out: Json = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "tags": [dialect],
        "responses": _responses(name, dialect, method, open_to_all),
    }
    if not open_to_all:
        out["security"] = [{}, {"key": []}, {"bearer": []}]
    out |= _parameters(path, QUERIES.get(name))
    if name in BODIES and method != "GET":
        out["requestBody"] = {"required": True, "content": {"application/json": {"schema": BODIES[name]}}}
    return out


def _responses(name: str, dialect: str, method: str, open_to_all: bool) -> Json:
    if name in EMPTY:
        return {"204": {"description": "Done."}, **_errors({"401", "403", "404", "409", "503"}, dialect)}
    schema = ANSWERS.get(name)
    content = {"content": {"application/json": {"schema": schema}}} if schema is not None else {}
    out: Json = {"200": {"description": "OK", **content}}
    if schema is None:  # OpenAI's own bodies
        return {**out, "default": {"description": "An error."}}
    codes = {"503"} if open_to_all else {"401", "403", "429", "503"}
    if method != "GET":
        codes |= {_UNREADABLE.get(dialect, "400"), "413", "415"}
    if name in QUERIES:
        codes.add(_UNREADABLE.get(dialect, "400"))
    if dialect == "evalguard" and method == "POST":
        codes.add("422")
    if not open_to_all and (dialect == "lakera" or name in STORED):
        codes |= {"404", "409"} if method != "GET" and name in STORED else {"404"}
    return {**out, **_errors(codes, dialect)}


def _errors(codes: set[str], dialect: str) -> Json:
    error = {"application/json": {"schema": {"$ref": f"#/components/schemas/{dialect}.error"}}}
    return {code: {"description": _MEANINGS[code], "content": error} for code in sorted(codes)}
