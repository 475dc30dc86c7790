"""
Prompts that come as token ids. Nobody can scan numbers: they are read with the model's tokenizer and forwarded
as the text that was scanned, or refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from tokenizers import Tokenizer

from gateway.errors import ConfigError, RequestError

__all__ = ["TokenTexts"]


class TokenTexts:
    """Raises ConfigError for a file that is no tokenizer."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._known = [(glob, _load(path)) for glob, path in files.items()]

    def texts(self, model: str, lists: Sequence[Sequence[int]], param: str) -> list[str]:
        """One text for each list of ids. Raises RequestError where they cannot be read, or mean nothing."""
        known = next((tokenizer for glob, tokenizer in self._known if fnmatchcase(model, glob)), None)
        if known is None:
            message = f"{param} holds token ids, which cannot be scanned here: send it as text"
            raise RequestError(message, param=param, code="token_ids")
        size = known.get_vocab_size()
        if any(not 0 <= token < size for ids in lists for token in ids):
            raise RequestError(f"{param} holds ids that this model's tokenizer does not have", param=param)
        return [known.decode(list(ids), skip_special_tokens=False) for ids in lists]


@cache
def _load(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as e:  # the library raises nothing narrower
        raise ConfigError(f"endpoints: tokenizers: {path}: no tokenizer can be read there") from e
