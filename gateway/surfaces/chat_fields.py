"""
Every field of chat completions that we know, and what it holds. The fields are those of the `openai`
package's types (3.52), and a few that compatible servers add. tests/surfaces/test_canary.py walks
those types and says which line is missing here.
"""

from __future__ import annotations

from typing import Any

from gateway.surfaces.fields import (
    Collector,
    Each,
    Either,
    Enum,
    Keyed,
    Number,
    Obj,
    Rule,
    Text,
    Token,
    Tree,
    Words,
    inert,
)
from gateway.surfaces.media import Base64, Reference, Url
from gateway.types import Kind, Path

__all__ = [
    "CHOICE",
    "CONTENT_PARTS",
    "ID",
    "INERT_ANSWER",
    "INERT_REQUEST",
    "MESSAGE",
    "MODEL",
    "PART",
    "REQUEST",
    "ROLES",
    "TOP_LEVEL",
    "ContentPart",
]

ROLES = frozenset(("system", "developer", "user", "assistant", "tool", "function"))

# Words that JSON Schema itself is made of: harmless wherever they stand.
_SCHEMA_WORDS = """
    $defs $id $ref $schema additionalProperties allOf anyOf array boolean const default definitions description
    enum examples exclusiveMaximum exclusiveMinimum format integer items maxItems maxLength maximum minItems
    minLength minimum not null number object oneOf pattern properties required string title type uniqueItems
"""
SCHEMA_WORDS = frozenset(_SCHEMA_WORDS.split())

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Ids as OpenAI, Anthropic, Mistral and open servers make them. Any other form is scanned.
ID = Token(
    "(?:(?:audio|call|chat|chatcmpl|cmpl|ctc|fc|file|gen|msg|req|resp|run|tool|toolu)[-_]){1,2}"
    rf"(?:[A-Za-z0-9]{{1,48}}|{_UUID})|(?=[0-9]{{0,8}}[A-Za-z])[A-Za-z0-9]{{1,12}}|[0-9a-f]{{32}}|{_UUID}"
)
MODEL = Token(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
_FINGERPRINT = Token("(?:fp_[A-Za-z0-9_.-]{0,48})?")
_PADDING = Token("[A-Za-z0-9]{0,256}")  # `obfuscation`: random characters of random number
# Words such as completion_tokens_details and self-harm/intent. Anything with digits or capitals may be a secret.
_IDENTIFIERS = Words("(?=.{1,48}$)[a-z]+(?:[_/-][a-z]+)*")
_NUMBER = Number()
_METADATA = Text(Kind.METADATA)
_LINK = Url(content=True)
_LABEL = Text(Kind.METADATA, whole=True)
_DESCRIPTION = Text(Kind.TOOL_DESCRIPTION)
_TOOL_NAME = Text(Kind.TOOL_NAME, whole=True)
_REASONING = Text(Kind.REASONING)
_CACHE_POINT = Obj({"mode": Enum("explicit"), "ttl": Enum("5m", "30m", "1h", "12h"), "type": Enum("ephemeral")})
_TIER = Enum("auto", "default", "flex", "scale", "priority", "fast")
_CALL_TYPE = Enum("function", "custom")

# `thinking` is Mistral's; clients send it back.
CONTENT_PARTS = frozenset(("text", "refusal", "image_url", "input_audio", "file", "thinking"))


class ContentPart(Obj):
    """One part of a content list. All is read, whatever its type says; a type we do not know is reported."""

    known = CONTENT_PARTS

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is str:
            out.add(value, (*path, key), out.kind)
            return
        if type(value) is dict and not _is_one_of(value.get("type"), self.known):
            out.skip((*path, key), "unknown_part", 0)
        super().read(value, path, key, out)


def _is_one_of(value: Any, words: frozenset[str]) -> bool:
    return type(value) is str and value in words


PART = ContentPart(
    {
        "type": Enum(*CONTENT_PARTS),
        "text": Text(),
        "refusal": Text(Kind.REFUSAL),
        "thinking": _REASONING,
        "image_url": Either(_LINK, Obj({"url": _LINK, "detail": Enum("auto", "low", "high", "original")})),
        "input_audio": Obj({"data": Base64(), "format": Enum("wav", "mp3")}),
        "file": Obj({"file_data": Base64(), "file_id": Reference(Kind.METADATA), "filename": _METADATA}),
        "prompt_cache_breakpoint": _CACHE_POINT,
        "cache_control": _CACHE_POINT,
    }
)
_CONTENT = Either(Text(), Each(PART))
# Pictures that a model has made, as OpenRouter and LiteLLM have them.
_IMAGES = Each(Obj({"type": Enum("image_url"), "index": _NUMBER, "image_url": Obj({"url": _LINK, "detail": _LABEL})}))

_CALLED_FUNCTION = Obj({"name": _TOOL_NAME, "arguments": Text(Kind.TOOL_CALL, json=True)}, named="name")
_CALL = Obj(
    {
        "index": _NUMBER,
        "id": ID,
        "type": _CALL_TYPE,
        "function": _CALLED_FUNCTION,
        "custom": Obj({"name": _TOOL_NAME, "input": Text(Kind.TOOL_CALL)}, named="name"),
    }
)
_CITATION = Obj({"title": _LABEL, "url": Url(), "start_index": _NUMBER, "end_index": _NUMBER})

# Messages of requests and of answers, and the deltas of streams: clients send back what they got.
MESSAGE = Obj(
    {
        "role": Enum(*ROLES),
        "content": _CONTENT,
        "name": _METADATA,
        "refusal": Text(Kind.REFUSAL),
        "reasoning_content": _REASONING,
        "reasoning": _REASONING,
        "thinking": _REASONING,
        "tool_calls": Each(_CALL),
        "tool_call_id": ID,
        "function_call": _CALLED_FUNCTION,
        "audio": Obj({"id": ID, "transcript": Text(Kind.TRANSCRIPT), "data": Base64(), "expires_at": _NUMBER}),
        "images": _IMAGES,
        "annotations": Each(Obj({"type": Enum("url_citation"), "url_citation": _CITATION})),
        "prompt_cache_breakpoint": _CACHE_POINT,
        "cache_control": _CACHE_POINT,
    }
)

_FUNCTION = Obj(
    {
        "name": _DESCRIPTION,
        "description": _DESCRIPTION,
        "parameters": Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS),
        "strict": _NUMBER,
    },
    named="name",
)
_GRAMMAR = Obj({"definition": _DESCRIPTION, "syntax": Enum("lark", "regex")})
_CUSTOM = Obj(
    {
        "name": _DESCRIPTION,
        "description": _DESCRIPTION,
        "format": Obj({"type": Enum("text", "grammar"), "grammar": _GRAMMAR}),
    },
    named="name",
)
_TOOL = Obj({"type": _CALL_TYPE, "function": _FUNCTION, "custom": _CUSTOM, "cache_control": _CACHE_POINT})
_NAMED = Obj({"name": _TOOL_NAME})
_ALLOWED_TOOLS = Obj(
    {
        "mode": Enum("auto", "required"),
        "tools": Tree(Kind.TOOL_DESCRIPTION, frozenset(("type", "function", "custom", "name"))),
    }
)
_SCHEMA_FORMAT = Obj(
    {
        "name": _DESCRIPTION,
        "description": _DESCRIPTION,
        "schema": Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS),
        "strict": _NUMBER,
    }
)
_MODE = Obj({"mode": Enum("score", "block")})
_PLACE = Obj({"city": _METADATA, "country": _METADATA, "region": _METADATA, "timezone": _METADATA})
_VOICE = Token("[a-z]{1,12}")

