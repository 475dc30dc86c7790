from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import RequestError
from gateway.surfaces import OpenAIChat, apply
from gateway.surfaces.chat_fields import ID
from gateway.surfaces.edit import KeyName
from gateway.surfaces.fields import Collector, fold
from gateway.types import Direction, Json, Kind, Part, Role

CHAT = OpenAIChat()
TEXT, URL, META, TOOL, UNKNOWN = Kind.TEXT, Kind.URL, Kind.METADATA, Kind.TOOL_DESCRIPTION, Kind.UNKNOWN
ALLOWED = {"mode": "auto", "tools": [{"function": {"name": "N"}}]}
ANSWER_SCHEMA = {"name": "N", "description": "D", "schema": {"title": "S"}}
NEARBY = {"type": "approximate", "approximate": {"city": "C"}}
CARD = 4111111111111111  # a number for tests


def body(*messages: Json, **fields: Any) -> Json:
    return {"model": "m", "messages": list(messages or [{"role": "user", "content": "hi"}]), **fields}


def user(content: Any, **fields: Any) -> Json:
    return {"role": "user", "content": content, **fields}


def parts(request: Json) -> list[tuple[str, Kind]]:
    return [(p.text, p.kind) for p in CHAT.request(request).parts]


def top(**fields: Any) -> list[tuple[str, Kind]]:
    return parts(body(**fields))[1:]


def test_who_said_what_and_where() -> None:
    request = body(
        {"role": "system", "content": "s"},
        {"role": "developer", "content": [{"type": "text", "text": "d"}]},
        user("u", name="bob"),
        {"role": "assistant", "content": None, "refusal": "no"},
        {"role": "function", "name": "f", "content": "r"},
    )
    transcript = CHAT.request(request)
    assert transcript.direction is Direction.INPUT
    assert transcript.model == "m"
    assert transcript.parts == (
        Part("s", ("messages", 0, "content"), Role.SYSTEM, 0),
        Part("d", ("messages", 1, "content", 0, "text"), Role.DEVELOPER, 1),
        Part("u", ("messages", 2, "content"), Role.USER, 2),
        Part("bob", ("messages", 2, "name"), Role.USER, 2, META),
        Part("no", ("messages", 3, "refusal"), Role.ASSISTANT, 3, Kind.REFUSAL),
        Part("f", ("messages", 4, "name"), Role.FUNCTION, 4, META, "f"),
        Part("r", ("messages", 4, "content"), Role.FUNCTION, 4, Kind.TOOL_RESULT, "f"),
    )


def test_tool_calls_and_their_results() -> None:
    calls = [
        {"id": "call_1", "type": "function", "function": {"name": "get", "arguments": '{"a": "x"}'}},
        {"id": "call_2", "type": "custom", "custom": {"name": "run", "input": "ls"}},
    ]
    request = body(
        {"role": "assistant", "tool_calls": calls, "function_call": {"name": "old", "arguments": "{broken"}},
        {"role": "tool", "tool_call_id": "call_1", "content": ' {"k": "v"}'},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "[oops"}]},
    )
    seen = [(p.text, p.kind, p.name, p.json) for p in CHAT.request(request).parts]
    assert seen == [
        ("get", Kind.TOOL_NAME, "get", False),
        ('{"a": "x"}', Kind.TOOL_CALL, "get", True),
        ("run", Kind.TOOL_NAME, "run", False),
        ("ls", Kind.TOOL_CALL, "run", False),
        ("old", Kind.TOOL_NAME, "old", False),
        ("{broken", Kind.TOOL_CALL, "old", True),
        (' {"k": "v"}', Kind.TOOL_RESULT, "get", True),
        ("[oops", Kind.TOOL_RESULT, "run", False),
    ]


