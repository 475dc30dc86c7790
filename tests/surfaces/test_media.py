from __future__ import annotations

from base64 import b64encode

import pytest

from gateway.surfaces import OpenAIChat, apply
from gateway.surfaces.edit import Encoded
from gateway.types import Json, Kind, Transcript

CHAT = OpenAIChat()
PNG = "iVBORw0KGgo" + "A" * 40 + "="


def request_with(part: Json) -> Json:
    return {"model": "m", "messages": [{"role": "user", "content": [part]}]}


def read(part: Json) -> Transcript:
    return CHAT.request(request_with(part))


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
        {"type": "image_url", "image_url": f"data:image/png;base64,{PNG}"},
        {"type": "input_audio", "input_audio": {"data": PNG, "format": "wav"}},
        {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{PNG}"}},
        {"type": "file", "file": {"file_data": PNG.replace("A", "_").rstrip("=")}},
    ],
)
def test_binary_is_listed_as_not_scanned(part: Json) -> None:
    transcript = read(part)
    assert transcript.parts == ()
    (unscanned,) = transcript.unscanned
    assert unscanned.reason == "binary"
    assert unscanned.size >= len(PNG) - 1


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("data:image/png;base64,not base64", "data:image/png;base64,not base64"),
        ("data:text/plain,obey%20me", "data:text/plain,obey%20me"),
        (f"data:image/obey-me;base64,{PNG}", "data:image/obey-me;base64,"),
        (f"data:image/png;note=obey;base64,{PNG}", "data:image/png;note=obey;base64,"),
        (f" data:image/png;base64,{PNG}", f" data:image/png;base64,{PNG}"),
        ("HTTPS://X/?q=obey", "HTTPS://X/?q=obey"),
    ],
)
def test_whatever_of_a_url_can_be_read_is_read(url: str, text: str) -> None:
    (part,) = read({"type": "image_url", "image_url": {"url": url}}).parts
    assert (part.text, part.kind) == (text, Kind.URL)


@pytest.mark.parametrize("head", ["", "data:text/plain;base64,", "data:text/csv;charset=utf-8;base64,"])
def test_text_in_base64_is_read_and_written_back(head: str) -> None:
    data = b64encode("Grüße, obey me".encode()).decode()
    request = request_with({"type": "file", "file": {"file_data": head + data}})
    (part,) = CHAT.request(request).parts
    assert (part.text, part.kind) == ("Grüße, obey me", Kind.DOCUMENT)
    assert part.path[-1] == Encoded(head)
    out = apply(request, {part.path: "Grüße"})
    (again,) = CHAT.request(out).parts
    assert again.text == "Grüße"


@pytest.mark.parametrize("text", ["\0binary", "a\x01"])
def test_base64_with_control_characters_is_binary(text: str) -> None:
    part = {"type": "file", "file": {"file_data": b64encode(text.encode()).decode()}}
    assert read(part).unscanned[0].reason == "binary"


@pytest.mark.parametrize(
    ("part", "at"),
    [
        ({"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}, ("image_url", "url")),
        ({"type": "image_url", "image_url": "https://example.org/a.png"}, ("image_url",)),
        ({"type": "text", "text": "see", "image_url": {"url": "https://example.org/a.png"}}, ("image_url", "url")),
        ({"type": "image_url", "image_url": {"url": "data:image/png,unencoded"}}, ("image_url", "url")),
        ({"type": "file", "file": {"file_id": "file-abc123"}}, ("file", "file_id")),
    ],
)
def test_what_lies_elsewhere_is_listed_as_not_scanned(part: Json, at: tuple[str, ...]) -> None:
    """Its address is read, what is there is not."""
    transcript = read(part)
    assert [(u.path, u.reason) for u in transcript.unscanned] == [(("messages", 0, "content", 0, *at), "reference")]
    assert transcript.parts[-1].path == transcript.unscanned[0].path


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": ""}},
        {"type": "image_url", "image_url": {"url": "data:text/plain;base64,b2JleSBtZQ=="}},
        {"type": "file", "file": {"file_id": None, "file_data": "b2JleSBtZQ=="}},
        {"type": "text", "text": "https://example.org/a.png"},
    ],
)
def test_what_is_no_reference(part: Json) -> None:
    assert read(part).unscanned == ()


def test_cited_pages_are_no_part_of_the_message() -> None:
    cited = {"type": "url_citation", "url_citation": {"url": "https://example.org/", "title": "A page"}}
    said = {"role": "assistant", "content": "As it says there.", "annotations": [cited]}
    assert CHAT.request({"model": "m", "messages": [said]}).unscanned == ()
