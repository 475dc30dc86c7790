"""LiteLLM's guardrail hooks, imported without its look for prices on the network and without its warnings."""

from __future__ import annotations

import os
import warnings

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
os.environ.setdefault("LITELLM_TELEMETRY", "False")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from litellm import DualCache, in_memory_llm_clients_cache
    from litellm.exceptions import GuardrailRaisedException
    from litellm.proxy._types import UserAPIKeyAuth
    from litellm.proxy.guardrails.guardrail_hooks.generic_guardrail_api.generic_guardrail_api import GenericGuardrailAPI
    from litellm.proxy.guardrails.guardrail_hooks.lakera_ai_v2 import LakeraAIGuardrail
    from litellm.proxy.guardrails.guardrail_hooks.presidio import _OPTIONAL_PresidioPIIMasking as Presidio
    from litellm.proxy.guardrails.guardrail_hooks.promptguard.promptguard import PromptGuardGuardrail
    from litellm.proxy.guardrails.guardrail_hooks.xecguard.xecguard import XecGuardGuardrail

__all__ = [
    "DualCache",
    "GenericGuardrailAPI",
    "GuardrailRaisedException",
    "LakeraAIGuardrail",
    "Presidio",
    "PromptGuardGuardrail",
    "UserAPIKeyAuth",
    "XecGuardGuardrail",
    "forget_clients",
    "in_memory_llm_clients_cache",
]


async def forget_clients() -> None:
    """Each test has a loop of its own; the client that LiteLLM keeps belongs to the one that made it."""
    for client in list(in_memory_llm_clients_cache.cache_dict.values()):
        if hasattr(client, "close"):
            await client.close()
    in_memory_llm_clients_cache.flush_cache()
