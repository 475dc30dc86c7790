#!/usr/bin/env bash
# Several trainings one after another on one GPU; everything of use ends under $OUT. Usage: training/gpu.sh FOLDER first|final
set -u
export PYTHONUNBUFFERED=1 PYTHONPATH=. HF_HUB_OFFLINE=1
folder=$1
train() { python3 -m training.train --prepared "$folder/prepared.npz" --start "$folder/start.npz" --out "/tmp/$1.npz" "${@:2}" 2>&1 | tee "$OUT/$1.log"; cp "/tmp/$1.json" "$OUT/"; }
case $2 in
    first)
        nvidia-smi -L
        train a --epochs 4 --rate 2e-4 --limit 110
        train b --epochs 8 --rate 4e-4 --tokens 49152 --limit 130
        split -b 15m /tmp/b.npz "$OUT/b.npz."
        ;;
esac
