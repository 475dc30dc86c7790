#!/usr/bin/env bash
# Several trainings one after another on one GPU; everything of use ends under $OUT. Usage: training/gpu.sh FOLDER try|final
set -u
export PYTHONUNBUFFERED=1 PYTHONPATH=. HF_HUB_OFFLINE=1
folder=$1
train() { python3 -m training.train --prepared "$folder/prepared.npz" --start "$folder/start.npz" --out "/tmp/$1.npz" "${@:2}" 2>&1 | tee "$OUT/$1.log"; cp "/tmp/$1.json" "$OUT/"; }
case $2 in
    try)
        train c --epochs 8 --rate 4e-4 --tokens 32768 --limit 95
        train d --epochs 12 --rate 8e-4 --tokens 65536 --noise 0.1 --limit 95
        split -b 15m /tmp/d.npz "$OUT/d.npz."
        ;;
esac
