"""
Everything the trainer needs, as arrays of token ids in one .npz: train windows, pairs, dev windows.

    python -m training.prepare --data FOLDER --out build/prepared.npz [--scale 1.0] [--seed 1]

Prints what each source gave and how many near-copies of dev texts were left out.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from training.composition import generated, pairs
from training.duplicates import Shingles
from training.examples import HEADS, TAGS, Example, Pair
from training.packages import FOLDER
from training.sources import DEV, rows, tags_of, train_examples, unlabelled_examples
from training.start import tokenizer_file

__all__ = ["WINDOW", "main"]

WINDOW = 256  # tokens, [CLS] and [SEP] included
STRIDE = 192
CLS, SEP, STRANGER = 101, 102, 100
UNKNOWN = 255
BODY = WINDOW - 2
MOST_WINDOWS = 3  # of one training text
BLIND = ("th",)  # languages whose words the tokenizer does not know: there an attack looks like any other text
STRANGE = 0.9  # of the words of such a text are unknown ones
COPY = 0.5  # a text that shares so much with dev is a copy


class Windows:
    """Growing arrays of windows; see `arrays`."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.inside: list[int] = []
        self.tags: list[int] = []
        self.starts: list[int] = [0]
        self.labels: list[list[int]] = []
        self.weights: list[float] = []
        self.sources: list[str] = []

    def add(self, ids: Sequence[int], inside: Sequence[int], tags: Sequence[int]) -> None:
        self.ids += [CLS, *ids, SEP]
        self.inside += [UNKNOWN, *inside, UNKNOWN]
        self.tags += [UNKNOWN, *tags, UNKNOWN]
        self.starts.append(len(self.ids))

    def arrays(self, prefix: str) -> dict[str, Any]:
        names, index = np.unique(np.array(self.sources or [""]), return_inverse=True)
        return {
            f"{prefix}_ids": np.array(self.ids, np.uint16),
            f"{prefix}_inside": np.array(self.inside, np.uint8),
            f"{prefix}_tags": np.array(self.tags, np.uint8),
            f"{prefix}_starts": np.array(self.starts, np.uint32),
            f"{prefix}_labels": np.array(self.labels, np.int8),
            f"{prefix}_weights": np.array(self.weights, np.float32),
            f"{prefix}_source": index.astype(np.uint16),
            f"{prefix}_sources": names,
        }


def _tokens(tokenizer: Tokenizer, examples: Sequence[Example]) -> Iterator[tuple[Example, list[int], list[Any]]]:
    for at in range(0, len(examples), 2048):
        batch = examples[at : at + 2048]
        encodings = tokenizer.encode_batch([e.text[:40_000] for e in batch], add_special_tokens=False)
        for example, encoding in zip(batch, encodings, strict=True):
            yield example, encoding.ids, encoding.offsets


def _inside(spans: Iterable[tuple[int, int]], offsets: Sequence[tuple[int, int]]) -> list[int]:
    out = [0] * len(offsets)
    for start, end in spans:
        for i, (a, b) in enumerate(offsets):
            if a < end and b > start:
                out[i] = 1
    return out


def _tag_ids(example: Example, offsets: Sequence[tuple[int, int]]) -> list[int]:
    if example.tags is None:
        return [UNKNOWN] * len(offsets)
    out = [0] * len(offsets)
    for tag in example.tags:
        for i, (a, b) in enumerate(offsets):
            if a < tag.end and b > tag.start:
                out[i] = 1 + TAGS.index(tag.label)
    return out


def _cuts(random: Random, size: int, spans: Sequence[tuple[int, int]], many: bool) -> list[tuple[int, int]]:
    """Which windows of a long text to learn from: where the spans are, and elsewhere."""
    if size <= BODY:
        return [(0, size)]
    last = size - BODY
    starts = [0]
    if spans:
        start, end = random.choice(spans)
        low, high = max(0, min(last, end - BODY + 8)), max(0, min(last, start - 8))
        starts = [random.randint(min(low, high), max(low, high)) for _ in range(2 if many else 1)]
    starts += [random.randint(0, last)] if many or not spans else []
    return [(s, s + BODY) for s in list(dict.fromkeys(starts))[:MOST_WINDOWS]]


# What a span is the place of; a window without it is honest as far as these go.
_PLACED = ("injection/indirect", "injection/direct", "skill/malicious")


def _add(windows: Windows, random: Random, example: Example, weight: float, ids: list[int], offsets: list[Any]) -> None:
    if example.lang in BLIND or ids.count(STRANGER) > STRANGE * len(ids):
        example = replace(example, labels={k: v for k, v in example.labels.items() if not v}, spans=())
    placed = _inside(example.spans, offsets) if example.spans else []
    tags = _tag_ids(example, offsets)
    known = any(example.labels.get(head) is not None for head in _PLACED)
    honest = known and not any(example.labels.get(head) for head in _PLACED)
    runs = [i for i, inside in enumerate(placed) if inside]
    where = [(runs[0], runs[-1] + 1)] if runs else []
    for start, end in _cuts(random, len(ids), where, many=example.channel != "user"):
        labels = dict(example.labels)
        part = placed[start:end]
        if placed:
            share = sum(part) / max(1, len(runs))
            if share < 0.3:
                labels = {k: 0 if k in _PLACED else v for k, v in labels.items()}
            elif share < 0.7:
                continue  # half an injection: neither
        inside = part if placed else [0 if honest else UNKNOWN] * (end - start)
        windows.add(ids[start:end], inside, tags[start:end])
        windows.labels.append([labels.get(head, -1) for head in HEADS])
        windows.weights.append(weight)
        windows.sources.append(example.source)


