"""Where something stands in a body, in words that may be told: our own. A client's own keys are `*`."""

from __future__ import annotations

from gateway.surfaces import show
from gateway.types import Path

__all__ = ["field_of", "told"]

_WORDS = """
    answer arguments attachments audio b64_json body choices content data delta description document error file
    file_data file_id file_ids filename function function_call image image_file image_url input input_audio
    input_file_id instructions known_speaker_references logprobs markup mask message messages metadata model name
    output parameters prediction prompt properties query reasoning reasoning_content records refusal response
    response_format revised_prompt role search segments stop text texts thread title tool_calls tool_outputs
    tool_resources tools transcript url user value vector_store_ids words
"""
KNOWN = frozenset(_WORDS.split())


def told(path: Path) -> str:
    return show(tuple(step if isinstance(step, int) or step in KNOWN else "*" for step in path))


def field_of(path: Path) -> str:
    """The same without indexes: a label with few values."""
    return show(tuple(str(step) if step in KNOWN else "*" for step in path if not isinstance(step, int))) or "body"
