"""
Personal data with a recognisable shape: more than a hundred kinds from more than forty countries.

Numbers count only with check digits, typical separators or a label beside them; names of people
have no shape and are a model's task, not this detector's.
"""

from __future__ import annotations

from functools import cache

from gateway.detectors.base import RegexDetector
from gateway.detectors.pii import (
    address,
    address_world,
    contact,
    crypto,
    dates,
    device,
    documents,
    finance,
    health,
    location,
    network,
)
from gateway.detectors.pii.grouping import group_of
from gateway.detectors.pii.national import (
    americas,
    asia,
    eastern_europe,
    france_belgium_netherlands,
    germany_austria_switzerland,
    nordics_baltics,
    oceania_africa_middle_east,
    southern_europe,
    uk_ireland,
    us,
)
from gateway.types import Reading

__all__ = ["pii", "split_numbers"]

_THEMES = (
    contact,
    finance,
    network,
    device,
    crypto,
    dates,
    address,
    address_world,
    location,
    documents,
    health,
    us,
    uk_ireland,
    germany_austria_switzerland,
    france_belgium_netherlands,
    southern_europe,
    nordics_baltics,
    eastern_europe,
    americas,
    asia,
    oceania_africa_middle_east,
)


@cache
def pii() -> RegexDetector:
    """Finds personal data, category `pii/<kind>` or `pii/<country>_<kind>`."""
    return RegexDetector("pii", [row for theme in _THEMES for row in theme.ROWS], group=group_of)


def split_numbers() -> RegexDetector:
    """
    Finds cards and bank accounts whose digits stand in several texts. Of all personal data only they have check
    digits enough that the end of one message and the beginning of the next are seldom one by chance.
    """
    return RegexDetector("pii-split", finance.TELLING, group=group_of, readings=frozenset({Reading.JOINED}))
