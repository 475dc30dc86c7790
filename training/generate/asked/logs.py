"""
Logs, tracebacks and patches made of real parts: what programs say to their logs under the usual layouts, what
Python says when it is given the wrong thing, the difference between a text and a small change of it.
"""

from __future__ import annotations

import ast
import configparser
import csv
import datetime
import difflib
import ipaddress
import json
import re
import sqlite3
import sys
import tomllib
import traceback
import uuid
import warnings
import zoneinfo
from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from random import Random
from xml.etree import ElementTree

from training.generate.grammar import Grammar

__all__ = ["log", "patch", "trace"]

HOLE = re.compile(r"%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?[sdrfixX]|\{(\w*)[^{}]*\}")
NAMES = Grammar.read(Path(__file__).parent / "logs.txt").slots
LIBRARY = f"/python{sys.version_info[0]}.{sys.version_info[1]}/"
WORD = re.compile(r"\b[a-z_]{4,}\b")
NUMBER = re.compile(r"\b\d+\b")


def name(random: Random, slot: str) -> str:
    return random.choice(NAMES[slot])


def value(random: Random, hole: str = "") -> str:
    """What could stand in a hole of a message."""
    kind = random.randrange(2 if "id" in hole else 8)
    if kind == 0:
        return str(random.randint(0, 9999))
    if kind == 1:
        return str(uuid.UUID(int=random.getrandbits(128), version=4))
    if kind == 2:
        return f"10.{random.randint(0, 255)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
    if kind == 3:
        folder = random.choice(("lib", "log", "run", "tmp"))
        return f"/var/{folder}/{name(random, 'service')}/{name(random, 'named')}"
    if kind == 4:
        return f"{random.uniform(0, 90):.2f}"
    return name(random, ("host", "named", "failure")[kind - 5])


def filled(random: Random, message: str) -> str:
    text = HOLE.sub(lambda match: value(random, match[1] or match[2] or ""), message)
    return text.replace("%%", "%")


def layout(random: Random) -> Callable[[datetime.datetime, str, str], str]:
    """One of the usual forms of a line."""
    host, service, process = name(random, "host"), name(random, "service"), random.randint(1, 32000)
    container = name(random, "service").split(".")[0]
    trace_id = f"{random.getrandbits(64):016x}"
    forms: tuple[Callable[[datetime.datetime, str, str], str], ...] = (
        lambda t, v, m: f"{t:%Y-%m-%d %H:%M:%S},{t.microsecond // 1000:03} {v.upper()} [{service}] {m}",
        lambda t, v, m: f"{t:%Y-%m-%d %H:%M:%S.%f} {process} {v.upper()} {service} [-] {m}",
        lambda t, v, m: f"{t:%b %e %H:%M:%S} {host} {service}[{process}]: {m}",
        lambda t, v, m: f"{t:%Y-%m-%dT%H:%M:%SZ} {v} {m}",
        lambda t, v, m: json.dumps({"ts": f"{t:%Y-%m-%dT%H:%M:%SZ}", "level": v, "logger": service, "msg": m}),
        lambda t, v, m: f'time="{t:%Y-%m-%dT%H:%M:%SZ}" level={v} msg="{m}"',
        lambda t, v, m: f"{v.upper()}:{service}:{m}",
        lambda t, v, m: f"[{t:%d/%b/%Y %H:%M:%S}] {v.upper():8} {m}",
        lambda t, v, m: f"{container}-1  | {t:%H:%M:%S} [{v}] {m}",
        lambda t, v, m: f"{v[0].upper()}{t:%m%d %H:%M:%S.%f} {process:7} {service}.go:{len(m)}] {m}",
        lambda t, v, m: f"{t:%Y/%m/%d %H:%M:%S} [{v}] {process}#0: {m}",
        lambda t, v, m: f"[{v}] {m}",
        lambda t, v, m: f"{t:%H:%M:%S} {v[:4].upper()} {service} trace={trace_id} {m}",
        lambda t, v, m: m,
    )
    return random.choice(forms)


def log(random: Random, said: Sequence[tuple[str, str]]) -> str:
    form, lines = layout(random), []
    now = datetime.datetime(2021, 1, 1) + datetime.timedelta(seconds=random.randint(0, 180_000_000))  # noqa: DTZ001
    repeated = random.random() < 0.25
    chosen = random.choice(said)
    for _ in range(random.choice((1, 2, 3, 4, 6, 9))):
        now += datetime.timedelta(milliseconds=random.choice((3, 40, 900, 5000, 60_000)))
        chosen = chosen if repeated else random.choice(said)
        lines.append(form(now, chosen[0], filled(random, chosen[1])))
    return "\n".join(lines)


