"""
Texts of developers and offices out of published packages: code, settings, shell lines, SQL, logs, changelogs,
documentation, translated strings. `packages.txt` pins the packages and names their licences.

    python -m training.packages [--out build/packages]

fetches them with pip. Nothing of them is installed, run by us or written into this repository.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from random import Random

__all__ = ["FOLDER", "LIST", "Text", "fetch", "kind_of", "messages", "package_texts", "parts", "usable"]

LIST = Path(__file__).parent / "packages.txt"
FOLDER = Path("build/packages")
SHORTEST, LONGEST = 40, 1500  # characters of one text
LARGEST = 400_000  # bytes of a file that is read
MOST_FILES = 2500  # of one package and kind
FROM_FILE = 4  # texts of one kind
MOST = 400  # texts of one package and kind

KINDS = {
    "code": "py js ts tsx jsx go rs java kt rb php c h cpp cs scala swift lua pl r jl hs clj ex erl groovy vue "
    "css scss html htm jinja j2 tpl mako py-tpl tmpl ps1 bat cmd dart zig nim",
    "config": "yaml yml toml ini cfg conf cnf sls service env properties tf hcl profiles template spec logrotate "
    "minion master xml plist socket editorconfig map ldif cron",
    "data": "json csv tsv geojson",
    "docs": "rst md txt adoc inc",
    "sql": "sql",
    "shell": "sh bash zsh fish console",
    "log": "log pytb py2tb pypylog",
    "diff": "diff patch",
    "strings": "po",
}
KIND = {ending: kind for kind, endings in KINDS.items() for ending in endings.split()}
NAMES = {
    "Dockerfile": "config",
    "Makefile": "config",
    "multinode": "config",
    "all-in-one": "config",
    "crontab": "config",
}
CHANGES = re.compile(r"change|history|\bnews\b|release", re.IGNORECASE)
# Example files are named after their language in the folder above them.
EXAMPLES = re.compile(r"/(?:examplefiles|snippets)/([^/]+)/")
TRANSLATED = re.compile(r"/(?:locale|locales|translations)/([A-Za-z]{2,3}(?:[-_][A-Za-z]+)?)(?:/LC_MESSAGES/|\.json$)")
BLOCK = re.compile(
    r"^( *)(?:\.\. (?:code-block|sourcecode|code)::[ ]*(\S*)|.*::)[ ]*\n(?:[ ]+:.*\n)*\n((?:\1[ \t]+.*\n|[ \t]*\n)+)",
    re.MULTILINE,
)
FENCE = re.compile(r"^```(\w+)\n((?:.*\n)+?)```", re.MULTILINE)
BLOCKS = {
    "shell": "console bash shell sh powershell bat",
    "code": "python py pycon javascript js html jinja html+django html+jinja css c rust go",
    "config": "yaml ini toml cfg apache nginx xml jinja2",
    "sql": "sql",
    "data": "json",
    "diff": "diff",
    "log": "pytb output",
}
BLOCK_KINDS = {language: kind for kind, languages in BLOCKS.items() for language in languages.split()}
TRACE = re.compile(r"^([ \t]*)Traceback \(most recent call last\):\n(?:\1[ \t]+.*\n)+\1\S.*$", re.MULTILINE)
LOGGED = re.compile(
    r"\b(?:log|LOG|logger|_LOGGER|logging)\.(debug|info|warning|warn|error|critical|exception)\(\s*(?:_\w*\()?\s*"
    r"((?:\"(?:[^\"\\\n]|\\.)*\"\s*|'(?:[^'\\\n]|\\.)*'\s*)+)"
)
STATEMENT = re.compile(
    r"\"((?:SELECT|INSERT|CREATE|UPDATE|WITH|ALTER|DELETE|MERGE|DROP|GRANT|EXPLAIN|TRUNCATE) [^\"\\\n]{30,})\"[,)\n]"
)
QUOTED = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")
COMMAND = re.compile(
    r"^(?:[$#] |aws |salt|openstack |docker |git |pip |python|sudo |curl |kolla-ansible |nova |scrapy )", re.MULTILINE
)
TABLE = re.compile(r"^\+[-+=]{4,}\+$|^\|.*\|$", re.MULTILINE)

# What no text may hold: talk to and about language models, which is no plain office text, and what looks like a key.
_MODELS = re.compile(
    r"prompt.{0,3}inject|jail.?break|guardrail|\bLLMs?\b|language model|chat.?gpt|\bgpt-?\d|openai|anthropic"
    r"|\bclaude\b|gemini|copilot|llama|mistral|hugging ?face|bedrock|system prompt|chatbot"
    r"|\bAI (?:agent|assistant|model)|generative|red.?team|adversarial|\bagentic|conversation agent|generation model",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"-----BEGIN|AKIA[0-9A-Z]{12}|ASIA[0-9A-Z]{12}|gh[pousr]_\w{20}|xox[abp]-|eyJ[\w-]{20}"
    r"|ssh-(?:rsa|ed25519) AAAA|sk-\w{20}|[A-Za-z0-9+/=_-]{72}"
)
# Files that came from elsewhere under terms of their own, as a package's examples do now and then.
_OTHER_TERMS = re.compile(r"\bA?L?GPL|General Public Licen|NonCommercial|Creative Commons|\bCC[- ]BY", re.IGNORECASE)
_LEFT_OUT = re.compile(
    r"openai|anthropic|ollama|conversation|generative|llm|bedrock|mcp|/assist|comprehend|qbusiness|agents?\.md|claude|copilot"
    r"|licen[sc]e|authors|copying|notice|/vendor/|min\.js|min\.css|PKG-INFO|SOURCES|RECORD|wordlist|\.dist-info|egg-info"
    r"|security-?hub/.*findings|rsa$|\.key$|\.pem$|\.crt$|\.pub$|mailmap|/ext/|/static/themes/|stemmer|stopwords|/search/",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    kind: str  # code, config, data, docs, sql, shell, log, diff, strings, changelog; ticket
    package: str
    lang: str = "en"  # of `strings`; two or three letters


def fetch(folder: Path) -> None:
    """With pip, which checks the hashes; raises CalledProcessError."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--require-hashes",
        "-d",
        str(folder),
        "-r",
        str(LIST),
    ]
    subprocess.run(command, check=True)  # noqa: S603  # all of it is ours


