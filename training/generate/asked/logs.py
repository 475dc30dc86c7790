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
import zoneinfo
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from xml.etree import ElementTree

__all__ = ["log", "patch", "trace"]

HOLE = re.compile(r"%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?[sdrfixX]|\{(\w*)[^{}]*\}")
SERVICES = (
    "api web worker scheduler nginx sshd kernel systemd cron dockerd kubelet postgres redis auth billing mailer gateway "
    "app.main app.db django.request celery.worker sync importer indexer backup ingress-7f9c proxy db-0 frontend etl"
).split()
HOSTS = "web-01 db2 node-a7 ip-10-0-3-17 build-runner pi edge-03 localhost srv14 worker-x2kq9 mail kiosk vm-114".split()
NAMES = "orders users invoices sessions events report.csv cache/tmp config.yaml images stock jobs eu-west-1 main v2.3.1".split()
PROJECTS = "/app /srv/shop /home/ci/project /opt/etl /usr/src/app C:\\Users\\dev\\site ./src /var/task".split()
FILES = "main.py views.py loader.py tasks.py settings.py cli.py models.py sync.py utils/io.py api/routes.py".split()
CALLERS = "main run load handle sync import_rows get_config process parse_line render update <module> dispatch".split()
LIBRARY = f"/python{sys.version_info[0]}.{sys.version_info[1]}/"
WORD = re.compile(r"\b[a-z_]{4,}\b")
NUMBER = re.compile(r"\b\d+\b")


def value(random: Random, name: str = "") -> str:
    made: tuple[Callable[[], str], ...] = (
        lambda: str(random.randint(0, 9999)),
        lambda: str(uuid.UUID(int=random.getrandbits(128), version=4)),
        lambda: f"10.{random.randint(0, 255)}.{random.randint(0, 255)}.{random.randint(1, 254)}",
        lambda: random.choice(HOSTS),
        lambda: random.choice(NAMES),
        lambda: f"/var/{random.choice(('lib', 'log', 'run', 'tmp'))}/{random.choice(SERVICES)}/{random.choice(NAMES)}",
        lambda: f"{random.uniform(0, 90):.2f}",
        lambda: random.choice(("None", "True", "[]", "timeout", "[Errno 13] Permission denied", "Connection refused")),
    )
    return random.choice(made[:2] if "id" in name else made)()


def filled(random: Random, message: str) -> str:
    text = HOLE.sub(lambda match: value(random, match[1] or match[2] or ""), message)
    return text.replace("%%", "%")


def layout(random: Random) -> Callable[[datetime.datetime, str, str], str]:
    """One of the usual forms of a line."""
    host, service, process = random.choice(HOSTS), random.choice(SERVICES), random.randint(1, 32000)
    container = random.choice(SERVICES).split(".")[0]
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
    with sqlite3.connect(":memory:") as connection:
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
    lambda text: text.encode("ascii") + text[:3].encode().decode("utf-16"),
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
    for _ in range(20):
        given = random.choice(texts).strip()[:400]
        try:
            random.choice(CALLS)(given)
        except (Exception, RecursionError) as error:  # noqa: BLE001  # whatever comes is what is wanted
            own = traceback.extract_tb(error.__traceback__)[1:]
            told = "".join(traceback.format_exception_only(error)).strip()
            folder = random.choice(PROJECTS)
            frames = []
            for _ in range(random.choice((1, 1, 2, 3))):
                caller = random.choice(CALLERS)
                call = f"{random.choice(CALLERS[:-2]).strip('<>')}({random.choice(('', 'args', 'row', 'self.path', 'data, **kw'))})"
                frames.append(
                    f'  File "{folder}/{random.choice(FILES)}", line {random.randint(3, 480)}, in {caller}\n    {call}'
                )
            frames += [
                f'  File "/usr/lib/python3.11/{f.filename.rpartition(LIBRARY)[2]}", line {f.lineno}, in {f.name}\n    {f.line}'
                for f in own
                if LIBRARY in f.filename
            ]
            return "\n".join(["Traceback (most recent call last):", *frames, told[:500]])
    return "Traceback (most recent call last):\nKeyboardInterrupt"


def patch(random: Random, text: str) -> str:
    """A unified diff between a text and the same with one or two lines taken away, doubled or worn."""
    lines = text.split("\n")
    after = [*lines]
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(len(after))
        kind = random.randrange(4)
        words = WORD.findall(text)
        if kind == 0 and len(after) > 2:
            del after[at]
        elif kind == 1 and words:
            after.insert(
                at, after[at].replace(after[at].strip()[:8], random.choice(words)[:8]) if after[at].strip() else ""
            )
        elif kind == 2 and words:
            after[at] = WORD.sub(lambda _: random.choice(words), after[at], count=1)
        else:
            after[at] = NUMBER.sub(lambda match: str(int(match[0][:9]) + random.choice((1, 2, 10))), after[at])
    if after == lines:
        after = lines[:-1] or ["pass"]
    name = f"{random.choice(('src', 'app', 'deploy', 'roles/web/tasks', 'docs', 'lib'))}/{random.choice(FILES[:8])}"
    body = difflib.unified_diff(lines, after, f"a/{name}", f"b/{name}", n=random.choice((1, 2, 3)), lineterm="")
    head = f"diff --git a/{name} b/{name}\nindex {random.getrandbits(28):07x}..{random.getrandbits(28):07x} 100644\n"
    return (head if random.random() < 0.5 else "") + "\n".join(body)
