"""Each detector we ship. To add one: one file here, one line below, one table in tests/detectors."""

from collections.abc import Callable

from gateway.detectors.custom import CustomRule, custom
from gateway.detectors.pii import pii
from gateway.detectors.tool import ArgumentRule, ToolRules, dangerous_arguments
from gateway.types import Detector

__all__ = ["BUILTIN", "ArgumentRule", "CustomRule", "ToolRules", "custom"]

BUILTIN: tuple[Callable[[], Detector], ...] = (pii, dangerous_arguments)
