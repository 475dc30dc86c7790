"""Red-team scans over HTTP: how they reach a model, and the work that goes on while nobody waits."""
