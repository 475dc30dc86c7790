"""Detectors and policies at work."""

from gateway.engine.allowance import Allowance
from gateway.engine.before import Before, later
from gateway.engine.files import Opener
from gateway.engine.grounding import Document, Grounding, Level
from gateway.engine.guard import Exchange, Guard, Stream
from gateway.engine.judge import Judge
from gateway.engine.models import Models, load_models
from gateway.engine.selftest import self_test
from gateway.engine.stream import Released

__all__ = [
    "Allowance",
    "Before",
    "Document",
    "Exchange",
    "Grounding",
    "Guard",
    "Judge",
    "Level",
    "Models",
    "Opener",
    "Released",
    "Stream",
    "later",
    "load_models",
    "self_test",
]
