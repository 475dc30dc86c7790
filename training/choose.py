"""Which of several trainings did best on dev. Prints the name of its file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

__all__ = ["main", "worth"]


def worth(figures: dict[str, Any]) -> float:
    typed, found = figures["typed"], figures["found"]["bipia_test"]
    sets = (
        "promptshield_validation",
        "deepset_prompt_injections_test",
        "proventra_bench",
        "cyberseceval_prompt_injection",
        "jailbreak_wild_h",
    )
    recall = sum(typed[name]["recall@0.01"] for name in sets)
    alarms = sum(max(0.0, typed[name]["fpr@0.01"] - 0.02) for name in ("arena_hard", "coconot_contrast"))
    f1 = sum(
        figures[f"{name} f1"]["f1"] for name in ("aegis_safety_test", "toxicchat_train", "jailbreakbench_behaviors")
    )
    names = figures["tags"]["wnut17_dev"]["person"] + figures["tags"]["crossner_test"]["person"]
    return float(recall - 5 * alarms + 3 * found["auc"] + f1 + figures["refusal"]["f1"] + names)


def main() -> None:
    files = [Path(name) for name in sys.argv[1:]]
    print(max(files, key=lambda file: worth(json.loads(file.read_text()))))


if __name__ == "__main__":
    main()
