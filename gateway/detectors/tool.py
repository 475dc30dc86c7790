"""
Which tools a model may call, and with what.

`ToolRules` is the operator's table of names and arguments. `dangerous_arguments` is ours: commands,
files and addresses that no tool call should carry unasked. Neither knows what a tool really does.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.detectors.base import RegexDetector, Row, begun, code_points, compile_beginning, outermost
from gateway.detectors.custom import user_pattern
from gateway.errors import ConfigError
from gateway.types import Finding, Kind, Part, Reading, Span

__all__ = ["ArgumentRule", "ToolRules", "dangerous_arguments"]

DENIED = "tool/denied"
DANGEROUS = "tool/dangerous_argument"


@dataclass(frozen=True, slots=True)
class ArgumentRule:
    """An RE2 pattern, upper and lower case alike, that calls of the tools named by a glob must not carry."""

    tool: str
    pattern: str
    category: str = "tool/argument"


class ToolRules:
    """
    Names are globs, compared after NFKC and case folding. `deny` wins over `allow`; without `allow`
    every tool that is not denied may be called. A tool's name is judged as a whole: streams deliver
    it whole. `reach` is None where one of the patterns has no longest match.
    """

    name = "tool_rules"
    kinds: frozenset[Kind] | None = frozenset({Kind.TOOL_NAME, Kind.TOOL_CALL})
    readings = frozenset({Reading.RAW, Reading.JSON})  # a tool gets what is written, and undoes nothing

    def __init__(
        self, allow: Sequence[str] = (), deny: Sequence[str] = (), arguments: Sequence[ArgumentRule] = ()
    ) -> None:
        self.categories = frozenset({DENIED, *(rule.category for rule in arguments)})
        self._allow = _globs(allow) if allow else None
        self._deny = _globs(deny)
        self._arguments = [
            (_globs([rule.tool]), rule.category, user_pattern(rule.pattern, f"arguments of {rule.tool}"))
            for rule in arguments
        ]
        shapes = [pattern.shape for _, _, pattern in self._arguments]
        bounded = [s for s in shapes if s is not None]
        self.reach: int | None = max((s.reach for s in bounded), default=0) if len(bounded) == len(shapes) else None
        self.behind = max((s.behind for s in bounded), default=0)
        self._beginnings = [compile_beginning([s]) for s in bounded]

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._name(part) if part.kind is Kind.TOOL_NAME else self._call(part) for part in parts]

    def pending(self, text: str) -> int:
        if self.reach is None:
            return 0
        data = text[max(0, len(text) - self.reach) :].encode()
        return len(text) - max((begun(beginning, data) for beginning in self._beginnings), default=0)

    def _name(self, part: Part) -> list[Finding]:
        name = _folded(part.text)
        if not name or not self._denied(name):
            return []
        return [Finding(DENIED, 1.0, Span(0, len(part.text)), self.name)]

    def _denied(self, name: str) -> bool:
        if self._deny.match(name):
            return True
        return self._allow is not None and not self._allow.match(name)

    def _call(self, part: Part) -> list[Finding]:
        if part.kind is not Kind.TOOL_CALL:
            return []
        name = _folded(part.name)
        data = part.text.encode()
        rows = ((category, pattern) for tool, category, pattern in self._arguments if tool.match(name))
        found = [(category, span) for category, pattern in rows for span in pattern.spans(data)]
        spans = code_points(part.text, data, [span for _, span in found])
        return outermost(
            Finding(category, 1.0, span, self.name) for (category, _), span in zip(found, spans, strict=True)
        )


def _folded(name: str) -> str:
    """One spelling for names that look the same, or that another program may take for the same."""
    visible = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) not in ("Cf", "Cc"))
    return visible.strip().casefold()


def _globs(patterns: Sequence[str]) -> re.Pattern[str]:
    if any(not pattern.strip() for pattern in patterns):
        raise ConfigError("the name of a tool is empty; write * for any tool")
    return re.compile("|".join(fnmatch.translate(_folded(pattern)) for pattern in patterns) or r"(?!)")


# Before a command: the start, or a sign that cannot be part of a word, a path or an option.
_CMD = r"(?i)(?:^|[^\w./-])"
_SP = r"[ \t]{1,8}"
_OPTION = rf"(?:-{{1,2}}[\w=-]{{1,24}}{_SP})"
_SHELL = r"(?:/(?:usr/)?(?:local/)?bin/)?(?:env )?(?:(?:ba|z|da|k|c|tc|fi)?sh|python[0-9.]{0,4}|perl|ruby|node|php)"
_ARGUMENT_END = r"""(?:$|[\s;&|)\\"'`},])"""
_WORD_END = r"(?:$|[^\w-])"
# The root, a home, everything here, or a directory that the system lives in.
_PRECIOUS = (
    r"""["']?(?:/\*?|~/?\*?|\$\{?HOME\}?/?\*?|\.{1,2}/?\*?|\*"""
    r"""|/(?:bin|boot|dev|etc|home|lib|lib64|opt|root|sbin|srv|sys|usr|var|Users|System|Library)/?\*?)["']?"""
)

_DELETION = (
    _CMD + rf"(?P<v>rm{_SP}{_OPTION}{{1,5}}{_PRECIOUS})" + _ARGUMENT_END,
    _CMD + rf"(?P<v>rm{_SP}(?:[^\n;&|]{{1,60}} )?--no-preserve-root)" + _ARGUMENT_END,
    _CMD + r"(?P<v>(?:rd|rmdir|del|erase)[ \t]{1,4}(?:/[sqfp][ \t]{1,4}){1,4}[\"']?[a-z]:\\{1,2})",
    _CMD + r"(?P<v>remove-item[^\n;|]{1,80}-recurse[^\n;|]{0,60})(?:$|[\n;|])",
    _CMD + r"(?P<v>format[ \t]{1,4}[a-z]:)",
    _CMD + rf"(?P<v>mkfs(?:\.[a-z0-9]{{2,8}})?{_SP}[^\n;|]{{0,40}}/dev/[a-z0-9]{{2,12}})",
    _CMD + r"(?P<v>dd[ \t][^\n;|]{0,60}of=/dev/(?:sd|nvme|hd|vd|disk|xvd)[a-z0-9]{0,8})",
    r"(?P<v>>{1,2}[ \t]{0,4}/dev/(?:sd|nvme|hd|vd|xvd)[a-z0-9]{1,8})",
    r"(?P<v>:[ \t]{0,2}\(\)[ \t]{0,2}\{[ \t]{0,2}:[ \t]{0,2}\|[ \t]{0,2}:[ \t]{0,2}&[ \t]{0,2}\}[ \t]{0,2};)",
    _CMD + rf"(?P<v>ch(?:mod|own){_SP}{_OPTION}{{1,3}}[\w:]{{1,24}}{_SP}{_PRECIOUS})" + _ARGUMENT_END,
    _CMD + rf"(?P<v>find{_SP}{_PRECIOUS}{_SP}[^\n;|]{{0,60}}-delete){_WORD_END}",
)
_DOWNLOAD_AND_RUN = (
    _CMD
    + rf"(?P<v>(?:curl|wget|fetch){_SP}[^\n|;]{{1,240}}\|[ \t]{{0,4}}(?:sudo{_SP}(?:-\w{_SP})?)?{_SHELL}){_WORD_END}",
    _CMD + rf"(?P<v>{_SHELL}{_SP}(?:-c{_SP})?[\"'\\]{{0,3}}(?:<\(|\$\(|`)[ \t]{{0,2}}(?:curl|wget)){_WORD_END}",
    _CMD + rf"(?P<v>base64{_SP}(?:-d|-D|--decode)[^\n|;]{{0,80}}\|[ \t]{{0,4}}{_SHELL}){_WORD_END}",
    _CMD
    + r"(?P<v>(?:iwr|irm|invoke-webrequest|invoke-restmethod)[ \t][^\n|]{1,200}\|[ \t]{0,4}(?:iex|invoke-expression))"
    + _WORD_END,
    _CMD + r"(?P<v>(?:iex|invoke-expression)[ \t(]{1,6}[^\n]{0,60}download(?:string|file)\()",
    _CMD
    + r"(?P<v>(?:powershell|pwsh)(?:\.exe)?[ \t][^\n]{0,80}-e(?:nc|ncodedcommand|c)?[ \t]{1,4}[a-z0-9+/=]{16,200})",
    _CMD + r"(?P<v>certutil(?:\.exe)?[ \t][^\n]{0,40}-urlcache[ \t])",
    _CMD + r"(?P<v>(?:mshta|regsvr32|rundll32)(?:\.exe)?[ \t][^\n]{0,60}(?:https?:|javascript:|scrobj))",
)
_REMOTE_SHELL = (
    r"(?P<v>/dev/(?:tcp|udp)/[\w.-]{1,80}/\d{1,5})",
    _CMD + rf"(?P<v>(?:nc|ncat|netcat){_SP}[^\n;|]{{0,60}}-(?:e|c|-exec){_SP}[^\s]{{1,20}})",
    _CMD + r"(?P<v>mkfifo[ \t][^\n]{1,120}\|[ \t]{0,4}(?:nc|ncat|netcat)[ \t])",
    _CMD + r"(?P<v>socat[ \t][^\n]{0,80}exec:)",
)
_FILES = (
    r"(?i)(?P<v>(?:~|\$\{?HOME\}?|/home/[\w.-]{1,40}|/Users/[\w.-]{1,40}|/root)/"
    r"(?:\.ssh(?:/[\w.-]{1,40})?|\.aws/credentials|\.kube/config|\.gnupg|\.netrc|\.git-credentials|\.pgpass"
    r"|\.docker/config\.json|\.config/gcloud|\.azure|\.npmrc|\.pypirc|\.bash_history|\.zsh_history))" + _WORD_END,
    r"(?:^|[^\w-])(?P<v>id_(?:rsa|dsa|ecdsa|ed25519))(?:$|[^\w.-])",
    r"(?P<v>/etc/(?:shadow|gshadow|sudoers|master\.passwd|kubernetes/admin\.conf))" + _WORD_END,
    r"(?P<v>/proc/(?:self|\d{1,7})/(?:environ|mem|maps))" + _WORD_END,
    r"(?P<v>/var/run/secrets/kubernetes\.io/serviceaccount)",
    r"(?P<v>/var/run/docker\.sock)" + _WORD_END,
    r"(?i)(?P<v>\\windows\\{1,2}(?:system32\\{1,2}config\\{1,2}(?:sam|system|security)|ntds))" + _WORD_END,
    r"(?P<v>(?:\.\.(?:/|\\{1,2}|%2[fF])){3,12})",
)
_LINK_LOCAL = (
    r"(?:^|[^\w.])(?P<v>169\.254\.(?:169\.254|170\.2))(?:$|[^\w.])",
    r"(?:^|[^\w.])(?P<v>100\.100\.100\.200)(?:$|[^\w.])",
    r"(?i)(?:^|[^\w.-])(?P<v>metadata\.(?:google\.internal|goog|azure\.com))(?:$|[^\w-])",
    r"(?i)//\[?(?P<v>(?:fd00:ec2::254|2852039166|0xa9fea9fe|0xa9\.0xfe\.0xa9\.0xfe|0251\.0376\.0251\.0376))(?:$|[^\w.])",
)
_GAP = r"[ \t\n]{1,4}"
_QUOTE = r"""['"]"""
_OPERAND = rf"{_QUOTE}?\w{{1,12}}{_QUOTE}?[ \t]{{0,4}}"
_NAME = r"""[\w"'`.\[]{1,80}"""
_SQL_CMD = r"(?i)(?:^|[^\w])"
_SQL = (
    _SQL_CMD + rf"(?P<v>drop{_GAP}(?:table|database|schema){_GAP}(?:if{_GAP}exists{_GAP})?{_NAME})",
    _SQL_CMD + rf"(?P<v>truncate{_GAP}table{_GAP}{_NAME})",
    _SQL_CMD + rf"(?P<v>delete{_GAP}from{_GAP}[\w`.]{{1,80}})[ \t\n]{{0,4}}(?:$|;|{_QUOTE})",
    rf"(?i)(?P<v>{_QUOTE}[ \t)]{{0,4}};[ \t\n]{{0,4}}(?:drop|delete|insert|update|alter|exec|truncate){_GAP})",
    rf"(?i)(?P<v>{_QUOTE}[ \t)]{{0,4}}(?:or|and)[ \t]{{1,4}}{_OPERAND}=[ \t]{{0,3}}{_OPERAND}(?:--|#|/\*))",
    rf"(?i)(?P<v>{_QUOTE}[ \t]{{0,4}}or[ \t]{{1,4}}{_QUOTE}(?:1{_QUOTE}={_QUOTE}1|a{_QUOTE}={_QUOTE}a))",
    r"(?i)(?P<v>['\"\d)][ \t]{1,4}union[ \t\n]{1,4}(?:all[ \t\n]{1,4})?select)[ \t\n]",
    _SQL_CMD + rf"(?P<v>xp_cmdshell|into{_GAP}(?:out|dump)file{_GAP}{_QUOTE}|from{_GAP}program{_GAP}{_QUOTE})",
)
_DEFENCES = (
    _CMD + r"(?P<v>(?:iptables|nft)[ \t]{1,4}(?:-F|--flush|flush[ \t]{1,4}ruleset))" + _WORD_END,
    _CMD + r"(?P<v>ufw[ \t]{1,4}disable|setenforce[ \t]{1,4}0|history[ \t]{1,4}-c)" + _WORD_END,
    _CMD + r"(?P<v>set-mppreference[^\n]{1,60}-disable\w{4,40})",
    _CMD + r"(?P<v>vssadmin(?:\.exe)?[ \t]{1,4}delete[ \t]{1,4}shadows)" + _WORD_END,
    r"(?P<v>>>[ \t]{0,4}(?:~|/root|/home/[\w.-]{1,40})/\.(?:bashrc|zshrc|profile|bash_profile|ssh/authorized_keys))"
    + _WORD_END,
    _CMD + r"(?P<v>schtasks(?:\.exe)?[ \t]{1,4}/create)" + _WORD_END,
)

_GROUPS: tuple[tuple[Sequence[str], float], ...] = (
    (_DELETION, 0.95),
    (_DOWNLOAD_AND_RUN, 0.9),
    (_REMOTE_SHELL, 0.95),
    (_FILES, 0.9),
    (_LINK_LOCAL, 0.95),
    (_SQL, 0.85),
    (_DEFENCES, 0.85),
    ((r"(?P<v>/etc/passwd)" + _WORD_END,), 0.7),
)


def dangerous_arguments() -> RegexDetector:
    """Commands that destroy, download and run, or open a shell; secrets' files; metadata addresses; SQL."""
    rows = [Row(DANGEROUS, pattern, score=score) for patterns, score in _GROUPS for pattern in patterns]
    return RegexDetector("dangerous_arguments", rows, {Kind.TOOL_CALL})
