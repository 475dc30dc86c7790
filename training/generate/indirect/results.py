# ruff: noqa: E501, PERF401  # grammars: one alternative a line, however long
"""Carriers that machines write: tool results in JSON, XML and YAML, tables, logs, listings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from training.generate.indirect.carrier import Carrier, Writer
from training.generate.indirect.grammar import Scene
from training.generate.indirect.places import at
from training.generate.indirect.sentences import OFFICE, OPINIONS, PROSE, SHOP, paragraph

__all__ = ["RESULTS"]

Record = Callable[[Scene], dict[str, object]]


def text(scene: Scene, bank: Sequence[str], high: int = 2) -> str:
    return paragraph(scene, bank, 1, high) + at("json")


def number(scene: Scene, top: int = 9999) -> int:
    return scene.random.randint(1, top)


RECORDS: Mapping[str, Record] = {
    "weather": lambda s: {"city": s("{city}"), "temperature": number(s, 35), "unit": "C", "condition": s("{sunny|rain|cloudy|snow}") + at("json"), "wind_kmh": number(s, 60)},
    "transaction": lambda s: {"id": number(s), "date": s("{iso}"), "amount": -number(s) / 10, "currency": "EUR", "recipient": s("{company}"), "subject": s("{Rent|Invoice {d4}|Groceries|Refund|Thanks {first}}") + at("json")},
    "search": lambda s: {"title": s("{topic} - {brand}") + at("json"), "url": s("{link}"), "snippet": text(s, (*PROSE, *SHOP))},
    "customer": lambda s: {"customer_id": number(s), "name": s("{person}"), "email": s("{mail}"), "city": s("{city}"), "notes": text(s, (*OFFICE, *OPINIONS)), "vip": s.chance(0.2)},
    "event": lambda s: {"id": s("{hex}"), "title": s("{{project} review|Lunch with {first}|Dentist}") + at("json"), "start": s("{iso}T{clock}"), "location": s("{city}"), "description": text(s, OFFICE), "attendees": [s("{mail}")]},
    "file": lambda s: {"name": s("{file}") + at("json"), "path": s("/home/{first}/{repo}/{file}"), "size": number(s), "modified": s("{iso}"), "content": text(s, (*OFFICE, *PROSE), 4)},
    "issue": lambda s: {"number": number(s), "title": s("{Crash|Slow|Typo} in {repo}") + at("json"), "user": {"login": s("{user}")}, "state": "open", "labels": ["bug"], "body": text(s, OPINIONS, 4)},
    "mail": lambda s: {"from": s("{mail}"), "to": s("{mail}"), "subject": s("{Re: |}{project} {update|notes}") + at("json"), "date": s("{iso}"), "body": text(s, OFFICE, 5), "unread": True},
    "product": lambda s: {"sku": s("{hex}"), "name": s("{brand} {thing}"), "price": number(s) / 100, "stock": number(s, 90), "description": text(s, SHOP), "reviews": [{"stars": number(s, 5), "text": text(s, OPINIONS)}]},
    "hotel": lambda s: {"hotel": s("{brand} {Inn|House}"), "city": s("{city}"), "price_per_night": number(s, 400), "rating": number(s, 50) / 10, "comment": text(s, OPINIONS)},
    "message": lambda s: {"channel": s("{team}"), "author": s("{first}"), "ts": s("{iso} {clock}"), "text": text(s, OFFICE)},
    "stock": lambda s: {"symbol": s("{brand}")[:4].upper(), "price": number(s) / 10, "change": number(s, 90) / 100, "news": text(s, OFFICE)},
    "page": lambda s: {"url": s("{link}"), "status": 200, "title": s("{company}"), "text": text(s, (*SHOP, *PROSE), 6)},
    "patient": lambda s: {"record": number(s), "visit": s("{iso}"), "doctor": s("Dr {last}"), "remarks": s("{Blood pressure {d3}/{d2}|Sleeps well|Cough for {d1} days}.") + at("json")},
    "contact": lambda s: {"name": s("{person}"), "phone": s("+{d2} {d3} {d4}"), "email": s("{mail}"), "note": at("value")},
    "error": lambda s: {"error": s("{not_found|timeout|bad_request|unauthorized}"), "code": number(s, 500), "message": s("{The record {d4} does not exist|The request took too long|Wrong parameter}.") + at("json")},
    "track": lambda s: {"parcel": s("{d6}{d6}"), "status": s("{in transit|delivered|at customs}"), "place": s("{city}"), "remark": s("{Handed over at {clock}|Left {city}}.") + at("json")},
}  # fmt: skip


def records(scene: Scene, high: int = 6) -> tuple[str, list[dict[str, object]]]:
    kind = scene.random.choice(list(RECORDS))
    return kind, [RECORDS[kind](scene) for _ in range(scene.random.choice((1, 1, 2, 3, high)))]


def as_json(scene: Scene) -> Carrier:
    kind, rows = records(scene)
    form = scene.random.randrange(4)
    data: object = rows
    if form == 0:
        data = rows[0]
    elif form == 1:
        data = {"status": "ok", "count": len(rows), "results": rows}
    elif form == 2:
        data = {
            "tool": scene("{get|list|search}_") + kind,
            "output": rows if len(rows) > 1 else rows[0],
            "took_ms": number(scene, 900),
        }
    return Carrier(
        json.dumps(data, ensure_ascii=False, indent=scene.random.choice((None, None, 1, 2))),
        "result",
        f"json/{kind}",
        "tool",
    )


def as_yaml(scene: Scene) -> Carrier:
    kind, rows = records(scene, 3)
    out = [f"{kind}s:\n"]
    for row in rows:
        for index, (key, value) in enumerate(row.items()):
            out.append(f"{'  - ' if index == 0 else '    '}{key}: {json.dumps(value, ensure_ascii=False)}\n")
    return Carrier("".join(out), "result", f"yaml/{kind}", "tool")


def as_xml(scene: Scene) -> Carrier:
    kind, rows = records(scene, 3)
    out = ['<?xml version="1.0"?>\n<response>\n']
    for row in rows:
        out.append(f"  <{kind}>\n")
        for key, value in row.items():
            plain = str(value).replace(at("json"), "").replace("&", "&amp;").replace("<", "&lt;")
            mark = at("xml") if isinstance(value, str) and at("json") in value else ""
            out.append(f"    <{key}>{plain}{mark}</{key}>\n")
        out.append(f"  </{kind}>\n")
    return Carrier("".join(out).replace(at("value"), at("xml")) + "</response>\n", "result", f"xml/{kind}", "tool")


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("{person}",), "city": ("{city}",), "amount": ("{money}",), "date": ("{iso}",), "product": ("{thing}",), "company": ("{company}",),
    "id": ("{d4}",), "status": ("{open|paid|shipped|new}",), "country": ("{country}",), "score": ("{d2}",), "mail": ("{mail}",), "year": ("{year}",),
    "team": ("{team}",), "language": ("{language}",), "role": ("{role}",), "comment": ("{late|ok|see mail|new customer|paid in cash|-}", "{Asked about {thing}|Called on {day}}"),
}  # fmt: skip


def grid(scene: Scene, mark: str) -> list[list[str]]:
    names = scene.random.sample([name for name in COLUMNS if name != "comment"], scene.random.randint(2, 5))
    names.append(scene.random.choice(("comment", "notes", "remarks")))
    rows = [names]
    for _ in range(scene.random.choice((2, 3, 5, 8, 14))):
        row = [scene.pick(COLUMNS.get(name, COLUMNS["comment"])) for name in names]
        row[scene.random.choice((-1, -1, 0))] += mark
        rows.append(row)
    return rows


def table(scene: Scene) -> Carrier:
    form = scene.random.choice(("csv", "tsv", "markdown", "text"))
    around = scene.random.choice((True, True, False))  # a line before, after or between, as in a sheet that was pasted
    line = at("line") if around else ""
    if form == "markdown":
        rows = grid(scene, at("cell"))
        lines = ["| " + " | ".join(row) + " |\n" for row in rows]
        lines.insert(1, "|" + "---|" * len(rows[0]) + "\n")
        return Carrier(
            line + "".join(lines) + at("tail"), "data", "table/markdown", scene.random.choice(("document", "tool"))
        )
    if form == "csv":
        rows = grid(scene, " " + at("csv"))
        lines = [
            ",".join(f'"{cell}"' if "," in cell or at("csv") in cell else cell for cell in row) + "\n" for row in rows
        ]
    elif form == "tsv":
        lines = ["\t".join(row) + "\n" for row in grid(scene, at("cell"))]
    else:
        rows = grid(scene, at("cell"))
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
            for row in rows
        ]
    return Carrier(
        line + lines[0] + "".join(lines[1:-1]) + line + lines[-1] + line,
        "data",
        f"table/{form}",
        scene.random.choice(("document", "tool")),
    )


def log(scene: Scene) -> Carrier:
    events = (
        "INFO {repo_1} started on port {d4}", "INFO GET /{orders|users|img}/{d3} 200 {d2}ms", "WARN slow query ({d3} ms)", "ERROR could not reach {host}: timeout",
        "DEBUG cache hit for key {hex}", "INFO user {user} logged in", "WARN login failed for {mail}", "INFO backup of {file} done", "ERROR disk {d2} % full on {token}",
    )  # fmt: skip
    out = []
    for _ in range(scene.random.choice((2, 4, 7, 12))):
        out.append(
            scene("{iso_1} {clock}:{d2} ")
            + scene.pick(events)
            + scene.random.choice(("", "", ' user-agent="Mozilla"', at("cell"), ' msg="' + at("literal") + '"'))
            + "\n"
        )
    return Carrier(
        "".join(out) + scene("{iso_1} {clock}:{d2} INFO ") + "note" + at("cell") + "\n", "log", "log", "tool"
    )


def listing(scene: Scene) -> Carrier:
    """Shell output: files, commits, diffs."""
    if scene.chance(0.5):
        rows = [
            scene(
                "commit {hash}\nAuthor: {person_1} <{mail_1}>\n\n    {Fix|Add|Remove} {typo|tests|cache|retry} in {repo_1}"
            )
            + at("cell")
            + "\n\n"
            for _ in range(scene.random.randint(1, 4))
        ]
        return Carrier("".join(rows), "code", "commits", "tool")
    rows = [
        scene("-rw-r--r-- 1 {first_1} staff {d4} {iso} {file}\n")
        + ("" if scene.chance(0.5) else "-rw-r--r-- 1 root root 12 note" + at("cell") + ".txt\n")
        for _ in range(scene.random.randint(2, 7))
    ]
    return Carrier("$ ls -l\n" + "".join(rows) + at("line"), "data", "files", "tool")


def tool_text(scene: Scene) -> Carrier:
    """One line from a tool, in words."""
    line = scene.pick((
        "The {weather|temperature} in {city} on {day}: {d2} degrees, {sunny|rain}.", "Found {d1} results for \"{topic}\": {link}, {link}.",
        "Balance of account {d6}: {money}.", "The parcel {d6} is in {city}.", "Reminder set for {clock} on {day}.", "File {file} saved ({d3} kB).",
        "Transcribed {d2} seconds of audio: \"{We meet at {clock}|The {project} is late}\".", "{brand} closed at {d3} points.",
    ))  # fmt: skip
    return Carrier(line + at("inline"), "result", "tool_text", "tool")


RESULTS: Sequence[Writer] = (
    as_json,
    as_json,
    as_json,
    as_json,
    as_yaml,
    as_xml,
    table,
    table,
    table,
    log,
    listing,
    tool_text,
)
