"""
/v1/audio: speech (text in, sound out) and transcriptions (sound in, text out). Sound itself is never scanned, and
is listed as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import UpstreamError
from gateway.surfaces.body import dump_json
from gateway.surfaces.chat_fields import MODEL, REQUEST
from gateway.surfaces.edit import Emptied, apply
from gateway.surfaces.endpoint import Changes
from gateway.surfaces.events import Events, Grows
from gateway.surfaces.fields import Collector, Each, Either, Enum, Number, Obj, Rule, Text, Token, Words
from gateway.surfaces.media import Base64
from gateway.surfaces.table import As, File, Form, TableSurface, Vector
from gateway.types import Json, Kind, Path, Role, Span

__all__ = ["SPEECH_EVENTS", "TRANSCRIPT_EVENTS", "Speech", "Transcripts"]

_NUMBER = Number()
_FORM_NUMBER = Either(Token(r"-?[0-9]{1,6}(?:\.[0-9]{1,8})?|true|false"), _NUMBER)
_METADATA = Text(Kind.METADATA)
_IDENTIFIERS = Words("(?=.{1,48}$)[a-z]+(?:[_.-][a-z]+)*")
_TONGUE = Token("[A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?|[a-z]{3,12}")
_SPOKEN = Text(Kind.TRANSCRIPT)

_SPEECH = Obj(
    {
        "model": MODEL,
        "input": Text(),
        "instructions": As(Role.DEVELOPER, Text()),
        "voice": REQUEST.fields["audio"].fields["voice"],  # type: ignore[attr-defined]
        "response_format": Enum("mp3", "opus", "aac", "flac", "wav", "pcm"),
        "stream_format": Enum("sse", "audio"),
        "speed": _NUMBER,
    }
)
_VAD = Obj(
    {
        "type": Enum("server_vad"),
        "prefix_padding_ms": _FORM_NUMBER,
        "silence_duration_ms": _FORM_NUMBER,
        "threshold": _FORM_NUMBER,
    }
)
_TRANSCRIPTION = Form(
    {
        "file": File(),
        "model": MODEL,
        "prompt": Text(),
        "keywords": Text(),
        "known_speaker_names": _METADATA,
        "known_speaker_references": Base64(),
        "language": _TONGUE,
        "languages": _TONGUE,
        "response_format": Enum("json", "text", "srt", "verbose_json", "vtt", "diarized_json"),
        "include": Enum("logprobs"),
        "timestamp_granularities": Enum("word", "segment"),
        "chunking_strategy": Either(Enum("auto"), _VAD),
        "stream": _FORM_NUMBER,
        "temperature": _FORM_NUMBER,
    }
)


class _Logprobs:
    """Tokens that repeat the text; scanned as the text that they spell."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is not list or not all(type(entry) is dict for entry in value):
            out.walk(value, at, Kind.UNKNOWN)
            return
        for field in ("token", "bytes"):
            out.add("".join(_spelled(entry.get(field)) for entry in value), _emptied(at), Kind.LOGPROB, whole=True)
        for i, entry in enumerate(value):
            for name, item in entry.items():
                if name == "logprob":
                    _NUMBER.read(item, (*at, i), name, out)
                elif name not in ("token", "bytes"):
                    out.member(name, item, (*at, i))
                elif not _is_token(item) and item is not None:
                    out.walk(item, (*at, i, name), Kind.UNKNOWN)


def _spelled(value: Any) -> str:
    if not _is_token(value):
        return ""
    return value if type(value) is str else bytes(map(int, value)).decode("utf-8", "replace")


def _is_token(value: Any) -> bool:
    """A token as a text, or as bytes."""
    return type(value) is str or (type(value) is list and all(type(n) in _REAL and 0 <= n < 256 for n in value))


_REAL = (int, float)


def _emptied(at: Path) -> Path:
    return (*at[:-1], Emptied(at[-1]))