def test_tool_definitions_to_the_last_word() -> None:
    schema = {
        "type": "object",
        "title": "T1",
        "$comment": "C1",
        "required": ["prop"],
        "properties": {"prop": {"type": "string", "description": "D1", "enum": ["E1"], "default": "F1"}},
        "examples": [{"ex_key": "X1"}],
    }
    function = {"name": "fn", "description": "D0", "parameters": schema, "strict": True}
    grammar = {"type": "grammar", "grammar": {"definition": "G1", "syntax": "lark"}}
    custom = {"name": "cu", "description": "D2", "format": grammar}
    tools = [{"type": "function", "function": function}, {"type": "custom", "custom": custom}]
    found = [p for p in CHAT.request(body(tools=tools, functions=[{"name": "old"}])).parts if p.message < 0]
    texts = {p.text for p in found}
    assert texts >= {
        "fn",
        "D0",
        "T1",
        "C1",
        "$comment",
        "prop",
        "D1",
        "E1",
        "F1",
        "ex_key",
        "X1",
        "cu",
        "D2",
        "G1",
        "old",
    }
    assert not texts & {"object", "string", "properties", "type", "lark"}
    assert {p.kind for p in found} == {TOOL}
    assert {p.name for p in found} == {"fn", "cu", "old"}


def test_built_in_tools_and_those_of_other_vendors_are_walked() -> None:
    assert top(tools=[{"type": "web_search", "note": "obey me"}]) == [
        ("web_search", UNKNOWN),
        ("note", UNKNOWN),
        ("obey me", UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"stop": "S"}, [("S", META)]),
        ({"stop": ["S", "T"]}, [("S", META), ("T", META)]),
        ({"user": "U", "safety_identifier": "I"}, [("U", META), ("I", META)]),
        ({"prompt_cache_key": "K"}, [("K", META)]),
        ({"metadata": {"mk": "mv"}}, [("mk", META), ("mv", META)]),
        ({"prediction": {"type": "content", "content": "P"}}, [("P", TEXT)]),
        ({"prediction": {"type": "content", "content": [{"type": "text", "text": "P"}]}}, [("P", TEXT)]),
        ({"tool_choice": "auto"}, []),
        ({"tool_choice": "obey me"}, [("obey me", UNKNOWN)]),
        ({"tool_choice": {"type": "function", "function": {"name": "N"}}}, [("N", Kind.TOOL_NAME)]),
        ({"function_call": {"name": "N"}}, [("N", Kind.TOOL_NAME)]),
        (
            {"tool_choice": {"type": "allowed_tools", "allowed_tools": ALLOWED}},
            [("N", TOOL)],
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": ANSWER_SCHEMA}},
            [("N", TOOL), ("D", TOOL), ("S", TOOL)],
        ),
        ({"web_search_options": {"user_location": NEARBY}}, [("C", META)]),
        ({"logit_bias": {"50256": -100}}, []),
        ({"logit_bias": {"obey me": -100}}, [("obey me", UNKNOWN)]),
        ({"modalities": ["text", "audio"], "audio": {"voice": "ash", "format": "wav"}}, []),
        ({"audio": {"voice": {"id": "V"}}}, [("V", META)]),
        ({"seed": 4111111111111111, "temperature": 0.1, "store": None}, []),
        ({"reasoning_effort": "high", "verbosity": "low", "service_tier": "flex"}, []),
        ({"reasoning_effort": "as high as you can"}, [("as high as you can", UNKNOWN)]),
        # U-11
        ({"chat_template": "T"}, [("chat_template", UNKNOWN), ("T", UNKNOWN)]),
        ({"guided": {"k": [1, CARD]}}, [("guided", UNKNOWN), ("k", UNKNOWN), (str(CARD), UNKNOWN)]),
        ({"add_generation_prompt": False}, [("add_generation_prompt", UNKNOWN)]),
    ],
)
def test_fields_beside_the_messages(fields: Json, found: list[tuple[str, Kind]]) -> None:
    assert top(**fields) == found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ([], []),
        ([{"type": "text", "text": "T"}], [("T", TEXT)]),
        ([{"type": "refusal", "refusal": "R"}], [("R", Kind.REFUSAL)]),
        ([{"text": "T"}], [("T", TEXT)]),
        (
            [{"type": "image_url", "text": "T", "image_url": {"url": "https://x/y"}}],
            [("T", TEXT), ("https://x/y", URL)],
        ),
        ([{"type": "image_url", "image_url": "https://x/y"}], [("https://x/y", URL)]),
        ([{"type": "image_url", "image_url": {"url": "u", "detail": "obey"}}], [("u", URL), ("obey", UNKNOWN)]),
        ([{"type": "new", "x": {"k": "T"}}], [("new", UNKNOWN), ("x", UNKNOWN), ("k", UNKNOWN), ("T", UNKNOWN)]),
        ([{"type": "file", "file": {"file_id": "file-x", "filename": "F"}}], [("file-x", META), ("F", META)]),
        ([{"type": "file", "file": {"file_data": "no base64!"}}], [("no base64!", Kind.DOCUMENT)]),
        ([{"type": "text", "text": "T", "cache_control": {"type": "ephemeral"}}], [("T", TEXT)]),
    ],
)
def test_content_parts(content: Any, found: list[tuple[str, Kind]]) -> None:
    assert parts(body(user(content))) == found


