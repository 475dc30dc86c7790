"""What settings are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Count", "Seconds", "Size", "Strict"]

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Size = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=1, le=1 << 50)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
