"""The pieces of a long text around the places where something is to be looked for, none of them cut inside a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["AROUND", "LEAST", "LONG", "MOST", "pieces"]

Stretches = list[tuple[int, int]]

LONG = 4096  # characters of a text that is read as a whole, and of what is read of a longer one if that can be
AROUND, LEAST = 1024, 160  # characters before and after a place, and where places are many
MOST = 256  # places
TOKEN = 64  # characters in which a blank is looked for


def pieces(text: str, places: Sequence[tuple[int, int]]) -> Stretches | None:
    """In the order of the places, those that touch as one. None where all of the text is as well read."""
    size = len(text)
    if size <= LONG or not places or len(places) > MOST:
        return None
    room = LONG - sum(end - begin for begin, end in places)
    around = max(LEAST, min(AROUND, room // (2 * len(places))))
    out = list(_pieces(text, places, around))
    return out if 2 * sum(end - begin for begin, end in out) <= size else None


def _pieces(text: str, places: Sequence[tuple[int, int]], around: int) -> Iterator[tuple[int, int]]:
    first = last = -1
    for begin, end in places:
        before, after = _first(text, max(0, begin - around)), _last(text, min(len(text), end + around))
        if before <= last:
            last = max(last, after)
            continue
        if last >= 0:
            yield first, last
        first, last = before, after
    yield first, last


def _first(text: str, at: int) -> int:
    least = max(0, at - TOKEN)
    blank = max(text.rfind(" ", least, at), text.rfind("\n", least, at))
    return at if at == 0 or blank < 0 else blank + 1


def _last(text: str, at: int) -> int:
    blanks = [blank for sign in " \n" if (blank := text.find(sign, at, at + TOKEN)) >= 0]
    return min(blanks, default=at)
