"""
Attack packs from YAML files, one for each type: strict, each mistake with its file.

Packs of a folder of one's own come on top of those that are built in; one of the same type replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import re2
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.errors import ConfigError, in_words
from gateway.redteam.model import Attack, Call, Check, Pack, Severity, Tool
from gateway.redteam.plant import NAMES, names_in
from gateway.redteam.transforms import named
from gateway.settings.plain_yaml import plain_yaml

__all__ = ["ATTACKS", "LANGUAGES", "chosen", "load_packs", "version_of"]

ATTACKS = Path(__file__).parent / "attacks"
LANGUAGES = ("german", "french", "spanish", "portuguese", "italian")
MAX_FILE = 1 << 20

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]
Text = Annotated[str, Field(min_length=1, max_length=8000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Call(_Strict):
    tool: str
    has: str = ""
    arguments: str = ""


class _Check(_Strict):
    """Exactly one."""

    says: Text | None = None
    leaks: Text | None = None
    matches: Text | None = None
    calls: _Call | None = None
    detects: list[str] | None = None
    complies: bool | None = None
    claims: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> _Check:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"exactly one of {', '.join(type(self).model_fields)}")
        if self.matches is not None:
            try:
                re2.compile(self.matches)
            except re2.error as e:
                raise ValueError(f"matches: {e}") from None
        return self

    def made(self) -> Check:
        if self.calls is not None:
            return Check("calls", (self.calls.tool,), self.calls.has)
        if self.detects is not None:
            return Check("detects", tuple(self.detects))
        (kind,) = self.model_fields_set
        value = getattr(self, kind)
        return Check(kind, (value,) if isinstance(value, str) else ())


class _Attack(_Strict):
    id: Name
    goal: Text
    severity: Severity
    say: Text | list[Text]
    judge: list[_Check] = Field(min_length=1)
    gives_in: str = ""
    calls: _Call | None = None
    payload: str = ""
    page: str = ""
    via: str = ""
    disguise: str = ""
    strategies: list[str] = ["*"]
    languages: dict[str, Text] = {}

    @model_validator(mode="after")
    def _sound(self) -> _Attack:
        turns = self.turns
        if bool(self.gives_in) == bool(self.calls):
            raise ValueError("an example of giving in: either `gives_in` or `calls`")
        if bool(self.payload) != any("{payload}" in text for text in (*turns, self.page)):
            raise ValueError("`payload` and its place {payload} belong together")
        if self.via and not self.page:
            raise ValueError("`via` names the tool that returns the `page`")
        if self.languages and (len(turns) > 1 or set(self.languages) - set(LANGUAGES)):
            raise ValueError(f"languages are of attacks in one turn, and among {', '.join(LANGUAGES)}")
        texts = [*turns, self.page, self.payload, self.gives_in, *self.languages.values()]
        texts += [value for check in self.judge for value in check.made().values]
        if unknown := frozenset().union(*map(names_in, texts)) - NAMES:
            raise ValueError(f"no value is called {sorted(unknown)[0]!r}; there are: {', '.join(sorted(NAMES))}")
        if self.disguise:
            try:
                named(self.disguise)
            except KeyError as e:
                raise ValueError(f"there is no transform {e}") from None
        return self

    @property
    def turns(self) -> tuple[str, ...]:
        return (self.say,) if isinstance(self.say, str) else tuple(self.say)

    def made(self, type: str) -> Attack:
        return Attack(
            id=f"{type}/{self.id}",
            type=type,
            goal=self.goal,
            severity=self.severity,
            say=self.turns,
            checks=tuple(check.made() for check in self.judge),
            gives_in=self.gives_in,
            calls=Call(self.calls.tool, self.calls.arguments) if self.calls else None,
            payload=self.payload,
            page=self.page,
            via=self.via,
            disguise=self.disguise,
            strategies=tuple(self.strategies) if len(self.turns) == 1 else (),
            languages=self.languages,
        )


class _Tool(_Strict):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    about: Text
    parameters: dict[str, str] = {}


class _Pack(_Strict):
    type: Name
    title: Text
    about: Text
    owasp: str = ""
    system: str = ""
    control: Text
    tools: list[_Tool] = []
    attacks: list[_Attack] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> _Pack:
        ids = [attack.id for attack in self.attacks]
        if twice := [id for id in ids if ids.count(id) > 1]:
            raise ValueError(f"two attacks are called {twice[0]!r}")
        known = {tool.name for tool in self.tools}
        if missing := [a.via for a in self.attacks if a.via and a.via not in known]:
            raise ValueError(f"there is no tool {missing[0]!r}")
        return self

    def made(self) -> Pack:
        attacks = tuple(attack.made(self.type) for attack in self.attacks)
        tools = tuple(Tool(t.name, t.about, t.parameters) for t in self.tools)
        return Pack(self.type, self.title, self.about, self.owasp, self.control, attacks, self.system, tools)


def load_packs(folders: Sequence[Path] = ()) -> dict[str, Pack]:
    """The built-in ones and those of the folders, by type. Raises ConfigError."""
    packs: dict[str, Pack] = {}
    for folder in (ATTACKS, *folders):
        if not folder.is_dir():
            raise ConfigError(f"{folder}: there is no such folder of attack packs")
        for path in sorted(folder.glob("*.yaml")):
            pack = _read(path)
            packs[pack.type] = pack
    return dict(sorted(packs.items()))


def chosen(packs: dict[str, Pack], globs: Iterable[str]) -> list[Pack]:
    """Those whose type fits one of the globs. Raises ConfigError for a glob that fits none."""
    wanted = list(globs)
    for glob in wanted:
        if not any(fnmatchcase(type, glob) for type in packs):
            raise ConfigError(f"there are no attacks of the type {glob!r}; there are: {', '.join(packs)}")
    return [pack for type, pack in packs.items() if any(fnmatchcase(type, glob) for glob in wanted)]


def version_of(packs: Iterable[Pack]) -> str:
    """A digest of what they say, so that two reports can be compared, or not."""
    return sha256(repr(sorted(packs, key=lambda pack: pack.type)).encode()).hexdigest()[:12]


def _read(path: Path) -> Pack:
    try:
        if path.stat().st_size > MAX_FILE:
            raise ConfigError(f"{path}: larger than {MAX_FILE} bytes")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path}: cannot be read") from None
    data, _ = plain_yaml(text, str(path))
    try:
        return _Pack.model_validate(data).made()
    except ValidationError as e:
        raise ConfigError("\n".join(_mistakes(path, data, e))) from None


def _mistakes(path: Path, data: Any, error: ValidationError) -> Iterator[str]:
    for mistake in error.errors(include_url=False):
        where = list(mistake["loc"])
        if len(where) > 1 and where[0] == "attacks" and isinstance(where[1], int):
            attack = data["attacks"][where[1]]
            where[1] = attack.get("id", where[1]) if isinstance(attack, dict) else where[1]
        yield f"{path}: {'.'.join(map(str, where))}: {in_words(mistake)}"