REQUEST = Obj(
    {
        "messages": Each(MESSAGE),
        "model": MODEL,
        "audio": Obj(
            {
                "format": Enum("wav", "aac", "mp3", "flac", "opus", "pcm16"),
                "voice": Either(_VOICE, Obj({"id": _METADATA})),
            }
        ),
        "frequency_penalty": _NUMBER,
        "function_call": Either(Enum("none", "auto"), _NAMED),
        "functions": Each(_FUNCTION),
        "logit_bias": Keyed("[0-9]{1,7}", _NUMBER),
        "logprobs": _NUMBER,
        "max_completion_tokens": _NUMBER,
        "max_tokens": _NUMBER,
        "metadata": Tree(Kind.METADATA),
        "modalities": Each(Enum("text", "audio")),
        "moderation": Obj({"model": MODEL, "policy": Obj({"input": _MODE, "output": _MODE})}),
        "n": _NUMBER,
        "parallel_tool_calls": _NUMBER,
        "prediction": Obj({"type": Enum("content"), "content": _CONTENT}),
        "presence_penalty": _NUMBER,
        "prompt_cache_key": _METADATA,
        "prompt_cache_options": Obj({"mode": Enum("implicit", "explicit"), "ttl": Enum("30m")}),
        "prompt_cache_retention": Enum("in_memory", "24h"),
        "reasoning_effort": Enum("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        "response_format": Obj({"type": Enum("text", "json_object", "json_schema"), "json_schema": _SCHEMA_FORMAT}),
        "safety_identifier": _METADATA,
        "seed": _NUMBER,
        "service_tier": _TIER,
        "stop": Tree(Kind.METADATA),
        "store": _NUMBER,
        "stream": _NUMBER,
        "stream_options": Obj({"include_usage": _NUMBER, "include_obfuscation": _NUMBER}),
        "temperature": _NUMBER,
        "tool_choice": Either(
            Enum("none", "auto", "required"),
            Obj(
                {
                    "type": Enum("function", "custom", "allowed_tools"),
                    "function": _NAMED,
                    "custom": _NAMED,
                    "allowed_tools": _ALLOWED_TOOLS,
                }
            ),
        ),
        "tools": Each(_TOOL),
        "top_logprobs": _NUMBER,
        "top_p": _NUMBER,
        "user": _METADATA,
        "verbosity": Enum("low", "medium", "high"),
        "web_search_options": Obj(
            {
                "search_context_size": Enum("low", "medium", "high"),
                "user_location": Obj({"type": Enum("approximate"), "approximate": _PLACE}),
            }
        ),
        "min_p": _NUMBER,  # vLLM and others, with the next two
        "top_k": _NUMBER,
        "repetition_penalty": _NUMBER,
    }
)

# An answer or event, but for its choices.
TOP_LEVEL: dict[str, Rule] = {
    "id": ID,
    "object": Enum("chat.completion", "chat.completion.chunk"),
    "created": _NUMBER,
    "model": MODEL,
    "metadata": Tree(Kind.METADATA),
    "moderation": Obj(
        {
            side: Obj(
                {
                    "type": Enum("moderation_results", "error"),
                    "model": MODEL,
                    "results": Each(_IDENTIFIERS),
                    "code": _IDENTIFIERS,
                    "message": _METADATA,
                }
            )
            for side in ("input", "output")
        }
    ),
    "obfuscation": _PADDING,
    "service_tier": _TIER,
    "system_fingerprint": _FINGERPRINT,
    "usage": _IDENTIFIERS,
    "prompt_filter_results": _IDENTIFIERS,  # Azure
}

# A choice, but for its logprobs, which are read against its text.
CHOICE: dict[str, Rule] = {
    "index": _NUMBER,
    "finish_reason": Enum("stop", "length", "tool_calls", "content_filter", "function_call"),
    "message": MESSAGE,
    "delta": MESSAGE,
    "content_filter_results": _IDENTIFIERS,  # Azure
}

# All that goes unread, for reviewers: (glob of the path, pattern that it must fit).
INERT_REQUEST = tuple(inert(REQUEST))
INERT_ANSWER = (*inert(Obj(TOP_LEVEL)), *inert(Each(Obj(CHOICE)), "choices"))