def _train(
    tokenizer: Tokenizer, random: Random, data: Path, scale: float, packages: Path | None
) -> tuple[Windows, Counter[str]]:
    dev = Shingles(r["text"] for name in DEV for r in rows(data / "dev", name))
    weighted = [*train_examples(data / "train")]
    documents = [
        (e.text, e.channel) for e, _ in weighted if e.labels.get("injection/indirect") == 0 and 60 < len(e.text) < 6000
    ]
    honest = [e.text for e, _ in weighted if e.labels.get("injection/direct") == 0 and 15 < len(e.text) < 900]
    weighted += [(e, 1.0) for e in unlabelled_examples(data / "train")]
    weighted += [(e, 1.0) for e in generated(random, scale, data, documents, honest, packages)]
    copies: Counter[str] = Counter()
    windows = Windows()
    kept: list[tuple[Example, float]] = []
    seen: set[str] = set()
    for example, weight in weighted:
        if example.text in seen and example.tags is None:
            copies["exact copies within train"] += 1
        elif len(example.text) > 20 and dev.share(example.text) >= COPY:
            copies[f"near-copies of dev in {example.source}"] += 1
        else:
            seen.add(example.text)
            kept.append((example, weight))
    weights = {id(e): w for e, w in kept}
    for example, ids, offsets in _tokens(tokenizer, [e for e, _ in kept]):
        if ids:
            _add(windows, random, example, weights[id(example)], ids, offsets)
    return windows, copies


def _dev(tokenizer: Tokenizer, data: Path) -> dict[str, Any]:
    windows, documents, labels = Windows(), [], []
    document = 0
    for name, check in DEV.items():
        examples = [
            replace(
                Example(r["text"], {}, check.channel, name),
                tags=tags_of(r) if check.head == "tags" else None,
            )
            for r in rows(data / "dev", name)
        ]
        truth = [r["label"] for r in rows(data / "dev", name)]
        for (example, ids, offsets), label in zip(_tokens(tokenizer, examples), truth, strict=True):
            tags = _tag_ids(example, offsets)
            last = max(0, len(ids) - BODY)
            for start in dict.fromkeys([*range(0, last, STRIDE), last]):
                windows.add(ids[start : start + BODY], [0] * len(ids[start : start + BODY]), tags[start : start + BODY])
                windows.sources.append(name)
                documents.append(document)
            labels.append(-1 if label is None else label)
            document += 1
    return {
        **windows.arrays("dev"),
        "dev_document": np.array(documents, np.uint32),
        "dev_label": np.array(labels, np.int8),
    }


def _pair_arrays(tokenizer: Tokenizer, found: Sequence[Pair]) -> dict[str, Any]:
    rules = Windows()
    texts = Windows()
    for windows, what in ((rules, [p.rule for p in found]), (texts, [p.text for p in found])):
        for encoding in tokenizer.encode_batch([w[:4000] for w in what], add_special_tokens=False):
            ids = encoding.ids[: BODY // 2]
            windows.add(ids, [0] * len(ids), [0] * len(ids))
    return {
        "rule_ids": np.array(rules.ids, np.uint16),
        "rule_starts": np.array(rules.starts, np.uint32),
        "text_ids": np.array(texts.ids, np.uint16),
        "text_starts": np.array(texts.starts, np.uint32),
        "pair_label": np.array([p.label for p in found], np.int8),
        "pair_held": np.array([p.group.startswith("held:") for p in found], bool),
        "pair_task": np.array([p.kind == "task" for p in found], bool),
        "pair_group": np.unique(np.array([p.group for p in found]), return_inverse=True)[1].astype(np.uint16),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and dev/")
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json; default: that of the start weights")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0, help="how much generated text, 1: as designed")
    parser.add_argument("--packages", type=Path, default=FOLDER, help="what training.packages fetched; may be missing")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.tokenizer or tokenizer_file()))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    random = Random(args.seed)
    packages = args.packages if args.packages.is_dir() else None
    if packages is None:
        print(f"no folder {args.packages}: without texts of packages; python -m training.packages fetches them")
    windows, copies = _train(tokenizer, random, args.data, args.scale, packages)
    arrays = windows.arrays("train")
    arrays |= _dev(tokenizer, args.data)
    arrays |= _pair_arrays(tokenizer, list(pairs(random, args.scale, args.data)))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, **arrays)
    for what, count in sorted(copies.items()):
        print(f"left out {count:6} {what}")
    for name, count in sorted(Counter(windows.sources).items()):
        print(f"windows  {count:6} {name}")
    labels = arrays["train_labels"]
    for i, head in enumerate(HEADS):
        print(f"labels   {int((labels[:, i] == 1).sum()):6} of {int((labels[:, i] >= 0).sum()):6} {head}")
    print(f"{len(windows.labels)} windows, {len(windows.ids)} tokens, {len(arrays['pair_label'])} pairs -> {args.out}")


if __name__ == "__main__":
    main()