def _statements(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(text)


def _missing(text: str) -> None:
    Path("/nonexistent", *re.findall(r"\w+", text)[:2]).read_text("utf-8")


def _attribute(text: str) -> None:
    getattr(json, (re.findall(r"[a-z_]{3,}", text) or ["lods"])[0])


def _key(text: str) -> None:
    words = re.findall(r"\w{3,}", text)
    dict.fromkeys(words[:3], 1)[words[-1] + "_id"]


def _index(text: str) -> None:
    text.split()[len(text)]


# Each fails on most texts, in its own way.
CALLS: tuple[Callable[[str], object], ...] = (
    json.loads,
    tomllib.loads,
    ElementTree.fromstring,
    ast.parse,
    ast.literal_eval,
    lambda text: configparser.ConfigParser().read_string(text),
    lambda text: datetime.datetime.fromisoformat(text[:12]),
    lambda text: datetime.datetime.strptime(text[:16], "%Y-%m-%d"),  # noqa: DTZ007
    lambda text: ipaddress.ip_network(text[:14]),
    lambda text: Decimal(text[:9]),
    lambda text: int(text[:8]),
    lambda text: float(text[:8]),
    lambda text: re.compile("(" + text[:20]),
    lambda text: uuid.UUID(text[:30]),
    lambda text: zoneinfo.ZoneInfo(text.split()[0]),
    lambda text: text[:9].encode("utf-16").decode("ascii"),
    lambda text: next(csv.DictReader([text[:10]])),
    lambda text: len(text) / text.count("\0"),
    lambda text: text[:5] + len(text),  # type: ignore[operator]
    lambda text: sorted([text[:4], 3]),  # type: ignore[type-var]
    lambda text: None.get(text[:5]),  # type: ignore[attr-defined]
    _statements,
    _missing,
    _attribute,
    _key,
    _index,
)


def trace(random: Random, texts: Sequence[str]) -> str:
    """A traceback as the standard library raised it, under made-up frames of an application."""
    while True:
        given = random.choice(texts).strip()[:400]
        try:
            with warnings.catch_warnings(action="ignore"):
                random.choice(CALLS)(given)
        except Exception as error:  # whatever comes is what is wanted
            return "\n".join(["Traceback (most recent call last):", *frames(random), *within(error), told(error)])


def frames(random: Random) -> list[str]:
    folder, out = name(random, "folder"), []
    for _ in range(random.choice((1, 1, 2, 3))):
        line, call = random.randint(3, 480), f"{name(random, 'caller')}({name(random, 'given')})"
        out.append(f'  File "{folder}/{name(random, "file")}", line {line}, in {name(random, "caller")}\n    {call}')
    return out


def within(error: Exception) -> list[str]:
    """The frames of the standard library."""
    found = [f for f in traceback.extract_tb(error.__traceback__) if LIBRARY in f.filename]
    return [
        f'  File "/usr/lib{LIBRARY}{f.filename.rpartition(LIBRARY)[2]}", line {f.lineno}, in {f.name}\n    {f.line}'
        for f in found
        if "site-packages" not in f.filename
    ]


def told(error: Exception) -> str:
    return "".join(traceback.format_exception_only(error)).strip()[:500]


def patch(random: Random, text: str) -> str:
    """A unified diff between a text and the same with one or two lines taken away, doubled or worn."""
    lines = text.split("\n")
    after = [*lines]
    for _ in range(random.choice((1, 1, 2, 3))):
        change(random, after)
    if after == lines:
        after = lines[:-1]
    file = name(random, "changed")
    around = random.choice((1, 2, 3))
    body = "\n".join(difflib.unified_diff(lines, after, f"a/{file}", f"b/{file}", n=around, lineterm=""))
    if random.random() < 0.5:
        return body
    return (
        f"diff --git a/{file} b/{file}\nindex {random.getrandbits(28):07x}..{random.getrandbits(28):07x} 100644\n{body}"
    )


def change(random: Random, lines: list[str]) -> None:
    at, kind, words = random.randrange(len(lines)), random.randrange(4), WORD.findall("\n".join(lines))
    if kind == 0 and len(lines) > 2:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[random.randrange(len(lines))])
    elif kind == 2 and words:
        word = random.choice(words)
        lines[at] = WORD.sub(word, lines[at], count=1)
    else:
        lines[at] = NUMBER.sub(lambda match: str(int(match[0][:9]) + random.choice((1, 2, 10))), lines[at])