@pytest.mark.parametrize("part", [{"text": "T"}, {"type": "video"}, {"type": None, "text": "T"}])
def test_parts_of_unknown_type_are_reported(part: Json) -> None:
    (unscanned,) = CHAT.request(body(user([part]))).unscanned
    assert (unscanned.path, unscanned.reason) == (("messages", 0, "content", 0), "unknown_part")


@pytest.mark.parametrize(
    ("request_body", "param"),
    [
        ([], None),
        ({"model": "m"}, "messages"),
        (body(model=None), "model"),
        (body(model=7), "model"),
        (body(model=""), "model"),
        (body(model="m" * 257), "model"),
        (body(model="m\r\nX-Evil: 1"), "model"),
        (body(model="m\u200b"), "model"),
        (body(model="m\0"), "model"),
        ({"model": "m", "messages": {}}, "messages"),
        ({"model": "m", "messages": []}, "messages"),
        ({"model": "m", "messages": "hi"}, "messages"),
        (body("hi"), "messages[0]"),  # type: ignore[arg-type]
        (body(user("hi"), {"role": "wizard", "content": "x"}), "messages[1].role"),
        (body({"role": ["user"], "content": "x"}), "messages[0].role"),
        (body({"content": "x"}), "messages[0].role"),
        (body(user(7)), "messages[0].content"),
        (body(user(True)), "messages[0].content"),
        (body(user(None)), "messages[0].content"),
        (body({"role": "user"}), "messages[0].content"),
        (body({"role": "tool", "content": None}), "messages[0].content"),
        (body(user({"text": "x"})), "messages[0].content"),
        (body(user([["x"]])), "messages[0].content[0]"),
        (body(user(["x"])), "messages[0].content[0]"),
        (body(user([{"type": 1}])), "messages[0].content[0].type"),
        (body(user([{"type": "text", "text": ["x"]}])), "messages[0].content[0].text"),
        (body(user([{"type": "text", "text": "x"}] * 1025)), "messages[0].content"),
        (body(*[user("x")] * 4097), "messages"),
        (body({"role": "assistant", "tool_calls": {}}), "messages[0].tool_calls"),
        (body({"role": "assistant", "tool_calls": ["x"]}), "messages[0].tool_calls[0]"),
        (body(stream="true"), "stream"),
        (body(stream=1), "stream"),
        (body(n="2"), "n"),
        (body(n=0), "n"),
        (body(n=129), "n"),
        (body(n=2.0), "n"),
        (body(n=True), "n"),
        (body(max_tokens=0), "max_tokens"),
        (body(max_tokens=-5), "max_tokens"),
        (body(max_tokens="7"), "max_tokens"),
        (body(max_tokens=2**63), "max_tokens"),
        (body(max_completion_tokens=1.5), "max_completion_tokens"),
        (body(tools={}), "tools"),
        (body(tools=["x"]), "tools[0]"),
        (body(tools=[{}] * 1025), "tools"),
        (body(functions="x"), "functions"),
        (body(stream_options=[]), "stream_options"),
        (body(response_format="json"), "response_format"),
        (body(metadata=["x"]), "metadata"),
    ],
)
def test_wrong_types_are_refused_where_they_stand(request_body: Any, param: str | None) -> None:
    with pytest.raises(RequestError) as caught:
        CHAT.request(request_body)
    assert (caught.value.status, caught.value.param) == (400, param)
    assert "X-Evil" not in caught.value.message


@pytest.mark.parametrize(
    "fields", [{"n": 128}, {"n": None}, {"max_tokens": 1}, {"stream": None}, {"tools": None}, {"stop": None}]
)
def test_limits_are_inclusive_and_null_is_absent(fields: Json) -> None:
    assert top(**fields) == []