_SEGMENT: dict[str, Rule] = {
    "id": Either(Token("(?:seg|segment)_[A-Za-z0-9]{1,32}|[0-9]{1,6}"), _NUMBER),
    "type": _IDENTIFIERS,
    "text": _SPOKEN,
    "speaker": _METADATA,
    "tokens": Vector(),
    **dict.fromkeys(
        ("start", "end", "seek", "temperature", "avg_logprob", "compression_ratio", "no_speech_prob"), _NUMBER
    ),
}
_ANSWER = Obj(
    {
        "task": _IDENTIFIERS,
        "language": _TONGUE,
        "languages": Each(Obj({"code": _TONGUE, "language": _TONGUE})),
        "duration": Either(Token(r"[0-9]{1,8}(?:\.[0-9]{1,16})?"), _NUMBER),
        "text": _SPOKEN,
        "segments": Each(Obj(_SEGMENT)),
        "words": Each(Obj({"word": _SPOKEN, "start": _NUMBER, "end": _NUMBER})),
        "logprobs": _Logprobs(),
        "usage": _IDENTIFIERS,
    }
)


class Speech(TableSurface):
    def __init__(self) -> None:
        super().__init__("audio.speech", _SPEECH, model=True)

    def streams(self, body: Json) -> bool:
        return body.get("stream_format") == "sse"

    def opaque(self, media_type: str) -> bool:
        return media_type.startswith("audio/") or media_type == "application/octet-stream"

    def decode(self, data: bytes, media_type: str) -> Json:
        raise UpstreamError("the upstream's answer is no sound", code="upstream_invalid_answer")


class Transcripts(TableSurface):
    """Transcriptions, and translations, which are transcriptions in English."""

    def __init__(self, name: str) -> None:
        super().__init__(name, _TRANSCRIPTION, _ANSWER, param="prompt", model=True)

    def decode(self, data: bytes, media_type: str) -> Json:
        if not media_type.startswith("text/"):
            return super().decode(data, media_type)
        try:
            return {"text": data.decode()}
        except UnicodeDecodeError:
            raise UpstreamError("the upstream's answer is no text", code="upstream_invalid_answer") from None

    def encode(self, body: Json, media_type: str) -> bytes:
        return str(body["text"]).encode("utf-8", "replace") if media_type.startswith("text/") else dump_json(body)

    def media_type(self, given: str) -> str:
        return f"{given}; charset=utf-8" if given in ("text/plain", "text/vtt", "text/srt") else "application/json"

    def rewrite(self, body: Json, edits: Mapping[Path, str], changes: Changes) -> Json:
        """Words, segments and log probabilities of what was edited go."""
        out = apply(body, edits)
        if out is body:
            return body
        out = {key: value for key, value in out.items() if key != "logprobs"}
        text = body.get("text")
        if ("text",) not in edits or type(text) is not str:
            return out
        stretches = [span for span, _ in changes.get(("text",)) or [(Span(0, len(text)), "")]]
        for field, said in (("segments", "text"), ("words", "word")):
            if type(out.get(field)) is list:
                out[field] = _untouched(out[field], body[field], said, text, stretches)
        return out


def _untouched(new: list[Any], old: list[Any], field: str, text: str, edited: Sequence[Span]) -> list[Any]:
    """Those items that say nothing of the edited stretches; none, where they do not follow the text."""
    kept, at = [], 0
    for item, original in zip(new, old, strict=True):
        said = original.get(field) if type(original) is dict else None
        start = text.find(said.strip(), at) if type(said) is str else -1
        if start < 0 or type(said) is not str:
            return []
        at = start + len(said.strip())
        if not any(span.start < at and start < span.end for span in edited):
            kept.append(item)
    return kept


_KIND = Token(r"[a-z]{1,24}(?:[._][a-z]{1,24}){0,4}")
_TRANSCRIPT = Obj(
    {**_SEGMENT, **_ANSWER.fields, "type": _KIND, "delta": _SPOKEN, "segment_id": _SEGMENT["id"]},
)


def _delta(event: Json) -> Mapping[Path, Path]:
    return {("delta",): ("transcript",)}


TRANSCRIPT_EVENTS = Events(
    _TRANSCRIPT,
    {
        "transcript.text.delta": Grows(_delta),
        "transcript.text.done": Grows(ends=lambda _: (("transcript",),)),
    },
    logprobs=("logprobs",),
)
SPEECH_EVENTS = Events(Obj({"type": _KIND, "audio": Base64(), "usage": _IDENTIFIERS}), {})
