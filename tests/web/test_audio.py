"""Sound says what its transcript says: it leaves only when the transcript has left as it was."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.detectors.base import RegexDetector, Row
from gateway.engine import Guard
from gateway.errors import ScanError
from gateway.policy import parse_policy
from gateway.surfaces import OpenAIChat
from gateway.types import Effect, Json
from gateway.web import relay as relay_module
from gateway.web.relay import Relay

EMAIL = Row("pii/email", r"(?:^|[^\w.+-])(?P<v>[\w.+-]{1,20}@[\w-]{1,10}(?:\.[\w-]{1,10}){1,3})")
GUARD = Guard([RegexDetector("rules", (EMAIL,))])
SURFACE = OpenAIChat()
MASK = "version: 1\nname: p\nrules: [{category: 'pii/*', action: mask}]\n"
WATCH = MASK.replace("rules", "mode: monitor\nrules")


def event(audio: Json, finish: str | None = None) -> Json:
    choice = {"index": 0, "delta": {"audio": audio} if audio else {}, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


async def run(pieces: list[tuple[str, str]], policy: str = MASK) -> tuple[str, str, list[list[Json]]]:
    """Transcript, sound, and what left after each event."""
    stream = GUARD.begin((parse_policy(policy),)).stream()
    relay = Relay(SURFACE, stream, wants_usage=True, refusal=lambda: "no")
    steps = [await relay.push(event({"transcript": text, "data": data})) for text, data in pieces]
    steps.append(await relay.push(event({}, "stop")))
    steps.append(await relay.finish())
    audio: list[Any] = [
        e["choices"][0]["delta"].get("audio", {}) for out in steps for e in out if e["choices"][0].get("delta")
    ]
    return "".join(a.get("transcript", "") for a in audio), "".join(a.get("data", "") for a in audio), steps


async def test_sound_follows_a_clean_transcript() -> None:
    transcript, sound, steps = await run([("hello ", "AAAA"), ("world", "BBBB")])
    assert (transcript, sound) == ("hello world", "AAAABBBB")
    assert not any("data" in e["choices"][0]["delta"].get("audio", {}) for out in steps[:2] for e in out)
    assert steps[2][-1]["choices"][0]["finish_reason"] == "stop"


async def test_no_sound_once_a_word_was_masked() -> None:
    transcript, sound, _ = await run([("mail joe", "AAAA"), ("@x.io now", "BBBB")])
    assert (transcript, sound) == ("mail [EMAIL] now", "")


async def test_a_watching_policy_holds_nothing() -> None:
    _, sound, steps = await run([("mail joe@x.io ", "AAAA"), ("now", "BBBB")], WATCH)
    assert sound == "AAAABBBB"
    assert "data" in steps[0][0]["choices"][0]["delta"]["audio"]


@pytest.mark.parametrize("size", [1, 3])
async def test_sound_that_may_not_pass_unread_ends_the_answer(size: int) -> None:
    """As it does in an answer in one piece."""
    refusing = MASK.replace("rules", "unscannable: refuse\nrules")
    transcript, sound, steps = await run([("hello ", "AAAA")] * size, refusing)
    assert (transcript, sound) == ("", "")
    assert steps[0][-1]["choices"][0]["finish_reason"] == "content_filter"
    exchange = GUARD.begin((parse_policy(refusing),))
    message = {"role": "assistant", "content": None, "audio": {"id": "a", "transcript": "hello", "data": "AAAA"}}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    assert (await exchange.response(SURFACE.response(body))).effect is Effect.BLOCK


async def test_too_much_sound_is_an_error_not_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "MAX_AUDIO", 6)
    with pytest.raises(ScanError):
        await run([("hello ", "AAAA"), ("world", "BBBB")])


async def test_the_same_for_a_whole_answer() -> None:
    message = {
        "role": "assistant",
        "content": None,
        "audio": {"id": "audio_1", "transcript": "mail joe@x.io", "data": "AAAA"},
    }
    body = {"id": "chatcmpl-1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    verdict = await GUARD.begin((parse_policy(MASK),)).response(SURFACE.response(body))
    audio = SURFACE.rewrite(body, verdict.edits, verdict.changes)["choices"][0]["message"]["audio"]
    assert (audio["transcript"], audio["data"]) == ("mail [EMAIL]", "")
