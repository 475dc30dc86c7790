"""
Ways to disguise a text: characters, encodings, ciphers, and chains of them.

What people do to get past a filter, written from what each technique is. None of it knows how the
views of `gateway.text` undo it. To add one: one function and one line in its module.
"""

from gateway.redteam.transforms import ciphers, encodings, invisible, lookalike, spacing
from gateway.redteam.transforms.base import Family, Transform, chain

__all__ = ["TRANSFORMS", "Family", "Transform", "chain", "named"]

TRANSFORMS: tuple[Transform, ...] = (
    *invisible.TRANSFORMS,
    *lookalike.TRANSFORMS,
    *spacing.TRANSFORMS,
    *encodings.TRANSFORMS,
    *ciphers.TRANSFORMS,
)

_BY_NAME = {transform.name: transform for transform in TRANSFORMS}


def named(name: str) -> Transform:
    """`base64`, or a chain as `rot13>base64`. Raises KeyError."""
    steps = [_BY_NAME[step] for step in name.split(">")]
    return steps[0] if len(steps) == 1 else chain(*steps)
