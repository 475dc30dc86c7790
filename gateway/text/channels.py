"""Where a text comes from, as far as it matters for what is ordinary in it: honest code looks unlike honest mail."""

from __future__ import annotations

from typing import Literal

from gateway.types import Kind, Part, Role

__all__ = ["Channel", "channel_of"]

Channel = Literal["user", "document", "tool", "code", "answer"]


def channel_of(part: Part) -> Channel:
    """Which honest texts a text is compared with."""
    if part.kind is Kind.DOCUMENT:
        return "document"
    if part.kind in (Kind.TOOL_RESULT, Kind.TOOL_DESCRIPTION) or part.role in (Role.TOOL, Role.FUNCTION):
        return "tool"
    if part.role is Role.ASSISTANT:
        return "answer"
    return "code" if _is_code(part.text) else "user"


def _is_code(text: str) -> bool:
    """More than half of it stands between fences."""
    if text.count("```") < 2:
        return False
    fenced = sum(map(len, text.split("```")[1::2]))
    return 2 * fenced > len(text)
