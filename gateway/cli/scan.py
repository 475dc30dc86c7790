"""`portcullis scan`: the server's engine over texts from the command line, a file or a list."""

from __future__ import annotations

import argparse
import asyncio
import sys
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import orjson
from rich import progress
from rich.console import Console
from rich.text import Text

from gateway.cli.configuration import add_config, config_path, load
from gateway.cli.output import complain, console
from gateway.cli.results import PATH, Result
from gateway.engine import Guard, load_models
from gateway.errors import MalformedBody, RequestError
from gateway.policy import Ruleset, load_policies
from gateway.resources import folder
from gateway.types import Direction, Json, Part, Role, Transcript

__all__ = ["register"]


def register(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Exit status: 0 nothing blocked, 1 something blocked, 2 an error."
    source = parser.add_mutually_exclusive_group()
    source.add_argument("text", nargs="?", metavar="TEXT", help="the text; without any source stdin is read")
    source.add_argument("--file", type=Path, metavar="F", help="a file that is one text")
    source.add_argument("--stdin", action="store_true", help="stdin is one text")
    source.add_argument("--jsonl", type=Path, metavar="FILE", help="a file with a JSON object a line; - is stdin")
    parser.add_argument("--field", default="text", metavar="NAME", help="which field of an object is its text")
    parser.add_argument("--direction", choices=[d.value for d in Direction], default="input", help="prompt or answer")
    parser.add_argument("--role", choices=[r.value for r in Role], help="who wrote it (default: user or assistant)")
    parser.add_argument("--policy", metavar="NAME", help="policy to judge by (default: that of the settings)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--scores", action="store_true", help="the best score of every category that was looked for")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    settings = load(config_path(arguments))
    text = None if arguments.jsonl is not None else _text(arguments)
    guard = Guard(threads=settings.scan_threads, inline=settings.inline_scan, models=load_models(settings.models))
    try:
        book = load_policies([folder("policies"), *settings.policies], guard.categories)
        ruleset = book[arguments.policy or settings.policy]
        guard.check_policy(ruleset)
        direction = Direction(arguments.direction)
        role = Role(arguments.role or ("user" if direction is Direction.INPUT else "assistant"))
        scanner = _Scanner(guard, (ruleset,), direction, role)
        work = _scan_lines(scanner, arguments) if text is None else _scan_text(scanner, text, arguments)
        return asyncio.run(work)
    finally:
        guard.close()


@dataclass(frozen=True, slots=True)
class _Scanner:
    guard: Guard
    policies: tuple[Ruleset, ...]
    direction: Direction
    role: Role

    async def scan(self, text: str) -> Result:
        exchange = self.guard.begin(self.policies)
        transcript = Transcript((Part(text, PATH, self.role),), self.direction)
        judge = exchange.request if self.direction is Direction.INPUT else exchange.response
        return Result(text, await judge(transcript), exchange.categories(self.direction))


async def _scan_text(scanner: _Scanner, text: str, arguments: argparse.Namespace) -> int:
    result = await scanner.scan(text)
    if arguments.json:
        _write(result.as_json(scores=arguments.scores))
    else:
        result.show(console(), scores=arguments.scores)
    _complain_of_failures(result, "")
    return result.status


async def _scan_lines(scanner: _Scanner, arguments: argparse.Namespace) -> int:
    """Results in the order of the lines; the worst of them is the exit status."""
    status = 0
    decisions: Counter[str] = Counter()
    out = console()
    with _open(arguments.jsonl) as file:
        for number, text in _texts(file, str(arguments.jsonl), arguments.field):
            result = await scanner.scan(text)
            status = max(status, result.status)
            decisions[result.decision] += 1
            if arguments.json:
                _write({"line": number, **result.as_json(scores=arguments.scores)})
            elif result.verdict.hits:
                out.print(result.line(number), soft_wrap=True)
            _complain_of_failures(result, f"line {number}: ")
    if not arguments.json:
        counts = ", ".join(f"{count} {decision}" for decision, count in decisions.most_common())
        out.print(Text(f"{decisions.total()} texts: {counts or 'nothing to scan'}"))
    return status


def _text(arguments: argparse.Namespace) -> str:
    """The one text to scan. Raises RequestError."""
    if arguments.text is not None:
        text: str = arguments.text
        if any("\ud800" <= c <= "\udfff" for c in text):  # how Python shows bytes of arguments that are no UTF-8
            raise RequestError("TEXT is not UTF-8")
        return text
    if arguments.file is not None:
        return _decoded(_read(arguments.file), str(arguments.file))
    if not arguments.stdin and sys.stdin.isatty():
        raise RequestError("there is nothing to scan: give a TEXT, --file, --stdin or --jsonl")
    return _decoded(sys.stdin.buffer.read(), "stdin")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as e:
        raise RequestError(f"{path}: cannot be read: {e.strerror}") from None


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as e:
        raise RequestError(f"{source}: not UTF-8, from byte {e.start} on") from None


def _open(path: Path) -> AbstractContextManager[Iterable[bytes]]:
    """Lines of a file, with a progress bar for whoever watches a terminal."""
    if str(path) == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return progress.open(
            path, "rb", description="scanning", console=Console(stderr=True), disable=not sys.stderr.isatty()
        )
    except OSError as e:
        raise RequestError(f"{path}: cannot be read: {e.strerror}") from None


def _texts(lines: Iterable[bytes], source: str, field: str) -> Iterator[tuple[int, str]]:
    """Line numbers and texts; empty lines are skipped. Raises MalformedBody where a line holds no text."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line.removeprefix(BOM_UTF8) if number == 1 else line)
        except orjson.JSONDecodeError:
            raise MalformedBody(f"{source}:{number}: not JSON") from None
        text = value.get(field) if isinstance(value, dict) else None
        if not isinstance(text, str):
            raise MalformedBody(f"{source}:{number}: no text in the field {field!r}; name another with --field")
        yield number, text


def _write(value: Json) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def _complain_of_failures(result: Result, where: str) -> None:
    if result.verdict.errors:
        complain(f"{where}these detectors failed: {', '.join(result.verdict.errors)}")
