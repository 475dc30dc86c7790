"""
Weights of the signs by which requests for something forbidden are told, and how well they do.

`python -m training.forbidden.fit [FOLDER]`: on every second of our own prompts, with requests against them and honest
ones; with a folder of train sets also on honest briefs of assistants, under honest requests of others and under what
they say they do. The figures are of the other half of both.
"""

from __future__ import annotations

import gzip
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from gateway.detectors.forbidden.prompts import prohibitions
from gateway.detectors.forbidden.requests import (
    BIAS,
    WEIGHTS,
    Signs,
    Window,
    against_all,
    signs,
    windows,
)
from training.forbidden.pairs import Pair, read_pairs

Floats = npt.NDArray[np.float64]

BRIEFS = "gpts_system_prompts_a"
HONEST = ("dolly_prompts_via_promptshield", "self_instruct_seed", "banking77", "taskmaster_user_turns",
          "certified_safe_prompts", "coconot_pref_contrast", "nq_open_dev", "cyberseceval_instruct_code")  # fmt: skip
CUTS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9)
L2 = 3.0


def rows_of(system: str, request: str) -> Floats | None:
    """The signs of every prohibition in every window, with what speaks against all of them. None: nothing forbidden."""
    forbidden = prohibitions(system)
    if not forbidden:
        return None
    against = against_all(len(forbidden), len(request))
    seen = [Window(request[span.start : span.end]) for span in windows(request)]
    return np.array([[*map(float, signs(p, window)), -against] for window in seen for p in forbidden])


def fit(rows: Sequence[Floats], labels: npt.NDArray[np.bool_]) -> tuple[Floats, float]:
    """Logistic regression on the best row of each text, which is chosen by the weights so far."""
    weights, bias = np.array([float(w) for w in WEIGHTS]), BIAS
    for _ in range(4):
        best = np.array([r[int((r[:, :-1] @ weights + r[:, -1]).argmax())] for r in rows])
        x = np.c_[best[:, :-1], np.ones(len(best))]
        w = np.r_[weights, bias]
        for _ in range(50):
            p = 1 / (1 + np.exp(-(x @ w + best[:, -1])))
            gradient = x.T @ (p - labels) + L2 * np.r_[w[:-1], 0]
            w = w - np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]) + L2 * np.eye(len(w)), gradient)
        weights, bias = w[:-1], float(w[-1])
    return weights, bias


def scores(rows: Sequence[Floats | None], weights: Floats, bias: float) -> Floats:
    odds = [-9.0 if r is None else float((r[:, :-1] @ weights + r[:, -1]).max()) + bias for r in rows]
    out: Floats = 1 / (1 + np.exp(-np.array(odds)))
    return out


def briefs(folder: Path, seed: int = 3) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Honest briefs that forbid something, in two halves, each with somebody else's request and with its own task."""
    rng = random.Random(seed)
    found = [r for r in _load(folder, BRIEFS) if r.get("lang", "en") == "en" and prohibitions(r["text"])]
    honest = [t["text"] for n in HONEST for t in rng.sample(_load(folder, n), 150) if not t.get("label")]
    out = []
    for half in (found[::2], found[1::2]):
        rng.shuffle(half)
        pairs = [(r["text"], rng.choice(honest)) for r in half[:500]]
        pairs += [
            (r["text"], f"I'd like this: {(r.get('desc') or r['title']).split('. ')[0][:120]}") for r in half[:250]
        ]
        out.append(pairs)
    return out[0], out[1]


def _load(folder: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(folder / f"{name}.jsonl.gz") as file:
        return [orjson.loads(line) for line in file]


def main() -> None:
    pairs = read_pairs()
    chosen, held = [p for p in pairs if not p.held_out], [p for p in pairs if p.held_out]
    more, others = briefs(Path(sys.argv[1])) if len(sys.argv) > 1 else ([], [])
    examples = [(rows_of(p.system, p.request), p.against) for p in chosen] + [(rows_of(*pair), False) for pair in more]
    known = [(r, label) for r, label in examples if r is not None]
    weights, bias = fit([r for r, _ in known], np.array([label for _, label in known]))
    print(
        "weights", {n: round(float(w), 2) for n, w in zip(Signs._fields, weights, strict=True)}, "bias", round(bias, 2)
    )
    _tell("chosen", chosen, weights, bias)
    weights, bias = np.array([float(w) for w in WEIGHTS]), BIAS
    _tell("as it is", chosen, weights, bias)
    if "--held-out" in sys.argv:
        _tell("held out", held, weights, bias)
    for name, at in (("briefs, honest requests", slice(0, 500)), ("briefs, their task", slice(500, 750))):
        if others:
            found = scores([rows_of(*pair) for pair in others[at]], weights, bias)
            print(name, {cut: round(float((found >= cut).mean()), 3) for cut in CUTS})


def _tell(name: str, pairs: Sequence[Pair], weights: Floats, bias: float) -> None:
    found = scores([rows_of(p.system, p.request) for p in pairs], weights, bias)
    for mark, what in (("+", "against"), ("-", "on task"), ("~", "close by")):
        mine = found[[p.mark == mark for p in pairs]]
        print(name, what, len(mine), {cut: round(float((mine >= cut).mean()), 3) for cut in CUTS})


if __name__ == "__main__":
    main()
