"""
How much a key, a tenant or a model may use: requests, tokens, places, blocks. Counts, and nothing else.

Who is asking and what an answer looks like is for others to know.
"""

from gateway.limits.base import MOST, Admission, Bound, Charge, Kind, Limiter, Reservation, Standing
from gateway.limits.breaker import Breaker
from gateway.limits.connect import connect
from gateway.limits.memory import MemoryLimiter
from gateway.limits.outage import FailoverLimiter, Mode
from gateway.limits.redis import RedisLimiter

__all__ = [
    "MOST",
    "Admission",
    "Bound",
    "Breaker",
    "Charge",
    "FailoverLimiter",
    "Kind",
    "Limiter",
    "MemoryLimiter",
    "Mode",
    "RedisLimiter",
    "Reservation",
    "Standing",
    "connect",
]
