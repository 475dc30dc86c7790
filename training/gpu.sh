#!/usr/bin/env bash
# Two trainings on one GPU, the better one kept; what is of use ends under $OUT. Usage: training/gpu.sh FOLDER SECONDS
set -u
export PYTHONUNBUFFERED=1 PYTHONPATH=.
folder=$1
train() { python3 -m training.train --prepared "$folder/prepared.npz" --start "$folder/start.npz" --out "/tmp/$1.npz" --limit "$2" "${@:3}" 2>&1 | tee "$OUT/$1.log"; cp "/tmp/$1.json" "$OUT/"; }
train e "$2" --epochs 14 --rate 5e-4 --tokens 49152
split -b 15m /tmp/e.npz "$OUT/e.npz."
train f "$2" --epochs 14 --rate 5e-4 --tokens 49152 --seed 2 --noise 0.1 --dropout 0.15
best=$(python3 -m training.choose /tmp/e.json /tmp/f.json)
echo "kept $best"
if [ "$best" = /tmp/f.json ]; then
    rm "$OUT"/e.npz.*
    split -b 15m /tmp/f.npz "$OUT/f.npz."
fi
