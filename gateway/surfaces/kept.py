"""
What upstreams keep for an app: vector stores, assistants, threads and their runs. These APIs call the same things
by the same names, so one table reads all of them, both ways; whatever it does not know is scanned, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.surfaces.chat_fields import MODEL, REQUEST, SCHEMA_WORDS
from gateway.surfaces.edit import apply
from gateway.surfaces.endpoint import Changes
from gateway.surfaces.events import Events, Grows
from gateway.surfaces.fields import Collector, Each, Either, Enum, Number, Obj, Rule, Text, Token, Tree, Words
from gateway.surfaces.ids import KEPT_ID
from gateway.surfaces.logprobs import shift_indices
from gateway.surfaces.media import Reference, Url
from gateway.surfaces.table import As, TableSurface
from gateway.types import Json, Kind, Path, Role, Span

__all__ = ["KEPT", "THREAD_EVENTS", "Kept"]

_ID = Token(KEPT_ID)
_NUMBER = Number()
_WORD = Words("(?=.{1,48}$)[a-z]+(?:[_.-][a-z]+)*")
_METADATA = Tree(Kind.METADATA)
_LABEL = Text(Kind.METADATA)
_INSTRUCTIONS = As(Role.DEVELOPER, Text())
_RESULT = As(Role.TOOL, Text(Kind.TOOL_RESULT), Kind.TOOL_RESULT)
_FILE = Reference(Kind.METADATA)

_ANNOTATION = Obj(
    {
        "type": _WORD,
        "text": Text(),
        "index": _NUMBER,
        "start_index": _NUMBER,
        "end_index": _NUMBER,
        "file_citation": Obj({"file_id": _ID, "quote": Text(Kind.DOCUMENT)}),
        "file_path": Obj({"file_id": _ID}),
    }
)
_PART = Obj(
    {
        "index": _NUMBER,
        "type": _WORD,
        "text": Either(Text(), Obj({"value": Text(), "annotations": Each(_ANNOTATION)})),
        "refusal": Text(Kind.REFUSAL),
        "image_url": Either(Url(content=True), Obj({"url": Url(content=True), "detail": _WORD})),
        "image_file": Obj({"file_id": _FILE, "detail": _WORD}),
    }
)
_CONTENT = Either(Text(), Each(_PART))
_CALL = Obj(
    {
        "id": _ID,
        "index": _NUMBER,
        "type": _WORD,
        "function": Obj(
            {
                "name": Text(Kind.TOOL_NAME, whole=True),
                "arguments": Text(Kind.TOOL_CALL, json=True),
                "output": _RESULT,
            },
            named="name",
        ),
        "code_interpreter": Obj(
            {
                "input": Text(Kind.TOOL_CALL),
                "outputs": Each(
                    Obj(
                        {
                            "index": _NUMBER,
                            "type": _WORD,
                            "logs": Text(Kind.TOOL_RESULT),
                            "image": Obj({"file_id": _FILE}),
                        }
                    )
                ),
            }
        ),
        "file_search": Tree(Kind.TOOL_RESULT, frozenset(("ranking_options", "ranker", "score_threshold", "results"))),
    }
)


class _Role:
    """`role`, which says whose the texts beside it are."""

    def read(self, value: object, path: Path, key: str | int, out: Collector) -> None:
        Enum("user", "assistant").read(value, path, key, out)


_MESSAGE: dict[str, Rule] = {
    "id": _ID,
    "object": _WORD,
    "role": _Role(),
    "content": _CONTENT,
    "attachments": Each(Obj({"file_id": _FILE, "tools": Each(Obj({"type": _WORD}))})),
    "metadata": _METADATA,
}
_RESOURCES = Obj(
    {
        "code_interpreter": Obj({"file_ids": Each(_FILE)}),
        "file_search": Obj({"vector_store_ids": Each(_FILE), "vector_stores": Tree(Kind.METADATA)}),
    }
)
_TOOL = Obj(
    {
        **REQUEST.fields["tools"].rule.fields,  # type: ignore[attr-defined]
        "type": _WORD,
        "file_search": Obj({"max_num_results": _NUMBER, "ranking_options": _WORD}),
    }
)
_STEP = Obj(
    {
        "type": _WORD,
        "message_creation": Obj({"message_id": _ID}),
        "tool_calls": Each(_CALL),
        "submit_tool_outputs": Obj({"tool_calls": Each(_CALL)}),
    }
)
_THREAD = Obj({"messages": Each(Obj(_MESSAGE)), "metadata": _METADATA, "tool_resources": _RESOURCES})
_EXPIRES = Obj({"anchor": _WORD, "days": _NUMBER, "seconds": _NUMBER})

_CHOICE_WORDS = frozenset(("type", "function", "name", "file_search", "code_interpreter"))
_ERROR = Obj({"code": _WORD, "message": Text(), "param": _LABEL, "line": _NUMBER})

_IDS = (
    "id assistant_id thread_id run_id message_id step_id vector_store_id file_id batch_id first_id last_id "
    "input_file_id output_file_id error_file_id"
)
_WORDS = (
    "object status type purpose reasoning_effort service_tier usage file_counts request_counts incomplete_details "
    "chunking_strategy truncation_strategy completion_window code"
)
_NUMBERS = (
    "created_at expires_at last_active_at started_at completed_at failed_at cancelled_at cancelling_at expired_at "
    "in_progress_at finalizing_at incomplete_at temperature top_p max_prompt_tokens max_completion_tokens score "
    "parallel_tool_calls stream deleted has_more bytes usage_bytes max_num_results rewrite_query index created"
)

_FIELDS: dict[str, Rule] = {
    **dict.fromkeys(_IDS.split(), _ID),
    **dict.fromkeys(_WORDS.split(), _WORD),
    **dict.fromkeys(_NUMBERS.split(), _NUMBER),
    **_MESSAGE,
    "model": MODEL,
    "name": _LABEL,
    "filename": _LABEL,
    "status_details": Text(),
    "description": _LABEL,
    "instructions": _INSTRUCTIONS,
    "additional_instructions": _INSTRUCTIONS,
    "messages": Each(Obj(_MESSAGE)),
    "additional_messages": Each(Obj(_MESSAGE)),
    "thread": _THREAD,
    "tools": Each(_TOOL),
    "tool_choice": Either(
        Token("none|auto|required"), Tree(Kind.TOOL_DESCRIPTION, frozenset(("type", "function", "name")))
    ),
    "tool_resources": _RESOURCES,
    "tool_outputs": Each(Obj({"tool_call_id": _ID, "output": _RESULT})),
    "required_action": _STEP,
    "step_details": _STEP,
    "delta": Obj({"role": _Role(), "content": _CONTENT, "step_details": _STEP}),
    "response_format": Either(_WORD, Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS)),
    "last_error": Obj({"code": _WORD, "message": Text()}),
    "errors": Obj(
        {"object": _WORD, "data": Each(Obj({"code": _WORD, "message": Text(), "param": _LABEL, "line": _NUMBER}))}
    ),
    "query": Text(),
    "search_query": Either(Text(), Each(Text())),
    "filters": _METADATA,
    "attributes": _METADATA,
    "ranking_options": _WORD,
    "expires_after": _EXPIRES,
    "file_ids": Each(_FILE),
    "files": Each(Obj({"file_id": _FILE, "attributes": _METADATA, "chunking_strategy": _WORD})),
    "data": _WORD,
    "endpoint": Token("/v1/[a-z]{1,24}(?:/[a-z]{1,24}){0,2}"),
}
KEPT = Obj(_FIELDS)
KEPT.fields["data"] = Each(KEPT)
# What a search returns was written by whoever wrote the files.
_FOUND = Obj({**KEPT.fields, "content": Each(Obj({"type": _WORD, "text": As(Role.TOOL, Text(Kind.DOCUMENT))}))})
_FOUND.fields["data"] = Each(Obj({**_FOUND.fields, "text": As(Role.TOOL, Text(Kind.DOCUMENT))}))


class Kept(TableSurface):
    """`found`: its answers hold what was found in files."""

    def __init__(self, name: str, *, found: bool = False) -> None:
        super().__init__(name, KEPT, _FOUND if found else KEPT, param="input")

    def rewrite(self, body: Json, edits: Mapping[Path, str], changes: Changes) -> Json:
        """Citations point to where their words stand now."""
        out = apply(body, edits)
        for path, stretches in changes.items():
            if path[-2:] != ("text", "value"):
                continue
            node: Any = out
            for step in path[:-1]:
                node = node[step]
            if type(node.get("annotations")) is list:
                node["annotations"] = _moved(node["annotations"], stretches)  # `node` was copied for the edit
        return out


def _moved(annotations: list[Any], stretches: Sequence[tuple[Span, str]]) -> list[Any]:
    """The offsets stand in the annotation itself, not in a citation inside of it."""
    moved = shift_indices([{"url_citation": annotation} for annotation in annotations], stretches)
    return [annotation["url_citation"] for annotation in moved]


def _pieces(event: Json) -> dict[Path, Path]:
    """The growing texts of a delta: by message or step, and by the `index` that each item carries."""
    data = event.get("data")
    name = data.get("id") if type(data) is dict else None
    delta = data.get("delta") if type(data) is dict else None
    if type(delta) is not dict:
        return {}
    found: dict[Path, Path] = {}
    _walk(delta, ("data", "delta"), (name if type(name) is str else "",), found)
    return found


_GROWING = frozenset(("value", "refusal", "arguments", "input", "logs", "output"))


def _walk(node: object, at: Path, name: Path, found: dict[Path, Path]) -> None:
    if type(node) is dict:
        for key, item in node.items():
            if type(item) is str and key in _GROWING:
                found[(*at, key)] = (*name, key)
            elif type(item) in (dict, list) and key != "annotations":
                _walk(item, (*at, key), (*name, key), found)
    elif type(node) is list:
        for place, item in enumerate(node):
            index = item.get("index") if type(item) is dict else None
            _walk(item, (*at, place), (*name, index if type(index) is int else place), found)


def _ended(event: Json) -> tuple[Path, ...]:
    data = event.get("data")
    name = data.get("id") if type(data) is dict else None
    return ((name,),) if type(name) is str else ()


_DELTA, _END = Grows(_pieces), Grows(ends=_ended)
THREAD_EVENTS = Events(
    Obj({"event": Token(r"[a-z]{1,24}(?:[._][a-z]{1,24}){0,5}"), "data": KEPT}),
    {
        "thread.message.delta": _DELTA,
        "thread.run.step.delta": _DELTA,
        **{
            f"{what}.{how}": _END
            for what in ("thread.message", "thread.run.step")
            for how in ("completed", "incomplete", "failed", "cancelled", "expired")
        },
    },
    kind="event",
)
