"""Events in the store: to look up, to count, to export, with texts as far as a policy wants them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from gateway.store import EventRecord
from gateway.types import Json
from tests.support.gatewayed import ATTACK, EMAIL, TOKEN, echo, gatewayed, said, talked
from tests.support.managed import Managed, bearer, managed, on_disk, quick

FULL = "version: 1\nname: full\nevent_texts: full\nrules: [{category: pii/*, action: mask}]\n"
REDACTED = FULL.replace("name: full", "name: redacted").replace("event_texts: full", "event_texts: redacted")
NONE = FULL.replace("name: full", "name: none").replace("event_texts: full", "event_texts: none")


async def talk(gate: Managed, *texts: str, key: str = "blue-app", **fields: object) -> None:
    for text in texts:
        await gate.gate.chat(text, headers=bearer(gate.keys[key]), **fields)


async def test_an_event_says_what_the_log_says(tmp_path: Path) -> None:
    async with managed(tmp_path, echo) as gate:
        await talk(gate, f"Write to {EMAIL}")
        (found,) = await gate.events(1)
        logged = (await gate.gate.event()).as_json()
        logged.pop("at")
        assert {name: found[name] for name in logged} == json.loads(json.dumps(logged))
        assert (found["tenant"], found["key"], found["client"]) == ("blue", gate.ids["blue-app"], "blue-app")
        whole = await gate.ask("GET", f"/events/{found['id']}")
        assert whole["texts"] is None
        (span, *_) = whole["spans"]
        assert (span["category"], span["start"], span["end"]) == ("pii/email", 9, 9 + len(EMAIL))
        assert len(span["hash"]) == 24
        assert EMAIL not in json.dumps(whole)


async def test_the_same_value_has_the_same_hash_and_it_is_keyed(tmp_path: Path) -> None:
    """Y-06."""
    hashes = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        async with managed(folder, echo) as gate:
            await talk(gate, EMAIL, f"once more {EMAIL}")
            spans = [(await gate.ask("GET", f"/events/{e['id']}"))["spans"] for e in await gate.events(2)]
            hashes.append({span["hash"] for each in spans for span in each if span["direction"] == "input"})
    assert [len(found) for found in hashes] == [1, 1]
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("policies", "kept"),
    [
        ((FULL,), "full"),
        ((REDACTED,), "redacted"),
        ((NONE,), "none"),
        ((FULL, REDACTED), "redacted"),
        ((FULL, NONE), "none"),
    ],
)
async def test_texts_as_the_policies_want_them(
    tmp_path: Path, policies: tuple[str, ...], kept: str, stream: bool
) -> None:
    names = [text.split("name: ")[1].split("\n")[0] for text in policies]
    reply = f"Dear {EMAIL}, hello."
    async with managed(tmp_path, talked(reply) if stream else said(reply), policies=policies, policy=names[0]) as gate:
        headers = {**bearer(gate.keys["blue-app"]), "x-guard-policy": ", ".join(names)}
        await gate.gate.chat(f"I am {EMAIL} here", headers=headers, stream=stream)
        (found,) = await gate.events(1)
        texts = (await gate.ask("GET", f"/events/{found['id']}"))["texts"]
        if kept == "none":
            assert texts is None
            return
        assert (texts["form"], texts["complete"]) == (kept, True)
        mail = EMAIL if kept == "full" else "[EMAIL]"
        assert [t["text"] for t in texts["request"]] == [f"I am {mail} here"]
        assert [t["text"] for t in texts["answer"] if t["kind"] == "text"] == [f"Dear {mail}, hello."]
        assert (EMAIL in json.dumps(texts)) == (kept == "full")


async def test_texts_are_encrypted_at_rest(tmp_path: Path) -> None:
    new, old = "new-secret-of-texts", "old-secret-of-texts"
    words = "a sentence nobody else would write"
    options: Json = {"policies": [FULL], "policy": "full"}
    async with managed(tmp_path, store={"encryption_keys": [old]}, **options) as gate:
        await talk(gate, words)
        await gate.events(1)
    files = on_disk(tmp_path)
    assert not any(words.encode() in data for data in files)
    for keys, readable in (([new, old], True), ([new], False)):
        async with gatewayed(said("Hi."), store=quick(tmp_path, encryption_keys=keys), **options) as gated:
            keeper = gated.gateway.keeper
            assert keeper is not None
            key, _ = await keeper.store.new_key("again", scopes=("manage",))
            await keeper.look()
            listed = (await gated.http.get("/guard/v1/events", headers=bearer(key))).json()["data"]
            response = await gated.http.get(f"/guard/v1/events/{listed[0]['id']}", headers=bearer(key))
            if readable:
                assert response.json()["texts"]["request"][0]["text"] == words
            else:
                assert response.status_code == 503
                assert "not configured" in response.json()["error"]["message"]
                exported = await gated.http.get("/guard/v1/events/export?texts=true", headers=bearer(key))
                assert json.loads(exported.text)["texts"] == {"unreadable": True}


async def test_places_are_told_without_the_clients_words(tmp_path: Path) -> None:
    """A key of the body may be as secret as its value."""
    async with managed(tmp_path, echo, policies=[FULL], policy="full") as gate:
        await talk(gate, "Hello", metadata={"canary@example.com": EMAIL})
        (found,) = await gate.events(1)
        whole = await gate.ask("GET", f"/events/{found['id']}")
        assert {span["path"] for span in whole["spans"] if span["direction"] == "input"} >= {"metadata.*"}
        assert "canary" not in json.dumps({**whole, "texts": [t["path"] for t in whole["texts"]["request"]]})


async def test_texts_have_a_limit(tmp_path: Path) -> None:
    async with managed(tmp_path, echo, policies=[FULL], policy="full", store={"max_text": 2000}) as gate:
        await talk(gate, "short", "long " * 1000)
        texts = [(await gate.ask("GET", f"/events/{e['id']}"))["texts"] for e in await gate.events(2)]
        assert [t["complete"] for t in texts] == [False, True]
        assert texts[0]["request"] == []


async def test_filters_and_pages(tmp_path: Path) -> None:
    async with managed(tmp_path, echo) as gate:
        await talk(gate, "Hello", EMAIL, ATTACK)
        await talk(gate, EMAIL, key="red-app")
        assert len(await gate.events(4)) == 4
        for query, count in (
            ("decision=block", 1),
            ("decision=redact", 2),
            ("action=block", 1),
            ("action=placeholder&tenant=red", 1),
            ("action=hash", 0),
            ("category=pii/email", 2),
            ("category=pii/*&tenant=blue", 1),
            ("tenant=blue", 3),
            ("client=red-app", 1),
            (f"key={gate.ids['red-app']}", 1),
            ("status=400", 1),
            ("error=content_filter", 1),
            ("route=chat.completions", 4),
            ("model=m", 4),
            ("scanned=false", 0),
            ("since=2001-01-01T00:00:00Z", 4),
            ("until=2001-01-01T00:00:00Z", 0),
            ("since=4000000000", 0),
        ):
            assert len((await gate.ask("GET", f"/events?{query}"))["data"]) == count, query
        page = await gate.ask("GET", "/events?limit=3")
        rest = await gate.ask("GET", f"/events?limit=3&after={page['next']}")
        ids = [e["id"] for e in page["data"] + rest["data"]]
        assert ids == sorted(set(ids), reverse=True)
        assert (len(ids), rest["has_more"]) == (4, False)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("since=yesterday", "since"),
        ("since=2030-01-01T00:00:00", "since"),
        ("until=1e400", "until"),
        ("since=nan", "since"),
        ("until=-5", "until"),
        ("scanned=yes", "scanned"),
        ("status=2000", "status"),
        ("status=x", "status"),
        ("category=pii", "category"),
        ("catgory=pii/email", "catgory"),
        ("decision=a&decision=b", "decision"),
    ],
)
@pytest.mark.parametrize("path", ["/events", "/stats", "/events/export"])
async def test_wrong_filters_are_refused(tmp_path: Path, path: str, query: str, param: str) -> None:
    async with managed(tmp_path) as gate:
        assert (await gate.ask("GET", f"{path}?{query}", status=400))["error"]["param"] == param


async def test_statistics(tmp_path: Path) -> None:
    async with managed(tmp_path, echo) as gate:
        await talk(gate, "Hello", EMAIL, ATTACK)
        await gate.events(3)
        told = await gate.ask("GET", "/stats")
        assert told["requests"] == 3
        assert told["by_decision"] == {"allow": 1, "redact": 1, "block": 1}
        assert told["by_status"] == {"200": 2, "400": 1}
        assert told["by_tenant"] == {"blue": 3}
        assert told["findings"]["pii/email"] >= 1
        assert told["by_action"]["block"] == told["by_action"]["placeholder"] == 1
        assert told["by_rule"]["default:prompt-injection:block"] == 1
        assert told["tokens"] == {"in": 6, "out": 8}
        latency = told["duration_ms"]
        assert 0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"]
        assert (await gate.ask("GET", "/stats?decision=block"))["requests"] == 1
        assert (await gate.ask("GET", "/stats?until=2001-01-01T00:00:00Z"))["requests"] == 0
        assert (await gate.ask("GET", "/stats", key="red-manager"))["requests"] == 0


async def test_what_a_policy_on_trial_would_have_done(tmp_path: Path) -> None:
    trial = "version: 1\nname: trial\nextends: default\nmode: monitor\n"
    async with managed(tmp_path, echo, policies=[trial], policy="trial") as gate:
        await talk(gate, "Hello", EMAIL, ATTACK)
        await gate.events(3)
        told = await gate.ask("GET", "/stats")
        assert told["by_decision"] == {"flag": 2, "allow": 1}
        assert told["by_status"] == {"200": 3}
        assert (told["by_action"]["block"], told["by_action"]["placeholder"]) == (1, 1)
        (line,) = csv.DictReader(io.StringIO((await gate.raw("GET", "/events/export?format=csv&action=block")).text))
        assert "trial:prompt-injection:block" in line["rules"].split()


async def test_export(tmp_path: Path) -> None:
    async with managed(tmp_path, echo, policies=[FULL], policy="full") as gate:
        await talk(gate, "Hello", EMAIL, model="=cmd|calc")
        await gate.events(2)
        listed = (await gate.ask("GET", "/events"))["data"]
        lines = await gate.raw("GET", "/events/export")
        assert lines.headers["content-type"] == "application/jsonl"
        assert [json.loads(line) for line in lines.text.splitlines()] == listed[::-1]
        with_texts = [json.loads(x) for x in (await gate.raw("GET", "/events/export?texts=true")).text.splitlines()]
        assert [e["texts"]["request"][0]["text"] for e in with_texts] == ["Hello", EMAIL]
        sheet = await gate.raw("GET", "/events/export?format=csv")
        rows = list(csv.DictReader(io.StringIO(sheet.text)))
        assert [r["id"] for r in rows] == [e["id"] for e in listed[::-1]]
        assert {r["model"] for r in rows} == {"'=cmd|calc"}  # no spreadsheet runs it
        assert [r["categories"] for r in rows] == ["", "pii/email"]
        assert rows[0]["scanned"] == "true"
        for query in ("format=xml", "format=csv&texts=true", "texts=1"):
            await gate.ask("GET", f"/events/export?{query}", status=400)
        assert (await gate.raw("GET", "/events/export", key="red-manager")).text == ""


async def test_a_long_export_is_complete(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        records = [EventRecord(f"evt_{i:032x}", 1.0, record={"n": i}) for i in range(1750)]
        for at in range(0, len(records), 250):
            await gate.store.events.add(records[at : at + 250])
        text = (await gate.raw("GET", "/events/export")).text
        assert [json.loads(line)["n"] for line in text.splitlines()] == list(range(1750))


async def test_a_06_old_events_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.keeper.CLEAN", 0.05)
    async with managed(tmp_path, store={"retention_days": 1, "retention_events": 3}) as gate:
        await gate.store.events.add([EventRecord("evt_0", 0.0)])
        await talk(gate, *("Hello",) * 5)
        await gate.events(5)

        async def left() -> list[Json]:
            data: list[Json] = (await gate.ask("GET", "/events"))["data"]
            return data

        for _ in range(200):
            if len(await left()) == 3:
                break
        assert len(await left()) == 3
        assert TOKEN not in json.dumps(await left())
