"""
A streamed answer through the relay gives what the same answer gives as a whole: for any answer, cut
anywhere, its choices and calls interleaved in any way, its pieces grouped into any events.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.base import RegexDetector, Row
from gateway.engine import Exchange, Guard
from gateway.errors import UpstreamError
from gateway.policy import Ruleset, load_policies, parse_policy
from gateway.surfaces import OpenAIChat
from gateway.types import Direction, Effect, Json, Part, Transcript, Verdict
from gateway.web.relay import Relay
from tests.support.gatewayed import HEADER, completion, piece

T = TypeVar("T")

SURFACE = OpenAIChat()
EMAIL = Row("pii/email", r"(?:^|[^\w.+-])(?P<v>[\w.+-]{1,20}@[\w-]{1,10}(?:\.[\w-]{1,10}){1,3})")
SECRET = Row("secret/token", r"(?:^|[^\w])(?P<v>sk_[a-c0-9]{4,8})(?:$|[^\w])")
GUARD = Guard([RegexDetector("rules", (EMAIL, SECRET))], placeholder_key=b"k" * 32)
BOOK = load_policies([Path(__file__).parent.parent.parent / "policies"])
BLOCK = parse_policy("""
version: 1
name: blocking
rules: [{category: secret/*, directions: [output], action: block}]
""")
OWN = ("ann@x.org", "sk_abc123")  # values of the request

TEXTS = ("content", "refusal", "reasoning_content")
FRAGMENTS = (
    *("a", "b1", "word", " ", " ", ".", "@", "[", "]", "\n", '"', "\\", "é", "\N{GRINNING FACE}", "e\u0301", "\u2028"),
    *("bob@y.org", "sk_0a1b2c", "sk_", " sk_aaaa ", "@x.org", "[EMAIL_", *OWN),
)


def run(work: Awaitable[T]) -> T:
    async def whole() -> T:
        return await work

    return asyncio.run(whole())


def begun(policy: Ruleset) -> Exchange:
    """An exchange whose request held some values."""
    exchange = GUARD.begin((policy,))
    parts = tuple(Part(f"see {value} .", ("messages", i, "content")) for i, value in enumerate(OWN))
    run(exchange.request(Transcript(parts, Direction.INPUT)))
    return exchange


# --- answers, and ways to stream them


@dataclass
class Said:
    """One choice."""

    texts: dict[str, str]
    calls: list[tuple[str, str]] = field(default_factory=list)  # name, arguments

    @property
    def message(self) -> Json:
        calls = [
            {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for i, (name, arguments) in enumerate(self.calls)
        ]
        return {"role": "assistant", "content": None, **self.texts, **({"tool_calls": calls} if calls else {})}


@st.composite
def answers(draw: st.DrawFn, placeholders: tuple[str, ...]) -> list[Said]:
    text = st.lists(st.sampled_from((*FRAGMENTS, *placeholders)), max_size=8).map("".join)
    arguments = st.dictionaries(st.sampled_from(["to", "é", "sk_1111"]), text, max_size=2).map(
        lambda value: json.dumps(value, ensure_ascii=False)
    )
    escaped = arguments.map(lambda a: json.dumps(json.loads(a)))
    call = st.tuples(st.sampled_from(["send", "read"]), st.one_of(arguments, escaped, text))
    one = st.builds(
        Said,
        st.dictionaries(st.sampled_from(TEXTS), text, max_size=3),
        st.lists(call, max_size=2),
    )
    return draw(st.lists(one, min_size=1, max_size=3))


def pieces(text: str, rng: Random) -> list[str]:
    """Cut anywhere, also between the halves of a surrogate pair."""
    data = text.encode("utf-16-le", "surrogatepass")
    cuts = sorted({0, len(data), *(2 * rng.randrange(len(data) // 2 + 1) for _ in range(rng.randrange(6)))})
    return [data[a:b].decode("utf-16-le", "surrogatepass") for a, b in pairwise(cuts)]


def steps(index: int, said: Said, rng: Random) -> Iterator[list[Json]]:
    """The deltas of one choice, channel by channel."""
    for name, text in said.texts.items():
        yield [{name: p} for p in pieces(text, rng)]
    for number, (name, arguments) in enumerate(said.calls):
        opening = {"index": number, "id": f"call_{number}", "type": "function"}
        rest = [{"index": number, "function": {"arguments": p}} for p in pieces(arguments, rng)]
        yield [{"tool_calls": [{**opening, "function": {"name": name, "arguments": ""}}]}] + [
            {"tool_calls": [call]} for call in rest
        ]


def shuffled(channels: list[list[Json]], rng: Random) -> list[Json]:
    """Interleaved; each channel keeps its order."""
    out: list[Json] = []
    waiting = [channel for channel in channels if channel]
    while waiting:
        channel = rng.choice(waiting)
        out.append(channel.pop(0))
        waiting = [channel for channel in waiting if channel]
    return out


def merged(deltas: list[Json], rng: Random) -> list[Json]:
    """Some neighbours that say different things in one delta."""
    out: list[Json] = []
    for delta in deltas:
        if out and not out[-1].keys() & delta.keys() and rng.random() < 0.4:
            out[-1] = {**out[-1], **delta}
        else:
            out.append(delta)
    return out


def streamed(answer: list[Said], rng: Random) -> list[Json]:
    """Events of this answer."""
    lines: list[list[Json]] = []
    for index, said in enumerate(answer):
        deltas = merged(shuffled(list(steps(index, said, rng)), rng), rng)
        choices: list[Json] = [{"index": index, "delta": delta, "finish_reason": None} for delta in deltas]
        if choices and rng.random() < 0.5:
            choices[-1]["finish_reason"] = "stop"
        else:
            choices.append({"index": index, "delta": {}, "finish_reason": "stop"})
        lines.append(choices)
    events: list[Json] = []
    for choice in shuffled(lines, rng):
        if events and rng.random() < 0.3 and all(c["index"] != choice["index"] for c in events[-1]["choices"]):
            events[-1]["choices"].append(choice)
        else:
            events.append({**HEADER, "choices": [choice]})
    return events


# --- what comes out


@dataclass
class Heard:
    texts: dict[str, str] = field(default_factory=dict)
    calls: dict[int, list[str]] = field(default_factory=dict)
    finish: list[str] = field(default_factory=list)


def heard(events: list[Json]) -> dict[int, Heard]:
    """Put together as a client does."""
    out: dict[int, Heard] = {}
    for event in events:
        for choice in event["choices"]:
            mine = out.setdefault(choice["index"], Heard())
            delta = choice["delta"]
            for name in TEXTS:
                if delta.get(name):
                    assert not mine.finish, "text after the finish reason"
                    mine.texts[name] = mine.texts.get(name, "") + delta[name]
            for call in delta.get("tool_calls", ()):
                assert not mine.finish, "a call after the finish reason"
                known = mine.calls.setdefault(call["index"], ["", ""])
                known[0] += call["function"].get("name", "")
                known[1] += call["function"].get("arguments", "")
            if choice["finish_reason"]:
                mine.finish.append(choice["finish_reason"])
    return out


def relayed(exchange: Exchange, events: list[Json]) -> tuple[Relay, list[Json]]:
    relay = Relay(SURFACE, exchange.stream(), wants_usage=True, refusal=lambda: "no")

    async def push() -> list[Json]:
        out: list[Json] = []
        for event in events:
            out += await relay.push(event)
            if relay.stopped:
                return out
        return [*out, *await relay.finish()]

    return relay, run(push())


def judged(exchange: Exchange, answer: list[Said]) -> tuple[Json, Verdict]:
    choices = ({"index": i, "message": s.message, "finish_reason": "stop"} for i, s in enumerate(answer))
    body = completion(*choices)
    return body, run(exchange.response(SURFACE.response(body)))


TOKENS = tuple(begun(BOOK["default"]).vault.values)


@pytest.mark.parametrize("policy", ["default", "pii-redact", "monitor"])
@settings(max_examples=120, deadline=None)
@given(answer=answers(TOKENS), seed=st.integers(0, 1 << 32))
def test_a_stream_is_what_the_whole_answer_is(policy: str, answer: list[Said], seed: int) -> None:
    body, verdict = judged(begun(BOOK[policy]), answer)
    whole = SURFACE.rewrite(body, verdict.edits, verdict.changes)
    relay, events = relayed(begun(BOOK[policy]), streamed(answer, Random(seed)))
    assert not relay.stopped
    got = heard(events)
    assert got.keys() == set(range(len(answer)))
    for index, choice in enumerate(whole["choices"]):
        message = choice["message"]
        assert got[index].finish == ["stop"]
        assert got[index].texts == {name: message[name] for name in TEXTS if message.get(name)}
        calls = [call["function"] for call in message.get("tool_calls", ())]
        assert got[index].calls == {i: [c["name"], c["arguments"]] for i, c in enumerate(calls)}


@settings(max_examples=150, deadline=None)
@given(answer=answers(()), seed=st.integers(0, 1 << 32))
def test_nothing_of_a_blocked_value_leaves(answer: list[Said], seed: int) -> None:
    _, verdict = judged(begun(BLOCK), answer)
    relay, events = relayed(begun(BLOCK), streamed(answer, Random(seed)))
    assert relay.stopped == (verdict.effect is Effect.BLOCK)
    got = heard(events)
    ends = {reason for mine in got.values() for reason in mine.finish}
    assert ("content_filter" in ends) == relay.stopped
    limits: dict[tuple[Any, ...], int] = {}
    for violation in verdict.violations:
        path, start = violation.hit.part.path, violation.hit.finding.span.start
        limits[path] = min(start, limits.get(path, start))
    for index, said in enumerate(answer):
        mine = got.get(index, Heard())
        for name, text in said.texts.items():
            left = mine.texts.get(name, "").removesuffix("no" if relay.stopped and name == "refusal" else "")
            assert text.startswith(left)
            assert len(left) <= limits.get(("choices", index, "message", name), len(text))
        for number, (_, arguments) in enumerate(said.calls):
            left = mine.calls.get(number, ["", ""])[1]
            assert arguments.startswith(left)
            at = ("choices", index, "message", "tool_calls", number, "function", "arguments")
            assert len(left) <= limits.get(at, len(arguments))


# --- what upstreams get wrong

ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.sampled_from(["", "x", "sk_aaaa", "stop", "\ud83d"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(
                ["index", "delta", "content", "tool_calls", "function", "name", "arguments", "logprobs", "type"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
ODD_CHOICE = st.one_of(
    ODD,
    st.fixed_dictionaries(
        {"delta": ODD},
        optional={"index": ODD, "finish_reason": ODD, "logprobs": st.fixed_dictionaries({"content": ODD})},
    ),
    st.fixed_dictionaries(
        {
            "delta": st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("content", "tool_calls", "audio", "sk_bbbb"), ODD)
            )
        },
        optional={"index": ODD, "finish_reason": ODD},
    ),
)
ODD_EVENT = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.one_of(ODD, st.lists(ODD_CHOICE, max_size=2)),
        "error": ODD,
        "obfuscation": ODD,
        "id": ODD,
        "vendor": ODD,
    },
)


@settings(max_examples=250, deadline=None)
@given(events=st.lists(ODD_EVENT, min_size=1, max_size=4))
def test_whatever_an_upstream_sends_fails_as_its_error_or_passes_clean(events: list[Json]) -> None:
    try:
        _, out = relayed(begun(BLOCK), events)
    except UpstreamError:
        return
    for value in ("sk_aaaa", "sk_bbbb"):
        assert value not in json.dumps(out)


def test_a_header_that_holds_a_value_is_clean_in_all_events() -> None:
    """Events of our own making repeat the header of the upstream's."""
    bad = {**piece("see b"), "id": "sk_aaaa", "system_fingerprint": "x sk_aaaa"}
    more = {**piece("ob@y.org and"), "id": "sk_aaaa"}
    audio = {**piece(audio={"data": "AAAA", "transcript": "hm"}), "id": "sk_aaaa", "vendor": "sk_aaaa"}
    last = {**piece(finish="stop"), "id": "sk_aaaa"}
    relay, out = relayed(begun(BOOK["default"]), [bad, more, audio, last])
    assert not relay.stopped
    assert heard(out)[0].texts["content"] == "see bob@y.org and"
    assert "sk_aaaa" not in json.dumps(out)


def test_a_block_at_the_first_word_does_not_repeat_it_in_the_header() -> None:
    bad = {**piece("x"), "id": "sk_aaaa", "model": "m-1"}
    relay, out = relayed(begun(BLOCK), [bad])
    assert relay.stopped
    assert "sk_aaaa" not in json.dumps(out)
    assert {event["model"] for event in out} == {"m-1"}


def test_log_probabilities_leave_with_their_text() -> None:
    tokens = ["see ", "sk_", "aaaa", " now", " then"]
    entries = [{"token": t, "logprob": -1.0, "bytes": list(t.encode()), "top_logprobs": []} for t in tokens]
    events = []
    for token, entry in zip(tokens, entries, strict=True):
        event = piece(token)
        event["choices"][0]["logprobs"] = {"content": [entry], "refusal": None}
        events.append(event)
    _, out = relayed(begun(BOOK["default"]), [*events, piece(finish="stop")])
    assert heard(out)[0].texts["content"] == "see [TOKEN] now then"
    told = [e["token"] for x in out for e in (x["choices"][0].get("logprobs") or {}).get("content") or []]
    assert told == ["see ", " now", " then"]
    said = ""
    for event in out:  # never ahead of the text
        said += event["choices"][0]["delta"].get("content") or ""
        logged = (event["choices"][0].get("logprobs") or {}).get("content") or []
        assert all(entry["token"] in said for entry in logged)
