"""Each detector we ship. To add one: one file here, one line below, one table in tests/detectors."""

from collections.abc import Callable

from gateway.detectors.ansi import ansi
from gateway.detectors.columns import Columns
from gateway.detectors.confidential import Confidential
from gateway.detectors.custom import CustomRule, custom
from gateway.detectors.forbidden import ForbiddenRequest
from gateway.detectors.injection import indirect_injection, injection, planted_orders
from gateway.detectors.link import Links
from gateway.detectors.obfuscation import Obfuscation
from gateway.detectors.pii import pii, split_numbers
from gateway.detectors.prompt_leak import SystemPromptLeak
from gateway.detectors.refusal import Refusals
from gateway.detectors.secret import secret
from gateway.detectors.tool import ArgumentRule, ToolRules, dangerous_arguments
from gateway.detectors.tool_calls import ToolCalls
from gateway.detectors.unconfirmed import Unconfirmed
from gateway.types import Detector

__all__ = ["BUILTIN", "ArgumentRule", "CustomRule", "SystemPromptLeak", "ToolRules", "custom"]

BUILTIN: tuple[Callable[[], Detector], ...] = (
    pii,
    split_numbers,
    secret,
    Columns,
    injection,
    indirect_injection,
    planted_orders,
    Obfuscation,
    Links,
    dangerous_arguments,
    ansi,
    SystemPromptLeak,
    Confidential,
    ToolCalls,
    Unconfirmed,
    ForbiddenRequest,
    Refusals,
)
