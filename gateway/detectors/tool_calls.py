"""
What a tool call would do, as far as one argument alone says it: an address or a file that it asks for, a command
that it runs.

`dangerous_arguments` finds such words anywhere, also in a text that a tool only writes down. Here an argument counts
as a whole: an address in a field of its own, a command in a field for commands. So little is left that an honest
program would do: what an address hides by its notation, credentials of the machine, commands that ruin it or hand
it to somebody.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from gateway.detectors.base import code_points
from gateway.text.hosts import authority_of, host_of, is_address
from gateway.text.patterns import compile_re2
from gateway.types import Finding, Kind, Part, Reading, Span

__all__ = ["ToolCalls", "spread"]

TARGET, COMMAND = "tool/dangerous_target", "tool/dangerous_command"
LONGEST_TARGET = 2048  # characters of an address or a path
SHORTEST = 6  # characters of one that does harm
MOST_PIECES = 16  # of a command that comes in a list

_STRING = compile_re2(r'(?s)"((?:[^"\\]|\\.)*)"(\s*:)?')
_RUNS = re.compile(
    r"(?i)(?:^|[^a-z])(?:shell|bash|zsh|cmd|powershell|terminal|exec|execute|command|commands|ssh|console)(?![a-z])"
)
_WRITES = re.compile(
    r"(?i)(?:^|[^a-z])(?:write|create|edit|save|append|patch|update|insert|replace|note|comment|message|mail|post)(?![a-z])"
)
_FIELD = frozenset(
    ("command", "cmd", "commands", "shell", "bash", "exec", "script", "args", "argv", "command_line", "commandline")
)

# Addresses that give away the credentials of a machine in a cloud.
_METADATA = frozenset(
    (
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "fd00:ec2::254",
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.com",
    )
)
_SCHEMES = ("gopher:", "dict:", "ldap:", "tftp:", "jar:", "netdoc:", "expect:", "phar:", "php:")
_CREDENTIALS = re.compile(
    r"/etc/(?:shadow|gshadow|sudoers|master\.passwd|kubernetes/admin\.conf)-?"
    r"|/proc/(?:self|\d{1,7})/(?:environ|mem|maps)"
    r"|/var/run/secrets/kubernetes\.io/serviceaccount(?:/.*)?"
    r"|(?:~|/root|/home/[^/]+|/Users/[^/]+|)/(?:\.ssh/id_[a-z0-9]+|\.aws/credentials|\.kube/config|\.netrc|\.git-credentials"
    r"|\.pgpass|\.gnupg/.+|\.docker/config\.json)"
    r"|[a-z]:/windows/system32/config/(?:sam|system|security)",
    re.IGNORECASE,
)
_SYSTEM = re.compile(r"/(?:etc|proc|root|sys|boot|dev)(?:/.*)?")

_SP = r"[ \t]{1,8}"
_START = r"(?:^|[\n;&|({`\"']|\$\()[ \t]*(?:sudo[ \t]+(?:-\w+[ \t]+)*)?"
_END = r"(?:$|[\s;&|)\"'`}])"
_TOP = (
    r"[\"']?(?:/\*?|~/?\*?|\$\{?HOME\}?/?\*?"
    r"|/(?:bin|boot|dev|etc|home|lib|lib64|opt|root|sbin|srv|sys|usr|var|Users|System|Library)/?\*?)[\"']?"
)
_SHELL = (
    r"(?:sudo[ \t]+(?:-\w+[ \t]+)*)?(?:/(?:usr/)?bin/)?(?:env )?(?:(?:ba|z|da|k)?sh|python[0-9.]*|perl|ruby|node|php)\b"
)
_RUIN = compile_re2(
    "(?i)"
    + "|".join(
        (
            rf"{_START}rm{_SP}(?:-{{1,2}}[\w=-]+{_SP})*(?:-\w*[rR]\w*|--recursive){_SP}(?:-{{1,2}}[\w=-]+{_SP})*{_TOP}{_END}",
            rf"{_START}rm{_SP}[^\n;&|]{{0,80}}--no-preserve-root{_END}",
            rf"{_START}mkfs(?:\.\w+)?{_SP}[^\n;|]{{0,40}}/dev/",
            rf"{_START}dd{_SP}[^\n;|]{{0,60}}of=/dev/(?:sd|nvme|hd|vd|xvd)",
            r":\(\)\s*\{\s*:\s*\|\s*:\s*&\s*\}\s*;",
            rf"{_START}(?:rd|rmdir|del)[ \t]+(?:/[sqf][ \t]+)+[\"']?[a-z]:\\\\?[\"']?{_END}",
            r"(?:>|<|&)\s*/dev/(?:tcp|udp)/[\w.-]+/\d+",
            rf"{_START}(?:nc|ncat|netcat){_SP}[^\n;|]{{0,60}}-(?:e|c|-exec){_SP}\S",
            r"\bmkfifo[ \t][^\n]{1,120}\|[ \t]*(?:nc|ncat|netcat)[ \t]",
            rf"{_START}base64{_SP}(?:-d|-D|--decode)[^\n|;]{{0,80}}\|[ \t]*{_SHELL}",
            rf"\|[ \t]*base64{_SP}(?:-d|-D|--decode)[ \t]*\|[ \t]*{_SHELL}",
            r"\bvssadmin(?:\.exe)?[ \t]+delete[ \t]+shadows\b",
        )
    )
)
_DOWNLOAD_AND_RUN = compile_re2(
    rf"(?i)\b(?:curl|wget){_SP}([^\n|;]{{1,300}}?)\|[ \t]*{_SHELL}"
    rf"|\b(?:ba|z|da)?sh{_SP}(?:-c{_SP})?[\"'\\]{{0,3}}(?:<\(|\$\(|`)[ \t]*(?:curl|wget){_SP}([^\n)`]{{1,300}})"
    r"|\b(?:iwr|irm|invoke-webrequest|invoke-restmethod)[ \t]([^\n|]{1,200})\|[ \t]*(?:iex|invoke-expression)\b"
)
_URL = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]{1,20}://)?[\w.-]+\.[a-z]{2,20}[^\s\"'`|]*")
# Where programs are installed from in this way by their own instructions.
_INSTALLERS = re.compile(
    r"https://(?:"
    r"(?:sh\.rustup\.rs|astral\.sh|get\.docker\.com|bun\.sh|deno\.land|install\.python-poetry\.org|get\.k3s\.io|get\.pnpm\.io"
    r"|get\.sdkman\.io|(?:deb|rpm)\.nodesource\.com|nixos\.org|install\.determinate\.systems|starship\.rs|tailscale\.com"
    r"|ollama\.com|get\.helm\.sh|get\.pulumi\.com|pixi\.sh|mise\.run|claude\.ai|fly\.io|cli\.github\.com|bootstrap\.pypa\.io"
    r"|get\.volta\.sh|pyenv\.run|sh\.brew\.sh|aka\.ms|sdk\.cloud\.google\.com)(?:/|$)"
    r"|raw\.githubusercontent\.com/(?:Homebrew|nvm-sh|pyenv|ohmyzsh|helm|rancher|rust-lang|asdf-vm|k3d-io)/)",
    re.IGNORECASE,
)
# What is written down and not run: a text that goes into a file, is said, or is looked for.
_HERE = re.compile(r"\b(?:cat|tee)\b[^\n|]*<<-?\s{0,4}[\"']?(\w{1,40})[\"']?[^\n|]*$")
_QUOTED = compile_re2(r"(?:^|[\s;&|])(?:echo|printf|grep|rg|git[ \t]+commit)\b[^\n;|&\"']*(?:\"[^\"]*\"|'[^']*')")
_INTO_SHELL = re.compile(rf"[^\n;&]{{0,80}}\|[ \t]*{_SHELL}")


class ToolCalls:
    """Judges a call at its end, when its arguments are whole: nobody acts on half of one."""

    name = "tool_calls"
    categories = frozenset({TARGET, COMMAND})
    kinds: frozenset[Kind] | None = frozenset({Kind.TOOL_CALL})
    readings = frozenset({Reading.RAW})  # a tool gets what is written, and undoes nothing
    reach: int | None = None
    behind = 0

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [list(self._scan(part)) if part.kind is Kind.TOOL_CALL else [] for part in parts]

    def pending(self, text: str) -> int:
        return 0

    def _scan(self, part: Part) -> Iterator[Finding]:
        tool = spread(part.name)
        runs, writes = bool(_RUNS.search(tool)), bool(_WRITES.search(tool))
        for key, value, span in _arguments(part.text):
            if _is_target(value):
                yield Finding(TARGET, 0.95, span, self.name)
            elif (runs or (key in _FIELD and not writes)) and _ruins(value):
                yield Finding(COMMAND, 0.95, span, self.name)


def spread(name: str) -> str:
    """`runCommand` with its words apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def _arguments(text: str) -> Iterator[tuple[str, str, Span]]:
    """Each string with the field that it is in; arguments that are no JSON are one string."""
    stripped = text.strip()
    if not stripped:
        return
    if stripped[0] not in '{["':
        yield "", stripped, Span(0, len(text))
        return
    data = text.encode("utf-8", "replace")
    found = list(_STRING.finditer(data))
    spans = code_points(text, data, [match.span(1) for match in found])
    key = ""
    pieces: list[str] = []
    begin = 0
    for match, span in zip(found, spans, strict=True):
        value = _unescaped(match[1].decode())
        if match[2]:
            key, pieces = value.lower(), []
            continue
        if value:
            yield key, value, span
        begin = span.start if not pieces else begin
        pieces.append(value)
        if len(pieces) > 1 and span.end - begin <= LONGEST_TARGET:  # a command in pieces
            yield key, " ".join(pieces), Span(begin, span.end)


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def _is_target(value: str) -> bool:
    value = value.strip()
    if not value or len(value) > LONGEST_TARGET or any(c in value for c in "\n\r"):
        return False
    lower = value.lower()
    if lower.startswith("file:"):
        return _is_credential(lower.removeprefix("file:").removeprefix("//").removeprefix("localhost"), anywhere=True)
    if lower.startswith(_SCHEMES):
        return "//" in lower
    if "://" in value or value.startswith("//"):
        return " " not in value and _is_hidden(value)
    return _is_credential(value)


