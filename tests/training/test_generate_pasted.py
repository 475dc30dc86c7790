"""Honest requests around pasted code: same seed, same rows; real code in each; no attack is in the words."""

from __future__ import annotations

from random import Random

from training.generate.pasted import LONGEST, MOST, WORDS, pasted, snippets


def test_code_of_the_standard_library() -> None:
    code = snippets(Random(1), 200)
    assert code == snippets(Random(1), 200) != snippets(Random(2), 200)
    assert len(set(code)) > 190
    assert all(0 < len(part) <= LONGEST * 2 for part in code)  # tabs may have become spaces
    assert sum(part.startswith(("def ", "class ", "async def ", "@")) for part in code) > 120


def test_every_row_has_its_code_and_a_wish() -> None:
    code = ("def one(x):\n    return x + 1", "class Two:\n    size = 2")
    rows = list(pasted(Random(3), 600, code))
    assert all(any(part in row.text for part in code) and len(row.text) <= MOST for row in rows)
    assert len({row.text for row in rows}) > 570
    assert {row.group.split("/")[1] for row in rows} == set(WORDS.lines) - {"opening"}
    assert all(not any(row.labels.values()) and not row.spans for row in rows)
