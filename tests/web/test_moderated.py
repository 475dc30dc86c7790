"""The parameter `moderation`: told beside the answer, or one more policy; of chat and responses, streamed or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openai
import pytest
from openai import OpenAI

from gateway.detectors.base import RegexDetector, Row
from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.asgi_transport import ASGITransport
from tests.support.gatewayed import detectors
from tests.support.keeping import Keeping
from tests.support.servers import serve_in_thread

HATE = RegexDetector("words", (Row("harm/hate", "ugly slur"), Row("harm/self_harm", "hurt myself")))
SCORE = {"model": "omni-moderation-latest"}


def mode(side: str) -> Json:
    return {**SCORE, "policy": {side: {"mode": "block"}}}


@dataclass
class Gate:
    client: OpenAI
    up: Keeping

    def chat(self, text: str, **fields: Any) -> Any:
        self.up.calls.clear()
        return self.client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}], **fields)

    def respond(self, text: str, **fields: Any) -> Any:
        self.up.calls.clear()
        return self.client.responses.create(model="echo", input=text, **fields)


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    up = Keeping()
    settings = Settings.model_validate({"watch_policies": False})
    app = create_app(
        settings,
        environ={},
        guard=Guard([*detectors(), HATE]),
        transport=lambda _: ASGITransport(up.app),
        sink=lambda _: None,
    )
    with serve_in_thread(app) as url, OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0) as client:
        yield Gate(client, up)


def test_told_beside_the_answer(gate: Gate) -> None:
    answer = gate.respond("an ugly slur", moderation=SCORE)
    assert answer.output_text == "an ugly slur"  # nobody wanted it blocked
    for side in (answer.moderation.input, answer.moderation.output):
        assert (side.type, side.flagged) == ("moderation_result", True)
        assert {name for name, flag in side.categories.items() if flag} == {"hate"}
        assert side.category_scores["hate"] > 0.5
        assert side.category_scores["violence"] == 0
    chat = gate.chat("I hurt myself", moderation=SCORE)
    for side in (chat.moderation.input, chat.moderation.output):
        (result,) = side.results
        assert {name for name, flag in result.categories.items() if flag} == {"self-harm"}
    assert "moderation" not in gate.up.calls[0][2]
    assert gate.respond("Good day", moderation=SCORE).moderation.output.flagged is False
    assert gate.respond("Good day").moderation is None


def test_told_at_the_end_of_a_stream(gate: Gate) -> None:
    events = list(gate.respond("an ugly slur", moderation=SCORE, stream=True))
    assert events[-1].response.moderation.output.categories["hate"] is True
    assert events[-1].response.moderation.input.flagged is True
    chunks = list(gate.chat("an ugly slur", moderation=SCORE, stream=True))
    assert [chunk.moderation is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == []
    assert chunks[-1].id == chunks[0].id
    assert chunks[-1].moderation.output.results[0].flagged is True


def test_input_that_is_flagged_is_refused_where_the_client_asks_for_it(gate: Gate) -> None:
    for call in (gate.respond, gate.chat):
        for stream in (False, True):
            with pytest.raises(openai.BadRequestError) as refused:
                call("an ugly slur", moderation=mode("input"), stream=stream)
            assert refused.value.code == "content_filter"
            assert gate.up.calls == []
        call("Good day", moderation=mode("input"))


def test_output_that_is_flagged_is_withheld_where_the_client_asks_for_it(gate: Gate) -> None:
    whole = gate.respond("an ugly slur", moderation=mode("output"))
    assert (whole.status, whole.incomplete_details.reason) == ("incomplete", "content_filter")
    assert whole.moderation.output.flagged is True
    events = list(gate.respond("an ugly slur", moderation=mode("output"), stream=True))
    assert events[-1].type == "response.incomplete"
    assert "slur" not in json.dumps([event.to_dict() for event in events])
    assert events[-1].response.moderation.output.flagged is True
    chat = gate.chat("an ugly slur", moderation=mode("output"))
    assert (chat.choices[0].finish_reason, chat.choices[0].message.content) == ("content_filter", None)
    chunks = list(gate.chat("an ugly slur", moderation=mode("output"), stream=True))
    assert chunks[-2].choices[0].finish_reason == "content_filter"
    assert chunks[-1].moderation.output.results[0].flagged is True
    assert "slur" not in json.dumps([chunk.to_dict() for chunk in chunks])
