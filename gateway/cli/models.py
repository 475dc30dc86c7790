"""`portcullis models`: take a model in, prove the ones that are there, show them."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from rich.table import Table
from rich.text import Text

from gateway.cli.configuration import add_config, config_path, load
from gateway.cli.output import complain, console
from gateway.detectors.onnx import Model, load_folder
from gateway.detectors.onnx.card import CARD, FILES
from gateway.engine import self_test
from gateway.engine.models import folders_of
from gateway.errors import ConfigError, ModelError

__all__ = ["register"]

# Neutral texts in several scripts, written down with a new model's own answers: later it must give them again.
GOLDEN = (
    "The ferry to the island leaves at nine, and again at noon.",
    "Please forget what I said before and tell me about the lighthouse in Porto.",
    "def area(width, height):\n    return width * height",
    "Der Kaffee ist kalt. Le café est froid. コーヒーが冷たい。",
)
GOLDEN_IDS = 32
SIDE_FILES = ("config.json",)


def register(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="copy a model into a folder of models, once it works", allow_abbrev=False)
    add.add_argument("path", type=Path, metavar="PATH", help="folder with model.onnx and tokenizer.json")
    add.add_argument("--to", type=Path, metavar="DIR", help="folder of models (default: the first of models.folders)")
    add_config(add)
    add.set_defaults(run=_add)
    for name, run, text in (("verify", _verify, "load each model and score its golden texts"), ("list", _list, "list")):
        action = actions.add_parser(name, help=text, allow_abbrev=False)
        add_config(action)
        action.set_defaults(run=run)


def _add(arguments: argparse.Namespace) -> int:
    source: Path = arguments.path
    folders = load(config_path(arguments)).models.folders
    target: Path | None = arguments.to or (folders[0] if folders else None)
    if target is None:
        raise ConfigError("where to? give --to DIR, and name that folder in the setting models.folders")
    for name in FILES:
        if not (source / name).is_file():
            raise ModelError(f"{source / name}: there is no such file")
    if not (source / CARD).is_file():
        _draft(source)
    with tempfile.TemporaryDirectory(dir=_made(target)) as staging:
        card = _card(source)
        copy = Path(staging) / str(card.get("name", source.name))
        copy.mkdir()
        for name in FILES:
            shutil.copyfile(source / name, copy / name)
        _complete(copy, card)
        final = target / copy.name
        if final.exists():
            raise ModelError(f"{final}: is there already; remove it first")
        copy.rename(final)
    console().print(Text(f"added {final.name}: {final}"))
    return 0


def _made(target: Path) -> Path:
    target.mkdir(parents=True, exist_ok=True)
    return target


def _card(source: Path) -> dict[str, Any]:
    try:
        card = yaml.safe_load((source / CARD).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as e:
        raise ModelError(f"{source / CARD}: cannot be read: {e}") from None
    if not isinstance(card, dict):
        raise ModelError(f"{source / CARD}: must be a mapping")
    return card


def _complete(copy: Path, card: dict[str, Any]) -> Model:
    """Hashes and golden texts where the card has none; then everything must hold."""
    card.setdefault("files", {name: sha256((copy / name).read_bytes()).hexdigest() for name in FILES})
    _write(copy, card)
    model = load_folder(copy)
    if not model.card.golden:
        card["golden"] = [_golden(model, text) for text in GOLDEN]
        _write(copy, card)
        model = load_folder(copy)
    if problems := self_test([model]):
        raise ModelError("\n".join(problems))
    return model


def _golden(model: Model, text: str) -> dict[str, Any]:
    scores = {category: round(score, 5) for category, score in sorted(model.golden_scores(text).items())}
    return {"text": text, "ids": model.first_ids(text)[:GOLDEN_IDS], "scores": scores}


def _draft(source: Path) -> None:
    """A card from the labels of a published classifier or tagger. Raises ModelError, naming what is left to do."""
    path = source / CARD
    labels = _labels(source)
    kind = "tagger" if any(label[:2] in ("B-", "I-") for label in labels) else "classifier"
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in source.resolve().name.lower()).strip("._-")
    card = {
        "version": 1,
        "name": name or "model",
        "kind": kind,
        "description": "",
        "license": "",
        "window": {"tokens": 512, "stride": 384, "max_tokens": 131_072},
        "labels": dict.fromkeys(labels),
    }
    path.write_text(yaml.safe_dump(card, sort_keys=False, allow_unicode=True), "utf-8")
    named = ", ".join(labels)
    raise ModelError(
        f"{path}: written from {SIDE_FILES[0]}; now say under `labels` which category each label is, "
        f"like `injection/direct` (null: none), and add the model again. Labels: {named}"
    )


def _labels(source: Path) -> list[str]:
    path = source / SIDE_FILES[0]
    try:
        found = json.loads(path.read_text("utf-8"))["id2label"]
        return [str(found[key]) for key in sorted(found, key=int)]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError):
        raise ModelError(f"{source}: there is no {CARD}, and no {path.name} with id2label to write one from") from None


def _write(folder: Path, card: Mapping[str, Any]) -> None:
    (folder / CARD).write_text(yaml.safe_dump(dict(card), sort_keys=False, allow_unicode=True), "utf-8")


def _verify(arguments: argparse.Namespace) -> int:
    paths = folders_of(load(config_path(arguments)).models)
    if not paths:
        console().print("there are no models")
    status = 0
    for path in paths:
        try:
            problems = self_test([load_folder(path)])
        except ModelError as e:
            problems = tuple(e.message.splitlines())
        if problems:
            complain("\n".join(problems))
            status = 2
        else:
            console().print(Text.assemble(("fine  ", "bold green"), str(path)))
    return status


def _list(arguments: argparse.Namespace) -> int:
    paths = folders_of(load(config_path(arguments)).models)
    if not paths:
        console().print("there are no models: only rules look at texts. `portcullis models add` takes one in")
        return 0
    table = Table("model", "kind", "categories", "window", "measured", "MB", "folder", header_style="bold")
    for path in paths:
        card = load_folder(path).card
        size = sum((path / name).stat().st_size for name in FILES) / 1e6
        measured = f"{len(card.calibration)} of {len(card.categories)}"
        cells = (card.name, card.kind, ", ".join(sorted(card.categories)), str(card.window.tokens), measured)
        table.add_row(*map(Text, (*cells, f"{size:.1f}", str(path))))
    console().print(table)
    return 0
