"""Portcullis: a guardrail gateway for LLM traffic."""

from gateway.settings import Settings, load_settings
from gateway.web.app import create_app
from gateway.web.middleware import GuardMiddleware

__all__ = ["GuardMiddleware", "Settings", "__version__", "create_app", "load_settings"]

__version__ = "0.1.0"
