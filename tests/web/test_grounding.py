"""POST /guard/v1/grounding, and documents in POST /guard/v1/scan, over real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.auth import hash_key
from gateway.web.events import Event
from tests.support.gatewayed import detectors, error_of
from tests.support.servers import serve_in_thread

PATH = "/guard/v1/grounding"
DOCUMENT = "The Harbour Museum opened in 1987. Admission costs 9 euros."
EVENTS: list[Event] = []


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    settings = Settings.model_validate({"watch_policies": False})
    app = create_app(settings, environ={}, guard=Guard(detectors()), sink=EVENTS.append)
    with serve_in_thread(app) as url, httpx.Client(base_url=url, trust_env=False, verify=False, timeout=10) as made:
        yield made


def ground(client: httpx.Client, **body: Any) -> Json:
    answer = client.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    result: Json = answer.json()
    assert answer.headers["x-guard-event-id"] == result["event_id"]
    return result


def test_sentences_with_their_place_and_reason(client: httpx.Client) -> None:
    response = "The museum opened in 1987. Admission costs 12 euros."
    result = ground(client, response=response, documents=[{"id": "d1", "text": DOCUMENT}, "Another text."])
    assert (result["grounded"], result["level"], result["unanswered"]) == (False, "balanced", [])
    first, second = result["sentences"]
    assert (first["supported"], first["document"], first["document_id"], first["missing"]) == (True, 0, "d1", [])
    assert (second["supported"], second["missing"]) == (False, ["12"])
    assert response[second["start"] : second["end"]] == "Admission costs 12 euros."
    assert result["compared"] == ["words", "facts"]


def test_each_request_is_an_event(client: httpx.Client) -> None:
    asked = ground(client, response="x", documents=["y"])["event_id"]
    until = time.monotonic() + 5
    while not (mine := [event for event in EVENTS if event.id == asked]) and time.monotonic() < until:
        time.sleep(0.01)  # it is written once the answer has left
    assert [(event.route, event.status) for event in mine] == [("guard.grounding", 200)]


def test_strict_minds_what_is_left_out(client: httpx.Client) -> None:
    body = {"prompt": "When did it open? What does admission cost?", "response": "It opened in 1987.",
            "documents": [DOCUMENT]}  # fmt: skip
    assert ground(client, **body)["grounded"]
    result = ground(client, **body, level="strict")
    assert not result["grounded"]
    assert [body["prompt"][s["start"] : s["end"]] for s in result["unanswered"]] == ["What does admission cost?"]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"documents": []}, "documents"),
        ({"documents": None}, "documents"),
        ({"documents": [{"text": 1}]}, "documents[0]"),
        ({"level": "harsh"}, "level"),
        ({"response": None}, "response"),
        ({"more": 1}, "more"),
    ],
)
def test_mistakes_are_named(client: httpx.Client, change: Json, param: str) -> None:
    answer = client.post(PATH, json={"response": "x", "documents": ["y"], **change})
    assert answer.status_code == 400
    assert str(error_of(answer)["param"]).startswith(param)


def test_too_much_text_is_refused(client: httpx.Client) -> None:
    answer = client.post(PATH, json={"response": "word " * 100_000, "documents": ["word " * 200_000]})
    assert answer.status_code == 413


def test_a_key_is_needed_where_there_are_keys() -> None:
    settings = Settings.model_validate(
        {"watch_policies": False, "clients": [{"name": "ann", "hash": hash_key("pc_right")}]}
    )
    app = create_app(settings, environ={}, guard=Guard(detectors()))
    with serve_in_thread(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=10) as made:
        body = {"response": "x", "documents": ["y"]}
        assert made.post(PATH, json=body).status_code == 401
        assert made.post(PATH, json=body, headers={"authorization": "Bearer pc_right"}).status_code == 200


def test_documents_in_a_scan(client: httpx.Client) -> None:
    body = {"texts": ["The museum opened in 1990."], "direction": "output", "documents": [DOCUMENT]}
    (result,) = client.post("/guard/v1/scan", json=body).json()["results"]
    (finding,) = result["findings"]
    assert (finding["category"], finding["start"], finding["end"]) == ("grounding/unsupported", 0, 26)
    answer = client.post("/guard/v1/scan", json=body | {"direction": "input"})
    assert answer.status_code == 400


def test_it_counts_against_limits() -> None:
    key = "pc_grounding"
    clients = [{"name": "app", "hash": hash_key(key), "quota": {"requests_per_minute": 1}}]
    settings = Settings.model_validate({"watch_policies": False, "clients": clients})
    app = create_app(settings, environ={}, guard=Guard(detectors()))
    headers = {"authorization": f"Bearer {key}"}
    with serve_in_thread(app) as url, httpx.Client(base_url=url, trust_env=False, headers=headers, timeout=10) as made:
        body = {"response": "It opened in 1987.", "documents": [DOCUMENT]}
        first, second = (made.post(PATH, json=body) for _ in range(2))
        assert first.status_code == 200
        assert first.headers["x-ratelimit-remaining-requests"] == "0"
        assert second.status_code == 429
        assert int(second.headers["retry-after"]) > 0
