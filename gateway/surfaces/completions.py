"""
POST /v1/completions: the prompt as a text, an answer as a text with log probabilities in four lists.

Streamed events are turned into those of chat completions and back, so that one relay serves both
(`to_chat`, `from_chat`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from gateway.errors import UpstreamError
from gateway.surfaces.chat_fields import CHOICE, REQUEST, TOP_LEVEL
from gateway.surfaces.chat_refusal import KEPT
from gateway.surfaces.chat_response import choice_index
from gateway.surfaces.edit import Emptied, apply
from gateway.surfaces.endpoint import Changes
from gateway.surfaces.fields import Collector, Each, Either, Enum, Obj, Text
from gateway.surfaces.strict import wrong
from gateway.surfaces.table import TableSurface
from gateway.types import Json, Kind, Path

__all__ = ["Completions", "from_chat", "to_chat", "token_ids"]

MAX_PROMPTS = 2048
OBJECT, CHUNK = "text_completion", "chat.completion.chunk"

_SHARED = (
    "model frequency_penalty logit_bias logprobs max_tokens n presence_penalty seed stop stream stream_options "
    "temperature top_p user min_p top_k repetition_penalty"
)
_REQUEST = Obj(
    {
        **{name: REQUEST.fields[name] for name in _SHARED.split()},
        "prompt": Either(Text(), Each(Text())),
        "suffix": Text(),
        "best_of": REQUEST.fields["n"],
        "echo": REQUEST.fields["n"],
    }
)


class _Logprobs:
    """Read with the text they repeat: see `_Choices`."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None: ...


def _read_logprobs(value: Any, text: Any, at: Path, out: Collector) -> None:
    """`tokens`, `token_logprobs`, `top_logprobs` (an object of words for each token) and `text_offset`."""
    if type(value) is not dict:
        out.walk(value, at, Kind.UNKNOWN)
        return
    for name, entries in value.items():
        if name == "tokens" and type(entries) is list and all(type(t) is str for t in entries):
            if (spelled := "".join(entries)) != text:
                out.add(spelled, (*at, Emptied(name)), Kind.LOGPROB, whole=True)
        elif name == "top_logprobs" and type(entries) is list and all(type(t) in _TOPS for t in entries):
            out.add("\n".join(_ranks(entries)), (*at, Emptied(name)), Kind.LOGPROB, whole=True)
            for i, tops in enumerate(entries):
                for word, number in (tops or {}).items():
                    if type(number) not in _NUMBERS:
                        out.walk(number, (*at, name, i, word), Kind.UNKNOWN)
        elif name in _LISTS:
            if type(entries) is not list or not set(map(type, entries)) <= _NUMBERS:
                out.walk(entries, (*at, name), Kind.UNKNOWN)
        else:
            out.member(name, entries, at)


_LISTS = ("token_logprobs", "text_offset")
_TOPS = (dict, type(None))
_NUMBERS = {int, float, type(None)}

_CHOICE = Obj(
    {
        "text": Text(),
        "logprobs": _Logprobs(),
        **{name: rule for name, rule in CHOICE.items() if name not in ("message", "delta")},
    }
)
_TOP = {**TOP_LEVEL, "object": Enum(OBJECT)}


class _Choices:
    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        for position, choice in enumerate(value):
            out.message = choice_index(choice, position)
            _CHOICE.read(choice, (*path, key), position, out)
            if choice.get("logprobs") is not None:
                _read_logprobs(choice["logprobs"], choice["text"], (*path, key, position, "logprobs"), out)
        out.message = -1


class Completions(TableSurface):
    def __init__(self) -> None:
        answer = Obj({**_TOP, "choices": _Choices()})
        super().__init__("completions", _REQUEST, answer, param="prompt", model=True)

    def check(self, body: Json) -> None:
        super().check(body)
        prompt = body.get("prompt")
        texts = [prompt] if type(prompt) in (str, type(None)) else prompt
        if type(texts) is not list or not 0 < len(texts) <= MAX_PROMPTS:
            raise wrong("prompt", f"a text, or a list of 1 to {MAX_PROMPTS} texts")
        if any(type(text) is not str for text in texts if prompt is not None):
            raise wrong("prompt", "a text, or a list of texts")
        for name, most in (("max_tokens", 1 << 53), ("best_of", 128)):
            value = body.get(name)
            if value is not None and (type(value) is not int or not 0 <= value <= most):
                raise wrong(name, f"a whole number from 0 to {most}")
        if type(body.get("stream_options")) not in (dict, type(None)):
            raise wrong("stream_options", "an object")

    def limits(self, body: Json) -> tuple[int | None, int]:
        prompt = body.get("prompt")
        prompts = len(prompt) if type(prompt) is list else 1
        return body.get("max_tokens"), prompts * max(body.get("n") or 1, body.get("best_of") or 1)

    def decode(self, data: bytes, media_type: str) -> Json:
        body = super().decode(data, media_type)
        choices = body.get("choices")
        if type(choices) is not list or not all(type(c) is dict and type(c.get("text")) is str for c in choices):
            raise UpstreamError("The upstream's answer cannot be read.", code="upstream_invalid_answer")
        return body

    def rewrite(self, body: Json, edits: Mapping[Path, str], changes: Changes) -> Json:
        """Where a choice's text is edited, or what its log probabilities spell, these go."""
        out = apply(body, edits)
        if out is body:
            return body
        edited = {path[1] for path in edits if path[0] == "choices" and len(path) > 2 and path[2] in _TELLING}
        choices = [{**c, "logprobs": None} if i in edited else c for i, c in enumerate(out["choices"])]
        return {**out, "choices": choices}

    def refuse(self, body: Json, message: str) -> Json:
        choices = [refused_choice(choice_index(c, i), message) for i, c in enumerate(body["choices"])]
        return {**{key: body[key] for key in KEPT if key in body}, "choices": choices}


