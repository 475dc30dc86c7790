"""
What a model costs on one processor: milliseconds a token, the way through the workers against bare
onnxruntime, a conversation that grows, memory, and what rules in plain words add.

Times are of processor time, so that a busy machine changes little. Beside the model, in the same run,
stands a classifier with the shape of DeBERTa-v3-base (the size that most published guards have) and
random weights. Without --model, and with no model in onnx_models, a MiniLM shape stands in.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import tempfile
from collections.abc import Callable, Sequence
from functools import reduce
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import monotonic, process_time
from typing import Any

import numpy as np
import yaml
from rich.console import Console
from tokenizers import Tokenizer, models, pre_tokenizers

from benchmarks.machine import Cpus, facts, peak_rss, pin, reset_peak_rss
from benchmarks.shapes import DEBERTA_V3_BASE, MINILM_L6, Shape, write_classifier
from benchmarks.tables import Rows, deliver, figure
from benchmarks.texts import CORPORA
from gateway.detectors.onnx import Meaning, Model, load_folder
from gateway.engine import Guard, Models
from gateway.engine.models import folders_of
from gateway.engine.rules import Topics
from gateway.engine.workers import Workers
from gateway.policy import PlainRule, parse_policy
from gateway.settings import ModelSettings
from gateway.types import Direction, Part, Role, Span, Transcript

__all__ = ["main"]

LENGTHS = (32, 128, 256)
BATCHES = (1, 8)
TEXTS = 96
TURNS = 30
RULES = (1, 10, 100, 1000)
WINDOWS = (1, 20)
WIDTH = 384  # of an embedding
TURN = 300  # characters
PATIENCE = 600.0
Figures = dict[str, Any]


def stand_in(folder: Path, shape: Shape) -> Path:
    """A folder that loads, of random weights."""
    folder.mkdir(parents=True)
    write_classifier(folder / "model.onnx", shape)
    words = sorted({w for make in CORPORA.values() for seed in range(40) for w in make(seed, 2000).split()})
    vocabulary = {w: i for i, w in enumerate(["[UNK]", *words][: shape.rows])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    card = {
        "version": 1,
        "name": folder.name,
        "kind": "classifier",
        "files": {n: sha256((folder / n).read_bytes()).hexdigest() for n in ("model.onnx", "tokenizer.json")},
        "labels": {"A": None, "B": "injection/direct"},
    }
    (folder / "card.yaml").write_text(yaml.safe_dump(card))
    return folder


def per_token(model: Model, repeats: int) -> list[Figures]:
    """Milliseconds a token, by length and batch."""
    out = []
    known = model.first_ids(CORPORA["prose"](1, 4000))
    for length in LENGTHS:
        for batch in BATCHES:
            ids = [random.choices(known, k=length) for _ in range(batch)]
            seconds = [_cpu(lambda ids=ids: model.infer(ids)) for _ in range(repeats + 1)][1:]  # type: ignore[misc]
            out.append({"tokens": length, "batch": batch, "ms_per_token": 1000 * median(seconds) / length / batch})
    return out


def throughput(model: Model) -> Figures:
    """The same texts bare (tokenized before, sorted, in batches) and through the workers, cold."""
    random.seed(5)
    texts = [CORPORA["prose"](seed, random.choice((120, 300, 600))) for seed in range(TEXTS)]
    ids = sorted((model.first_ids(text) for text in texts), key=len)
    batches = [ids[i : i + 8] for i in range(0, len(ids), 8)]
    bare = _cpu(lambda: [model.infer(batch) for batch in batches])
    workers = Workers()

    def through() -> None:
        futures = [workers.submit(model, Part(text), monotonic() + PATIENCE) for text in texts]
        for future in futures:
            future.result(PATIENCE)

    ours = _cpu(through)
    stats = dict(workers.stats)
    workers.close()
    return {"texts": TEXTS, "bare_s": bare, "workers_s": ours, "ratio": bare / ours, **stats}


def conversation(model: Model) -> Figures:
    """Tokens read and processor time in each turn of a conversation that is sent whole each time."""
    category = min(c for c in model.categories)
    rules = (parse_policy(f"version: 1\nname: p\nrules:\n- {{category: '{category}', action: flag}}\n"),)
    guard = Guard((), models=Models([model], ModelSettings(deadline=PATIENCE)))
    parts: list[Part] = []
    turns = []

    async def talk() -> None:
        for turn in range(TURNS):
            role = Role.ASSISTANT if turn % 2 else Role.USER
            parts.append(Part(CORPORA["prose"](1000 + turn, TURN), ("messages", turn), role, turn))
            before, began = guard.models.stats()["tokens"], process_time()
            await guard.begin(rules, "bench").request(Transcript(tuple(parts), Direction.INPUT))
            spent = process_time() - began
            turns.append({"tokens": guard.models.stats()["tokens"] - before, "ms": 1000 * spent})

    asyncio.run(talk())
    guard.close()
    return {"turns": turns}


def rules_in_words(model: Model) -> list[Figures]:
    """Microseconds that rules in plain words add to a text whose vectors are known, by their number."""
    random_ = np.random.default_rng(5)
    part = Part("text")
    out = []
    for windows in WINDOWS:
        meaning = Meaning(_unit(random_, windows), (Span(0, 4),) * windows)
        for count in RULES:
            rules = tuple(PlainRule(name=f"r{i}", text="No talk about the weather.") for i in range(count))
            topics = Topics(
                model,
                rules,
                _unit(random_, count),
                slopes=np.full(count, 10, np.float32),
                shifts=np.full(count, -3, np.float32),
                floors=np.full(count, 0.2, np.float32),
                direction=Direction.INPUT,
                tasks=False,
            )
            seconds = [_cpu(lambda t=topics, m=meaning: [t.findings(part, m) for _ in range(200)]) for _ in range(5)]  # type: ignore[misc]
            out.append({"windows": windows, "rules": count, "us": 1e6 * median(seconds) / 200})
    return out


def _unit(random_: np.random.Generator, count: int) -> Any:
    vectors = random_.standard_normal((count, WIDTH)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def measure(name: str, folder: Path, repeats: int, console: Console) -> Figures:
    gc.collect()
    _memory()
    before = _memory()
    with console.status(name):
        model = load_folder(folder)
        _memory()
        loaded = _memory()
        out: Figures = {
            "name": name,
            "mb_on_disk": sum(path.stat().st_size for path in folder.iterdir()) / 1e6,
            "per_token": per_token(model, repeats),
            "throughput": throughput(model),
            "conversation": conversation(model),
        }
    out["mb_loaded"], out["mb_peak"] = loaded - before, max(loaded, _memory()) - before
    gc.collect()
    return out


def run(args: argparse.Namespace, console: Console) -> Figures:
    pin(Cpus.here().server)
    report: Figures = {"benchmark": "model", "version": 1, "machine": facts(), "models": []}
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.model or next(iter(folders_of(ModelSettings())), None)
        if folder is None:
            folder, name = stand_in(Path(scratch) / "small", MINILM_L6), MINILM_L6.name
        else:
            name = folder.name
        report["models"].append(measure(name, folder, args.repeats, console))
        report["rules"] = rules_in_words(load_folder(folder))
        if not args.alone:
            other = stand_in(Path(scratch) / "large", DEBERTA_V3_BASE)
            report["models"].append(measure(DEBERTA_V3_BASE.name, other, max(1, args.repeats // 5), console))
    return report


def tables(report: Figures) -> list[Rows]:
    names = [m["name"] for m in report["models"]]
    times = Rows(
        "Milliseconds a token, one processor (shapes: float32, random weights)", "tokens", "texts in a batch", *names
    )
    for cells in zip(*(m["per_token"] for m in report["models"]), strict=True):
        times.add(str(cells[0]["tokens"]), str(cells[0]["batch"]), *(figure(c["ms_per_token"], 4) for c in cells))
    rest = Rows("The same texts, and a conversation of 30 turns", "", *names)
    for label, *steps in (
        ("bare onnxruntime, sorted batches of 8 (s)", "throughput", "bare_s"),
        ("through the workers, tokenizing included (s)", "throughput", "workers_s"),
        ("throughput of the workers, share of bare", "throughput", "ratio"),
        ("tokens read in turn 1", "conversation", "turns", 0, "tokens"),
        ("tokens read in turn 30", "conversation", "turns", -1, "tokens"),
        ("processor time of turn 30 (ms)", "conversation", "turns", -1, "ms"),
        ("on disk (MB)", "mb_on_disk"),
        ("memory when loaded (MB)", "mb_loaded"),
        ("memory, most (MB)", "mb_peak"),
    ):
        rest.add(str(label), *(figure(reduce(lambda value, step: value[step], steps, m)) for m in report["models"]))
    words = Rows("Rules in plain words: microseconds a text", "rules", *(f"{n} windows" for n in WINDOWS))
    for count in RULES:
        mine = [r for r in report["rules"] if r["rules"] == count]
        words.add(str(count), *(figure(r["us"], 1) for r in mine))
    return [times, rest, words]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench model", description=__doc__, allow_abbrev=False)
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="a model's folder (default: the shipped one)")
    parser.add_argument("--repeats", type=int, default=20, help="runs of each shape (default 20)")
    parser.add_argument("--alone", action="store_true", help="without the DeBERTa shape beside it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args(argv)
    console = Console()
    report = run(args, console)
    console.print(f"{report['machine']['cpu']}; {report['machine']['python']}\n")
    deliver(console, tables(report), report, args.json, args.markdown)
    return 0


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of processor time, of all threads."""
    began = process_time()
    work()
    return process_time() - began


def _memory() -> float:
    """The most that this process has had since the last look, in MB; 0 where the system does not tell."""
    peak = peak_rss(os.getpid()) or 0
    reset_peak_rss(os.getpid())
    return peak / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
