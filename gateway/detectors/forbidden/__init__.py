"""Requests for what the system prompt forbids or keeps."""

from gateway.detectors.forbidden.detector import ForbiddenRequest

__all__ = ["ForbiddenRequest"]
