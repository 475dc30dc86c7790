"""Injections inside documents, the documents without them, and agent skills: all written here."""

from __future__ import annotations

from training.generate.indirect.compose import carriers, indirect
from training.generate.indirect.skills import skills

__all__ = ["carriers", "indirect", "skills"]
