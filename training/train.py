"""
Train guard-small from prepared arrays, on one GPU or on the CPU.

    python -m training.train --prepared build/prepared.npz --start build/start.npz --out build/model.npz

Writes the averaged weights (half precision), the dev scores of every window, and prints progress. Can be
stopped and started again: with --checkpoint the last state is kept and taken up.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.batches import UNKNOWN, Flat, batches, hidden, spliced
from training.devices import half_where_fast
from training.examples import HEADS
from training.heeding import Heeded, counting
from training.judging import evaluate_on, load_encoder, weights_in
from training.losses import apart, rank_loss, where
from training.model import SHAPES, GuardModel
from training.packing import keys, packed
from training.teachers import Teacher, Teachers, answering

__all__ = ["main"]

AGREES = 0.1  # how near to its label an answer is that shall stay as it is


class Trainer:
    def __init__(self, arrays: Any, start: Any, args: argparse.Namespace) -> None:
        self.args = args
        self.device = args.device
        self.data = arrays
        self.train = Flat(arrays["train_ids"], arrays["train_starts"], self.device)
        self.inside = torch.from_numpy(arrays["train_inside"]).to(self.device)
        self.tags = torch.from_numpy(arrays["train_tags"]).to(self.device)
        self.labels = torch.from_numpy(arrays["train_labels"]).to(self.device).float()
        if args.any_injection:
            direct, indirect = HEADS.index("injection/direct"), HEADS.index("injection/indirect")
            self.labels[self.labels[:, indirect] == 1, direct] = 1
        self.weights = torch.from_numpy(arrays["train_weights"]).to(self.device)
        self.rules = Flat(arrays["rule_ids"], arrays["rule_starts"], self.device)
        self.texts = Flat(arrays["text_ids"], arrays["text_starts"], self.device)
        self.pair_label = torch.from_numpy(arrays["pair_label"]).to(self.device).float()
        self.pair_task = torch.from_numpy(arrays["pair_task"]).to(self.device).long()
        self.pair_rows = np.flatnonzero(~arrays["pair_held"])
        self.plain = self.device == "cpu"  # there attention with a mask is slower than its parts, by half
        shape = SHAPES[args.shape]
        self.model = GuardModel(args.dropout, self.plain, shape).to(self.device)
        if start:
            load_encoder(self.model, start)
        if args.go_on:
            self.model.load_state_dict(weights_in(args.go_on))
        for part in (self.model.encoder.words, self.model.encoder.positions, *self.model.encoder.layers[: args.frozen]):
            part.requires_grad_(not args.frozen)
        self.first = GuardModel(0, self.plain, shape).to(self.device).eval() if args.meaning else None
        if self.first:
            load_encoder(self.first, start)
        self.average = GuardModel(0, self.plain, shape).to(self.device).eval()
        self.average.load_state_dict(self.model.state_dict())
        other = {"plain": self.plain, "compiled": args.compile}
        self.before = answering(args.keep_to or args.go_on, self.device, **other) if args.keep else None
        self.teachers = Teachers(args.teacher, self.device, **other) if args.teacher else None
        if args.compile:
            for layer in self.model.encoder.layers:
                layer.compile(dynamic=True)
        self.head_weight = torch.tensor([_HEAD_WEIGHT.get(h, 0.5) for h in HEADS], device=self.device)
        if args.labels:
            counts = torch.from_numpy(counting(args.labels, arrays["train_sources"])).to(self.device)
            source = torch.from_numpy(arrays["train_source"].astype(np.int64)).to(self.device)
            self.labels = torch.where(counts[source], self.labels, -1.0)

    def _rows(self) -> np.ndarray[Any, Any]:
        """The windows of one epoch: a share of each source, some of them more than once."""
        random = np.random.default_rng(self.args.seed)
        names, source = self.data["train_sources"], self.data["train_source"]
        out = []
        for index, name in enumerate(names):
            mine = np.flatnonzero(source == index)
            share = next((s for begin, s in self.args.share if name.startswith(begin)), 1.0)
            whole, rest = divmod(share, 1)
            out += [mine] * int(whole) + [random.permutation(mine)[: int(rest * len(mine))]]
        if self.args.hard:
            with np.load(self.args.hard) as file:
                hard = np.isin(keys(self.data["train_ids"], self.data["train_starts"]), file["keys"])
            out += [np.flatnonzero(hard)] * self.args.hard_times
        return np.concatenate(out)

    def run(self) -> None:
        args = self.args
        sizes = (self.data["train_starts"][1:] - self.data["train_starts"][:-1]).astype(np.int64)
        rows = self._rows()
        plan = [batches(sizes, rows, args.tokens, args.seed * 1000 + epoch) for epoch in range(args.epochs)]
        total = min(sum(map(len, plan)), args.steps or 1 << 60)
        optimizer = torch.optim.AdamW(
            self._groups(),
            lr=args.rate,
            betas=(0.9, 0.98),
            fused=self.device == "cuda",
        )
        warm = max(1, min(150, total // 20))
        began = time.monotonic()

        def rate(step: int) -> float:
            """Warm-up, then a half cosine over the steps or, where that is shorter, over the time allowed."""
            spent = (time.monotonic() - began) / args.limit if args.limit else 0.0
            done = min(1.0, max(step / total, spent))
            return min((step + 1) / warm, 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
        done = self._resume(optimizer, schedule)
        step = 0
        for epoch, parts in enumerate(plan):
            for batch in parts:
                step += 1
                if step <= done:
                    continue
                if step > total:
                    return
                losses = self._step(batch, optimizer)
                schedule.step()
                self._follow(min(args.average, step / (step + 20)))
                if step % args.every == 0 or step == total:
                    spent = time.monotonic() - began
                    shown = " ".join(f"{k} {float(v.detach()):.4f}" for k, v in losses.items())
                    print(f"step {step}/{total} epoch {epoch + 1} {shown} {spent:.0f} s", flush=True)
                if args.checkpoint and step % 250 == 0:
                    self._keep(step, optimizer, schedule)
                if args.limit and time.monotonic() - began > args.limit:
                    print("time is up", flush=True)
                    return

    def _groups(self) -> list[dict[str, Any]]:
        """Parameters by depth and by whether they decay: the deeper, the smaller their rate."""
        groups: dict[tuple[int, bool], list[nn.Parameter]] = {}
        layers = len(self.model.encoder.layers)
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                groups.setdefault((_depth(name, layers), parameter.ndim > 1), []).append(parameter)
        return [
            {
                "params": parameters,
                "weight_decay": 0.01 if decays else 0.0,
                "lr": self.args.rate * self.args.layer_decay**depth,
            }
            for (depth, decays), parameters in groups.items()
        ]

    def _step(self, batch: np.ndarray[Any, Any], optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
        rows = torch.from_numpy(batch).to(self.device)
        ids, mask, inside, tags = self.train.batch(rows, self.inside, self.tags)
        truth = self.labels[rows]
        if self.args.splice:
            ids, mask, joined = spliced(ids, mask, self.args.splice)
            truth = torch.where(joined[:, None], -1.0, truth)
            inside, tags = (torch.where(joined[:, None], UNKNOWN, part) for part in (inside, tags))
        ids_seen = hidden(ids, mask, self.args.noise)
        with half_where_fast(self.device):
            logits, inner, tagged, meaning = self.model(ids_seen, mask)
        losses = {"heads": (1 - self.args.taught) * self._heads_loss(rows, truth, logits.float())}
        if self.args.rank:
            losses["rank"] = self.args.rank * rank_loss(truth[:, 0], logits[:, 0].float())
        losses["inside"] = 0.3 * where(
            F.binary_cross_entropy_with_logits(inner.float(), (inside == 1).float(), reduction="none"), inside
        )
        flat = F.cross_entropy(
            tagged.float().flatten(0, 1), tags.flatten().long(), ignore_index=UNKNOWN, reduction="none"
        )
        losses["tags"] = 0.5 * where(flat.view_as(tags), tags)
        if self.teachers:
            losses["taught"] = self.args.taught * self._taught_loss(ids_seen, mask, (logits, inner, tagged))
        if self.before:
            losses["kept"] = self.args.keep * self._kept_loss(truth, ids, mask, tags, (logits, tagged, meaning))
        if self.first:
            losses["meaning"] = self.args.meaning * self._meaning_loss(ids, mask, meaning)
        if self.args.pair_count:
            losses |= self._pairs_loss(len(batch))
        loss = torch.stack(list(losses.values())).sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        optimizer.step()
        return losses

    def _heads_loss(self, rows: Tensor, truth: Tensor, logits: Tensor) -> Tensor:
        weight = self.weights[rows][:, None] * self.head_weight
        known = (truth >= 0).float()
        smooth = truth.clamp(min=0) * (1 - 2 * self.args.smooth) + self.args.smooth
        loss = F.binary_cross_entropy_with_logits(logits, smooth, reduction="none")
        return (loss * known * weight).sum() / (known * weight).sum().clamp(min=1) * len(HEADS) / 4

    def _taught_loss(self, ids: Tensor, mask: Tensor, ours: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """How far from the teachers' answers to the very same texts: of heads, and of every word."""
        assert self.teachers is not None
        logits, inner, tagged = self.teachers(ids, mask)
        words = mask.float()
        heads = apart(ours[0].float(), logits) * self.head_weight
        names = F.kl_div(F.log_softmax(ours[2].float(), dim=-1), F.softmax(tagged, dim=-1), reduction="none").sum(-1)
        placed = apart(ours[1].float(), inner)
        return (
            heads.mean() / self.head_weight.mean() * len(HEADS) / 4
            + (names * words).sum() / words.sum()
            + (placed * words).sum() / words.sum()
        )

    def _meaning_loss(self, ids: Tensor, mask: Tensor, meaning: Tensor) -> Tensor:
        """How far embeddings are from those of the published model."""
        assert self.first is not None
        few = self.args.pair_count // 2 or 1
        with torch.no_grad(), half_where_fast(self.device):
            before = self.first.embed(self.first.encoder(ids[:few], mask[:few]), mask[:few])
        return (1 - (meaning[: len(before)].float() * before.float()).sum(-1)).mean()

    def _kept_loss(self, truth: Tensor, ids: Tensor, mask: Tensor, tags: Tensor, ours: tuple[Tensor, ...]) -> Tensor:
        """
        How far from the answers of the weights that training went on from, where no label says otherwise: or
        what the batches leave out fades.
        """
        assert self.before is not None
        with torch.no_grad(), half_where_fast(self.device):
            logits, _, tagged, meaning = (part.float() for part in self.before(ids, mask))
        open_ = ((truth < 0) | ((truth - torch.sigmoid(logits)).abs() < AGREES)) * self.head_weight
        heads = apart(ours[0].float(), logits)
        likeliest = F.softmax(tagged, dim=-1)
        names = F.kl_div(F.log_softmax(ours[1].float(), dim=-1), likeliest, reduction="none").sum(-1)
        unknown = (tags == UNKNOWN) & mask.bool()
        return (
            (heads * open_).sum() / open_.sum().clamp(min=1) * len(HEADS) / 4
            + (names * unknown).sum() / unknown.sum().clamp(min=1)
            + (1 - (ours[2].float() * meaning).sum(-1)).mean()
        )

    def _pairs_loss(self, about: int) -> dict[str, Tensor]:
        count = min(self.args.pair_count, 96 if about >= 96 else 16)
        chosen = torch.from_numpy(np.random.choice(self.pair_rows, count)).to(self.device)
        with half_where_fast(self.device):
            both = [self._embed(flat, chosen) for flat in (self.rules, self.texts)]
        rule, text = both[0].float(), both[1].float()
        task = self.pair_task[chosen]
        logits = (rule * text).sum(-1) * self.model.scale[task] + self.model.shift[task]
        loss = F.binary_cross_entropy_with_logits(logits, self.pair_label[chosen])
        return {"pairs": self.args.pairs * loss}

    def _embed(self, flat: Flat, rows: Tensor) -> Tensor:
        ids, mask = flat.batch(rows)
        return self.model.embed(self.model.encoder(ids, mask), mask)

    @torch.no_grad()
    def _follow(self, keep: float) -> None:
        ours = list(self.average.parameters())
        torch._foreach_mul_(ours, keep)
        torch._foreach_add_(ours, list(self.model.parameters()), alpha=1 - keep)

    def _keep(self, step: int, optimizer: Any, schedule: Any) -> None:
        state = {
            "step": step,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
        }
        torch.save(state, self.args.checkpoint)

    def _resume(self, optimizer: Any, schedule: Any) -> int:
        if not self.args.checkpoint or not self.args.checkpoint.exists():
            return 0
        state = torch.load(self.args.checkpoint, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        return int(state["step"])


def _depth(name: str, layers: int) -> int:
    """How far below the heads a parameter lies: 0 for these, `layers` + 1 for the words."""
    if not name.startswith("encoder."):
        return 0
    found = re.match(r"encoder\.layers\.(\d+)\.", name)
    return layers - int(found[1]) if found else layers + 1


def _share(text: str) -> tuple[str, float]:
    name, _, share = text.rpartition("=")
    return name, float(share)


_HEAD_WEIGHT = {"injection/direct": 2.0, "injection/indirect": 2.0, "harm/any": 1.5, "output/refusal": 0.7}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prepared", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="weights to begin with (training.start writes them)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--go-on", type=Path, help="weights of an earlier training to go on from")
    parser.add_argument("--keep", type=float, default=0, help="weight of staying near to the answers of these")
    parser.add_argument("--keep-to", type=Path, help="other weights to stay near to the answers of")
    parser.add_argument("--rank", type=float, default=0, help="weight of honest texts standing below direct injections")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--shape", choices=SHAPES, default="minilm", help="mpnet: a teacher, which --start must fit")
    parser.add_argument(
        "--teacher",
        type=Teacher.of,
        action="append",
        metavar="WEIGHTS[=COUNT][@HEADS]",
        help="a trained model whose answers are learnt as well; several: their mean, COUNT times each; of HEADS only",
    )
    parser.add_argument("--taught", type=float, default=0, help="what these count, from 0 to 1; the labels: the rest")
    parser.add_argument("--splice", type=float, default=0, help="share of texts that go on as another, for a teacher")
    parser.add_argument("--compile", action="store_true", help="compile the layers: on a GPU, for long trainings")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument(
        "--share",
        type=_share,
        action="append",
        default=[],
        metavar="SOURCE=SHARE",
        help="how much of the sources whose names begin so; 2: twice a pass",
    )
    parser.add_argument(
        "--labels",
        type=Heeded.of,
        action="append",
        metavar="[SOURCE=]HEADS",
        help="only labels of these heads count (of sources that begin so); without it those of all",
    )
    parser.add_argument("--hard", type=Path, help="windows to draw besides, as training.hard writes them")
    parser.add_argument("--hard-times", type=int, default=3, help="how often each of those")
    parser.add_argument("--any-injection", action="store_true", help="indirect ones count as direct ones too")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--steps", type=int, default=0, help="no more than these; 0: all of the epochs")
    parser.add_argument("--layer-decay", type=float, default=1.0, help="the rate of a layer over that of the next")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--tokens", type=int, default=24_576, help="tokens in a batch")
    parser.add_argument("--noise", type=float, default=0.05)
    parser.add_argument("--meaning", type=float, default=0.5, help="weight of embeddings staying as published")
    parser.add_argument("--smooth", type=float, default=0.01)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--pairs", type=float, default=0.5)
    parser.add_argument("--pair-count", type=int, default=96, help="most pairs in a step")
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers that stay as they are, words included")
    parser.add_argument("--average", type=float, default=0.998)
    parser.add_argument("--every", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=0, help="seconds; the learning rate falls to nothing by then")
    args = parser.parse_args()
    if not args.start and (not args.go_on or args.meaning):
        parser.error("--start is needed, but where training goes on (--go-on) with --meaning 0")
    torch.manual_seed(args.seed)
    np.random.seed(args.seed)
    torch.set_float32_matmul_precision("high")
    torch.backends.cuda.enable_cudnn_sdp(False)  # it plans anew for each shape
    with np.load(args.prepared) as file:
        arrays = {k: file[k] for k in file.files}
    start: dict[str, Any] = {}
    if args.start:
        with np.load(args.start) as file:
            start = {k: file[k] for k in file.files}
    trainer = Trainer(arrays, start, args)
    print(f"{len(arrays['train_labels'])} windows, {len(arrays['train_ids'])} tokens on {args.device}", flush=True)
    trainer.run()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    state = {k: v.float().cpu().numpy() for k, v in trainer.average.state_dict().items() if v.is_floating_point()}
    weights: dict[str, Any] = packed(state)
    np.savez(args.out, **weights)
    result, scores = evaluate_on(arrays, trainer.average, args.device)
    np.savez_compressed(args.out.with_suffix(".dev.npz"), scores=scores.astype(np.float16))
    args.out.with_suffix(".json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
