"""`portcullis models`: a published model comes in without Python, and is proven."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.cli.command import ALL_MODELS, portcullis
from tests.support.tiny_models import SMALL_WINDOW, classifier, make


def config(tmp_path: Path, folder: Path) -> str:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "models": {"folders": [str(folder)]}}))
    return str(path)


def test_from_a_published_folder_to_a_verdict(tmp_path: Path) -> None:
    source, folder = classifier(tmp_path / "Zebra Guard", "roberta"), tmp_path / "models"
    (source / "special_tokens_map.json").write_text("{}")  # what is not part of a model stays behind
    first = portcullis("models", "add", str(source), "--to", str(folder))
    assert first.returncode == 2
    assert "SAFE, INJECTION" in first.stderr
    card = yaml.safe_load((source / "card.yaml").read_text())
    assert (card["name"], card["kind"], card["labels"]) == (
        "zebra-guard",
        "classifier",
        {"SAFE": None, "INJECTION": None},
    )
    undone = portcullis("models", "add", str(source), "--to", str(folder))
    assert undone.returncode == 2
    assert "labels" in undone.stderr
    card["labels"]["INJECTION"] = "injection/direct"
    card["window"] = SMALL_WINDOW
    (source / "card.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    done = portcullis("models", "add", str(source), "--to", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(p.name for p in (folder / "zebra-guard").iterdir()) == ["card.yaml", "model.onnx", "tokenizer.json"]
    assert list(folder.iterdir()) == [folder / "zebra-guard"]
    again = portcullis("models", "add", str(source), "--to", str(folder))
    assert "already" in again.stderr
    settings = config(tmp_path, folder)
    for arguments in (("models", "verify"), ("models", "list"), ("list", "detectors")):
        shown = portcullis(*arguments, "--config", settings, env=ALL_MODELS)
        assert shown.returncode == 0
        assert "zebra-guard" in shown.stdout
    scan = portcullis("scan", "the zebra", "--scores", "--config", settings, env=ALL_MODELS)
    assert scan.returncode == 1
    assert "injection/direct" in scan.stdout


def test_a_changed_model_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    make(folder / "m")
    with (folder / "m" / "model.onnx").open("ab") as file:
        file.write(b"\0")
    settings = config(tmp_path, folder)
    for command in (("models", "verify"), ("scan", "hi"), ("check",), ("serve", "--port", "0")):
        done = portcullis(*command, "--config", settings, env=ALL_MODELS)
        assert done.returncode == 2
        assert "SHA-256" in done.stderr


def test_no_place_and_no_model(tmp_path: Path) -> None:
    assert "--to DIR" in portcullis("models", "add", str(tmp_path)).stderr
    assert "model.onnx" in portcullis("models", "add", str(tmp_path), "--to", str(tmp_path / "m")).stderr
    none = portcullis("models", "list", env={"PORTCULLIS_MODELS__ENABLED": "[]"})
    assert "no models" in none.stdout
    assert "only rules" in portcullis("list", "detectors", env={"PORTCULLIS_MODELS__ENABLED": "[]"}).stdout
