"""Ids of what upstreams keep (responses, files, threads): inert while they have the form that upstreams give them."""

from __future__ import annotations

import re

__all__ = ["KEPT_ID", "is_plain_id"]

_KINDS = """
    asst batch call chatcmpl cmpl conv csfb cs file fc ft ftjob gen item msg part resp rs run step thread upload vs vsfb
"""
KEPT_ID = rf"(?:{'|'.join(_KINDS.split())})[-_][A-Za-z0-9]{{1,64}}"

_fits = re.compile(rf"{KEPT_ID}|[a-z]{{1,12}}|[0-9]{{1,8}}").fullmatch


def is_plain_id(value: str) -> bool:
    """Also short words and numbers, as parameters are. Anything else may be a secret, and is scanned."""
    return _fits(value) is not None
