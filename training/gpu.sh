#!/usr/bin/env bash
# Trainings on one GPU, two at a time, then their mean; the best weights, all figures and logs end under $OUT.
# Usage: training/gpu.sh FOLDER SECONDS PLAN: one training a line of the file PLAN, its name and its options.
set -u
export PYTHONUNBUFFERED=1 PYTHONPATH=. OMP_NUM_THREADS=6
folder=$1 seconds=$2 plan=$3
train() {
    python3 -m training.train --prepared "/tmp/prepared.npz" --start "$folder/start.npz" --out "/tmp/$1.npz" --limit "$seconds" "${@:2}" >"/tmp/$1.log" 2>&1
    tail -1 "/tmp/$1.log"
    echo "$1 done $(date +%T)"
    cp "/tmp/$1.json" "$OUT/$1.json"
}
export -f train
export folder seconds
date +%T
python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), open("/tmp/prepared.npz", "wb"))' "$folder/prepared.npz.xz"
xargs -P 2 -L 1 bash -c 'train "$@"' _ <"$plan"
files=$(cut -d' ' -f1 "$plan" | sed 's|.*|/tmp/&.npz|')
for share in 0 0.1; do
    # shellcheck disable=SC2086
    python3 -m training.soup --prepared /tmp/prepared.npz --begin "$folder/start.npz" --share $share --out "/tmp/mean$share.npz" $files >"/tmp/mean$share.log" 2>&1
done
# shellcheck disable=SC2046
best=$(python3 -m training.choose $(for f in $files /tmp/mean0.npz /tmp/mean0.1.npz; do echo "${f%.npz}.json"; done))
echo "best $best"
split -b 15m "${best%.json}.npz" "$OUT/best.npz."
tar czf "$OUT/logs.tgz" -C /tmp $(cd /tmp && ls *.log *.json)
date +%T
