"""
Keys of model providers and of the services around them.

Prefixes and lengths are those that the providers' own documentation and secret-scanning partner
lists show. Lengths are given some room: providers lengthen tokens without notice.
"""

from __future__ import annotations

from gateway.detectors.secret.entropy import unlike_words
from gateway.detectors.secret.shapes import UUID, keyed, token

__all__ = ["ROWS"]

# Those of which other rows tell the provider.
_NAMED = tuple(f"sk-{name}-" for name in ("proj", "svcacct", "admin", "None", "ant", "or", "lf", "helicone"))


def _unnamed(value: str) -> bool:
    return not value.startswith(_NAMED) and unlike_words(value)


def _proxied(value: str) -> bool:
    """Not the plain form, which OpenAI's row knows."""
    return unlike_words(value) and not value[3:].isalnum() and value[3:].count("-") < 4


ROWS = (
    # Several providers copied the bare `sk-` form from OpenAI.
    token("openai_key", r"sk-[A-Za-z0-9]{20,64}", unlike_words),
    token("openai_key", r"sk-(?:proj|svcacct|admin|None)-[\w-]{20,200}", unlike_words),
    token("openai_session", r"sess-[A-Za-z0-9]{40}"),
    # What LiteLLM's proxy gives out, and what others name themselves in.
    token("litellm_key", r"sk-[\w-]{22}", _proxied),
    token("provider_key", r"sk-[a-z]{2,10}-[\w-]{20,200}", _unnamed),
    token("anthropic_key", r"sk-ant-(?:api|admin)\d{2}-[\w-]{24,120}"),
    token("anthropic_oauth_token", r"sk-ant-(?:oat|ort|sid)\d{2}-[\w-]{24,140}"),
    token("openrouter_key", r"sk-or-v1-[a-f0-9]{64}"),
    token("langfuse_key", rf"sk-lf-{UUID}"),
    token("helicone_key", r"sk-helicone-[a-z0-9]{7}(?:-[a-z0-9]{7}){3}"),
    token("elevenlabs_key", r"sk_[a-f0-9]{48}"),
    token("langsmith_key", r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
    token("huggingface_token", r"hf_[A-Za-z0-9]{34,40}"),
    token("huggingface_org_token", r"api_org_[A-Za-z]{34}"),
    token("replicate_token", r"r8_[A-Za-z0-9]{37}"),
    token("groq_key", r"gsk_[A-Za-z0-9]{48,56}"),
    token("xai_key", r"xai-[A-Za-z0-9]{70,90}"),
    token("perplexity_key", r"pplx-[A-Za-z0-9]{40,64}"),
    token("nvidia_key", r"nvapi-[\w-]{60,70}"),
    token("fireworks_key", r"fw_[A-Za-z0-9]{22,26}", unlike_words),
    token("together_key", r"tgp_v1_[\w-]{43}"),
    token("cerebras_key", r"csk-[a-z0-9]{48}"),
    token("anyscale_key", r"esecret_[a-z0-9]{24,32}"),
    token("voyage_key", r"pa-[\w-]{43}", unlike_words),
    token("jina_key", r"jina_[a-f0-9]{32}[\w-]{28}"),
    token("tavily_key", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}"),
    token("pinecone_key", r"pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{60,70}"),
    token("runpod_key", r"rpa_[A-Z0-9]{40}[a-z0-9]{0,8}"),
    token("firecrawl_key", r"fc-[a-f0-9]{32}"),
    token("e2b_key", r"e2b_[a-f0-9]{40}"),
    token("apify_token", r"apify_api_[A-Za-z0-9]{34,40}"),
    token("llamacloud_key", r"llx-[A-Za-z0-9]{48}"),
    token("nomic_key", r"nk-[\w-]{43}", unlike_words),
    token("friendli_token", r"flp_[A-Za-z0-9]{44,48}"),
    token("cursor_key", r"(?:key|crsr)_[a-f0-9]{64}"),
    token("retell_key", r"key_[a-f0-9]{28}"),
    token("runway_key", r"key_[a-f0-9]{128}"),
    token("cartesia_key", r"sk_car_[A-Za-z0-9]{20,28}"),
    token("arize_key", rf"ak-{UUID}-[\w-]{{32}}"),
    token("wandb_key", r"wandb_v1_[\w-]{60,90}"),
    token("luma_key", rf"luma-{UUID}-{UUID}"),
    token("you_key", r"ydc-sk-[a-f0-9]{16}-[A-Za-z0-9]{32}-[a-f0-9]{8}"),
    token("brave_search_key", r"BSA[\w-]{27,28}", unlike_words),
    token("browserbase_key", r"bb_(?:live|test)_[\w-]{27}"),
    token("daytona_key", r"dtn_[a-f0-9]{64}"),
    token("mem0_key", r"m0-[A-Za-z0-9]{40}"),
    token("chroma_key", r"ck-[A-Za-z0-9]{40,44}", unlike_words),
    token("warp_key", r"wk-1\.[a-f0-9]{64}"),
    token("continue_key", r"con-[a-f0-9]{64}"),
    token("kaggle_token", r"KGAT_[a-f0-9]{32}"),
    keyed("fal_key", "fal", rf"{UUID}:[a-f0-9]{{32}}"),
    keyed("baseten_key", "baseten", r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}", valid=unlike_words),
    keyed("cohere_key", "cohere|co", r"[A-Za-z0-9]{40}", nouns="api[_ -]?key", valid=unlike_words),
    keyed("mistral_key", "mistral", r"[A-Za-z0-9]{32}", valid=unlike_words),
    keyed("assemblyai_key", "assembly ?ai", r"[a-f0-9]{32}"),
    keyed("deepgram_key", "deepgram", r"[a-f0-9]{40}"),
    keyed("wandb_key", "wandb|weights (?:and|&) biases", r"[a-f0-9]{40}"),
    keyed("zhipu_key", "zhipu(?:ai)?|bigmodel|glm", r"[a-f0-9]{32}\.[A-Za-z0-9]{16}"),
)
