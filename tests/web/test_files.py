"""Files in requests and answers, opened where the policy wants it, through real sockets and a real reader."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from gateway.types import Json
from tests.support.gatewayed import ATTACK, CHAT, EMAIL, Gatewayed, ask, completion, error_of, gatewayed, said
from tests.support.gatewayed import choice as choice_of
from tests.support.pdfs import PNG_PAGE, bomb, encrypted, pdf
from tests.support.scripted import Request, Script, answer

RULES = "rules: [{category: 'pii/email', action: mask}, {category: 'injection/*', action: block}]"
OPENS = f"version: 1\nname: opens\nunscannable: extract\n{RULES}"
LENIENT = OPENS.replace("opens", "lenient").replace("rules", "unextracted: count\nrules")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)

Send = Callable[[bytes, str], tuple[str, Any]]


def base64(data: bytes, kind: str = "application/pdf", head: bool = True) -> str:
    return (f"data:{kind};base64," if head else "") + b64encode(data).decode()


def chat(data: bytes, kind: str = "application/pdf", *, head: bool = True) -> Json:
    file = {"type": "file", "file": {"filename": "a", "file_data": base64(data, kind, head)}}
    return ask([{"role": "user", "content": [{"type": "text", "text": "Sum it up."}, file]}])


def responses(data: bytes, where: str) -> Json:
    if where == "image":
        part: Json = {"type": "input_image", "image_url": base64(data)}
    else:
        part = {"type": "input_file", "file_data": base64(data)}
    item: Json = {"type": "message", "role": "user", "content": [part]}
    if where == "tool":
        item = {"type": "function_call_output", "call_id": "call_1", "output": [part]}
    return {"model": "m", "input": [item]}


def anthropic(data: bytes, inside: bool) -> Json:
    source = {"type": "base64", "media_type": "application/pdf", "data": base64(data, head=False)}
    block: Json = {"type": "document", "source": source}
    if inside:
        block = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [block]}
    return {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [block]}]}


WAYS: dict[str, tuple[str, Callable[[bytes], Json]]] = {
    "chat": (CHAT, chat),
    "chat, base64 alone": (CHAT, lambda data: chat(data, head=False)),
    "chat, called a picture": (CHAT, lambda data: chat(data, "image/png")),
    "responses": ("/v1/responses", lambda data: responses(data, "message")),
    "responses, called a picture": ("/v1/responses", lambda data: responses(data, "image")),
    "responses, of a tool": ("/v1/responses", lambda data: responses(data, "tool")),
    "anthropic": ("/v1/messages", lambda data: anthropic(data, False)),
    "anthropic, of a tool": ("/v1/messages", lambda data: anthropic(data, True)),
}


def repeats(request: Request) -> Script:
    """A model whose answers say nothing, and a store that keeps files."""
    if request.target == CHAT:
        return said("Well.")
    return [answer(json={"id": "file-1", "object": "file"})]


async def upload(gate: Gatewayed, data: bytes, purpose: str = "user_data", kind: str = "application/pdf") -> Any:
    return await gate.http.post("/v1/files", data={"purpose": purpose}, files={"file": ("a.pdf", data, kind)})


async def test_an_attack_in_a_file_is_blocked_wherever_it_comes() -> None:
    attack = pdf("Minutes of the meeting", ATTACK)
    async with gatewayed(repeats, policies=[OPENS], policy="opens") as gate:
        for name, (path, body) in WAYS.items():
            response = await gate.http.post(path, json=body(attack))
            assert response.status_code == 400, name
            assert b"content policy" in response.content, name
        for purpose in ("user_data", "assistants", "vision", "evals"):
            response = await upload(gate, attack, purpose)
            assert (response.status_code, error_of(response)["code"]) == (400, "content_filter")
        assert gate.up.opened == 0


async def test_a_clean_file_passes_as_it_came_and_is_told_of() -> None:
    minutes = pdf("Minutes of the meeting", "All agreed.")
    async with gatewayed(repeats, policies=[OPENS], policy="opens") as gate:
        response = await gate.http.post(CHAT, json=chat(minutes))
        assert response.status_code == 200
        assert gate.up.requests[0].json() == chat(minutes)
        size = len("Minutes of the meeting\nAll agreed.")
        assert response.headers["x-guard-extracted"] == f"messages.content.file.file_data={size}"
        assert "x-guard-unscanned" not in response.headers
        event = await gate.event()
        assert event.scanned
        assert event.request.extracted == {"messages.content.file.file_data": size}
        assert event.as_json()["request"]["extracted"] == event.request.extracted
        assert event.request.scanned == event.request.seen
        assert (
            f'guard_extracted_bytes_total{{kind="pdf",route="chat.completions"}} {size}.0'
            in (await gate.http.get("/metrics")).text
        )
        assert (await upload(gate, minutes)).status_code == 200
        assert minutes in gate.up.requests[-1].body


async def test_what_cannot_be_opened() -> None:
    """Refused, or counted where the policy says so: always with the reason."""
    cases = {
        "encrypted": encrypted("For few", "a password"),
        "broken": pdf("Hello")[:300],
        "too_large": bomb(80 << 20),
        "no_text": pdf(PNG_PAGE),
        "binary": PNG,
    }
    settings: Any = {"policies": [OPENS, LENIENT], "policy": "lenient", "files": {"ocr": False}}
    async with gatewayed(repeats, **settings) as gate:
        for number, (reason, data) in enumerate(cases.items()):
            refused = await gate.http.post(CHAT, json=chat(data), headers={"x-guard-policy": "opens"})
            error = error_of(refused)
            assert (refused.status_code, error["code"]) == (400, "unscannable_content")
            assert reason in error["message"]
            assert len(gate.up.requests) == number
            assert (await gate.http.post(CHAT, json=chat(data))).status_code == 200
            event = gate.events[-1]
            assert not event.scanned
            assert list(event.request.unscanned) == [reason]
            assert event.request.seen > event.request.scanned


async def test_addresses_are_never_fetched() -> None:
    async with gatewayed(repeats, policies=[OPENS], policy="opens") as gate:
        part = {"type": "image_url", "image_url": {"url": f"{gate.up.url}/a.pdf"}}
        response = await gate.chat([{"role": "user", "content": [part]}])
        assert (response.status_code, error_of(response)["code"]) == (400, "unscannable_content")
        assert gate.up.opened == 0


async def test_a_value_in_a_pdf_blocks_and_in_a_text_is_masked() -> None:
    """Nobody can write in a PDF. A text goes on in its own encoding."""
    async with gatewayed(repeats, policies=[OPENS], policy="opens") as gate:
        response = await gate.http.post(CHAT, json=chat(pdf(f"Write to {EMAIL}")))
        assert (response.status_code, error_of(response)["code"]) == (400, "content_filter")
        for encoding, kind in (
            ("utf-8", "text/csv"),
            ("utf-16", "text/plain"),
            ("latin-1", "text/html;charset=iso-8859-1"),
        ):
            text = f"Für {EMAIL}, später"
            response = await gate.http.post(CHAT, json=chat(text.encode(encoding), kind))
            assert response.status_code == 200
            sent = gate.up.requests[-1].json()["messages"][0]["content"][1]["file"]["file_data"]
            head = f"data:{kind};base64,"
            assert sent == base64(text.replace(EMAIL, "[EMAIL]").encode(encoding), kind), encoding
            assert sent.startswith(head)
        assert (await upload(gate, f"Für {EMAIL}".encode("latin-1"), kind="text/plain; charset=latin1")).is_success
        assert "Für [EMAIL]".encode("latin-1") in gate.up.requests[-1].body


async def test_files_in_answers() -> None:
    """What a model's server hands out is opened, too."""
    hostile = [answer(body=pdf(ATTACK), headers={"content-type": "application/pdf"})]
    picture = [answer(json=completion(choice_of("Look", audio={"id": "a", "data": base64(PNG, head=False)})))]
    async with gatewayed(hostile, picture, policies=[OPENS], policy="opens") as gate:
        response = await gate.http.get("/v1/files/file-1/content")
        assert (response.status_code, error_of(response)["code"]) == (400, "content_filter")
        response = await gate.chat()
        assert response.json()["choices"][0]["finish_reason"] == "content_filter"