_TELLING = ("text", "logprobs")


def refused_choice(index: int, message: str) -> Json:
    """`refusal` is chat's field for it; this endpoint has none of its own."""
    return {"index": index, "text": "", "refusal": message, "logprobs": None, "finish_reason": "content_filter"}


def token_ids(value: Any) -> list[list[int]] | None:
    """A prompt or input that is given as token ids, as a list of such; None: it is not."""
    if type(value) is not list or not value:
        return None
    if all(type(item) is int for item in value):
        return [value]
    lists = [item for item in value if type(item) is list]
    if len(lists) != len(value) or not all(item and set(map(type, item)) == {int} for item in lists):
        return None
    return lists


def to_chat(event: Json) -> Json:
    """An event as one of chat completions, whose `content` is the text."""
    choices = event.get("choices")
    if type(choices) is not list or not all(type(c) is dict for c in choices):
        return event
    out = [{**{k: v for k, v in c.items() if k != "text"}, "delta": {"content": c.get("text")}} for c in choices]
    for choice in out:
        choice["logprobs"] = _to_entries(choice.get("logprobs"))
    return {**event, "object": CHUNK, "choices": out}


def from_chat(event: Json) -> Json:
    if "error" in event:
        return event
    choices = []
    for choice in event.get("choices") or ():
        delta = choice.get("delta") or {}
        rest = {k: v for k, v in choice.items() if k not in ("delta", "index", "logprobs")}
        refusal = {"refusal": delta["refusal"]} if delta.get("refusal") else {}
        logprobs = _from_entries(choice.get("logprobs"))
        text = delta.get("content") or ""
        choices.append({"index": choice.get("index", 0), "text": text, "logprobs": logprobs, **refusal, **rest})
    return {**event, "object": OBJECT, "choices": choices}


def _to_entries(logprobs: Any) -> Any:
    if type(logprobs) is not dict or type(logprobs.get("tokens")) is not list:
        return None  # nothing that could be compared with the text
    tokens = logprobs["tokens"]
    numbers, tops = _list(logprobs.get("token_logprobs")), _list(logprobs.get("top_logprobs"))
    entries = [
        {
            "token": token,
            "logprob": numbers[i] if i < len(numbers) else None,
            "top_logprobs": _words(tops[i]) if i < len(tops) else [],
        }
        for i, token in enumerate(tokens)
    ]
    return {"content": entries, "refusal": None}


def _from_entries(logprobs: Any) -> Json | None:
    entries = logprobs.get("content") if type(logprobs) is dict else None
    if not entries:
        return None
    return {
        "tokens": [e["token"] for e in entries],
        "token_logprobs": [e.get("logprob") for e in entries],
        "top_logprobs": [{t["token"]: t["logprob"] for t in e.get("top_logprobs") or ()} or None for e in entries],
    }


def offsets(first: int, tokens: Sequence[str]) -> list[int]:
    """Where each token begins."""
    return list(accumulate(map(len, tokens[:-1]), initial=first)) if tokens else []


def _words(tops: Any) -> list[Json]:
    return [{"token": word, "logprob": number} for word, number in tops.items()] if type(tops) is dict else []


def _ranks(entries: Sequence[dict[str, Any] | None]) -> list[str]:
    """One text for each rank, as the model would have said it."""
    lists = [list(tops or ()) for tops in entries]
    depth = max(map(len, lists), default=0)
    return ["".join(words[rank] for words in lists if rank < len(words)) for rank in range(depth)]


def _list(value: Any) -> list[Any]:
    return value if type(value) is list else []
