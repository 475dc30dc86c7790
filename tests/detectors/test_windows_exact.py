"""Where a look says that a row can match, searching only there finds what searching the whole text finds."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.texts import CORPORA
from gateway.detectors import BUILTIN
from gateway.detectors.base import RegexDetector, Table, matches
from gateway.detectors.needles import Joint
from gateway.engine.selftest import PROBES
from tests.detectors.pii import (
    table_contact,
    table_europe,
    table_money,
    table_network,
    table_person,
    table_world,
)
from tests.detectors.pii.cases import hits, unmarked
from tests.detectors.secret.cases import TOKENS
from tests.detectors.secret.synthetic import fill

THEMES = (table_contact, table_europe, table_money, table_network, table_person, table_world)


def tables() -> list[RegexDetector]:
    built = [build() for build in BUILTIN]
    own = [getattr(detector, "_table", detector) for detector in built if isinstance(detector, Table)]
    return [table for table in own if isinstance(table, RegexDetector)]


TABLES = tables()
JOINT = Joint(tuple(table.sieve for table in TABLES))

PII = [unmarked(text)[0] for theme in THEMES for _, text in hits(theme.CASES)]
SECRETS = [f"the token is {fill(template)}, keep it" for _, template in TOKENS]
PHRASES = [part.text for part, _ in PROBES.values()]
HONEST = [make(seed, 1200) for make in CORPORA.values() for seed in range(2)]


def disguised(text: str) -> str:
    """RE2 takes these for `k` and `s` where case does not count."""
    return text.replace("k", "\u212a").replace("s", "\u017f")


def accented(text: str) -> str:
    """The same places in characters, others in bytes."""
    return text.replace("e", "é").replace(" a", " ä").replace(".", ".\u2003")


def spans(table: RegexDetector, index: int, data: bytes, found: dict[int, object]) -> list[tuple[int, int, int]]:
    stretches = found.get(index, ())
    if stretches == ():
        return []
    return [(m.start, m.value_start, m.value_end) for m in matches(*table._patterns[index], data, stretches)]  # type: ignore[arg-type]


def check(text: str) -> int:
    """How many matches there were."""
    data = text.encode()
    look = JOINT.look(data)
    count = 0
    for table in TABLES:
        found: dict[int, object] = {**table.sieve.candidates(look)}
        alone: dict[int, object] = {**table.sieve.candidates(table.sieve.look(data))}
        for index, row in enumerate(table.rows):
            whole = [(m.start, m.value_start, m.value_end) for m in matches(*table._patterns[index], data)]
            assert spans(table, index, data, found) == whole, row.pattern
            assert spans(table, index, data, alone) == whole, row.pattern
            count += len(whole)
    return count


def joined(texts: list[str], size: int = 12) -> list[str]:
    """Several in one text: each stands in the midst of others."""
    return [" ... ".join(texts[at : at + size]) for at in range(0, len(texts), size)]


@pytest.mark.parametrize("change", [str, str.upper, str.title, disguised, accented], ids=lambda c: c.__name__)
def test_a_windowed_search_finds_what_a_whole_one_finds(change: object) -> None:
    assert callable(change)
    found = sum(check(change(text)) for text in chain(joined(PII), joined(SECRETS), PHRASES, HONEST))
    if change is str:
        assert found > len(PII)


PIECES = st.sampled_from([*PII, *SECRETS, *PHRASES, "key=", "é", "\u212a", "\n", " ", "ſ", "ß", "password: ", "tel "])


@settings(max_examples=25, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), min_size=1, max_size=6), st.booleans())
def test_on_texts_put_together_at_random(pieces: list[str], upper: bool) -> None:
    text = " ".join(pieces)
    check((text.upper() if upper else text).encode("utf-8", "replace").decode())
