#!/usr/bin/env bash
# Many short trainings on one GPU, four at a time, to compare mixes; figures and logs end under $OUT.
# Usage: training/gpu.sh FOLDER SECONDS PLAN: one training a line of the file PLAN, its name and its options.
set -u
export PYTHONUNBUFFERED=1 PYTHONPATH=. OMP_NUM_THREADS=3
folder=$1 seconds=$2 plan=$3
train() {
    python3 -m training.train --prepared "$folder/prepared.npz" --start "$folder/start.npz" --out "/tmp/$1.npz" --limit "$seconds" --epochs 8 "${@:2}" >"/tmp/$1.log" 2>&1
    echo "$1 done $(date +%T)"
}
export -f train
export folder seconds
date +%T
xargs -P 4 -L 1 bash -c 'train "$@"' _ <"$plan"
mkdir -p "$OUT/r"
python3 - <<'END' >"$OUT/r/all.json"
import glob, json
print(json.dumps({p[5:-5]: json.load(open(p)) for p in sorted(glob.glob("/tmp/*.json")) if "typed" in open(p).read(200000)}))
END
tar czf "$OUT/r/logs.tgz" -C /tmp $(cd /tmp && ls *.log)
date +%T
