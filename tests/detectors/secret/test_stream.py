"""Secrets among other text, cut anywhere: what is settled before `pending` stays, and windows agree with the whole."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.secret import secret
from gateway.types import Finding, Part
from tests.detectors.secret.cases import KEYED, TOKENS
from tests.detectors.secret.honest import HONEST
from tests.detectors.secret.synthetic import fill
from tests.support.streaming import assert_streams

DETECTOR = secret()
DASHES = "-" * 5
JWT = ".".join(
    urlsafe_b64encode(json.dumps(x).encode()).decode().rstrip("=")
    for x in ({"alg": "HS256"}, {"sub": "j"}, "signature one")
)
PEM = f"{DASHES}BEGIN EC PRIVATE KEY{DASHES}\n{fill('{B64}')}\n{fill('{B20}')}==\n{DASHES}END EC PRIVATE KEY{DASHES}"
SECRETS = [
    *(fill(template) for _, template in TOKENS),
    *(fill(template).replace("[[", "").replace("]]", "") for _, template in KEYED),
    JWT,
    PEM,
    PEM[:90],
    "password=hunter2",
    "my password is hunter2.",
    'password: "h4nnover!"',
]
FILLERS = [
    "",
    " ",
    "\n",
    "\\n",
    ", ",
    '"',
    "=",
    "-",
    "_",
    ".",
    "x",
    "é",
    "密",
    "/",
    " is ",
    "key: ",
    "Password: ",
    "eyJ",
    DASHES,
]
TEXTS = st.lists(
    st.one_of(st.sampled_from(FILLERS), st.sampled_from(SECRETS), st.sampled_from(HONEST)), max_size=7
).map("".join)


def _scan(text: str) -> set[Finding]:
    (findings,) = DETECTOR.scan([Part(text)])
    assert len(findings) == len(set(findings))
    return set(findings)


@settings(deadline=None)
@given(TEXTS, st.data())
def test_what_is_settled_stays(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    settled = DETECTOR.pending(text[:cut])
    assert 0 <= settled <= cut
    early = {f for f in _scan(text[:cut]) if f.span.start < settled}
    late = {f for f in _scan(text) if f.span.start < settled}
    assert early == late
    assert all(f.span.end <= cut for f in late)


@settings(deadline=None)
@given(TEXTS, st.data())
def test_left_context_is_enough(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    whole = _scan(text)
    if any(f.span.start < cut < f.span.end for f in whole):
        return
    begin = max(0, cut - DETECTOR.behind - 1)
    window = {(f.category, f.span.start + begin, f.span.end + begin) for f in _scan(text[begin:])}
    assert {f for f in window if f[1] >= cut} == {(f.category, *f.span) for f in whole if f.span.start >= cut}


def test_a_second_value_does_not_take_the_place_of_the_first() -> None:
    for text in (
        "curl -u joe:a1b2c3d4 https://acme.test -u joe:e5f6g7h8 ",
        "jdbc:mysql://db/x?password=a1b2c3d4&password=e5f6g7h8 ",
        "otpauth://totp/a?secret=ABCDEFGHIJKLMNOP&secret=QRSTUVWXYZABCDEF ",
        "VONAGE_SECRET=a1b2c3d4e5f6g7h8 secret=a8b7c6d5e4f3g2h1 ",
    ):
        assert_streams(DETECTOR, text)


def test_findings_are_sound() -> None:
    parts = [Part(text) for text in (*SECRETS, "", "no secret")]
    for part, findings in zip(parts, DETECTOR.scan(parts), strict=True):
        for finding in findings:
            assert 0 <= finding.span.start < finding.span.end <= len(part.text)
            assert finding.category in DETECTOR.categories
            assert finding.detector == DETECTOR.name == "secret"
            assert finding.score == 1.0
