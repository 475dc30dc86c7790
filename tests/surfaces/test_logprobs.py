from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.surfaces import OpenAIChat, TokenLog
from gateway.surfaces.edit import Emptied
from gateway.surfaces.logprobs import align, shift_indices, surviving
from gateway.types import Json, Span

CHAT = OpenAIChat()


def entry(token: str | bytes) -> Json:
    """As OpenAI writes it: bytes that are no character by themselves have a token in hexadecimal."""
    data = token.encode() if isinstance(token, str) else token
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "bytes:" + "".join(f"\\x{byte:02x}" for byte in data)
    return {"token": text, "bytes": list(data), "logprob": -0.1, "top_logprobs": []}


def tokens(text: str, cuts: list[int]) -> list[Json]:
    data = text.encode()
    edges = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    return [entry(data[a:b]) for a, b in pairwise(edges)]


SMILE = "\U0001f600".encode()


@pytest.mark.parametrize(
    ("entries", "text", "spans"),
    [
        ([], "", []),
        ([entry("Hel"), entry("lo")], "Hello", [(0, 3), (3, 5)]),
        ([entry("é"), entry("")], "é", [(0, 1), (1, 1)]),
        ([entry("a"), entry(SMILE[:2]), entry(SMILE[2:])], "a\U0001f600", [(0, 1), (1, 2), (1, 2)]),
        ([entry(b"a" + SMILE[:1]), entry(SMILE[1:] + b"b")], "a\U0001f600b", [(0, 2), (1, 3)]),
        ([{"token": "Hi"}], "Hi", [(0, 2)]),
        ([{"token": "Hi", "bytes": None}], "Hi", [(0, 2)]),
        ([entry("Hel")], "Hello", None),
        ([entry("Hello"), entry("<|end|>")], "Hello", None),
        ([{"token": "Hi", "bytes": list(b"Ho")}], "Ho", None),
        ([{"token": "Hi", "bytes": list(b"Ho")}], "Hi", None),
        ([{"token": 7}], "", None),
        (["Hi"], "Hi", None),
        ([{"token": "Hi", "bytes": [999]}], "Hi", [(0, 2)]),
    ],
)
def test_align(entries: list[Any], text: str, spans: list[tuple[int, int]] | None) -> None:
    assert align(entries, text) == spans


@given(st.text(max_size=20), st.lists(st.integers(0, 100)))
def test_any_cut_aligns(text: str, cuts: list[int]) -> None:
    entries = tokens(text, cuts)
    spans = align(entries, text)
    assert spans is not None
    for item, span in zip(entries, spans, strict=True):
        assert bytes(item["bytes"]) in text[span.start : span.end].encode()


def test_what_touches_an_edit_is_gone() -> None:
    entries = [entry(t) for t in ("My ", "name", " is", "", " Bob")]
    spans = align(entries, "My name is Bob") or []
    kept = surviving(entries, spans, [Span(10, 14), Span(2, 4)])
    assert [e["token"] for e in kept] == [" is", ""]
    assert surviving(entries, spans, []) == entries
    assert surviving(entries, spans, [Span(3, 3)]) == entries


def test_a_stream_gives_entries_when_their_text_has_left() -> None:
    log = TokenLog()
    log.push([entry("My "), entry("na")], "My na")
    log.push([entry("me")], "me")
    assert [e["token"] for e in log.take(4, [])] == ["My "]
    assert log.take(4, []) == []
    log.push([entry(" is Bob"), entry("!")], " is Bob!")
    assert [e["token"] for e in log.take(15, [Span(11, 14)])] == ["na", "me", "!"]
    assert not log.misaligned


def test_characters_in_pieces() -> None:
    log = TokenLog()
    log.push([entry(SMILE[:2])], "")
    assert log.take(10, []) == []  # nothing of the text is known yet
    log.push([entry(SMILE[2:])], "\U0001f600")
    assert len(log.take(1, [])) == 2
    log.push([entry(SMILE)], "\ud83d")
    log.push([], "\ude00")
    assert len(log.take(2, [])) == 1


@pytest.mark.parametrize("bad", [entry("secret"), {"token": "b", "bytes": [1]}, "b"])
def test_after_a_mismatch_nothing_comes(bad: Any) -> None:
    log = TokenLog()
    log.push([entry("a")], "a")
    log.push([bad], "b")
    log.push([entry("c")], "c")
    assert log.misaligned
    assert [e["token"] for e in log.take(9, [])] == ["a"]
    assert log.take(9, []) == []


