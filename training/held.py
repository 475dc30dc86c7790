"""
The written texts that nothing is trained on, as files for `portcullis eval`: one a subject and kind.

    python -m training.held OUT-FOLDER
    portcullis eval --by lang OUT-FOLDER/attacks-*.jsonl
    portcullis eval --category 'harm/*' OUT-FOLDER/harm-*.jsonl
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.examples import Example
from training.generate.written import HELD, written

__all__ = ["main", "rows"]

PRESENTED = {
    "user": {"role": "user"},
    "document": {"role": "user", "kind": "document"},
    "tool": {"role": "tool", "kind": "tool_result"},
    "code": {"role": "tool", "kind": "tool_result"},
    "answer": {"role": "assistant", "direction": "output"},
}
TYPED = ("written:trigger", "written:long")  # where code is what a user pastes


def rows(examples: Iterable[Example]) -> dict[str, list[dict[str, Any]]]:
    """By the name of their file: `attacks-*`, `harm-*` with their honest twins, `answers-*`."""
    files: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for example in examples:
        subject = example.source.removeprefix("written:")
        presented = PRESENTED["user" if example.channel == "code" and example.source in TYPED else example.channel]
        row = {"text": example.text, "lang": example.lang, **presented}
        if "output/refusal" in example.labels:
            files[f"answers-{subject}"].append({**row, "label": example.labels["output/refusal"]})
            continue
        harmful = example.labels.get("harm/any", 0)
        attack = max(example.labels.get(head, 0) for head in ("injection/direct", "injection/indirect"))
        if not harmful:
            files[f"attacks-{subject}"].append({**row, "label": attack})
        if not attack and example.channel == "user":
            files[f"harm-{subject}"].append({**row, "label": harmful})
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT-FOLDER")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, found in rows(written(HELD)).items():
        path = args.out / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), "utf-8")
        print(f"{len(found):5} {path}")


if __name__ == "__main__":
    main()
