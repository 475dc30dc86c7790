"""
What is caught as it stands is caught in disguise: each technique alone, and encodings in encodings.

Sentences, keys and personal data alike, also where a technique loses characters: what is left of a key still
shows that it is one.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from random import Random

import pytest

from gateway.detectors import BUILTIN
from gateway.engine.scan import scan_parts
from gateway.redteam.plain import INJECTIONS, PERSONAL, PLAIN, SECRETS
from gateway.redteam.transforms import TRANSFORMS, Family, Transform, chain, named
from gateway.types import Detector, Part
from tests.evasion.honest import HONEST

MOST = 0.02  # of those that get through


@cache
def detectors() -> tuple[Detector, ...]:
    return tuple(build() for build in BUILTIN)


def caught(text: str, family: str) -> bool:
    return any(hit.finding.category.startswith(f"{family}/") for hit in scan_parts(detectors(), [Part(text)]).hits)


def test_all_of_them_are_caught_plain_and_only_as_they_stand() -> None:
    assert len(PLAIN) >= 60
    for family, text in PLAIN:
        hits = scan_parts(detectors(), [Part(text)]).hits
        assert any(hit.finding.category.startswith(f"{family}/") for hit in hits), text
        assert {hit.finding.via for hit in hits} == {"raw"}, text


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda t: t.name)
def test_one_technique(transform: Transform) -> None:
    random = Random(11)
    missed = [out for family, text in PLAIN if not caught(out := transform(text, random), family)]
    assert len(missed) <= MOST * len(PLAIN), missed


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda t: t.name)
def test_inside_honest_prose(transform: Transform) -> None:
    random = Random(12)
    texts = INJECTIONS[::2]
    outs = [f"Here is the note from Monday, please read it.\n\n{transform(text, random)}\n\nThanks!" for text in texts]
    missed = [out for out in outs if not caught(out, "injection")]
    assert len(missed) <= MOST * len(texts), missed[:3]


# URL escapes of URL escapes are pairs themselves.
ENCODINGS = [t for t in TRANSFORMS if t.family is Family.ENCODING and t.name not in ("url_twice", "url_thrice")]


@pytest.mark.parametrize("texts", [INJECTIONS, SECRETS, PERSONAL], ids=["injection", "secret", "pii"])
def test_encodings_in_encodings(texts: tuple[str, ...]) -> None:
    """All pairs, each with a text drawn anew."""
    random = Random(13)
    family = next(family for family, text in PLAIN if text == texts[0])
    missed = []
    count = 0
    for inner, outer in product(ENCODINGS, ENCODINGS):
        count += 1
        if not caught(chain(inner, outer)(random.choice(texts), random), family):
            missed.append(f"{inner.name}>{outer.name}")
    assert len(missed) <= MOST * count, missed


@pytest.mark.parametrize(
    "name",
    ["homoglyphs>base64>entities", "full_width>url", "zero_width>base64", "cyrillic>hex", "rot13>base64", "tags>hex"],
)
def test_characters_inside_encodings(name: str) -> None:
    random = Random(14)
    outs = [named(name)(text, random) for text in INJECTIONS]
    missed = [out for out in outs if not caught(out, "injection")]
    assert len(missed) <= 2 * MOST * len(outs), missed[:3]


@pytest.mark.parametrize(
    "inner",
    ["entities", "entities_hex", "entities_named", "unicode_escapes", "hex_colons", "punycode", "base64_groups"],
)
def test_mail_cuts_other_encodings_and_gives_their_letters_twins(inner: str) -> None:
    random = Random(15)
    texts = INJECTIONS[::3] + SECRETS[::6]
    missed = [text for text in texts if not _any(named(f"{inner}>quoted_printable_mail")(text, random))]
    assert len(missed) <= MOST * len(texts), missed


def _any(text: str) -> bool:
    return caught(text, "injection") or caught(text, "secret")


@pytest.mark.parametrize("name", HONEST)
def test_honest_texts_give_no_finding_that_the_text_itself_does_not(name: str) -> None:
    hits = scan_parts(detectors(), [Part(HONEST[name])]).hits
    assert [(h.finding.category, h.finding.via, h.text) for h in hits if h.finding.via != "raw"] == []
