"""The dev figures: per set, at one operating point over the pooled benign sets. Prints a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.examples import HEADS, TAGS
from training.sources import DEV

__all__ = ["auc", "report", "threshold"]

Array = np.ndarray[Any, Any]


def threshold(benign: Array, rate: float) -> float:
    """The least score that at most this share of benign texts reach."""
    ranked = np.sort(benign)[::-1]
    allowed = int(rate * len(ranked))
    return float(np.nextafter(ranked[allowed], 2)) if allowed < len(ranked) else 0.0


def auc(positive: Array, negative: Array) -> float:
    if not len(positive) or not len(negative):
        return float("nan")
    both = np.concatenate([positive, negative])
    order = both.argsort(kind="mergesort")
    ranks = np.empty(len(both))
    ranks[order] = np.arange(1, len(both) + 1)
    for value in np.unique(both[np.isin(both, positive)]):
        same = both == value
        if same.sum() > 1:
            ranks[same] = ranks[same].mean()
    return float(
        (ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2) / (len(positive) * len(negative))
    )


def _documents(data: Any, scores: Array) -> Array:
    """The greatest score of each document's windows."""
    out = np.zeros((len(data["dev_label"]), scores.shape[1]), np.float32)
    np.maximum.at(out, data["dev_document"], scores)
    return out


def report(data: Any, scores: Array, tags: Sequence[Any], cosine: Array, same: Array) -> dict[str, Any]:
    documents = _documents(data, scores)
    names = data["dev_sources"][data["dev_source"]]
    of = np.empty(len(documents), object)
    of[data["dev_document"]] = names
    label = data["dev_label"]
    out: dict[str, Any] = {}
    combined = np.maximum(
        documents[:, HEADS.index("injection/direct")], documents[:, HEADS.index("injection/indirect")]
    )
    benign = np.isin(of, [n for n, c in DEV.items() if c.benign])
    columns = {h: documents[:, i] for i, h in enumerate(HEADS)} | {"injection/both": combined}
    for head in ("injection/direct", "injection/indirect", "injection/both", "harm/any"):
        out[head] = _head(columns[head], benign, of, label, head)
    outside = np.isin(of, [n for n, c in DEV.items() if c.head == "injection/indirect"])
    typed = columns["injection/direct"], benign & ~outside
    found = columns["injection/indirect"], outside & (label == 0)
    out["typed"] = _head(*typed, of, label, "injection/direct, of users")
    out["found"] = _head(*found, of, label, "injection/indirect, in documents")
    out["refusal"] = _best_f1(
        columns["output/refusal"][of == "xstest_response_refusal_gr"], label[of == "xstest_response_refusal_gr"]
    )
    for name in ("edos_dev", "hatemoji_check"):
        out[name] = _best_f1(columns["harm/hate"][of == name], label[of == name])
    for name in ("aegis_safety_test", "toxicchat_train", "jailbreakbench_behaviors", "gptfuzz_responses_eval"):
        out[f"{name} f1"] = _best_f1(columns["harm/any"][of == name], label[of == name])
    out["tags"] = {n: _tag_f1(data, tags, n) for n, c in DEV.items() if c.head == "tags"}
    out["rules auc"] = auc(cosine[same == 1], cosine[same == 0])
    for key in (
        "refusal",
        "edos_dev",
        "hatemoji_check",
        "aegis_safety_test f1",
        "toxicchat_train f1",
        "jailbreakbench_behaviors f1",
        "gptfuzz_responses_eval f1",
        "tags",
        "rules auc",
    ):
        print(key, out[key], flush=True)
    return out


def _head(score: Array, benign: Array, of: Array, label: Array, head: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    cuts = {rate: threshold(score[benign], rate) for rate in (0.01, 0.001)}
    family = head.split("/")[0]
    print(f"{head}: threshold at 1% {cuts[0.01]:.4f}, at 0.1% {cuts[0.001]:.4f}", flush=True)
    for name, check in DEV.items():
        if not (check.head.startswith(family) or check.benign):
            continue
        mine = score[of == name]
        truth = label[of == name]
        row = {
            "n": float(len(mine)),
            "auc": auc(mine[truth == 1], mine[truth == 0]),
            **{f"recall@{r:g}": float((mine[truth == 1] >= c).mean()) for r, c in cuts.items() if (truth == 1).any()},
            **{f"fpr@{r:g}": float((mine[truth == 0] >= c).mean()) for r, c in cuts.items() if (truth == 0).any()},
        }
        out[name] = row
        print(f"  {name:34}" + " ".join(f"{k} {v:.3f}" for k, v in row.items()))
    return out


def _best_f1(score: Array, truth: Array) -> dict[str, float]:
    best = {"f1": 0.0}
    for cut in np.linspace(0.02, 0.98, 49):
        said = score >= cut
        right = int((said & (truth == 1)).sum())
        f1 = 2 * right / max(1, int(said.sum()) + int((truth == 1).sum()))
        if f1 > best["f1"]:
            best = {"f1": round(f1, 4), "at": round(float(cut), 2), "accuracy": round(float((said == truth).mean()), 4)}
    said = score >= 0.5
    right = int((said & (truth == 1)).sum())
    best["f1 at 0.5"] = round(2 * right / max(1, int(said.sum()) + int((truth == 1).sum())), 4)
    return best


def _runs(labels: Array) -> set[tuple[int, int, int]]:
    out, begin = set(), 0
    for i in range(1, len(labels) + 1):
        if i == len(labels) or labels[i] != labels[begin]:
            if labels[begin] not in (0, 255):
                out.add((begin, i, int(labels[begin])))
            begin = i
    return out


def _tag_f1(data: Any, tags: Sequence[Any], name: str) -> dict[str, float]:
    """Exact spans, by label."""
    counts = {label: [0, 0, 0] for label in TAGS}
    names = data["dev_sources"][data["dev_source"]]
    for row in np.flatnonzero(names == name):
        start, end = int(data["dev_starts"][row]), int(data["dev_starts"][row + 1])
        truth = _runs(data["dev_tags"][start:end])
        said_labels = np.array(tags[int(row)][: end - start])
        said_labels[0] = said_labels[-1] = 0
        said = _runs(said_labels)
        for found, which in ((truth & said, 0), (said, 1), (truth, 2)):
            for run in found:
                counts[TAGS[run[2] - 1]][which] += 1
    return {k: round(2 * a / max(1, b + c), 4) for k, (a, b, c) in counts.items() if c}
