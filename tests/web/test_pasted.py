"""Tables, and values behind several escapes, through the proxy: what the upstream sees and what the client gets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from gateway.types import Json
from tests.support.gatewayed import call, choice, completion, gatewayed, piece, streamed, talked
from tests.support.scripted import Script, answer

PASSWORD, CARD, MAIL = "H0rse!cart9", "4556737586899855", "maria.keller@webfirma.de"
TABLE = f"Here:\n\n| user | password | card |\n|---|---|---|\n| maria | {PASSWORD} | {CARD} |\n| bob | none | |\n\nBye."
HIDDEN = TABLE.replace(PASSWORD, "[PASSWORD]").replace(CARD, "[CREDIT_CARD]")
# Personal data in answers is flagged by the built-in policies, but for money.
MASKS = """
version: 1
name: masks
rules: [{category: [secret/*, pii/email, pii/credit_card], action: mask}]
"""


def escaped(text: str) -> str:
    """Every third character as JSON may write it."""
    return "".join(f"\\u{ord(c):04x}" if i % 3 == 0 else c for i, c in enumerate(text))


def nested() -> Iterator[tuple[str, str]]:
    """JSON in strings of JSON, and what must not stand in it, however it is read."""
    for key, value in (("password", PASSWORD), ("card", CARD), ("email", MAIL)):
        for inner in (f'{{"{escaped(key)}": "{value}"}}', f'{{"{key}": "{escaped(value)}"}}'):
            yield json.dumps({"body": inner}), value
            yield json.dumps({"a": json.dumps({"body": inner})}), value
        yield json.dumps({"a": json.dumps({"q": f"{key}={quote(quote(value, safe=''), safe='')}&x=1"})}), value
        yield json.dumps({"a": f"<b>{key}: {''.join(f'&amp;#{ord(c)};' for c in value)}</b>"}), value


def leaves(text: str) -> list[str]:
    """The strings in it, read down to the last: raises where what was JSON is none any more."""
    out: list[str] = []
    queue = [json.loads(text)]
    for node in queue:
        if isinstance(node, dict):
            queue += node.values()
        elif node[:1] == "{":
            queue.append(json.loads(node))
        else:
            out.append(node)
    return out


def assert_hidden(text: str, value: str, of: str) -> None:
    (was,), (now,) = leaves(of), leaves(text)
    assert now != was
    assert value not in now
    assert "[" in now


async def test_a_table_in_a_prompt_and_in_an_answer() -> None:
    """Whole, in one piece and by single characters: the same, and nothing of it is ever visible."""
    whole = [answer(json=completion(choice(TABLE)))]
    async with gatewayed(whole, talked(TABLE), talked(*TABLE), policies=[MASKS], policy="masks") as gate:
        response = await gate.chat(TABLE)
        assert gate.up.requests[0].json()["messages"][0]["content"] == HIDDEN
        assert response.json()["choices"][0]["message"]["content"] == HIDDEN
        for _ in range(2):
            got = await gate.stream()
            assert got.text() == HIDDEN
            assert got.finish() == ["stop"]
            assert PASSWORD.encode() not in got.raw


async def test_values_behind_several_escapes_in_arguments_of_tools() -> None:
    cases = list(nested())

    def script(arguments: str, stream: bool) -> Script:
        if not stream:
            return [answer(json=completion(choice(None, finish="tool_calls", tool_calls=[call("send", arguments)])))]
        opening = piece(
            tool_calls=[{"index": 0, "id": "c", "type": "function", "function": {"name": "send", "arguments": ""}}]
        )
        pieces = [piece(tool_calls=[{"index": 0, "function": {"arguments": c}}]) for c in arguments]
        return streamed(opening, *pieces, piece(finish="tool_calls"))

    scripts = [script(arguments, stream) for arguments, _ in cases for stream in (False, True)]
    async with gatewayed(*scripts, policies=[MASKS], policy="masks") as gate:
        for arguments, value in cases:
            messages: list[Json] = [
                {"role": "user", "content": "Go on."},
                {"role": "assistant", "content": None, "tool_calls": [call("send", arguments)]},
                {"role": "tool", "tool_call_id": "call_1", "content": arguments},
            ]
            response = await gate.chat(messages)
            assert response.status_code == 200
            sent = gate.up.requests[-1].json()["messages"]
            assert_hidden(sent[1]["tool_calls"][0]["function"]["arguments"], value, arguments)
            assert_hidden(sent[2]["content"], value, arguments)
            (called,) = response.json()["choices"][0]["message"]["tool_calls"]
            assert_hidden(called["function"]["arguments"], value, arguments)
            got = await gate.stream()
            calls = [c for e in got.events for ch in e["choices"] for c in ch["delta"].get("tool_calls", [])]
            assert_hidden("".join(c["function"]["arguments"] for c in calls), value, arguments)