def kind_of(path: str) -> str | None:
    """What a file of a package holds; None: nothing to learn from."""
    name = PurePosixPath(path).name
    if _LEFT_OUT.search(path):
        return None
    if TRANSLATED.search(path):
        return "strings" if path.endswith((".po", ".json")) else None
    example = EXAMPLES.search(path)
    if example:
        language = example[1]
        if path.endswith((".output", ".png")) or "/snippets/" in path:
            return None
        return BLOCK_KINDS.get(language) or KIND.get(language) or ("docs" if language == "text" else "code")
    kind = NAMES.get(name) or KIND.get(name.rpartition(".")[2])
    if kind in ("docs", "config") and (CHANGES.search(path.partition("/")[2]) or name == "changelog"):
        return "changelog"
    return kind


def usable(text: str) -> bool:
    printable = sum(c.isprintable() or c in "\n\t" for c in text)
    letters = sum(c.isalpha() for c in text)
    lines = text.splitlines()
    return (
        SHORTEST <= len(text) <= LONGEST
        and printable == len(text)
        and letters > len(text) * 0.25
        and max(map(len, lines)) <= 600
        and not _MODELS.search(text)
        and not _KEYS.search(text)
    )


def cut(random: Random, text: str) -> Iterator[str]:
    """Up to FROM_FILE runs of whole blocks or, where these are too long, whole lines."""
    blocks = [b for b in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").expandtabs(4)) if b.strip()]
    at = random.randrange(max(1, len(blocks) // 3)) if len(blocks) > 3 else 0
    for _ in range(FROM_FILE):
        if at >= len(blocks):
            return
        aim = int(SHORTEST * (LONGEST / SHORTEST) ** random.uniform(0.15, 1))
        run = [blocks[at]]
        at += 1
        while at < len(blocks) and sum(map(len, run)) + len(blocks[at]) < aim:
            run.append(blocks[at])
            at += 1
        out = textwrap.dedent("\n\n".join(run)).strip("\n").rstrip()
        if len(out) > aim * 1.5 or len(out) > LONGEST:
            lines = out.split("\n")
            first = random.randrange(max(1, len(lines) // 2)) if random.random() < 0.3 else 0
            out = ""
            for line in lines[first:]:
                if len(out) + len(line) > min(LONGEST - 1, max(aim, 120)):
                    break
                out += line + "\n"
            out = textwrap.dedent(out).rstrip()
        yield out
        at += random.choice((0, 1, 3, 8))


def blocks_of(text: str) -> Iterator[tuple[str, str]]:
    """The snippets inside documentation, each with its kind."""
    for _, language, body in BLOCK.findall(text):
        snippet = textwrap.dedent(body.expandtabs(4)).strip("\n").rstrip()
        kind = BLOCK_KINDS.get(language.lower())
        if not kind and not language:
            kind = _guess(snippet)
        elif kind == "shell" and (snippet.lstrip()[:1] in "{[" or TABLE.search(snippet)):
            kind = "log" if TABLE.search(snippet) else "data"
        if kind:
            yield snippet, kind
    for language, body in FENCE.findall(text):
        kind = BLOCK_KINDS.get(language.lower())
        if kind:
            yield body.rstrip(), kind


def _guess(snippet: str) -> str | None:
    if COMMAND.match(snippet):
        return "shell"
    if re.match(r"[{\[][\s\"\[{]", snippet):
        return "data"
    if TABLE.search(snippet) or "Traceback" in snippet:
        return "log"
    return None


def strings(random: Random, path: str, text: str) -> Iterator[str]:
    """Of a catalogue: entries as they stand in the file, or the translated strings alone, a line each."""
    if path.endswith(".json"):
        said: list[str] = []
        value = json.loads(text)
        _values(value, said)
        whole = json.dumps(value, ensure_ascii=False, indent=2)
    else:
        entries = [
            e for e in text.split("\n\n")[1:] if 'msgid ""\nmsgstr' not in e and 'msgstr ""\n\n' not in e + "\n\n"
        ]
        said = [
            "".join(re.findall(r'"(.*)"', match[0])).replace('\\"', '"').replace("\\n", "\n").strip()
            for entry in entries
            for match in re.finditer(r'^msgstr(?:\[\d\])? (?:".*"\n?)+', entry, re.MULTILINE)
        ]
        whole = "\n\n".join("\n".join(line for line in e.splitlines() if not line.startswith("#~")) for e in entries)
    said = [s for s in said if len(s) > 3 and any(c.isalpha() for c in s)]
    if random.random() < 0.45:
        yield from cut(random, whole)
    elif said:
        at = random.randrange(len(said))
        aim = random.choice((60, 150, 300, 600, 1000))
        lines: list[str] = []
        while at < len(said) and sum(map(len, lines)) + len(said[at]) < aim:
            lines.append(
                random.choice(("", "", "- ")) + said[at]
                if not lines
                else lines[0][: 2 * lines[0].startswith("- ")] + said[at]
            )
            at += 1
        yield "\n".join(lines)


def _values(value: object, said: list[str]) -> None:
    if isinstance(value, str):
        said.append(value)
    elif isinstance(value, dict):
        for inner in value.values():
            _values(inner, said)


def parts(random: Random, path: str, kind: str, text: str) -> Iterator[tuple[str, str]]:
    """The texts of one file, each with its kind."""
    if kind == "strings":
        yield from ((part, kind) for part in strings(random, path, text))
        return
    if kind in ("docs", "changelog"):
        snippets = [*blocks_of(text)]
        yield from random.sample(snippets, min(len(snippets), FROM_FILE * 2))
    if path.endswith(".py"):
        statements = STATEMENT.findall(text)
        yield from ((part, "sql") for part in random.sample(statements, min(len(statements), 12)))
    for trace in list(TRACE.finditer(text))[:FROM_FILE]:
        yield textwrap.dedent(trace[0]), "log"
    yield from ((part, kind) for part in cut(random, text))


def _files(archive: Path) -> Iterator[tuple[str, int]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as file:
            yield from ((info.filename, info.file_size) for info in file.infolist())
    else:
        with tarfile.open(archive) as tar:
            yield from ((member.name, member.size) for member in tar if member.isfile())


def _read(archive: Path, names: set[str]) -> Iterator[tuple[str, str]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as file:
            yield from ((name, file.read(name).decode("utf-8", "replace")) for name in file.namelist() if name in names)
    else:
        with tarfile.open(archive) as tar:
            for member in tar:
                opened = tar.extractfile(member) if member.name in names else None
                if opened:
                    yield member.name, opened.read().decode("utf-8", "replace")


def _chosen(random: Random, archive: Path) -> dict[str, str]:
    """Files to read, with their kinds; catalogues evenly over languages."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, size in _files(archive):
        kind = kind_of(name) if 30 < size < LARGEST else None
        if kind:
            translated = TRANSLATED.search(name) if kind == "strings" else None
            found[kind, translated[1] if translated else ""].append(name)
    chosen: dict[str, str] = {}
    for (kind, lang), names in sorted(found.items()):
        most = 30 if lang else MOST_FILES
        chosen |= dict.fromkeys(random.sample(names, min(most, len(names))), kind)
    return chosen


def package_texts(random: Random, folder: Path, most: int = MOST) -> tuple[list[Text], list[tuple[str, str]]]:
    """The texts, at most `most` of a package and kind, and what the packages write to their logs (level, message)."""
    kept: list[Text] = []
    logged: dict[str, tuple[str, str]] = {}
    seen: set[str] = set()
    for archive in sorted([*folder.glob("*.whl"), *folder.glob("*.tar.gz")]):
        package = re.split(r"-\d", archive.name)[0]
        chosen = _chosen(random, archive)
        found: dict[tuple[str, str], list[Text]] = defaultdict(list)
        for path, whole in _read(archive, {*chosen}):
            if _OTHER_TERMS.search(whole):
                continue
            translated = TRANSLATED.search(path)
            lang = translated[1] if translated else "en"
            if path.endswith(".py"):
                logged |= {message: (level, message) for level, message in messages(whole)}
            for text, kind in parts(random, path, chosen[path], whole):
                start = " ".join(text.lower().split())[:70]
                if usable(text) and start not in seen:
                    seen.add(start)
                    found[kind, lang].append(Text(text, kind, package, lang))
        for (kind, _), texts in sorted(found.items()):
            limit = max(20, most // 20) if kind == "strings" else most
            kept += random.sample(texts, min(limit, len(texts)))
    said = sorted(logged.values())
    return kept, random.sample(said, min(len(said), 6000))


def messages(source: str) -> Iterator[tuple[str, str]]:
    """What Python code says to its log: levels and messages with their holes."""
    for level, quoted in LOGGED.findall(source):
        message = "".join(a or b for a, b in QUOTED.findall(quoted)).replace('\\"', '"').replace("\\'", "'")
        if 15 < len(message) < 300 and "\\" not in message and not _MODELS.search(message):
            yield (
                level.replace("exception", "error").replace("warn", "warning").replace("warninging", "warning"),
                message,
            )


def summary(texts: Sequence[Text]) -> str:
    by_kind = Counter(t.kind for t in texts)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(by_kind.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=FOLDER)
    args = parser.parse_args()
    fetch(args.out)
    texts, logged = package_texts(Random(1), args.out)
    print(f"{len(texts)} texts ({summary(texts)}), {len(logged)} log messages -> {args.out}")


if __name__ == "__main__":
    main()