def _is_hidden(url: str) -> bool:
    """A metadata service, or an address in a notation that hides it."""
    host = host_of(url)
    if host is None:
        return False
    if host in _METADATA:
        return True
    if not is_address(host):
        return False
    written = (authority_of(url) or "").rpartition("@")[2].lower()
    if written.startswith("["):
        return ":" not in host  # an IPv4 address inside
    return written.partition(":")[0] != host


def _is_credential(path: str, *, anywhere: bool = False) -> bool:
    """Credentials of the machine; by way of `..`, or of an address, anything that belongs to the system."""
    if re.search(r"\s", path) and not path.startswith("/"):
        return False
    plain = unquote(unquote(path)).replace("\\", "/").partition("\0")[0]
    whole = posixpath.normpath(plain)
    whole = "/" + whole.lstrip("/") if plain.startswith("/") else whole
    climbs = ".." in plain.split("/")
    if climbs and not plain.startswith("/"):
        whole = "/" + whole.removeprefix("/").replace("../", "").lstrip("/")
        return bool(re.fullmatch(r"/(?:etc/(?:passwd|shadow|group|sudoers)|proc/self/.+)", whole))
    if _CREDENTIALS.fullmatch(whole):
        return True
    return (climbs or anywhere) and bool(_SYSTEM.fullmatch(whole))


def _ruins(command: str) -> bool:
    data = _run(command).encode("utf-8", "replace")
    if _RUIN.search(data):
        return True
    for match in _DOWNLOAD_AND_RUN.finditer(data):
        source = (match[1] or match[2] or match[3] or b"").decode()
        addresses = [url[0] for url in _URL.finditer(source) if "://" in url[0]]
        if not addresses or not all(_INSTALLERS.match(address) for address in addresses):
            return True
    return False


def _run(command: str) -> str:
    """Without what is only written down."""
    lines, end = [], ""
    for line in command.split("\n"):
        if end:
            end = "" if line.strip() == end else end
            continue
        lines.append(line)
        if "<<" in line and (match := _HERE.search(line)):
            end = match[1]
    text = "\n".join(lines)
    data = text.encode("utf-8", "replace")
    out, at = [], 0
    for match in _QUOTED.finditer(data):
        if _INTO_SHELL.match(data[match.end() : match.end() + 200].decode("utf-8", "replace")):
            continue
        out.append(data[at : match.start()])
        at = match.end()
    return b" ".join([*out, data[at:]]).decode("utf-8", "replace")
