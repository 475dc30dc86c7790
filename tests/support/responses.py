"""Answers of the Responses API, and the events that stream them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

from gateway.types import Json

__all__ = ["HEAD", "call", "collected", "custom", "events_of", "message", "reasoning", "response", "shell"]

HEAD: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
    "temperature": 1.0,
    "top_p": 1.0,
}
USAGE = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}


def response(*items: Json, **fields: Any) -> Json:
    return {**HEAD, "output": list(items), "usage": USAGE, **fields}


def message(*texts: str, refusal: str | None = None, id: str = "msg_1", **fields: Any) -> Json:
    content: list[Json] = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []} for text in texts]
    if refusal is not None:
        content.append({"type": "refusal", "refusal": refusal})
    return {"id": id, "type": "message", "role": "assistant", "status": "completed", "content": content, **fields}


def reasoning(*summary: str, content: tuple[str, ...] = (), id: str = "rs_1") -> Json:
    return {
        "id": id,
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": text} for text in summary],
        "content": [{"type": "reasoning_text", "text": text} for text in content],
    }


def call(name: str, arguments: str, id: str = "fc_1") -> Json:
    return {
        "id": id,
        "type": "function_call",
        "call_id": f"call_{id[-1]}",
        "name": name,
        "arguments": arguments,
        "status": "completed",
    }


def custom(name: str, given: str, id: str = "ctc_1") -> Json:
    return {"id": id, "type": "custom_tool_call", "call_id": f"call_{id[-1]}", "name": name, "input": given}


def shell(*commands: str, id: str = "sh_1") -> Json:
    action = {"commands": list(commands), "timeout_ms": None}
    return {"id": id, "type": "shell_call", "call_id": "call_1", "status": "completed", "action": action}


_ONE = {
    "function_call": ("arguments", "response.function_call_arguments"),
    "mcp_call": ("arguments", "response.mcp_call_arguments"),
    "custom_tool_call": ("input", "response.custom_tool_call_input"),
    "code_interpreter_call": ("code", "response.code_interpreter_call_code"),
}


def pieces(text: str, rng: Random) -> list[str]:
    """Cut anywhere, also between the halves of a surrogate pair."""
    data = text.encode("utf-16-le", "surrogatepass")
    cuts = sorted({0, len(data), *(2 * rng.randrange(len(data) // 2 + 1) for _ in range(rng.randrange(6)))})
    return [data[a:b].decode("utf-16-le", "surrogatepass") for a, b in pairwise(cuts)]


def events_of(answer: Json, rng: Random | None = None) -> list[Json]:
    """As a server streams this answer, its texts cut anywhere and its items interleaved in any way."""
    rng = rng or Random(0)
    opened = {**answer, "status": "in_progress", "output": [], "usage": None}
    out: list[Json] = [
        {"type": "response.created", "response": opened},
        {"type": "response.in_progress", "response": opened},
    ]
    lines = [list(_of_item(index, item, rng)) for index, item in enumerate(answer["output"])]
    while lines:
        line = rng.choice(lines)
        out.append(line.pop(0))
        lines = [line for line in lines if line]
    out.append({"type": f"response.{answer['status']}", "response": answer})
    return [{**event, "sequence_number": number} for number, event in enumerate(out)]


def _of_item(index: int, item: Json, rng: Random) -> Iterator[Json]:
    where = {"output_index": index, "item_id": item["id"]}
    opened = {**item, **({"status": "in_progress"} if "status" in item else {})}
    if item["type"] in _ONE:
        field, stem = _ONE[item["type"]]
        yield {"type": "response.output_item.added", "output_index": index, "item": {**opened, field: ""}}
        for piece in pieces(item[field], rng):
            yield {"type": f"{stem}.delta", **where, "delta": piece, "obfuscation": "a" * rng.randrange(9)}
        yield {"type": f"{stem}.done", **where, field: item[field]}
    elif item["type"] == "shell_call":
        yield from _of_shell(index, item, rng)
    elif item["type"] == "shell_call_output":
        yield from _of_shell_output(where, item, rng)
    elif item["type"] in ("message", "reasoning"):
        lists = [key for key in ("summary", "content") if key in item]
        empty: Json = {key: [] for key in lists}
        yield {"type": "response.output_item.added", "output_index": index, "item": {**opened, **empty}}
        for key in lists:
            for number, part in enumerate(item[key]):
                yield from _of_part({**where, f"{key}_index": number}, key, part, rng)
    else:
        yield {"type": "response.output_item.added", "output_index": index, "item": item}
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _of_shell(index: int, item: Json, rng: Random) -> Iterator[Json]:
    stem, commands = "response.shell_call_command", item["action"]["commands"]
    yield {"type": "response.output_item.added", "output_index": index, "item": {**item, "action": {"commands": []}}}
    for number, command in enumerate(commands):
        where = {"output_index": index, "command_index": number}
        first, *rest = pieces(command, rng) or [""]
        yield {"type": f"{stem}.added", **where, "command": first}
        for piece in rest:
            yield {"type": f"{stem}.delta", **where, "delta": piece}
        yield {"type": f"{stem}.done", **where, "command": command}


def _of_shell_output(where: Json, item: Json, rng: Random) -> Iterator[Json]:
    stem = "response.shell_call_output_content"
    opened = {**item, "output": []}
    yield {"type": "response.output_item.added", "output_index": where["output_index"], "item": opened}
    for number, said in enumerate(item["output"]):
        at = {**where, "command_index": number}
        for field in ("stdout", "stderr"):
            for piece in pieces(said[field], rng):
                yield {"type": f"{stem}.delta", **at, "delta": {field: piece}}
        yield {"type": f"{stem}.done", **at, "output": [said]}


def _of_part(where: Json, key: str, part: Json, rng: Random) -> Iterator[Json]:
    field = "refusal" if part["type"] == "refusal" else "text"
    stem = f"response.{'reasoning_summary_text' if key == 'summary' else part['type']}"
    kind = "reasoning_summary_part" if key == "summary" else "content_part"
    logged: Json = {"logprobs": []} if part["type"] == "output_text" else {}
    yield {"type": f"response.{kind}.added", **where, "part": {**part, field: ""}}
    for piece in pieces(part[field], rng):
        yield {"type": f"{stem}.delta", **where, "delta": piece, **logged}
    yield {"type": f"{stem}.done", **where, field: part[field], **logged}
    yield {"type": f"response.{kind}.done", **where, "part": part}


def collected(events: list[Json]) -> dict[tuple[Any, ...], dict[str, str]]:
    """Each text as each kind of event tells it: by deltas, `.done`, part, item and the whole answer."""
    out: dict[tuple[Any, ...], dict[str, str]] = {}

    def put(place: tuple[Any, ...], by: str, text: str, *, add: bool = False) -> None:
        told = out.setdefault(place, {})
        told[by] = told.get(by, "") + text if add else text

    for event in events:
        index = event.get("output_index")
        kind, _, last = event["type"].removeprefix("response.").rpartition(".")
        if kind.startswith("shell_call"):
            _of_shells(kind, last, event, put)
            continue
        of = "summary" if "summary_index" in event else "content"
        part_at = (index, of, event.get(f"{of}_index"))
        if last == "delta":
            place = (*part_at, "refusal" if "refusal" in kind else "text") if f"{of}_index" in event else (index,)
            put(place, "delta", event["delta"], add=True)
        elif kind in ("content_part", "reasoning_summary_part") and last == "done":
            field = "refusal" if "refusal" in event["part"] else "text"
            put((*part_at, field), "part", event["part"][field])
        elif kind == "output_item" and last == "done":
            _of_whole(index, event["item"], "item", put)
        elif last == "done":
            field = next(f for f in ("text", "refusal", "arguments", "input", "code") if f in event)
            put((*part_at, field) if f"{of}_index" in event else (index,), "done", event[field])
        elif last in ("completed", "incomplete", "failed"):
            for number, item in enumerate(event["response"]["output"]):
                _of_whole(number, item, "answer", put)
    return out


def _of_shells(kind: str, last: str, event: Json, put: Any) -> None:
    at = (event["output_index"], event["command_index"])
    if kind == "shell_call_command":
        put(at, "done" if last == "done" else "delta", event.get("command", event.get("delta")), add=last != "done")
        return
    said = event["output"][0] if last == "done" else event["delta"]
    for field in {"stdout", "stderr"} & said.keys():
        put((*at, field), "done" if last == "done" else "delta", said[field], add=last != "done")


def _of_whole(index: Any, item: Json, by: str, put: Any) -> None:
    for field in ("arguments", "input", "code"):
        if item.get("type") in _ONE and field in item:
            put((index,), by, item[field])
    for number, command in enumerate(item.get("action", {}).get("commands", ())):
        put((index, number), by, command)
    for number, said in enumerate(item["output"] if item.get("type") == "shell_call_output" else ()):
        for field in ("stdout", "stderr"):
            put((index, number, field), by, said[field])
    for of in ("summary", "content"):
        for number, part in enumerate(item.get(of) or ()):
            field = "refusal" if "refusal" in part else "text"
            put((index, of, number, field), by, part[field])