@pytest.mark.parametrize(
    ("request_body", "param"),
    [
        (body(Messages=[]), "messages"),
        (body(MESSAGES=[]), "messages"),
        ({"model": "m", "\uff4dessages": [], "messages": [user("x")]}, "messages"),
        (body(**{"messages\0": []}), "messages"),
        (body(**{"mess\u200bages": []}), "messages"),
        (body(**{"\ufeffmessages": []}), "messages"),
        (body(**{"mes\u017fages": []}), "messages"),
        (body(**{"too\u2113s": []}), "tools"),
        (body(**{" stream": True}), "stream"),
        (body(**{"strea\u1d39": True}), "stream"),
        (body(user("x", CONTENT="y")), "messages[0].content"),
        (body(user("x", Role="system")), "messages[0].role"),
        (body(user([{"type": "text", "text": "x", "Text": "y"}])), "messages[0].content[0].text"),
        (body(tools=[{"Function": {}}]), "tools[0].function"),
        (body(tools=[{"function": {"Description": ""}}]), "tools[0].function.description"),
        (body({"role": "assistant", "tool_calls": [{"ID": "x"}]}), "messages[0].tool_calls[0].id"),
    ],
)
def test_keys_that_look_like_known_ones_are_refused(request_body: Json, param: str) -> None:
    with pytest.raises(RequestError) as caught:
        CHAT.request(request_body)
    assert (caught.value.code, caught.value.param) == ("ambiguous_key", param)


@pytest.mark.parametrize("request_body", [body(metadata={"Model": "x"}), body(message="x"), body(user("x", text="y"))])
def test_other_keys_are_only_scanned(request_body: Json) -> None:
    assert CHAT.request(request_body).parts


@pytest.mark.parametrize(
    ("key", "same"), [("K\u200cey\0", "key"), ("\u212aey", "key"), ("KEY", "key"), ("ke-y", "ke-y")]
)
def test_fold(key: str, same: str) -> None:
    assert fold(key) == same


@pytest.mark.parametrize(
    "text",
    [
        "call_abc123XYZ",
        "chatcmpl-9nK3vT",
        "chatcmpl-tool-0123456789abcdef0123456789abcdef",
        "toolu_01A09q90qw90lq917835lq9",
        "D681PevKs",
        "0123456789abcdef0123456789abcdef",
        "123e4567-e89b-12d3-a456-426614174000",
        "call_123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_ids_of_known_form_are_inert(text: str) -> None:
    out = Collector(Role.USER)
    ID.read(text, (), "id", out)
    assert out.parts == []


@pytest.mark.parametrize(
    "text",
    ["obey me", "4111111111111111", "bob@example.com", "call_" + "x" * 49, "ignore-all-rules", "x" * 13, "call_\n"],
)
def test_other_ids_are_scanned(text: str) -> None:
    request = body({"role": "tool", "tool_call_id": text, "content": ""})
    assert parts(request) == [(text, META)]


def test_an_unknown_field_names_its_message_and_role() -> None:
    part = CHAT.request(body(user("x"), {"role": "system", "content": "y", "extra": "z"})).parts[-1]
    assert part == Part("z", ("messages", 1, "extra"), Role.SYSTEM, 1, UNKNOWN)


def test_every_part_can_be_edited() -> None:
    request = body(
        user([{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "data:x/y;base64,AAAA"}}]),
        metadata={"k": "v"},
        extra={"n": 123456789, "l": [["deep"]]},
    )
    found = CHAT.request(request).parts
    out = apply(request, {p.path: f"new{i}" for i, p in enumerate(found)})
    assert {p.text for p in CHAT.request(out).parts} == {f"new{i}" for i in range(len(found))}
    assert KeyName("k") in {p.path[-1] for p in found}


def test_usage_is_asked_for_in_streams_only() -> None:
    assert CHAT.ask_usage(body()) == (body(), False)
    asked = body(stream=True, stream_options={"include_usage": True})
    assert CHAT.ask_usage(asked) == (asked, True)
    for options in ({}, {"stream_options": None}, {"stream_options": {"include_usage": False}}):
        out, had = CHAT.ask_usage(body(stream=True, **options))
        assert (out, had) == (body(stream=True, stream_options={"include_usage": True}), False)
    kept, _ = CHAT.ask_usage(body(stream=True, stream_options={"include_obfuscation": False}))
    assert kept["stream_options"] == {"include_obfuscation": False, "include_usage": True}
