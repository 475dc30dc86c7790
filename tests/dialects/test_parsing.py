"""Whatever a body holds, an endpoint either understands it or says which field is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects import BUILTIN, Caller, Dialect, Endpoint, anonymize
from gateway.dialects import body as fields
from gateway.dialects.lakera_policies import lint
from gateway.dialects.promptguard import error
from gateway.errors import AuthError, LimitExceeded, Overloaded, RequestError, ScanError, TooLarge
from gateway.types import Json, Transcript

ENDPOINTS = {f"{d.name} {e.path}": e for d in BUILTIN for e in (*d.endpoints, *d.alone)}

KEYS = st.sampled_from(
    [
        *("messages", "content", "role", "type", "text", "texts", "input", "scan_type", "policy_names", "meta", "data"),
        *("virtualkey", "direction", "model", "context", "tool_calls", "images", "retrieved_context", "media", "tools"),
        *("payload", "breakdown", "dev_info", "project_id", "projectId", "rules", "pii_types", "agent_id", "tool_name"),
        *("arguments", "session_id", "input_type", "structured_messages", "contents", "entities", "score_threshold"),
        *("threshold", "input_detectors", "allowed_domains", "regex", "projectId", "masking_char", "chars_to_mask"),
        *("allow_list", "anonymizers", "analyzer_results", "start", "end", "entity_type", "policies", "projects", "id"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "input", "user", "assistant", "*"])
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=4), max_leaves=15)
BODIES = st.dictionaries(KEYS, VALUES, max_size=8)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)
@given(body=BODIES)
def test_only_our_errors(endpoint: Endpoint, body: Json) -> None:
    try:
        request = endpoint.parse(body, Caller())
    except RequestError as e:
        failed = e
    else:
        assert isinstance(request.prompt or request.answer, Transcript)
        return
    assert failed.param
    assert failed.status == 400


@given(body=BODIES)
def test_anonymize_has_only_our_errors(body: Json) -> None:
    try:
        out = anonymize(body)
    except RequestError as e:
        out = {"param": e.param}
    assert out.keys() == {"text", "items"} or out["param"]


@given(body=VALUES)
def test_lint_never_fails(body: Any) -> None:
    out = lint(body)
    assert out["passed"] == (not out["errors"])


@given(
    st.text("ab é😀", min_size=1, max_size=20).flatmap(
        lambda text: st.tuples(
            st.just(text),
            st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted), max_size=5),
        )
    )
)
def test_anonymize_leaves_nothing_of_what_was_found(case: tuple[str, list[list[int]]]) -> None:
    text, spans = case
    found = [{"start": a, "end": b, "entity_type": "X", "score": 1} for a, b in spans]
    out = anonymize({"text": text, "analyzer_results": found, "anonymizers": {"DEFAULT": {"type": "redact"}}})
    covered = {i for a, b in spans for i in range(a, b)}
    assert out["text"] == "".join(c for i, c in enumerate(text) if i not in covered)
    marked = anonymize({"text": text, "analyzer_results": found})
    for item in marked["items"]:
        assert marked["text"][item["start"] : item["end"]] == item["text"] == "<X>"


@pytest.mark.parametrize(
    ("operator", "out"),
    [
        ({"type": "replace"}, "a <X> z"),
        ({"type": "replace", "new_value": ""}, "a  z"),
        ({"type": "redact"}, "a  z"),
        ({"type": "keep"}, "a 1234 z"),
        ({"type": "mask", "masking_char": "#", "chars_to_mask": 3}, "a ###4 z"),
        ({"type": "mask", "chars_to_mask": 99, "from_end": True}, "a **** z"),
        ({"type": "mask", "chars_to_mask": -1}, "a 1234 z"),
        ({"type": "hash"}, "a 03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4 z"),
    ],
)
def test_operators(operator: Json, out: str) -> None:
    body = {"text": "a 1234 z", "analyzer_results": [{"start": 2, "end": 6, "entity_type": "X"}]}
    assert anonymize({**body, "anonymizers": {"X": operator}})["text"] == out


@pytest.mark.parametrize("operator", [{"type": "encrypt"}, {"type": 1}, {"type": "mask", "masking_char": "##"}, "mask"])
def test_operators_that_there_are_not(operator: Any) -> None:
    body = {"text": "a 1234 z", "analyzer_results": [{"start": 2, "end": 6, "entity_type": "X"}]}
    with pytest.raises(RequestError):
        anonymize({**body, "anonymizers": {"X": operator}})


USER = {"messages": [{"role": "user", "content": "a"}], "policy_names": ["*"]}


@pytest.mark.parametrize(
    ("meta", "param"),
    [
        (None, None),
        ({}, None),
        ({"virtualkey": "a.b-c_1", "data": {"n": 1, "s": "x" * 512}}, None),
        ({"virtualkey": {"alias": "a", "key_id": "b"}}, None),
        ([], "meta"),
        ({"virtualkey": "1a"}, "meta.virtualkey"),
        ({"virtualkey": "a" * 65}, "meta.virtualkey"),
        ({"virtualkey": 5}, "meta.virtualkey"),
        ({"data": []}, "meta.data"),
        ({"data": {str(i): i for i in range(33)}}, "meta.data"),
        ({"data": {"a": {}}}, "meta.data"),
        ({"data": {"a": "x" * 513}}, "meta.data"),
        ({"data": {str(i): "x" * 500 for i in range(9)}}, "meta"),
    ],
)
def test_meta_of_xecguard(meta: Any, param: str | None) -> None:
    endpoint = ENDPOINTS["xecguard /xecguard/v1/scan"]
    if param is None:
        endpoint.parse({**USER, "meta": meta}, Caller())
        return
    with pytest.raises(RequestError) as raised:
        endpoint.parse({**USER, "meta": meta}, Caller())
    assert raised.value.param == param


@pytest.mark.parametrize("body", [{}, {"messages": None}, {"messages": []}, {"messages": ["a"]}, {"messages": "a"}])
def test_messages_that_are_none(body: Json) -> None:
    with pytest.raises(RequestError, match="messages"):
        fields.messages(body)


def test_promptguard_names_the_field_as_fastapi_does() -> None:
    with pytest.raises(RequestError) as raised:
        fields.messages({"messages": [{}, 5]})
    problem = error(raised.value, "id")
    assert problem.status == 422
    assert problem.body["detail"][0]["loc"] == ["body", "messages[1]"]


def test_paths_differ() -> None:
    paths = [endpoint.path for dialect in BUILTIN for endpoint in dialect.endpoints if endpoint.path != "/api/v1/guard"]
    assert len(set(paths)) == len(paths)
    assert all(re.fullmatch(r"(/[a-z0-9_-]+)+", path) for path in paths)


@pytest.mark.parametrize("dialect", BUILTIN, ids=lambda d: d.name)
def test_errors_by_status(dialect: Dialect) -> None:
    """The caller's fault, a limit, our own trouble: each as its clients tell them apart."""
    mine = {LimitExceeded("slowly"): 429, ScanError("no"): 503, Overloaded("no"): 503, AuthError("who?"): 401}
    for problem, status in mine.items():
        assert dialect.error(problem, "id").status == status
    assert dialect.error(TooLarge("much"), "id").status == 413
    assert dialect.error(RequestError("what?", param="text"), "id").status in (400, 422)
    assert "what?" in str(dialect.error(RequestError("what?"), "id").body)


def test_codes_of_errors() -> None:
    shapes = {d.name: d.error(LimitExceeded("slowly"), "id").body for d in BUILTIN}
    assert shapes["xecguard"]["error_code"] == "LICENSE_THROTTLE"
    assert shapes["evalguard"]["error"]["code"] == "RATE_LIMITED"
    assert shapes["promptguard"]["error"]["code"] == "rate_limit_exceeded"
    assert shapes["trustyai"]["code"] == 429
