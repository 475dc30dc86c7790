"""Detectors and policies at work."""

from gateway.engine.guard import Exchange, Guard, Stream
from gateway.engine.selftest import self_test
from gateway.engine.stream import Released

__all__ = ["Exchange", "Guard", "Released", "Stream", "self_test"]