@given(
    st.text(max_size=20),
    st.lists(st.integers(0, 100)),
    st.lists(st.integers(0, 20)),
    st.tuples(st.integers(0, 20), st.integers(0, 5)),
)
def test_streamed_and_whole_logprobs_agree(
    text: str, cuts: list[int], pieces: list[int], edit: tuple[int, int]
) -> None:
    entries = tokens(text, cuts)
    edited = [Span(edit[0], edit[0] + edit[1])]
    log = TokenLog()
    edges = [0, *sorted(min(piece, len(text)) for piece in pieces), len(text)]
    out = []
    for n, (start, end) in enumerate(pairwise(edges)):
        log.push(entries if n == 0 else [], text[start:end])  # all entries early: the text lags behind
        out += log.take(end, edited)
    assert out == surviving(entries, align(entries, text) or [], edited)


def citation(start: Any, end: Any) -> Json:
    return {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": start, "end_index": end}}


def test_citations_move_with_the_text() -> None:
    changes = [(Span(4, 8), "X"), (Span(20, 22), "longer")]
    before = [citation(0, 4), citation(8, 12), citation(7, 12), citation(15, 21), citation(25, 30)]
    after = shift_indices(before, changes)
    assert [(a["url_citation"]["start_index"], a["url_citation"]["end_index"]) for a in after] == [
        (0, 4),
        (5, 9),
        (26, 31),
    ]
    assert before[1] == citation(8, 12)


def test_citations_without_offsets_stay() -> None:
    odd = [citation(None, 3), {"type": "file"}, "x"]
    assert shift_indices(odd, [(Span(0, 9), "")]) == odd


def answer(text: str, **choice: Any) -> Json:
    return {"choices": [{"index": 0, "message": {"content": text, "annotations": [citation(4, 6)]}, **choice}]}


PATH = ("choices", 0, "message", "content")


def test_an_answer_is_rewritten_with_its_side_channels() -> None:
    body = answer("Bob is 7", logprobs={"content": [entry("Bob"), entry(" is"), entry(" 7")], "refusal": None})
    out = CHAT.rewrite(body, {PATH: "<X> is 7"}, {PATH: ((Span(0, 3), "<XX>"),)})
    (choice,) = out["choices"]
    assert choice["message"]["content"] == "<X> is 7"
    assert [e["token"] for e in choice["logprobs"]["content"]] == [" is", " 7"]
    assert choice["message"]["annotations"] == [citation(5, 7)]
    assert body["choices"][0]["message"]["content"] == "Bob is 7"


@pytest.mark.parametrize(
    "logprobs", [{"content": [entry("other")]}, {"content": [entry("Bob")] * 2}, {"tokens": ["Bob"]}, ["Bob"], "Bob"]
)
def test_logprobs_that_do_not_fit_the_text_do_not_survive_its_edit(logprobs: Any) -> None:
    out = CHAT.rewrite(answer("Bob", logprobs=logprobs), {PATH: "<X>"}, {PATH: ((Span(0, 3), "<X>"),)})
    assert "Bob" not in str(out["choices"][0])
    assert "other" not in str(out["choices"][0])


def test_without_stretches_all_of_the_text_counts_as_edited() -> None:
    body = answer("Bob is 7", logprobs={"content": [entry("Bob"), entry(" is 7")]})
    out = CHAT.rewrite(body, {PATH: "Nobody"}, {})
    assert out["choices"][0]["logprobs"]["content"] == []
    assert out["choices"][0]["message"]["annotations"] == []


def test_other_edits_leave_the_side_channels() -> None:
    body = answer("Bob", logprobs={"content": [entry("Bob")]}, vendor="x")
    assert CHAT.rewrite(body, {}, {}) is body
    out = CHAT.rewrite(body, {("choices", 0, "vendor"): "y"}, {})
    assert out["choices"][0] == {**body["choices"][0], "vendor": "y"}
    dropped = CHAT.rewrite(body, {("choices", 0, "logprobs", Emptied("content")): "y"}, {})
    assert dropped["choices"][0]["logprobs"] == {"content": []}


def test_content_in_parts_loses_its_logprobs() -> None:
    body = answer("", logprobs={"content": [entry("Bob")]})
    body["choices"][0]["message"]["content"] = [{"type": "text", "text": "Bob"}]
    out = CHAT.rewrite(body, {(*PATH, 0, "text"): "<X>"}, {})
    assert "Bob" not in str(out)
